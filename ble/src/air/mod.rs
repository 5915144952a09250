//! An air in memory: radios that hear and reach each other as Bluetooth's would, for tests and simulations.
//!
//! What happens follows from the seed and from the order of calls: under tokio's paused clock, on one thread, a run
//! repeats itself. Everything that a real radio does to a program can be had here: adverts that are lost, strengths that
//! waver, packets that come late, twice or in another order, links that break, too many links, a radio that is switched
//! off, platforms that can do less.
//!
//! ```
//! use sighej_ble::{Presence, Radio, RadioEvent, air::{Air, Conditions, Station}};
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let air = Air::new(7, Conditions::default());
//! let (one, other) = (air.radio(Station::default()), air.radio(Station::default()));
//! one.appear(Presence([0x10; 9])).await?;
//! other.appear(Presence([0x11; 9])).await?;
//! assert!(matches!(one.event().await, Some(RadioEvent::Sighted(_))));
//! # Ok(())
//! # }
//! ```

mod chance;
mod link;
mod radio;
mod state;
mod wire;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::Abilities;

pub use radio::{AirRadio, Remote};

use state::State;

/// What holds for everybody on an air.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// How far anything is heard, in metres.
    pub range: f64,
    /// Whether strengths are known: 127 otherwise, as on a virtual controller.
    pub knows_strength: bool,
    /// How much a strength wavers, in dB to either side.
    pub wavering: u8,
    /// From an advert to the next, without the random delay of up to 10 ms.
    pub advert_interval: Duration,
    /// Which share of adverts a listener misses, 0 to 1.
    pub advert_loss: f64,
    /// How long a device that accepted a link shows no advert.
    pub advert_pause: Duration,
    /// How long it takes to connect.
    pub connecting: Duration,
    /// When an attempt to connect to nobody ends.
    pub connect_limit: Duration,
    /// From sending a packet to its arrival.
    pub latency: Duration,
    /// For how long a packet keeps the sender's controller from sending another, on whatever link.
    pub airtime: Duration,
    /// Which share of packets is lost and sent again, each time a latency later, 0 to 1. A packet lost so often that
    /// [`Conditions::RETRANSMISSIONS`] is reached breaks its link.
    pub packet_loss: f64,
    /// Which share of packets is overtaken by later ones, 0 to 1.
    pub overtaken: f64,
    /// Which share of packets arrives twice, 0 to 1.
    pub repeated: f64,
}

impl Conditions {
    /// How often one packet is sent again before its link counts as lost.
    pub const RETRANSMISSIONS: u32 = 20;
}

/// A quiet room in which nothing is lost.
impl Default for Conditions {
    fn default() -> Self {
        Conditions {
            range: 30.0,
            knows_strength: true,
            wavering: 0,
            advert_interval: Duration::from_millis(100),
            advert_loss: 0.0,
            advert_pause: Duration::from_millis(60),
            connecting: Duration::from_millis(80),
            connect_limit: Duration::from_secs(5),
            latency: Duration::from_millis(8),
            airtime: Duration::from_millis(1),
            packet_loss: 0.0,
            overtaken: 0.0,
            repeated: 0.0,
        }
    }
}

/// One device: where it is, and what its platform can do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Station {
    /// Where, in metres.
    pub position: (f64, f64),
    /// What its platform can do.
    pub abilities: Abilities,
    /// Its ATT MTU, 23 to 517: a link has the smaller of both.
    pub mtu: u16,
    /// Links at once, dialled and accepted together. Further ones come to nothing.
    pub links: usize,
}

/// A Linux computer in the middle of the room.
impl Default for Station {
    fn default() -> Self {
        let abilities = Abilities { advertises: true, service_data: true, l2cap: true };
        Station { position: (0.0, 0.0), abilities, mtu: 517, links: 8 }
    }
}

/// What a device sent, as anybody near could count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Adverts.
    pub adverts: u64,
    /// Packets on links.
    pub packets: u64,
    /// Bytes of these packets.
    pub packet_bytes: u64,
    /// Attempts to connect.
    pub dials: u64,
}

/// The air itself. Clones are the same air.
#[derive(Clone, Debug)]
pub struct Air(Arc<Mutex<State>>);

impl Air {
    /// An empty air.
    #[must_use]
    pub fn new(seed: u64, conditions: Conditions) -> Air {
        Air(Arc::new(Mutex::new(State::new(seed, conditions))))
    }

    /// A radio on this air, silent until it is told to appear.
    #[must_use]
    pub fn radio(&self, station: Station) -> Arc<AirRadio> {
        Arc::new(AirRadio::new(self.clone(), station))
    }

    /// Changes the conditions from now on.
    pub fn set_conditions(&self, conditions: Conditions) {
        self.state().conditions = conditions;
    }

    /// Breaks every link there is once so many more packets were sent, by anybody: for a link that is lost in the middle.
    pub fn break_links_after(&self, packets: u64) {
        self.state().break_after = Some(packets);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
