//! What a platform implements.
//!
//! # For whoever writes an app
//! A SigHej device is a central and a peripheral at once. Two traits say what the rest of the program needs of that:
//!
//! | here | `CoreBluetooth` | Android |
//! | --- | --- | --- |
//! | [`Radio::appear`] | `CBPeripheralManager.startAdvertising` with the service UUID alone | `BluetoothLeAdvertiser.startAdvertising` with service data |
//! | [`RadioEvent::Sighted`] | `didDiscover` | `ScanCallback.onScanResult` |
//! | [`Radio::connect`] | `CBCentralManager.connect`, then discover and subscribe | `connectGatt`, `requestMtu(517)`, discover, subscribe |
//! | [`RadioEvent::Accepted`] | a central subscribes to the characteristic | `onDescriptorWriteRequest` that subscribes |
//! | [`Link::send`] | `writeValue` as a central, `updateValue` to that one central as a peripheral | `writeCharacteristic`, `notifyCharacteristicChanged` |
//!
//! Whoever implements them keeps four promises: nothing is on the air between [`Radio::fall_silent`] and the next
//! [`Radio::appear`]; each new token appears under a fresh random address; every call ends, by an error at worst,
//! within seconds; and nothing that was heard is written to a log.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use thiserror::Error;

/// Bytes of a [`Presence`].
pub const PRESENCE_BYTES: usize = 9;

/// What a device shows of itself (specification, section 9.2): version and flags (1) ‖ token (8).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Presence(pub [u8; PRESENCE_BYTES]);

impl Presence {
    /// Version in the high nibble, flags in the low one.
    #[must_use]
    pub fn version_flags(&self) -> u8 {
        self.0[0]
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> [u8; 8] {
        let [_, token @ ..] = self.0;
        token
    }
}

/// Tokens stay unprinted: a log of them would link adverts.
impl fmt::Debug for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presence(redacted)")
    }
}

/// A platform's name for a device that was heard: an address, or an identifier of the system's own. Means nothing
/// beyond this process, and changes with the peer's epoch.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerAddress(Arc<str>);

impl PeerAddress {
    /// From whatever text the platform names a device by.
    #[must_use]
    pub fn new(text: &str) -> PeerAddress {
        PeerAddress(text.into())
    }

    /// That text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Addresses stay unprinted.
impl fmt::Debug for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeerAddress(redacted)")
    }
}

/// What a radio can do on this platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Others can find this device. Without it, this device can only find them.
    pub advertises: bool,
    /// The advert carries the token; otherwise the service's UUID alone, and the token is read over a link.
    pub service_data: bool,
    /// Links can be L2CAP channels.
    pub l2cap: bool,
}

/// What an advert said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvertSeen {
    /// Service data with a presence.
    Presence(Presence),
    /// The service's UUID alone.
    Bare,
}

/// One advert of a SigHej device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// From where.
    pub address: PeerAddress,
    /// What it said.
    pub advert: AdvertSeen,
    /// How strongly, in dBm; `None` where the radio does not know (HCI says 127).
    pub rssi: Option<i8>,
}

/// What a radio tells.
#[derive(Debug)]
pub enum RadioEvent {
    /// An advert was heard.
    Sighted(Sighting),
    /// Somebody connected and can be spoken to.
    Accepted(Arc<dyn Link>),
    /// The adapter is gone, powered off, or no longer answers; links are gone with it. The radio goes on trying by itself to appear as
    /// it was told last.
    Down(RadioError),
    /// It appears and scans (again).
    Up,
}

/// A radio that this device appears on, listens on and dials with.
///
/// Made by the platform; used by one owner, who waits in [`Radio::event`] while calling the other methods. Dropping it silences it.
#[async_trait]
pub trait Radio: fmt::Debug + Send + Sync + 'static {
    /// What it can do. Constant.
    fn abilities(&self) -> Abilities;

    /// Advertises this presence and scans. With another token than before: under a fresh address, after every link and
    /// whatever else bears the old identity is gone. With the same token only the flags have changed, and links stay.
    ///
    /// # Errors
    /// Where the adapter cannot now; it goes on trying (see [`RadioEvent::Up`]), until told to fall silent.
    async fn appear(&self, presence: Presence) -> Result<(), RadioError>;

    /// Stops advertising and scanning and closes every link. When this returns, nothing more is sent.
    async fn fall_silent(&self);

    /// The next event; `None` when there will be no more. May be cancelled without loss. Where the owner lags, sightings are
    /// lost first.
    async fn event(&self) -> Option<RadioEvent>;

    /// Connects to a device that was heard, by L2CAP where both can, by GATT otherwise.
    ///
    /// # Errors
    /// After retries within the platform's time limit, why it came to nothing.
    async fn connect(&self, peer: &PeerAddress) -> Result<Arc<dyn Link>, RadioError>;
}

/// By which kind of packets a link travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Writes one way, notifications the other.
    Gatt,
    /// A connection-oriented channel.
    L2cap,
}

/// A connection to one device: packets of bounded length, each whole or not at all; in any order, and perhaps twice, since ATT
/// writes can be reordered on their way to an application. Whole messages are made of them by fragments.
///
/// Used by one owner, who waits in [`Link::receive`] while sending. Dropping it closes it.
#[async_trait]
pub trait Link: fmt::Debug + Send + Sync + 'static {
    /// How it travels.
    fn path(&self) -> Path;

    /// The peer, as [`Radio::connect`] or a sighting named it; an accepted link may come from an address never heard.
    fn peer(&self) -> PeerAddress;

    /// The longest packet, in bytes: at least 18 (ATT MTU 23, and a link's id).
    fn max_packet(&self) -> usize;

    /// Reads the peer's presence; only on a link that this device dialled.
    ///
    /// # Errors
    /// Where the link is gone, or the peer shows none.
    async fn presence(&self) -> Result<Presence, LinkError>;

    /// Sends one packet; waits while the peer takes no more.
    ///
    /// # Errors
    /// Where the packet is too long, or the link is gone. Nothing was sent then.
    async fn send(&self, packet: &[u8]) -> Result<(), LinkError>;

    /// The next packet; `None` once the link is gone. May be cancelled without loss.
    async fn receive(&self) -> Option<Vec<u8>>;

    /// Ends the link. What was sent before has left this device, or is lost.
    async fn close(&self);
}

/// Why a radio cannot do what it should.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RadioError {
    /// No adapter, or not that one.
    #[error("no Bluetooth adapter{}: plug one in, or run `sighej doctor`", .0.as_ref().map(|name| format!(" named {name}")).unwrap_or_default())]
    NoAdapter(Option<String>),
    /// Switched off, by software or by a key.
    #[error("Bluetooth is switched off: switch it on, or run `sighej doctor`")]
    PoweredOff,
    /// The system lets this program not.
    #[error("this program may not use Bluetooth: {0}; run `sighej doctor`")]
    Forbidden(String),
    /// The Bluetooth service of the system does not run.
    #[error("the system's Bluetooth service does not answer: {0}; run `sighej doctor`")]
    NoService(String),
    /// The platform cannot advertise.
    #[error("this computer cannot advertise: it can find others, others cannot find it")]
    CannotAdvertise,
    /// The peer could not be reached, or is no longer there.
    #[error("the other device could not be reached")]
    Unreachable,
    /// A call took too long.
    #[error("{0} took too long")]
    TimedOut(&'static str),
    /// Anything else that the system says, in its words; names no peer.
    #[error("Bluetooth failed: {0}")]
    Platform(String),
}

impl RadioError {
    /// Whether the attendee can do something about it, so that it is worth telling when it takes the place of another.
    #[must_use]
    pub fn can_be_mended(&self) -> bool {
        match self {
            Self::NoAdapter(_) | Self::PoweredOff | Self::Forbidden(_) | Self::NoService(_) => true,
            Self::CannotAdvertise | Self::Unreachable | Self::TimedOut(_) | Self::Platform(_) => false,
        }
    }
}

/// Why a packet did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// The link is gone.
    #[error("the link is gone")]
    Gone,
    /// Longer than [`Link::max_packet`].
    #[error("a packet of {0} bytes is too long for this link")]
    TooLong(usize),
    /// The peer does not show what a SigHej device shows.
    #[error("the other device is no SigHej device")]
    NotSigHej,
}
