//! What the Linux kernel says of its Bluetooth controllers: whether they are powered, whether Bluetooth LE is on, and
//! whether they show a random address instead of their own.
//!
//! The kernel answers on its management channel (BlueZ, `doc/mgmt-api.txt`), whether or not bluetoothd runs, and without
//! privileges: only questions are asked here, nothing is set, and nothing is sent on the air. Addresses and names, which
//! the answers hold too, are not read.
//!
//! The crate is empty on other systems. It stands apart because a socket of this family can be bound by no safe
//! function of any well-kept library: one implementation of an unsafe trait, the only one in this workspace, is in `socket.rs`.
#![cfg(target_os = "linux")]

mod packet;
mod socket;

use std::{io, time::Duration};

use thiserror::Error;

pub use packet::Controller;

/// How long the kernel may take to answer one question; it answers from memory.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// Controllers that are asked about; further ones are left out.
pub const MAX_CONTROLLERS: usize = 16;
/// Unrelated events that may come between a question and its answer before it counts as unanswered.
const MAX_EVENTS: usize = 64;

/// Why the kernel did not say.
#[derive(Debug, Error)]
pub enum MgmtError {
    /// There is no such socket: a kernel without Bluetooth, or a sandbox that hides it.
    #[error("the kernel's Bluetooth management channel cannot be opened: {0}")]
    Closed(#[source] io::Error),
    /// A question could not be sent, or its answer not be read.
    #[error("the kernel's Bluetooth management channel does not answer: {0}")]
    Silent(#[source] io::Error),
    /// It refused, by a status of the interface.
    #[error("the kernel refused to tell about its Bluetooth controllers (status {0})")]
    Refused(u8),
    /// What came is no answer of this interface.
    #[error("the kernel's answer about its Bluetooth controllers cannot be read")]
    Malformed,
}

/// Asks about every controller, in the order of their numbers. Blocks for at most [`PATIENCE`] a question.
///
/// # Errors
/// Where the kernel cannot be asked. A controller that vanishes meanwhile is left out.
pub fn controllers() -> Result<Vec<Controller>, MgmtError> {
    let socket = socket::Socket::open(PATIENCE).map_err(MgmtError::Closed)?;
    let mut indices = packet::indices(&ask(&socket, packet::READ_INDEX_LIST, packet::NO_INDEX)?)?;
    indices.sort_unstable();
    indices.truncate(MAX_CONTROLLERS);
    let mut controllers = Vec::new();
    for index in indices {
        match ask(&socket, packet::READ_INFO, index) {
            Ok(answer) => controllers.push(packet::controller(index, &answer)?),
            Err(MgmtError::Refused(packet::INVALID_INDEX)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(controllers)
}

fn ask(socket: &socket::Socket, opcode: u16, index: u16) -> Result<Vec<u8>, MgmtError> {
    socket.send(&packet::question(opcode, index)).map_err(MgmtError::Silent)?;
    for _ in 0..MAX_EVENTS {
        let event = socket.receive().map_err(MgmtError::Silent)?;
        if let Some(answer) = packet::answer(&event, opcode, index)? {
            return Ok(answer.to_vec());
        }
    }
    Err(MgmtError::Malformed)
}
