//! SigHej for apps on phones: the node as one object, the phone's Bluetooth as a trait that the app implements.
//!
//! By [uniffi](https://mozilla.github.io/uniffi-rs/) it is to be had from Kotlin, Swift and Python; `docs/phone.md` is the page for whoever writes an
//! app. What crosses the border:
//!
//! - in: a [`Profile`] once, [`Settings`], the attendee's wishes ([`Phone`]), and what the radio hears ([`RadioInbox`], [`LinkInbox`]);
//! - out: events ([`Listener`]), and what the radio shall do ([`PhoneRadio`], [`PhoneLink`]).
//!
//! **Nothing that tells of a person is a field that some language prints by the way.** Interests, nudges and rooms are objects
//! ([`Profile`], [`Nudge`], [`Invitation`]), whose texts are asked for; errors count positions and name no text.
//!
//! **The app cannot hold up the node.** Its radio's calls run on threads of their own, and are given up in time; its listener has a
//! thread of its own, behind a bounded queue. What it throws is an error like any other.

mod app;
mod catalogue;
mod error;
mod event;
mod gatt;
mod invitation;
mod nudge;
mod phone;
mod profile;
mod radio;
mod settings;

pub use catalogue::{Interest, catalogue, search};
pub use error::{InvitationError, ListenerFault, ProfileError, StartError, WishError};
pub use event::{ClosedWhy, Listener, PhoneEvent, RadioState, Way};
pub use gatt::{
    GattNames, GattValue, gatt_names, link_id, max_notified, max_packet, read_value, value_of_link,
    value_with_packet,
};
pub use invitation::Invitation;
pub use nudge::{Cue, Nudge};
pub use phone::{Phone, Version, version};
pub use profile::Profile;
pub use radio::{
    Abilities, Connected, LinkFault, LinkInbox, LinkPath, PhoneLink, PhoneRadio, RadioFault, RadioInbox,
    limits,
};
pub use settings::{Lan, Language, QuietHours, Settings, default_settings};

uniffi::setup_scaffolding!("sighej");
