//! What the node tells the app, by a thread of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

use sighej_node::{Event, Events, NodeEvent, Transport, report};

use crate::{Language, ListenerFault, Nudge, RadioFault};

/// What the app implements to hear what happens.
///
/// It is called on one thread that is its own, one event at a time. While it takes its time, up to 1,024 events wait; beyond, the
/// oldest that is no nudge is lost. What it throws changes nothing.
#[uniffi::export(with_foreign)]
pub trait Listener: Send + Sync {
    /// Something happened; `text` says it in a sentence for the attendee, where there is something to say. A nudge's own sentence is
    /// never in it.
    fn on_event(&self, event: PhoneEvent, text: Option<String>) -> Result<(), ListenerFault>;
}

/// Something that happened.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum PhoneEvent {
    /// The device is open.
    Opened,
    /// It is no longer open; everything is silent.
    Closed {
        /// Why.
        why: ClosedWhy,
    },
    /// A new epoch: fresh secrets, a fresh token, and the radio was told to appear anew.
    Epoch {
        /// Its number.
        number: u32,
    },
    /// How many are near now; never who.
    Near {
        /// The count.
        count: u32,
    },
    /// Someone nearby shares an interest.
    Nudged {
        /// What to show.
        nudge: Arc<Nudge>,
    },
    /// An exchange came to its end, and there is nothing to tell.
    NoMatch {
        /// Which way it went.
        way: Way,
    },
    /// An exchange came to its end, and this device would not have nudged; the text says why.
    Withheld,
    /// An exchange did not come to its end; it is tried again where that makes sense.
    Failed {
        /// Which way it went.
        way: Way,
    },
    /// Why nobody is found; the text says it.
    Waiting,
    /// Bluetooth works, or no longer does.
    Radio {
        /// How it is.
        state: RadioState,
    },
    /// The node listens on the network at this address.
    Listening {
        /// Such as `/ip4/192.0.2.7/tcp/4001`.
        address: String,
    },
    /// It cannot listen there; the text says why.
    ListenFailed,
    /// A connection came or went; nothing is known of the other.
    Link {
        /// Which way.
        way: Way,
        /// Whether it came.
        is_up: bool,
    },
    /// Something about the relay; the text says it.
    Relay,
    /// The node has ended: no event follows.
    Ended,
}

/// By which way two devices spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Way {
    /// Bluetooth.
    Bluetooth,
    /// A local network.
    Network,
    /// A relay.
    Relay,
    /// Devices between.
    Mesh,
}

/// How Bluetooth is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RadioState {
    /// It appears and listens.
    Up,
    /// It does not; the node appears again once the radio says that it is up.
    Down {
        /// Why.
        fault: RadioFault,
    },
}

/// Why the device closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ClosedWhy {
    /// The attendee asked.
    Asked,
    /// The attendee paused; it opens again by itself.
    Paused,
    /// The session's two hours are over, and everything of it is forgotten.
    SessionOver,
    /// The attendee wiped everything.
    Wiped,
    /// An epoch began, and the time of day was not known.
    NoClock,
    /// A fault of this library: outputs were not taken.
    Overrun,
}

/// Hands events to the listener until the node ends. Once `is_wiped` is set, what still waited is not told.
pub(crate) fn tell(
    mut events: Events,
    listener: Arc<dyn Listener>,
    language: Language,
    is_wiped: Arc<AtomicBool>,
) -> std::io::Result<()> {
    let pump = move || {
        while let Some(event) = futures::executor::block_on(events.next()) {
            let tells_of_the_wipe =
                matches!(event, NodeEvent::Engine(Event::Closed(sighej_node::ClosedWhy::Wiped)));
            if tells_of_the_wipe || !is_wiped.load(Relaxed) {
                let text = text(&event, language);
                hand(&*listener, event.into(), text);
            }
        }
        hand(&*listener, PhoneEvent::Ended, None);
    };
    thread::Builder::new().name("sighej-events".into()).spawn(pump).map(drop)
}

fn hand(listener: &dyn Listener, event: PhoneEvent, text: Option<String>) {
    if listener.on_event(event, text).is_err() {
        tracing::debug!("the app's listener failed");
    }
}

/// Nothing for a nudge: its sentence names interests, and is asked for.
fn text(event: &NodeEvent, language: Language) -> Option<String> {
    let is_nudge = matches!(event, NodeEvent::Engine(Event::Nudge(_)));
    if is_nudge { None } else { report::calm(event, language.into(), false) }
}

impl From<NodeEvent> for PhoneEvent {
    fn from(event: NodeEvent) -> PhoneEvent {
        match event {
            NodeEvent::Listening(address) => PhoneEvent::Listening { address: address.to_string() },
            NodeEvent::ListenFailed { .. } => PhoneEvent::ListenFailed,
            NodeEvent::LinkUp(way) => PhoneEvent::Link { way: way.into(), is_up: true },
            NodeEvent::LinkDown(way) => PhoneEvent::Link { way: way.into(), is_up: false },
            NodeEvent::Radio(sighej_node::RadioState::Up) => PhoneEvent::Radio { state: RadioState::Up },
            NodeEvent::Radio(sighej_node::RadioState::Down(why)) => {
                PhoneEvent::Radio { state: RadioState::Down { fault: RadioFault::from(&why) } }
            }
            NodeEvent::RelayUnreachable(_) => PhoneEvent::Relay,
            NodeEvent::Engine(event) => engine(event),
        }
    }
}

fn engine(event: Event) -> PhoneEvent {
    match event {
        Event::Opened => PhoneEvent::Opened,
        Event::Closed(why) => PhoneEvent::Closed { why: why.into() },
        Event::Epoch { number } => PhoneEvent::Epoch { number },
        Event::PeerSeen { near_now, .. } | Event::PeerLost { near_now } => {
            PhoneEvent::Near { count: u32::try_from(near_now).unwrap_or(u32::MAX) }
        }
        Event::ExchangeFailed { transport, .. } => PhoneEvent::Failed { way: transport.into() },
        Event::NoMatch { transport } => PhoneEvent::NoMatch { way: transport.into() },
        Event::Withheld { .. } => PhoneEvent::Withheld,
        Event::Nudge(nudge) => PhoneEvent::Nudged { nudge: Nudge::new(nudge) },
        Event::Waiting(_) => PhoneEvent::Waiting,
        Event::Relay(_) => PhoneEvent::Relay,
    }
}

impl From<Transport> for Way {
    fn from(transport: Transport) -> Way {
        match transport {
            Transport::Ble => Way::Bluetooth,
            Transport::Lan => Way::Network,
            Transport::Relay => Way::Relay,
            Transport::Mesh => Way::Mesh,
        }
    }
}

impl From<sighej_node::ClosedWhy> for ClosedWhy {
    fn from(why: sighej_node::ClosedWhy) -> ClosedWhy {
        match why {
            sighej_node::ClosedWhy::Asked => ClosedWhy::Asked,
            sighej_node::ClosedWhy::Paused => ClosedWhy::Paused,
            sighej_node::ClosedWhy::SessionOver => ClosedWhy::SessionOver,
            sighej_node::ClosedWhy::Wiped => ClosedWhy::Wiped,
            sighej_node::ClosedWhy::NoClock => ClosedWhy::NoClock,
            sighej_node::ClosedWhy::Overrun => ClosedWhy::Overrun,
        }
    }
}
