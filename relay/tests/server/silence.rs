//! Connections that say nothing.

use std::time::{Duration, Instant};

use sighej_matcher::{Event, FailureKind};
use sighej_relay::{Relay, ServerConfig, Silence, limits};
use tokio::time::{sleep, timeout};

use crate::helpers::{Kept, honest_ones_are_served, registered, relay_with};

/// The sweep is late by up to itself, and this machine by this much.
const LATE: Duration = Duration::from_secs(5);

/// One device that reads and one that does not: only the first is there at the end.
async fn one_answers_and_one_does_not(relay: &Relay, kept: &Kept, silence: Silence) {
    let began = Instant::now();
    let mut answers = registered(relay.address(), 1).await;
    let _silent = registered(relay.address(), 2).await;
    // Whole seconds are counted.
    let not_before = silence.ping_after - Duration::from_secs(1);
    let asked = timeout(silence.ping_after + silence.sweep_every + LATE, answers.pinged()).await;
    assert!(matches!(asked, Ok(Ok(()))), "it is asked in time: {asked:?}");
    assert!(began.elapsed() >= not_before, "and no earlier: {:?}", began.elapsed());

    let listening = tokio::spawn(async move { answers.next().await });
    let until = silence.lost_after + silence.sweep_every + LATE;
    while relay.gauges().connected > 1 {
        assert!(began.elapsed() < until, "the silent one is still there");
        sleep(Duration::from_millis(50)).await;
    }
    assert!(began.elapsed() >= silence.lost_after - Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(relay.gauges().sessions, 2, "its session waits for it");
    assert_eq!(kept.count(Event::Failed(FailureKind::Silent)), 1);
    assert!(!listening.is_finished(), "whoever answers stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_is_asked_and_then_counts_as_lost() {
    let silence = Silence {
        ping_after: Duration::from_secs(2),
        lost_after: Duration::from_secs(5),
        sweep_every: Duration::from_millis(200),
    };
    let (relay, kept) = relay_with(ServerConfig { silence, ..ServerConfig::default() }, None).await;
    one_answers_and_one_does_not(&relay, &kept, silence).await;
    honest_ones_are_served(relay.address(), 10).await;
}

/// The only test that waits for the true durations: they are what devices rely on.
#[tokio::test(flavor = "multi_thread")]
async fn by_default_it_is_asked_after_30_seconds_and_lost_after_75() {
    assert_eq!((limits::PING_AFTER.as_secs(), limits::LOST_AFTER.as_secs()), (30, 75));
    let (relay, kept) = relay_with(ServerConfig::default(), None).await;
    one_answers_and_one_does_not(&relay, &kept, Silence::default()).await;
}
