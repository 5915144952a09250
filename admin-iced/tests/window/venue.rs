//! Devices that exchange for real: the attendees of the demo, at another relay.

#[path = "../../src/demo/attendee.rs"]
mod attendee;
#[path = "../../src/demo/socket.rs"]
mod socket;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sighej_crypto::relay::RoomSecret;
use tokio::runtime::Runtime;

/// Attendees in one room. They leave when it is dropped.
pub(crate) struct Venue {
    runtime: Option<Runtime>,
}

impl Venue {
    /// Opens, with so many inside. All share one interest, and each has one of its own.
    pub(crate) fn open(relay: SocketAddr, attendees: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.ok();
        let room = Arc::new(RoomSecret::random(&mut ChaCha20Rng::seed_from_u64(1)));
        for number in 0..attendees as u64 {
            let room = Arc::clone(&room);
            let rng = ChaCha20Rng::seed_from_u64(number + 2);
            if let Some(runtime) = &runtime {
                runtime.spawn(async move {
                    let own = format!("collecting item number {number}");
                    attendee::attend(relay, &room, &["rust", &own], Duration::from_secs(600), rng).await;
                });
            }
        }
        Self { runtime }
    }
}

impl Drop for Venue {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
