//! The figures `ble_*`: how long it takes strangers to be nudged by Bluetooth alone, and what that puts on the air. The program
//! itself in processes of its own, each run in a fresh Bluetooth lab (docs/bluetooth-lab.md). Standard output has the figures and
//! nothing else.
#![cfg_attr(
    target_os = "linux",
    allow(
        clippy::print_stdout,
        clippy::print_stderr,
        reason = "figures on standard output, progress beside them"
    )
)]

#[cfg(target_os = "linux")]
mod figures;
#[cfg(target_os = "linux")]
mod measured;
#[cfg(target_os = "linux")]
#[path = "../../tests/ble_lab/room.rs"]
#[expect(dead_code, reason = "the tests in the same room need more of it")]
mod room;

#[cfg(not(target_os = "linux"))]
fn main() {}

/// Outside, boots the labs; inside, is what is measured.
#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    match sighej_ble_lab::inside() {
        Some(lab) => measured::main(&lab),
        None => figures::main(),
    }
}
