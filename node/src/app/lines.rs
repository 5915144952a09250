//! The app for screen readers: what changes is said in lines, once, and words are typed instead of keys.

use std::{
    io::{self, BufRead, BufReader, Read},
    thread,
};

use sighej_catalogue::Entry;
use sighej_crypto::Interest;
use sighej_node::{NudgeId, report};
use tokio::sync::mpsc;

use super::{
    picker::Picked,
    policy::{Rule, rules},
    state::{App, Effect, Life, Now, Screen},
    words::fill,
};
use crate::cli::output::Output;

/// The longest line that is looked at, in bytes; the rest of a longer one counts as a line of its own.
const LONGEST_LINE: u64 = 4 * 1024;
/// Lines read ahead; then reading waits.
const AHEAD: usize = 16;
/// Interests that a search names.
const FOUND: usize = 10;

/// What somebody can type, in English and in Danish; both are understood whatever the language.
const VERBS: [(Verb, [&str; 2]); 18] = [
    (Verb::Open, ["open", "åbn"]),
    (Verb::Close, ["close", "luk"]),
    (Verb::Pause, ["pause", "pause"]),
    (Verb::Resume, ["resume", "fortsæt"]),
    (Verb::Quiet, ["quiet", "stille"]),
    (Verb::Why, ["why", "hvorfor"]),
    (Verb::Policy, ["policy", "beskyttelse"]),
    (Verb::Interests, ["interests", "interesser"]),
    (Verb::Search, ["search", "søg"]),
    (Verb::Add, ["add", "tilføj"]),
    (Verb::Remove, ["remove", "fjern"]),
    (Verb::Card, ["card", "kort"]),
    (Verb::NotNow, ["not now", "ikke nu"]),
    (Verb::Never, ["never again", "aldrig mere"]),
    (Verb::Wipe, ["wipe", "slet"]),
    (Verb::Help, ["help", "hjælp"]),
    (Verb::Quit, ["quit", "slut"]),
    (Verb::Quit, ["exit", "afslut"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Open,
    Close,
    Pause,
    Resume,
    Quiet,
    Why,
    Policy,
    Interests,
    Search,
    Add,
    Remove,
    Card,
    NotNow,
    Never,
    Wipe,
    Help,
    Quit,
}

/// What was said already, and what comes in.
pub(super) struct Lines {
    output: Output,
    input: mpsc::Receiver<String>,
    /// To be said next.
    waiting: Vec<String>,
    said_notice: Option<String>,
    said_life: Option<(Life, usize)>,
    said_why: Option<String>,
    said_card: Option<NudgeId>,
}

impl Lines {
    pub(super) fn new() -> Lines {
        let (tell, input) = mpsc::channel(AHEAD);
        // Without the thread no words come, and the input has ended.
        let _thread = thread::Builder::new().name("sighej-stdin".into()).spawn(move || read(&tell));
        Lines {
            output: Output::default(),
            input,
            waiting: Vec::new(),
            said_notice: None,
            said_life: None,
            said_why: None,
            said_card: None,
        }
    }

    /// The next line; none after the end. May be cancelled without loss.
    pub(super) async fn next(&mut self) -> Option<String> {
        self.input.recv().await
    }

    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        self.output.line(text)
    }

    /// Says what is new since the last time.
    pub(super) fn tell(&mut self, app: &App) -> io::Result<()> {
        let mut lines = std::mem::take(&mut self.waiting);
        if self.said_life.is_none() {
            lines.extend([app.words.about.clone(), app.words.line_welcome.clone()]);
        }
        let life = (app.life, app.near());
        if self.said_life != Some(life) {
            self.said_life = Some(life);
            lines.push(life_in_words(app));
        }
        let why = app.why_alone();
        if self.said_why != why {
            lines.extend(why.clone());
            self.said_why = why;
        }
        let notice = app.notice().map(str::to_owned);
        if self.said_notice != notice {
            lines.extend(notice.clone());
            self.said_notice = notice;
        }
        let newest = app.newest().map(|nudge| nudge.id);
        if self.said_card != newest {
            if newest > self.said_card {
                lines.extend(card(app));
            }
            self.said_card = newest;
        }
        lines.iter().try_for_each(|line| self.output.line(line))
    }

    /// Follows a line, and says what it could not follow.
    pub(super) fn obey(&mut self, line: &str, app: &mut App, now: Now) -> Vec<Effect> {
        app.now = now;
        // The same answer twice is two answers.
        app.unsay();
        self.said_notice = None;
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let Some((verb, rest)) = parse(&line) else {
            if !line.is_empty() {
                self.waiting.push(fill(&app.words.line_unknown, &[("word", &line)]));
            }
            return Vec::new();
        };
        match verb {
            Verb::Open if app.life == Life::Closed => app.open(),
            Verb::Close if app.life != Life::Closed => app.toggle_open(),
            Verb::Pause if app.life == Life::Open => app.pause(),
            Verb::Resume if matches!(app.life, Life::Paused { .. }) => app.pause(),
            Verb::Open | Verb::Close | Verb::Pause | Verb::Resume => {
                self.waiting.push(life_in_words(app));
                Vec::new()
            }
            Verb::Quiet => app.toggle_quiet(),
            Verb::Add => self.add(rest, app),
            Verb::Remove => self.remove(rest, app),
            Verb::NotNow => app.not_now(),
            Verb::Never => app.never_again(),
            Verb::Wipe => vec![Effect::Wipe],
            Verb::Quit => vec![Effect::Quit],
            Verb::Why | Verb::Policy | Verb::Interests | Verb::Search | Verb::Card | Verb::Help => {
                self.waiting.extend(answer(verb, rest, app));
                Vec::new()
            }
        }
    }

    fn add(&mut self, text: &str, app: &mut App) -> Vec<Effect> {
        let asked = app.picker.asks();
        let entry = Interest::parse(text).ok().and_then(|typed| sighej_catalogue::resolve(typed.as_str()));
        let picked = match entry {
            // Typed a second time, it is meant.
            Some(entry) if asked == Some(entry) => app.picker.key(super::Key::Enter),
            _ => app.picker.add_own(text),
        };
        match picked {
            Picked::Asks => {
                let label = entry.map_or(text, |entry| entry.label(app.lang));
                self.waiting.push(fill(&app.words.sensitive_why, &[("label", label)]));
                self.waiting.push(app.words.line_sensitive.clone());
            }
            Picked::Changed | Picked::Same => {
                self.waiting.push(fill(&app.words.line_added, &[("label", label(text, app))]));
            }
            Picked::Full | Picked::Unusable(_) | Picked::Done => {}
        }
        self.changed(&picked, app)
    }

    fn remove(&mut self, text: &str, app: &mut App) -> Vec<Effect> {
        let typed = Interest::parse(text).ok();
        let canonical = match &typed {
            Some(typed) => {
                sighej_catalogue::resolve(typed.as_str()).map_or(typed.as_str(), |entry| entry.id())
            }
            None => text,
        };
        let picked = app.picker.remove(canonical);
        let said =
            if picked == Picked::Changed { &app.words.line_removed } else { &app.words.line_not_chosen };
        self.waiting.push(fill(said, &[("label", label(text, app))]));
        self.changed(&picked, app)
    }

    /// Each change counts at once: there is no screen to leave.
    fn changed(&mut self, picked: &Picked, app: &mut App) -> Vec<Effect> {
        let mut effects = app.picked(picked);
        if *picked == Picked::Changed {
            effects.extend(app.leave_interests());
        }
        app.screen = Screen::Home;
        effects
    }
}

fn read(tell: &mpsc::Sender<String>) {
    let mut input = BufReader::new(io::stdin().lock());
    loop {
        let mut line = Vec::new();
        match input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if tell.blocking_send(String::from_utf8_lossy(&line).into_owned()).is_err() => return,
            Ok(_) => {}
        }
    }
}

fn parse(line: &str) -> Option<(Verb, &str)> {
    let lower = line.to_lowercase();
    VERBS.iter().find_map(|(verb, names)| {
        let rest = names.iter().find_map(|name| lower.strip_prefix(name))?;
        // Lower case may be longer; what follows is taken from the line as it was typed.
        let rest = line.get(line.len().checked_sub(rest.len())?..)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| (*verb, rest.trim()))
    })
}

fn answer(verb: Verb, rest: &str, app: &App) -> Vec<String> {
    match verb {
        Verb::Why => vec![app.why_alone().unwrap_or_else(|| life_in_words(app))],
        Verb::Policy => {
            rules(app).into_iter().map(|Rule { name, now, why }| format!("{name}: {now}. {why}")).collect()
        }
        Verb::Interests => vec![fill(&app.words.line_your_interests, &[("list", &chosen(app))])],
        Verb::Search => found(rest, app),
        Verb::Card => vec![card(app).unwrap_or_else(|| app.words.no_card.clone())],
        Verb::Help => vec![app.words.line_help.clone()],
        Verb::Open
        | Verb::Close
        | Verb::Pause
        | Verb::Resume
        | Verb::Quiet
        | Verb::Add
        | Verb::Remove
        | Verb::NotNow
        | Verb::Never
        | Verb::Wipe
        | Verb::Quit => Vec::new(),
    }
}

fn life_in_words(app: &App) -> String {
    let words = &app.words;
    match app.life {
        Life::Closed => format!("{}. {}", words.closed, words.closed_long),
        Life::Paused { .. } => words.paused.clone(),
        Life::Open => {
            let near = match app.near() {
                0 => words.near_none.clone(),
                1 => words.near_one.clone(),
                n => fill(&words.near_many, &[("n", &n.to_string())]),
            };
            format!("{}: {near}", words.open)
        }
    }
}

fn label<'a>(text: &'a str, app: &App) -> &'a str {
    let typed = Interest::parse(text).ok();
    let entry = typed.and_then(|typed| sighej_catalogue::resolve(typed.as_str()));
    entry.map_or(text, |entry| entry.label(app.lang))
}

fn chosen(app: &App) -> String {
    let names = app.picker.chosen().iter().map(|interest| {
        sighej_catalogue::get(interest.as_str()).map_or(interest.as_str(), |entry| entry.label(app.lang))
    });
    names.collect::<Vec<_>>().join(", ")
}

fn found(text: &str, app: &App) -> Vec<String> {
    let entries = sighej_catalogue::search(text);
    if entries.is_empty() {
        return vec![app.words.line_found_none.clone()];
    }
    let line = |entry: &&Entry| {
        let sensitive =
            if entry.is_sensitive() { format!(" ({})", app.words.sensitive_mark) } else { String::new() };
        format!("{}{sensitive}", entry.label(app.lang))
    };
    entries.iter().take(FOUND).map(line).collect()
}

fn card(app: &App) -> Option<String> {
    let nudge = app.newest()?;
    let (colour, emoji_name) = report::cue_names(nudge.cue, app.lang);
    Some(fill(
        &app.words.line_card,
        &[
            ("sentence", &report::sentence(nudge, app.lang)),
            ("colour", colour),
            ("emoji_name", emoji_name),
            ("rhythm", report::rhythm_name(nudge.cue, app.lang)),
        ],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_in_both_languages() {
        assert_eq!(parse("open"), Some((Verb::Open, "")));
        assert_eq!(parse("ÅBN"), Some((Verb::Open, "")));
        assert_eq!(parse("Tilføj Gamle Traktorer"), Some((Verb::Add, "Gamle Traktorer")));
        assert_eq!(parse("never again"), Some((Verb::Never, "")));
        assert_eq!(parse("opening"), None);
        assert_eq!(parse(""), None);
    }
}
