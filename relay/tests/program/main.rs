//! The program `sighej-relay`, run as an operator runs it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what cannot go on has failed")]

mod crowd;
mod invitations;
mod lies;
mod process;
mod secrecy;
mod serving;
mod settings;
