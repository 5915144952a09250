//! Devices that exchange for real: the node's program, a process each, as attendees start it.

use std::process::Command;

use sighej_lab::Program;

use crate::built;
use crate::eye::Outcome;

/// Nodes in one room of a relay. They leave when it is dropped.
pub(crate) struct Nodes {
    link: String,
    nodes: Vec<Program>,
}

impl Nodes {
    /// So many, by the link of an invitation.
    pub(crate) fn join(link: &str, count: usize) -> Outcome<Self> {
        let mut nodes = Self { link: link.to_owned(), nodes: Vec::new() };
        nodes.more(count)?;
        Ok(nodes)
    }

    /// More of them. All share one interest, and each has one of its own.
    pub(crate) fn more(&mut self, count: usize) -> Outcome<()> {
        for _ in 0..count {
            let own = format!("collecting item number {}", self.nodes.len());
            let mut command = Command::new(built::program("sighej")?);
            command.args(["join", &self.link, "--open", "--json", "--no-lan", "--ble", "off"]);
            // Nobody rests between two others.
            command.args(["--cool-down", "0", "--interest", "rust", &own]);
            self.nodes.push(Program::start(&mut command)?);
        }
        Ok(())
    }

    /// How often one of them was nudged so far. Each pair is two of these.
    pub(crate) fn nudges(&mut self) -> u64 {
        let nudged = |node: &mut Program| {
            node.watch(std::time::Duration::ZERO);
            node.seen().iter().filter(|line| line.event() == "nudge").count() as u64
        };
        self.nodes.iter_mut().map(nudged).sum()
    }
}
