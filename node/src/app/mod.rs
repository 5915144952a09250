//! `sighej` with no arguments: the app, in a terminal.
//!
//! A pure core ([`state`], [`picker`]) and views that read it; this shell waits for keys, for the node and for time, passes
//! them in, does what comes out, and draws. The node is the one that `sighej run` has.

mod keep;
mod lines;
mod picker;
mod policy;
mod settings;
mod shell;
mod state;
mod terminal;
mod view;
mod wipe;
pub(crate) mod words;

use std::io::{self, IsTerminal};

use sighej_crypto::InterestSet;
use sighej_node::report::Lang;

use self::{
    settings::Settings,
    shell::{Ending, Shell},
    words::Words,
};
use crate::cli::{Ended, args, keep::Kept};

/// What somebody can press, as far as the app knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Char(char),
    Enter,
    Esc,
    Backspace,
    Up,
    Down,
    PageUp,
    PageDown,
    /// The panic key.
    Wipe,
    /// Ctrl-C.
    Quit,
}

/// Everything that the app begins with.
pub(crate) struct Beginning {
    pub(crate) args: args::App,
    pub(crate) lang: Lang,
    pub(crate) words: Words,
    pub(crate) settings: Settings,
    pub(crate) kept: Option<Kept>,
    pub(crate) interests: InterestSet,
}

/// Runs the app until it is quit, and again as a new program after a wipe.
pub(crate) fn main(args: args::App) -> Result<(), Ended> {
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if !args.screen_reader && !is_terminal {
        return Err(Ended::usage(NO_TERMINAL));
    }
    let settings = Settings::load(args.settings.as_deref()).map_err(Ended::usage)?;
    let lang = args.lang.map(Lang::from).or(settings.lang).unwrap_or_else(system_language);
    let words = Words::of(lang).map_err(Ended::failed)?;
    let kept = args.profile.clone().map(Kept::new);
    let interests = match &kept {
        Some(kept) => kept.load().map_err(Ended::usage)?.map(|profile| profile.interests().clone()),
        None => None,
    };
    let interests = interests.unwrap_or_default();
    let again = wipe::arguments(&args, lang);
    let beginning = Beginning { args, lang, words, settings, kept, interests };
    match crate::cli::in_runtime(Shell::live(beginning))? {
        Ending::Quit => Ok(()),
        Ending::Wiped { left } => match left {
            None => Err(Ended::failed(wipe::start_afresh(&again))),
            Some(left) => Err(Ended::failed(left)),
        },
    }
}

const NO_TERMINAL: &str = "\
the app needs a terminal, and this is none. Run `sighej` in one, or say what to do:
  sighej --screen-reader       the app in lines, which also works through pipes
  sighej run --json --open --interest …    an event a line, for programs
  sighej demo                  see it happen
  sighej --help                everything else";

/// Danish where the system is.
fn system_language() -> Lang {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if named.is_some_and(|name| name.starts_with("da")) { Lang::Da } else { Lang::En }
}
