//! The demo is a relay like any other, and its numbers are those of that relay.

use std::time::{Duration, Instant};

use futures::StreamExt;
use sighej_relay::aggregates::Step;

use super::Demo;
use crate::client::{Heard, Pace, live};
use crate::model::Feed;
use crate::model::counters::Measure;

/// Two may meet within seconds; counts are shown from five of a kind on.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn attendees_exchange_for_real_and_the_screens_numbers_are_the_relays() {
    let demo = tokio::task::spawn_blocking(Demo::start).await.unwrap().unwrap();
    let mut heard = Box::pin(live(demo.client(), Pace::Live));
    let (mut feed, begun, mut beats) = (Feed::new(), Instant::now(), 0);
    loop {
        let left = PATIENCE.saturating_sub(begun.elapsed());
        let heard = tokio::time::timeout(left, heard.next()).await.expect("nudges come").unwrap();
        assert!(!matches!(heard, Heard::Lost { .. }), "the relay inside is always there");
        beats += u32::from(feed.hear(heard, 1));
        let saved = sums(&demo);
        for measure in Measure::ALL {
            let shown = feed.figure(measure, 1).unwrap().today;
            assert!(shown <= measure.of(&saved), "{measure:?}: nothing is invented");
        }
        let today = |measure| feed.figure(measure, 1).unwrap().today;
        if beats >= 2 && today(Measure::Nudges) > 0 {
            assert!(today(Measure::Pings) >= today(Measure::Exchanges).saturating_sub(5));
            assert!(today(Measure::Exchanges) + 5 > today(Measure::Matches));
            break;
        }
    }
    // Asked at a moment when nothing is saved between, both are the same to the number.
    let is_the_same = async || {
        let before = sums(&demo);
        let summary = demo.client().summary().await.unwrap();
        (before == sums(&demo)).then(|| assert_eq!(summary.today, before))
    };
    for _ in 0..200 {
        if is_the_same().await.is_some() {
            tokio::task::spawn_blocking(move || drop(demo)).await.unwrap();
            return;
        }
    }
    panic!("in 200 tries something was saved each time");
}

/// What the relay's own reader gives for today.
fn sums(demo: &Demo) -> std::collections::BTreeMap<String, u64> {
    let now = crate::app::now();
    let sums = demo.running.venue.aggregates().reader().sums(Step::Day, Step::Day.start_of(now), now);
    sums.unwrap().into_iter().collect()
}
