//! The link over Bluetooth LE, between the engine and a platform's [`Radio`].
//!
//! It carries bytes and decides nothing. One task, the [`station`], owns the radio for as long as the node lives; each link
//! has a task of its own. What they promise the engine:
//! - a *link* is one connection; its peer's address is a handle, fresh for every identity. The handle of one that called is
//!   never that of one that was heard: an address can be borrowed, and a stranger's failures would be held against its owner;
//! - a *channel* is a numbered stream of messages on a link, a frame is one message in it;
//! - a token is read over a link that was dialled where the advert was bare.

mod addresses;
mod channels;
pub mod limits;
mod link;
mod meter;
mod station;
mod tuning;

use std::sync::Arc;

use sighej_ble::{Presence, Radio, RadioError};
use sighej_crypto::Token;
use sighej_engine::{RadioAddress, Sighting};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

use crate::links::{Ids, LinkCommand, LinkEvent};

pub use meter::Metered;

use meter::Meter;

/// How a radio is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RadioState {
    /// It appears, where it can, and listens.
    Up,
    /// It does not, and why; it goes on trying.
    Down(RadioError),
}

/// What Bluetooth tells the driver.
#[derive(Debug)]
pub(crate) enum BluetoothEvent {
    /// The radio works, or does not.
    State(RadioState),
    /// An advert was heard.
    Sighted(Sighting),
    /// A dial came to nothing.
    DialFailed(RadioAddress),
    /// Something about a link.
    Link(LinkEvent),
}

/// What the driver asks of the station.
#[derive(Debug)]
enum StationCommand {
    /// Appear, or change the flags.
    Appear(Presence),
    /// Be silent, and say when.
    Silence(oneshot::Sender<()>),
    /// Connect; answered by a link that is up, or by a dial that has failed.
    Dial(RadioAddress),
    /// Something on a link.
    Link(LinkCommand),
}

/// The driver's end of the station. Dropping it silences the radio.
#[derive(Debug)]
pub(crate) struct Bluetooth {
    commands: mpsc::Sender<StationCommand>,
    events: mpsc::Receiver<BluetoothEvent>,
    /// How the radio is; told apart from the events, since it outlives a silence.
    state: watch::Receiver<Option<RadioState>>,
    meter: Arc<Meter>,
}

impl Bluetooth {
    /// Starts a station in the current runtime. Nothing is on the air before it appears.
    pub(crate) fn new(radio: Arc<dyn Radio>, ids: Arc<Ids>) -> Bluetooth {
        let (commands, obey) = mpsc::channel(limits::COMMANDS_QUEUED);
        let (tell, events) = mpsc::channel(limits::EVENTS_QUEUED);
        let (state, watched) = watch::channel(None);
        let meter = Arc::<Meter>::default();
        let driver = station::Driver { events: tell, state };
        tokio::spawn(station::Station::new(radio, ids, driver, Arc::clone(&meter)).run(obey));
        Bluetooth { commands, events, state: watched, meter }
    }

    pub(crate) fn appear(&self, version_flags: u8, token: Token) {
        let mut presence = [version_flags; sighej_ble::PRESENCE_BYTES];
        presence[1..].copy_from_slice(token.as_bytes());
        self.command(StationCommand::Appear(Presence(presence)));
    }

    /// Says whether the station took it.
    pub(crate) fn dial(&self, address: RadioAddress) -> bool {
        self.command(StationCommand::Dial(address))
    }

    pub(crate) fn send(&self, command: LinkCommand) {
        self.command(StationCommand::Link(command));
    }

    /// Falls silent; when this returns, nothing more is sent, and no event of what was is left.
    pub(crate) async fn silence(&mut self) {
        let (said, silent) = oneshot::channel();
        let silence = async {
            if self.commands.send(StationCommand::Silence(said)).await.is_ok() {
                // A station that is gone is silent.
                let _gone = silent.await;
            }
        };
        // The station may be waiting for somebody to hear it.
        let unheard = async { while self.events.recv().await.is_some() {} };
        let ended = async {
            tokio::select! {
                () = silence => {}
                () = unheard => {}
            }
        };
        if timeout(limits::SILENT_WITHIN, ended).await.is_err() {
            tracing::warn!("the radio takes long to fall silent");
        }
        while self.events.try_recv().is_ok() {}
    }

    /// What happened next. May be cancelled without loss.
    pub(crate) async fn event(&mut self) -> BluetoothEvent {
        loop {
            tokio::select! {
                Ok(()) = self.state.changed() => {
                    if let Some(state) = self.state.borrow_and_update().clone() {
                        return BluetoothEvent::State(state);
                    }
                }
                Some(event) = self.events.recv() => return event,
                else => std::future::pending().await,
            }
        }
    }

    pub(crate) fn metered(&self) -> Metered {
        self.meter.read()
    }

    fn command(&self, command: StationCommand) -> bool {
        let taken = self.commands.try_send(command).is_ok();
        if !taken {
            tracing::warn!("the radio is stuck; a message to a peer is lost");
        }
        taken
    }
}
