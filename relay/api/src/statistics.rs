//! How a device that shares statistics asks for the event, and where it sends its report.
//!
//! Both go over a connection of their own that carries no session. The report's bytes are specified in
//! `docs/protocol/statistics.md`.

use serde::{Deserialize, Serialize};

/// Where the [`Offer`] is.
pub const OFFER: &str = "/v1/statistics";
/// Where a report is posted, as `application/octet-stream`. 204: it is counted, now or before.
pub const REPORT: &str = "/v1/statistics/report";

/// What a relay asks: to be shown to the attendee before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The version of reports that it takes.
    pub version: u8,
    /// The event's name: one report for each.
    pub event: String,
    /// ε in thousandths. A device sends nothing above 4,000.
    pub epsilon_thousandths: u16,
}
