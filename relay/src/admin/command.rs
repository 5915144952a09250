//! `sighej-relay admin-token`.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};

use super::token::{self, AdminToken};

/// What can be done with admin tokens. A relay that runs on the same folder need not be stopped.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum AdminTokenCommand {
    /// Make a token for the admin API. It is printed once, and kept as a hash alone.
    Create {
        /// What to call it, for instance after the program that will use it.
        name: String,
    },
    /// List the tokens' names, and when they were made.
    List,
    /// Revoke a token: it opens nothing from now on.
    Revoke {
        /// Which one.
        name: String,
    },
}

impl AdminTokenCommand {
    /// Does it, in the database of a data folder, and gives what is to be printed.
    ///
    /// # Errors
    /// A name that cannot be read out, and what the database says.
    pub fn run(&self, folder: &Path) -> anyhow::Result<String> {
        match self {
            Self::Create { name } => create(folder, name),
            Self::List => {
                let line = |token: token::ListedToken| {
                    format!(
                        "{}\tmade {} days ago\n",
                        token.name,
                        now().saturating_sub(token.created) / 86_400
                    )
                };
                let lines: String = token::list(folder)?.into_iter().map(line).collect();
                let none = "There are no admin tokens; `sighej-relay admin-token create NAME` makes one.\n";
                Ok(if lines.is_empty() { none.to_owned() } else { lines })
            }
            Self::Revoke { name } => {
                token::revoke(folder, name)?;
                Ok(format!("{name} opens nothing any more.\n"))
            }
        }
    }
}

fn create(folder: &Path, name: &str) -> anyhow::Result<String> {
    let can_be_read_out = !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    ensure!(can_be_read_out, "a token's name has 1 to 64 letters, digits, dots, dashes and underscores");
    let token = AdminToken::draw().context("the system gives no random numbers")?;
    token::create(folder, name, &token, now())?;
    Ok(format!("{}\n", token.reveal()))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_listed_and_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let run = |command: AdminTokenCommand| command.run(folder.path()).map_err(|error| error.to_string());
        let name = || "dashboard".to_owned();
        assert!(run(AdminTokenCommand::List).unwrap().contains("no admin tokens"));
        let printed = run(AdminTokenCommand::Create { name: name() }).unwrap();
        assert!(AdminToken::parse(printed.trim()).is_some());
        assert_eq!(run(AdminTokenCommand::List).unwrap(), "dashboard\tmade 0 days ago\n");
        run(AdminTokenCommand::Revoke { name: name() }).unwrap();
        let error = run(AdminTokenCommand::Revoke { name: name() }).unwrap_err();
        assert!(error.contains("admin-token list"), "{error}");
        for bad in ["", "a b", "a\nb", &"x".repeat(65)] {
            assert!(run(AdminTokenCommand::Create { name: bad.to_owned() }).is_err());
        }
    }
}
