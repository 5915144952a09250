//! Aggregates under a relay that matches: killed at random moments, with a database that cannot be written, with a clock
//! that jumps.
//!
//! A harness of its own: one of its trials starts this program again in another part, and a part that does not exist ends
//! the program with an error, where a test that is not found would pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what cannot go on has failed")]

mod clock;
mod full;
mod hall;
mod killed;
mod locked;
mod traceless;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    if let Some(code) = full::part() {
        return code;
    }
    let trials = vec![
        trial("twenty_kills_lose_no_counter_older_than_a_second_and_count_none_twice", killed::trial),
        trial("matching_goes_on_over_a_locked_database_and_every_count_is_saved_later", locked::trial),
        trial("nothing_of_a_session_or_a_pair_is_on_the_disk", traceless::trial),
        trial("a_clock_set_back_is_named_and_no_count_is_lost_or_moved", clock::trial),
        Trial::test(
            "matching_goes_on_over_a_full_disk_and_every_count_is_saved_when_there_is_room",
            full::trial,
        )
        .with_ignored_flag(full::is_to_be_ignored()),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A trial on a runtime of its own.
fn trial<T: Future<Output = ()>>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> Trial {
    Trial::test(name, || {
        runtime()?.block_on(body());
        Ok(())
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failed> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
