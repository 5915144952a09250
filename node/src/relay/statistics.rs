//! What an attendee who asked for that says about interests, once an event (specification, section 15).

use std::{fmt, path::PathBuf, time::Duration};

use hyper::{Method, StatusCode};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::{Interest, InterestSet};
use sighej_relay_api::statistics::{OFFER, Offer as Wire, REPORT};
use sighej_statistics::{DiaryError, Epsilon, EventName, Report};
use thiserror::Error;

use super::{RelayConfig, RelayError, backoff::chance, connect::Connector, file::Record, limits};

/// What a relay asks for. To be shown to the attendee before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    event: EventName,
    epsilon: Epsilon,
}

impl Offer {
    /// The event's name, as its operator gave it.
    #[must_use]
    pub fn event(&self) -> &str {
        self.event.as_str()
    }

    /// How much a report gives away: any two profiles give any report with chances that differ by a factor of e to this.
    #[must_use]
    pub fn epsilon(&self) -> f64 {
        self.epsilon.value()
    }
}

/// Why no report was sent, and what to do.
#[derive(Debug, Error)]
pub enum StatisticsError {
    /// The relay is not there.
    #[error("{0}")]
    Relay(#[from] RelayError),
    /// It has no event for which it takes reports.
    #[error("the relay counts no event at present: nothing is sent")]
    NoEvent,
    /// Its offer cannot be taken.
    #[error("the relay's offer is none: {0}; nothing is sent")]
    BadOffer(String),
    /// It refused the report.
    #[error("the relay took no report (HTTP {0})")]
    Refused(u16),
    /// It is busy; the same report is offered again when the node next starts.
    #[error("the relay is busy: the same report is offered to it again later")]
    Busy,
    /// None may be made.
    #[error("no report is made: {0}")]
    Diary(#[from] DiaryError),
    /// The record cannot be kept.
    #[error("{}: {reason}; without a record of what was sent a second report could be made, so none is", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        reason: std::io::Error,
    },
    /// Another node keeps it.
    #[error("{}: another node on this machine uses this record; it sends the report", .path.display())]
    Held {
        /// Which file.
        path: PathBuf,
    },
    /// The system gives no random numbers or no time.
    #[error("the system gives no random numbers, or no time of day: no report is made")]
    System,
}

/// Where what was sent is remembered, so that it is said once, whenever the node starts again. It holds what
/// [`sighej_statistics::Diary`] holds: reports as they were sent, noise and all, with the event's name and the time.
#[derive(Clone)]
pub struct StatisticsMemo {
    connector: std::sync::Arc<Connector>,
    path: PathBuf,
}

impl StatisticsMemo {
    /// A memo in this file, which is made where there is none; for this relay.
    #[must_use]
    pub fn new(relay: RelayConfig, path: PathBuf) -> StatisticsMemo {
        StatisticsMemo { connector: Connector::new(relay).into(), path }
    }

    /// Asks the relay what it wants to know. Nothing is sent with that.
    ///
    /// # Errors
    /// [`StatisticsError`]: with any of them, nothing is sent.
    pub async fn offer(&self) -> Result<Offer, StatisticsError> {
        let (status, body) = super::http::request(&self.connector, Method::GET, OFFER, Vec::new()).await?;
        match status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(StatisticsError::NoEvent),
            other => return Err(StatisticsError::Refused(other.as_u16())),
        }
        let wire: Wire =
            serde_json::from_slice(&body).map_err(|error| StatisticsError::BadOffer(error.to_string()))?;
        if wire.version != Report::VERSION {
            return Err(StatisticsError::BadOffer("it wants reports of another version".into()));
        }
        let bad = |error: &dyn fmt::Display| StatisticsError::BadOffer(error.to_string());
        Ok(Offer {
            event: EventName::parse(&wire.event).map_err(|error| bad(&error))?,
            epsilon: Epsilon::from_thousandths(wire.epsilon_thousandths).map_err(|error| bad(&error))?,
        })
    }

    /// How long to wait between the offer and the report, at random.
    #[must_use]
    pub fn patience() -> Duration {
        let (least, most) = limits::REPORT_AFTER;
        least + (most - least).mul_f64(f64::from(chance()) / f64::from(u32::MAX))
    }

    /// Sends the report for this event: the one that was made for it before, or one that is made, kept, and then sent.
    /// `now` is UTC.
    ///
    /// # Errors
    /// [`StatisticsError`].
    pub async fn report(
        &self,
        offer: &Offer,
        interests: &InterestSet,
        now: Duration,
    ) -> Result<(), StatisticsError> {
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|_| StatisticsError::System)?;
        let report = {
            let mut record = Record::open(&self.path)?;
            let own: Vec<&str> = interests.iter().map(Interest::as_str).collect();
            let mut rng = ChaCha20Rng::from_seed(*seed);
            let report = record.diary.report(&offer.event, offer.epsilon, &own, now, &mut rng)?.to_vec();
            record.save()?;
            report
        };
        let (status, _) = super::http::request(&self.connector, Method::POST, REPORT, report).await?;
        match status {
            StatusCode::NO_CONTENT => Ok(()),
            StatusCode::SERVICE_UNAVAILABLE => Err(StatisticsError::Busy),
            StatusCode::NOT_FOUND => Err(StatisticsError::NoEvent),
            other => Err(StatisticsError::Refused(other.as_u16())),
        }
    }
}

/// The path may bear somebody's name.
impl fmt::Debug for StatisticsMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatisticsMemo")
    }
}
