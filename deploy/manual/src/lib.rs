//! Two commands that each program has beside its own: `completions SHELL`, for whoever installed it by cargo, and the hidden
//! `man-pages FOLDER`, for whoever makes a package. Both say what the program's own definitions say, as `--help` does.

use std::{io, path::PathBuf, sync::OnceLock};

use clap::{Command, Subcommand};
use clap_complete::Shell;

/// What can be said about a program.
#[derive(Clone, Debug, Subcommand)]
pub enum Manual {
    /// Print what a shell can complete; for bash it belongs into ~/.local/share/bash-completion/completions
    Completions {
        /// Whose completions
        shell: Shell,
    },
    /// Write a man page for the program and one for each of its commands
    #[command(hide = true)]
    ManPages {
        /// A folder that exists
        folder: PathBuf,
    },
}

impl Manual {
    /// Writes man pages into their folder; what is to be printed comes back.
    ///
    /// # Errors
    /// Where a page cannot be written.
    pub fn of(&self, program: Command) -> io::Result<String> {
        match self {
            Manual::Completions { shell } => {
                let name = program.get_name().to_owned();
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut without_hidden(&program), name, &mut script);
                String::from_utf8(script).map_err(io::Error::other)
            }
            Manual::ManPages { folder } => {
                clap_mangen::generate_to(program.disable_help_subcommand(true), folder)?;
                Ok(String::new())
            }
        }
    }
}

/// Some of the scripts would name what is hidden.
fn without_hidden(program: &Command) -> Command {
    let shown = program.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    Command::new(program.get_name().to_owned()).args(program.get_arguments().cloned()).subcommands(shown)
}

/// What `--version` says behind the name: the package's version, and the revision of the protocol that it speaks. The first
/// call of a process counts.
pub fn version(package: &str, protocol: &str) -> &'static str {
    static LINE: OnceLock<String> = OnceLock::new();
    LINE.get_or_init(|| format!("{package} (protocol {protocol})"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn program() -> Command {
        let walk = Command::new("walk").about("Go on foot").after_help("Example:\n  travel walk --slowly");
        let program = Command::new("travel").version("1.2.3").about("Get about").subcommand(walk);
        Manual::augment_subcommands(program)
    }

    #[test]
    fn completions_know_the_commands_and_hide_what_is_hidden() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let script = Manual::Completions { shell }.of(program()).unwrap();
            assert!(script.contains("walk") && !script.contains("man-pages"), "{shell}");
        }
    }

    #[test]
    fn each_command_that_is_not_hidden_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let pages = Manual::ManPages { folder: folder.path().into() };
        assert_eq!(pages.of(program()).unwrap(), "");
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["travel-completions.1", "travel-walk.1", "travel.1"]);
        let page = fs::read_to_string(folder.path().join("travel-walk.1")).unwrap();
        assert!(page.contains("Go on foot") && page.contains("travel walk"), "{page}");
    }
}
