//! The hall at work: real engines, virtual time, and between them the air and the links. One queue of what happens next,
//! ordered by time and then by when it was queued, so that a seed has one course.

mod air;
mod device;
mod ear;
mod inbox;
mod judge;
mod lan;
mod links;
mod mesh;
mod queue;
mod relay;
mod setup;
mod shell;
mod tick;

pub use device::{Device, Role};
pub use judge::{End, Outcome};
pub use setup::Flood;

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::Token;
use sighej_engine::{Intent, Now};

use crate::{
    dice::Dice,
    faults::Faults,
    grid::Grid,
    hall::Hall,
    interests::Popularity,
    measure::Measure,
    model::{Model, Violation},
    people::SECOND,
    radio::Ether,
    scenario::Scenario,
};
use lan::Lan;
use links::Wire;
use mesh::Talks;
use queue::{Happening, Queue};
use relay::Relay;
use tick::Ticks;

/// Seconds since the Unix epoch when an event begins: 100 s after a boundary.
pub const START: u64 = 1_800_000_100;
/// The adverts that a device hears of one other within this time are one sighting: what comes oftener tells it nothing new.
pub const LOOK: u64 = 3 * SECOND;
/// A phone whose owner leaves has so long to say goodbye.
const GOODBYE: u64 = 15 * SECOND;

/// A hall, and everybody in it.
pub struct World {
    /// What was planned.
    pub scenario: Scenario,
    /// The place.
    pub hall: Hall,
    /// Who likes what.
    pub popularity: Popularity,
    /// Everybody, simulated.
    pub devices: Vec<Device>,
    /// What was counted.
    pub measure: Measure,
    /// What goes wrong.
    pub faults: Faults,
    /// How exchanges ended, where somebody wants to know ([`World::keep_outcomes`]).
    pub outcomes: Vec<Outcome>,
    /// Whether outcomes are kept.
    pub keep_outcomes: bool,
    /// A device that fills the air with tokens that are nobody's.
    pub flood: Option<Flood>,
    /// How many threads share the work. The result is the same whatever the number.
    pub threads: usize,
    now: u64,
    length: u64,
    seed: u64,
    ether: Ether,
    grid: Grid<air::Shown>,
    queue: Queue,
    wires: BTreeMap<u64, Wire>,
    /// Links that are gone, until an end notices.
    parted: BTreeMap<u64, Wire>,
    /// Whose each token is that is shown now.
    tokens: BTreeMap<Token, u32>,
    talks: Talks,
    lan: Lan,
    relay: Option<Relay>,
    names: u64,
    dice: Dice,
    model: Model,
    violation: Option<Violation>,
    ticks: Ticks,
}

impl World {
    /// Lets everything happen until this time, in microseconds from the start.
    ///
    /// # Errors
    /// The first promise of the engine that did not hold.
    pub fn run_until(&mut self, end: u64) -> Result<(), Violation> {
        while self.violation.is_none()
            && let Some((at, happening)) = self.queue.next(end)
        {
            self.now = at;
            self.happen(happening);
        }
        self.now = self.now.max(end);
        self.violation.map_or(Ok(()), Err)
    }

    /// Microseconds from the start.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How long the event is, in microseconds.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The run's seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Arrive(who) => self.arrive(who),
            Happening::Leave(who) => {
                let _refused = self.intend(who, Intent::Close);
                self.queue.push(self.now + GOODBYE, Happening::Gone(who));
            }
            Happening::Gone(who) => self.stop(who),
            Happening::Start(who) => self.start(who),
            Happening::Tick => self.tick(),
            Happening::Wake(who) => self.ring(who),
            Happening::Dialled { who, under, address } => self.dialled(who, under, address),
            Happening::DialFailed { who, under, address } => self.dial_failed(who, under, address),
            Happening::LinkDown { who, life, link } => self.link_down(who, life, link),
            Happening::OnWire { wire, side, what } => self.on_wire(wire, side, what),
            Happening::Relay(step) => self.relay_step(step),
            Happening::Fault(fault) => self.fault(fault),
        }
    }

    /// Somebody wants something.
    ///
    /// # Errors
    /// Why the engine does not follow.
    pub fn intend(&mut self, who: u32, intent: Intent) -> Result<(), sighej_engine::IntentError> {
        let at = self.time(who);
        if matches!(intent, Intent::Open | Intent::Resume) {
            self.model.consents(who);
        }
        let Some(engine) = self.engine(who) else { return Ok(()) };
        let followed = engine.handle_intent(intent, at);
        self.drain(who);
        followed
    }

    /// The time as a device's clocks tell it.
    fn time(&self, who: u32) -> Now {
        let ahead = self.devices[who as usize].clock_ahead;
        let utc = (START * SECOND + self.now).saturating_add_signed(ahead);
        Now { elapsed: Duration::from_micros(self.now), utc: Some(Duration::from_micros(utc)) }
    }

    fn engine(&mut self, who: u32) -> Option<&mut sighej_engine::Engine> {
        self.devices.get_mut(who as usize)?.engine.as_deref_mut()
    }

    fn name(&mut self) -> u64 {
        self.names += 1;
        self.names
    }

    /// A promise did not hold: the run is over.
    fn broken(&mut self, what: &'static str) {
        let at = self.now;
        self.violation.get_or_insert(Violation { what, at_s: at / SECOND });
    }

    fn check(&mut self, holds: Result<(), &'static str>) {
        if let Err(what) = holds {
            self.broken(what);
        }
    }
}
