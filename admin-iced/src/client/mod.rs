//! The client of a relay's admin API: one short connection a question, and one long one for what is new.
//!
//! Nothing that is asked or answered here names an attendee, and nothing is logged.

mod address;
mod connection;
mod live;
mod tls;
mod token;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use sighej_relay_api::admin::{
    HEALTH, Health, INTERESTS, Interests, SERIES, SUMMARY, SeriesAnswer, Step, Summary,
};

pub(crate) use address::{Address, AddressError};
pub(crate) use live::{Heard, Pace, live};
pub(crate) use tls::Pin;
pub(crate) use token::Token;
pub(crate) use trouble::Trouble;

/// From a question to the end of its answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Bytes of an answer; a longer one is none of a relay's. A series of 3,000 buckets and 8 names takes half of it.
const ANSWER_BYTES: usize = 1024 * 1024;
/// The oldest relay whose answers this program understands: major and minor version.
pub(crate) const OLDEST_RELAY: (u64, u64) = (0, 1);

/// How to reach one relay, and the right to read it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    pin: Option<Pin>,
    token: Token,
}

/// What to draw over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Names of counters.
    pub(crate) counters: Vec<&'static str>,
    /// The size of a bucket.
    pub(crate) step: Step,
    /// The first second, since 1970.
    pub(crate) from: u64,
    /// The second after the last.
    pub(crate) to: u64,
}

impl Client {
    pub(crate) fn new(address: Address, pin: Option<Pin>, token: Token) -> Self {
        Self { shared: Arc::new(Shared { address, pin, token }) }
    }

    pub(crate) fn address(&self) -> &Address {
        &self.shared.address
    }

    /// Everything at one glance. Checks that relay and program understand each other.
    pub(crate) async fn summary(&self) -> Result<Summary, Trouble> {
        let summary: Summary = self.ask(SUMMARY).await?;
        match version(&summary.version) {
            Some(version) if version >= OLDEST_RELAY => Ok(summary),
            Some(_) | None => Err(Trouble::TooOld { version: summary.version }),
        }
    }

    pub(crate) async fn series(&self, wanted: &Wanted) -> Result<SeriesAnswer, Trouble> {
        let step = match wanted.step {
            Step::Minute => "minute",
            Step::Hour => "hour",
            Step::Day => "day",
        };
        let counters = wanted.counters.join(",");
        let query = format!("counters={counters}&step={step}&from={}&to={}", wanted.from, wanted.to);
        self.ask(&format!("{SERIES}?{query}")).await
    }

    pub(crate) async fn interests(&self) -> Result<Interests, Trouble> {
        self.ask(INTERESTS).await
    }

    pub(crate) async fn health(&self) -> Result<Health, Trouble> {
        self.ask(HEALTH).await
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        let answer = async {
            let answer = connection::get(&self.shared, path).await?;
            answer.whole(ANSWER_BYTES).await
        };
        let bytes = tokio::time::timeout(ANSWER_WITHIN, answer).await.map_err(|_| Trouble::Silent)??;
        serde_json::from_slice(&bytes).map_err(|_| Trouble::Unreadable)
    }
}

/// Without the token.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client(redacted)")
    }
}

/// Major and minor of a version.
fn version(text: &str) -> Option<(u64, u64)> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_not_by_letter() {
        assert_eq!(version("0.1.0"), Some((0, 1)));
        assert!(version("0.10.3") > version("0.9.9"));
        assert_eq!(version("today"), None);
    }
}

#[cfg(test)]
#[cfg(feature = "demo")]
#[path = "tests.rs"]
mod with_relays;

#[cfg(test)]
pub(crate) mod tests_support {
    use super::*;

    /// A client that nobody answers.
    pub(crate) fn nobody() -> Client {
        let token = Token::parse(&format!("sighej_admin_{}", "0a".repeat(32))).unwrap();
        Client::new("http://127.0.0.1:1".parse().unwrap(), None, token)
    }
}
