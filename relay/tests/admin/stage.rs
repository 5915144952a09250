//! A relay's aggregates and its admin's listener, without a relay.

use std::net::SocketAddr;
use std::sync::Arc;

use sighej_matcher::Event;
use sighej_relay::aggregates::AggregatesConfig;
use sighej_relay::{
    Admin, AdminTokenCommand, Aggregates, Counters, Gauges, Relay, ServerConfig, public_routes,
};
use sighej_statistics::{Epsilon, EventName};
use tempfile::TempDir;

pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) aggregates: Aggregates,
    pub(crate) admin: Admin,
    pub(crate) token: String,
}

pub(crate) const EVENT: &str = "Rust Nation";

impl Stage {
    pub(crate) async fn with_event(event: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let event = event.map(|name| (EventName::parse(name).unwrap(), Epsilon::DEFAULT));
        let config = AggregatesConfig { event, ..AggregatesConfig::in_folder(folder.path().to_owned()) };
        let aggregates = Aggregates::open(config).unwrap();
        aggregates.watch(|| Gauges { sessions: 23, connected: 20, pairs: 3 });
        let admin =
            Admin::start(SocketAddr::from(([127, 0, 0, 1], 0)), None, aggregates.clone()).await.unwrap();
        let token = AdminTokenCommand::Create { name: "test".into() }.run(folder.path()).unwrap();
        Self { folder, aggregates, admin, token: token.trim().to_owned() }
    }

    pub(crate) async fn new() -> Self {
        Self::with_event(Some(EVENT)).await
    }

    /// A whole relay on the same aggregates, for what devices send.
    pub(crate) async fn relay(&self) -> Relay {
        let routes = public_routes(&self.aggregates);
        Relay::start(ServerConfig::default(), None, Arc::new(self.aggregates.clone()), routes).await.unwrap()
    }

    pub(crate) fn happen(&self, event: Event, times: usize) {
        (0..times).for_each(|_| self.aggregates.record(&event));
    }

    /// Waits for the next release: what happened before it is shown, where it may be.
    pub(crate) async fn release(&self) {
        let mut live = self.aggregates.live();
        for _ in 0..2 {
            tokio::time::timeout(crate::http::PATIENCE, live.recv()).await.expect("a release comes").unwrap();
        }
    }
}
