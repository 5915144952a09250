//! What a hall is made of, as a TOML file says it. Distances in metres, times as their names say, strengths in dB.

mod check;

use std::time::Duration;

use serde::Deserialize;
use sighej_crypto::InterestSet;
use sighej_engine::Config;
use thiserror::Error;

/// The scenarios that come with the program: name, file.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("conference", include_str!("../scenarios/conference.toml")),
    ("festival", include_str!("../scenarios/festival.toml")),
    ("bar", include_str!("../scenarios/bar.toml")),
];

/// A scenario.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// How many people come, at most [`ATTENDEES`].
    pub attendees: u32,
    /// How long it is watched.
    pub minutes: u32,
    /// The place.
    pub hall: HallPlan,
    /// What people do.
    pub people: PeoplePlan,
    /// What they carry.
    pub phones: PhonePlan,
    /// What they like.
    pub interests: InterestPlan,
    /// How far radio goes.
    pub radio: RadioPlan,
    /// The local network, where there is one.
    #[serde(default)]
    pub lan: Option<LanPlan>,
    /// The relay, where there is one.
    #[serde(default)]
    pub relay: Option<RelayPlan>,
    /// The engine's settings, where they are not the defaults.
    #[serde(default)]
    pub engine: EnginePlan,
}

/// No hall holds more.
pub const ATTENDEES: u32 = 100_000;

/// The place: a floor, and rooms in it. The hall's edge is no wall: nobody is beyond it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HallPlan {
    /// Width of the floor.
    pub width_m: f64,
    /// Depth of the floor.
    pub depth_m: f64,
    /// The floor above was planned for so many people, and grows in both directions with more: a crowd is as dense
    /// whatever its size. Without it, the floor stays.
    #[serde(default)]
    pub planned_for: Option<u32>,
    /// What one wall takes off a signal.
    #[serde(default)]
    pub wall_db: f64,
    /// Rooms, which do not overlap.
    #[serde(default)]
    pub rooms: Vec<RoomPlan>,
}

/// A room. What is outside all rooms is the open floor.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomPlan {
    /// What happens here.
    pub kind: RoomKind,
    /// Left edge.
    pub x_m: f64,
    /// Upper edge.
    pub y_m: f64,
    /// Width.
    pub width_m: f64,
    /// Depth.
    pub depth_m: f64,
    /// Whether there are no walls around it: a stand, a stage, a queue.
    #[serde(default)]
    pub open: bool,
}

/// What a room is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoomKind {
    /// People sit and listen.
    Talk,
    /// People stand in a line, and move up.
    Queue,
}

/// What people do.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeoplePlan {
    /// They arrive within so many minutes from the start.
    pub arrive_minutes: f64,
    /// They leave within so many minutes before the end.
    pub leave_minutes: f64,
    /// How fast they walk, in metres a second.
    pub walk_m_s: [f64; 2],
    /// How long somebody stays where they stand.
    pub stand_minutes: [f64; 2],
    /// How long a queue takes.
    pub queue_minutes: [f64; 2],
    /// What happens one after the other, from the start again when it is over.
    pub program: Vec<Block>,
}

/// A part of the program.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// How long.
    pub minutes: f64,
    /// The share of people who go to a talk and stay there.
    pub talk: f64,
    /// The share of those left who queue rather than stand or walk about, each time they choose.
    pub queue: f64,
}

/// What people carry. The four shares are relative to each other.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhonePlan {
    /// Laptops.
    pub laptop: f64,
    /// Android phones with the app on the screen.
    pub android_front: f64,
    /// Android phones with the app in the background.
    pub android_behind: f64,
    /// iPhones with the app in the background.
    pub iphone_behind: f64,
    /// Share of people who are open.
    pub open: f64,
    /// How many batteries end in an hour, as a share.
    pub die_per_hour: f64,
    /// How far clocks are off, as a standard deviation.
    pub clock_off_s: f64,
}

/// What people like.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterestPlan {
    /// How many somebody names, at least and at most; 1 to 16.
    pub count: [u32; 2],
    /// How unequal popularity is: the interest of rank n is chosen in proportion to n to the power of minus this.
    pub zipf: f64,
}

/// How far radio goes: loss grows with ten times the exponent for each tenfold distance.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RadioPlan {
    /// The exponent of path loss: 2 in the open, 3 among people.
    pub exponent: f64,
    /// Deviation of what bodies and furniture between two people take, for as long as they stand so.
    pub shadow_db: f64,
    /// Deviation from one advert to the next.
    pub fade_db: f64,
    /// Share of adverts that are lost for reasons not modelled.
    pub loss: f64,
}

/// A local network.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanPlan {
    /// The share of the hall that it covers, from its left edge on.
    pub coverage: f64,
    /// The share of people whose devices are on it.
    pub joined: f64,
}

/// A relay, and a room of it that everybody who uses it was given.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayPlan {
    /// The share of people who use it.
    pub used: f64,
    /// How long a message takes one way, in milliseconds.
    pub latency_ms: [f64; 2],
}

/// Settings of the engine; what is absent is its default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnginePlan {
    /// See [`Config::threshold`].
    pub threshold: Option<u8>,
    /// See [`Config::crowd_guard`].
    pub crowd_guard: Option<usize>,
    /// See [`Config::dwell`].
    pub dwell_s: Option<u64>,
    /// See [`Config::rssi_gate`].
    pub rssi_gate: Option<i8>,
    /// See [`Config::cool_down`].
    pub cool_down_s: Option<u64>,
    /// See [`Config::epoch_length`].
    pub epoch_s: Option<u64>,
    /// See [`Config::budget`].
    pub budget: Option<u8>,
    /// See [`Config::max_hops`].
    pub max_hops: Option<u8>,
}

impl EnginePlan {
    /// A device's settings.
    #[must_use]
    pub fn config(&self, interests: InterestSet, advertises_token: bool) -> Config {
        let default = Config::default();
        let seconds = |set: Option<u64>, default| set.map_or(default, Duration::from_secs);
        Config {
            interests,
            threshold: self.threshold.unwrap_or(default.threshold),
            crowd_guard: self.crowd_guard.unwrap_or(default.crowd_guard),
            dwell: seconds(self.dwell_s, default.dwell),
            rssi_gate: self.rssi_gate.or(default.rssi_gate),
            cool_down: seconds(self.cool_down_s, default.cool_down),
            epoch_length: seconds(self.epoch_s, default.epoch_length),
            advertises_token,
            budget: self.budget.unwrap_or(default.budget),
            max_hops: self.max_hops.unwrap_or(default.max_hops),
            ..default
        }
    }
}

/// Why a scenario cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScenarioError {
    /// Not TOML, an unknown key, or a value of another type. The reader's words name line and column.
    #[error("{file}: {reason}")]
    Malformed {
        /// Which file.
        file: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// A value that makes no sense.
    #[error("{file}:{line}: `{key}` {wanted}")]
    OutOfRange {
        /// Which file.
        file: String,
        /// Where.
        line: usize,
        /// Which value.
        key: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
}

impl Scenario {
    /// Reads a scenario. `file` is what errors call it.
    ///
    /// # Errors
    /// [`ScenarioError`] names the line.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text).map_err(|error| ScenarioError::Malformed {
            file: file.to_owned(),
            reason: error.to_string().trim_end().to_owned(),
        })?;
        check::check(&scenario, file, text)?;
        Ok(scenario)
    }

    /// One of those that come with the program.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.into_iter().find(|(known, _)| *known == name)?;
        Self::parse(name, text).ok()
    }
}
