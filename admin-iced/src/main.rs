//! `sighej-admin`: watch a venue come alive, and nobody in it.
//!
//! A desktop on a relay's admin API. It shows counts that name nobody, and logs nothing.
//!
//! * `client`: the admin API, its stream, and what can be wrong with it.
//! * `model`: what is known of the relay, as plain data.
//! * `screen`: a file for each screen, with its `Message`, `Action`, `update` and `view`.
//! * `app`: which screen, and who gets what was heard.
//! * `demo`: a relay inside the process, with attendees who exchange for real.

mod app;
mod chart;
mod cli;
mod client;
#[cfg(feature = "demo")]
mod demo;
mod export;
mod keep;
mod look;
mod model;
mod screen;
mod widget;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::ask().and_then(app::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::failed(&error),
    }
}
