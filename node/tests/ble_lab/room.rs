//! The lab's one room: the program itself, a process for each attendee, each on a controller of its own.

use std::{process::Command, time::Duration};

use serde_json::Value;
use sighej_ble_lab::{Failed, Inside, Seen};
use sighej_lab::Program;

/// A minute into an epoch: nobody is silent any more, and the next boundary is far.
pub(crate) const MID_EPOCH: u64 = 2_900_000 * 600 + 60;
/// Whatever is to come comes by then, on a machine that does other things beside. What is asserted of times is asserted of
/// the program's own.
pub(crate) const SOON: Duration = Duration::from_secs(60);
/// How long it is watched that nothing more comes.
pub(crate) const A_WHILE: Duration = Duration::from_secs(3);

/// An attendee on a controller, by Bluetooth alone. The lab's radio knows no strength, so the gate is off; and with two or
/// three near, the usual crowd guard would keep everybody waiting.
pub(crate) fn attendee(controller: u8, interests: &[&str], more: &[&str]) -> Result<Program, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sighej"));
    command.args(["run", "--json", "--crowd-guard", "1", "--rssi-gate", "off", "--ble"]);
    command.arg(format!("hci{controller}")).args(more).arg("--interest").args(interests);
    Ok(Program::start(&mut command)?)
}

/// One that is open, without LAN or dwell.
pub(crate) fn open(controller: u8, interests: &[&str], more: &[&str]) -> Result<Program, Failed> {
    attendee(controller, interests, &[&["--open", "--no-lan", "--dwell", "0"], more].concat())
}

/// Waits until both are nudged, of these interests and with the same cue.
pub(crate) fn nudged_alike(one: &mut Program, two: &mut Program, of: &[&str]) -> Result<Value, Failed> {
    let ours = match one.wait_for("nudge", SOON) {
        Ok(nudge) => nudge.json,
        Err(error) => {
            two.watch(Duration::ZERO);
            return Err(both_sides(error, two));
        }
    };
    let theirs = two.wait_for("nudge", SOON).map_err(|error| both_sides(error, one))?.json;
    assert_eq!(ours["interests"], serde_json::json!(of));
    assert_eq!(ours["interests"], theirs["interests"]);
    assert_eq!(ours["cue"], theirs["cue"]);
    assert_eq!((&ours["transport"], &theirs["transport"]), (&"ble".into(), &"ble".into()));
    Ok(ours)
}

/// What one side of a meeting has to say to the other's failure.
fn both_sides(error: sighej_lab::ProgramError, other: &Program) -> Failed {
    format!("{error}\nand the other said:\n{}", said(other)).into()
}

/// Everything that a program said.
pub(crate) fn said(program: &Program) -> String {
    let lines: Vec<&str> = program.seen().iter().map(|line| line.text.as_str()).collect();
    lines.join("\n")
}

/// How many events of this name were read.
pub(crate) fn count(program: &Program, event: &str) -> usize {
    program.seen().iter().filter(|line| line.event() == event).count()
}

/// Ends a program as a user does; it must have nothing to complain about.
pub(crate) fn end(mut program: Program) -> Result<(), Failed> {
    program.signal("TERM")?;
    assert_eq!(program.wait(SOON)?.code(), Some(0));
    assert_eq!(program.errors(SOON)?, "", "nothing to complain about");
    Ok(())
}

/// Links of this controller as it saw them, in the order in which they came up.
pub(crate) fn links(lab: &Inside, controller: u16) -> Result<Vec<Seen>, Failed> {
    let links = lab.capture()?.links().into_iter();
    Ok(links.filter(|link| link.controller == controller).collect())
}
