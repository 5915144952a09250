//! The phone's Bluetooth: what the app implements ([`PhoneRadio`], [`PhoneLink`]), and where it puts what it hears ([`RadioInbox`],
//! [`LinkInbox`]).

mod fault;
mod foreign;
mod inbox;
pub mod limits;
mod link;

use std::sync::Arc;

pub use fault::{LinkFault, RadioFault};
pub(crate) use foreign::ForeignRadio;
pub use inbox::{LinkInbox, RadioInbox};

/// What the platform's Bluetooth can do. Constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Abilities {
    /// Others can find this device.
    pub advertises: bool,
    /// Its advert can carry service data. iOS cannot: there the token is read over a link.
    pub service_data: bool,
    /// Links can be L2CAP channels on the PSM of [`gatt_names`](crate::gatt_names).
    pub l2cap: bool,
}

/// By which kind of packets a link travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LinkPath {
    /// Writes one way, notifications the other.
    Gatt,
    /// A connection-oriented channel.
    L2cap,
}

/// A link that was dialled.
#[derive(Clone, uniffi::Record)]
pub struct Connected {
    /// The link.
    pub link: Arc<dyn PhoneLink>,
    /// How it travels.
    pub path: LinkPath,
    /// The longest packet, in bytes: at least 18. [`max_packet`](crate::max_packet) tells it of an ATT MTU.
    pub max_packet: u32,
}

/// The phone's Bluetooth, as the app implements it.
///
/// One call of [`PhoneRadio::advertise`], [`PhoneRadio::scan`] and [`PhoneRadio::fall_silent`] is under way at a time, and up to eight of
/// [`PhoneRadio::connect`] beside it. A call that takes longer than [`limits`] says is given up: its task is cancelled. Whatever it
/// throws counts as [`RadioFault::Failed`]. Nothing that it was given or heard may be written to a log.
#[uniffi::export(with_foreign)]
#[async_trait::async_trait]
pub trait PhoneRadio: Send + Sync {
    /// What the platform can do. Asked once.
    fn abilities(&self) -> Result<Abilities, RadioFault>;

    /// Where to put what is heard, from now on. Given once, before anything else.
    fn attach(&self, inbox: Arc<RadioInbox>) -> Result<(), RadioFault>;

    /// Advertise, and serve the token characteristic with `presence` (9 bytes). `service_data` (10 bytes) is the advert's, where the
    /// platform can; otherwise the advert is the service's UUID alone. `is_new` says that this is another identity than before:
    /// a fresh random address, and no connection of the old one left.
    async fn advertise(
        &self,
        presence: Vec<u8>,
        service_data: Option<Vec<u8>>,
        is_new: bool,
    ) -> Result<(), RadioFault>;

    /// Look for adverts of the service, and tell each to [`RadioInbox::sighted`].
    async fn scan(&self) -> Result<(), RadioFault>;

    /// Connect to a device that was sighted, and pass its packets to `inbox` as they come. To be ended where the task is cancelled.
    async fn connect(&self, peer: String, inbox: Arc<LinkInbox>) -> Result<Connected, RadioFault>;

    /// Stop the advert and the scan and close every connection. When this returns, nothing more is sent.
    async fn fall_silent(&self) -> Result<(), RadioFault>;
}

/// A connection to one device, as the app implements it. Packets arrive in its [`LinkInbox`].
#[uniffi::export(with_foreign)]
#[async_trait::async_trait]
pub trait PhoneLink: Send + Sync {
    /// Read the token characteristic of the device that was dialled: 9 bytes.
    async fn presence(&self) -> Result<Vec<u8>, LinkFault>;

    /// Send one packet, whole; wait while the platform takes no more.
    async fn send(&self, packet: Vec<u8>) -> Result<(), LinkFault>;

    /// End it. What was sent before has left, or is lost. (`close` is taken: by it Kotlin lets an object of this library go.)
    async fn hang_up(&self) -> Result<(), LinkFault>;
}
