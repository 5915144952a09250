//! The admin API's answers, version 1: JSON, described by the document at [`OPENAPI`].
//!
//! Every count is one that may be shown: what is smaller than [`Withholding::below`] waits until more of its kind came.
//! Times are seconds since 1970, UTC. A field may be added within a version; one that is there keeps its meaning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where the document of the API is; no token is asked for it.
pub const OPENAPI: &str = "/admin/v1/openapi.json";
/// Where the [`Summary`] is.
pub const SUMMARY: &str = "/admin/v1/summary";
/// Where [`SeriesAnswer`]s are.
pub const SERIES: &str = "/admin/v1/series";
/// Where the [`Interests`] are.
pub const INTERESTS: &str = "/admin/v1/interests";
/// Where the [`Health`] is.
pub const HEALTH: &str = "/admin/v1/health";
/// Where the stream of [`Live`] is.
pub const LIVE: &str = "/admin/v1/live";
/// The name of the level among the counters: the most sessions that were open at once.
pub const SESSIONS_OPEN: &str = "sessions_open";

/// Everything at one glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// The relay's version.
    pub version: String,
    /// For how many seconds it has been running.
    pub uptime_secs: u64,
    /// The time of the answer.
    pub now: u64,
    /// The most sessions that were open at once in the last seconds, in steps of `withholding.below`.
    pub sessions_open: u64,
    /// By the counter's name, the hour up to now: the present minute and the 59 before it.
    pub last_hour: BTreeMap<String, u64>,
    /// The present day, in UTC.
    pub today: BTreeMap<String, u64>,
    /// All days that are kept.
    pub kept: BTreeMap<String, u64>,
    /// What is withheld.
    pub withholding: Withholding,
    /// What each counter says, and `sessions_open`.
    pub meaning: BTreeMap<String, String>,
}

/// The rule by which small counts are withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Withholding {
    /// A count smaller than this waits, and is shown with what comes after it.
    pub below: u64,
}

/// The size of a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Step {
    /// 60 seconds.
    #[default]
    Minute,
    /// 3,600 seconds.
    Hour,
    /// 86,400 seconds, in UTC.
    Day,
}

/// What to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct SeriesQuery {
    /// Names of counters, or `sessions_open`, separated by commas.
    pub counters: String,
    /// The size of a bucket; a minute by default.
    #[serde(default)]
    pub step: Step,
    /// The first second; 60 buckets before `to` by default.
    pub from: Option<u64>,
    /// The second after the last; now by default.
    pub to: Option<u64>,
}

/// Counts over time, a number for each bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesAnswer {
    /// The size of the buckets.
    pub step: Step,
    /// Their size in seconds.
    pub step_secs: u64,
    /// When the first bucket starts.
    pub start: u64,
    /// By the counter's name, a number for each bucket; all are of one length.
    pub series: BTreeMap<String, Vec<u64>>,
    /// What is withheld.
    pub withholding: Withholding,
}

/// What may be said of the attendees' interests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interests {
    /// The event; none where the relay counts none.
    pub event: Option<EventShares>,
}

/// Shares of the answers of an event's attendees. Each attendee who takes part gave one, drawn from its own interests, so
/// someone with four counts a quarter for each. Each answer is mostly noise; only their sum says something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventShares {
    /// The event's name.
    pub event: String,
    /// The privacy parameter ε: one report tells two profiles apart by a factor of e^ε at most.
    pub epsilon: f64,
    /// The shares at the last look; none before the first.
    pub look: Option<Look>,
    /// The next look is when there are so many reports.
    pub next_look_at: u32,
}

/// The shares at one look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Look {
    /// Reports that answered with a category.
    pub category_reports: u32,
    /// Reports that answered with an interest.
    pub interest_reports: u32,
    /// Categories that stand above what chance gives, the surest first.
    pub categories: Vec<Share>,
    /// Single interests that stand above what chance gives over all of them, the surest first.
    pub interests: Vec<Share>,
    /// The chance that, with no signal at all, any of them is ever shown.
    pub error_rate: f64,
    /// The part of the intervals that hold.
    pub confidence: f64,
}

/// The share of one category or interest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// Its id in the catalogue.
    pub id: String,
    /// Its name in English.
    pub label_en: String,
    /// Its name in Danish.
    pub label_da: String,
    /// What the share is at least, over all that is shown together. This is the number to show first.
    pub at_least: f64,
    /// The estimate.
    pub share: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
}

/// How the relay is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Whether everything works.
    pub ok: bool,
    /// Why counts are not saved now; matching goes on, and they are saved later.
    pub database: Option<DatabaseTrouble>,
    /// Transactions that failed since the start.
    pub database_failures: u64,
    /// By how many seconds the clock was last set back since the start, if ever.
    pub clock_set_back_secs: Option<u64>,
    /// Devices that are connected now, in steps of what is withheld.
    #[serde(default)]
    pub connections: Option<u64>,
    /// Memory that the process has in use, in KiB; none where the system does not tell.
    #[serde(default)]
    pub memory_kib: Option<u64>,
    /// By how many milliseconds a timer was late at most in the last 10 to 20 seconds: how busy the relay is.
    #[serde(default)]
    pub lag_ms: Option<u64>,
}

/// Why counts are not saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatabaseTrouble {
    /// What is wrong, and what to do.
    pub reason: String,
    /// For how many seconds it has been so.
    pub for_secs: u64,
}

/// One message of the live stream, the event `counts`: what became large enough to be shown in the last seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Live {
    /// When.
    pub now: u64,
    /// By the counter's name, what is to be added to what was shown before; counters with nothing new are left out.
    pub counts: BTreeMap<String, u64>,
    /// The most sessions that were open at once, in steps of what is withheld.
    pub sessions_open: u64,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What is wrong, and what to do.
    pub error: String,
}
