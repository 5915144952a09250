//! Devices that share statistics, from their diary to the admin's eyes.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use sighej_relay_api::admin::INTERESTS;
use sighej_relay_api::statistics::{OFFER, Offer, REPORT};
use sighej_statistics::{Diary, Epsilon, EventName, Report};

use crate::http::{get, post};
use crate::stage::{EVENT, Stage};

fn report(seed: u64, event: &str, own: &[&str]) -> Vec<u8> {
    let (mut diary, mut rng) = (Diary::default(), ChaCha8Rng::seed_from_u64(seed));
    let event = EventName::parse(event).unwrap();
    diary.report(&event, Epsilon::DEFAULT, own, Duration::from_secs(1), &mut rng).unwrap().to_vec()
}

#[tokio::test]
async fn what_a_hall_shares_is_seen_at_a_look_and_a_report_sent_again_counts_once() {
    let stage = Stage::new().await;
    let relay = stage.relay().await;
    let address = relay.address();
    let offer: Offer = serde_json::from_str(&get(address, OFFER, None).await.body).unwrap();
    assert_eq!(offer, Offer { version: 1, event: EVENT.into(), epsilon_thousandths: 2_000 });

    // 80 devices that all hold one interest of one category; every report is sent twice, side by side.
    for batch in 0..4 {
        let sent: Vec<_> = (0..40)
            .map(|number| {
                let bytes = report(batch * 20 + number / 2, EVENT, &["rust"]);
                tokio::spawn(async move { post(address, REPORT, &bytes).await.status })
            })
            .collect();
        for status in sent {
            assert_eq!(status.await.unwrap(), 204);
        }
    }
    let event = &get(stage.admin.address(), INTERESTS, Some(&stage.token)).await.json()["event"];
    let look = &event["look"];
    let reports = look["category_reports"].as_u64().unwrap() + look["interest_reports"].as_u64().unwrap();
    assert_eq!((reports, &event["next_look_at"]), (75, &112.into()), "80 reports, of which a look shows 75");
    let category = &look["categories"][0];
    assert_eq!((&category["id"], &category["label_da"]), (&"technology".into(), &"software og drift".into()));
    assert!(
        category["at_least"].as_f64().unwrap() > 0.0 && category["high"].as_f64().unwrap() >= 0.9,
        "{look}"
    );
    relay.stop().await;
}

#[tokio::test]
async fn a_report_that_does_not_fit_is_told_why() {
    let stage = Stage::new().await;
    let relay = stage.relay().await;
    let whole = report(1, EVENT, &["rust"]);
    let of_another_event = report(1, "another event", &["rust"]);
    let (mut newer, mut of_another_catalogue) = (whole.clone(), whole.clone());
    newer[0] = 2;
    of_another_catalogue[10] ^= 1;
    let too_long = vec![1; Report::max_len() + 1];
    for (bytes, status, why) in [
        (&whole[..20], 422, "malformed"),
        (&[], 422, "malformed"),
        (&of_another_event[..], 422, "another event"),
        (&newer[..], 422, "update SigHej"),
        (&of_another_catalogue[..], 422, "same version"),
        (&too_long[..], 413, ""),
    ] {
        let answer = post(relay.address(), REPORT, bytes).await;
        assert_eq!(answer.status, status, "{why}: {}", answer.body);
        assert!(answer.body.contains(why), "{}", answer.body);
    }
    relay.stop().await;
}

#[tokio::test]
async fn without_an_event_nothing_is_asked_and_nothing_taken() {
    let stage = Stage::with_event(None).await;
    let relay = stage.relay().await;
    assert_eq!(get(relay.address(), OFFER, None).await.status, 404);
    assert_eq!(post(relay.address(), REPORT, &report(1, EVENT, &[])).await.status, 404);
    relay.stop().await;
}

#[tokio::test]
async fn a_flood_of_reports_is_told_to_come_back() {
    let stage = Stage::new().await;
    let relay = stage.relay().await;
    let address = relay.address();
    let sent: Vec<_> =
        (0..400).map(|_| tokio::spawn(async move { post(address, REPORT, &[]).await })).collect();
    let mut turned_away = 0;
    for answer in sent {
        let answer = answer.await.unwrap();
        turned_away += u32::from(answer.status == 503);
        assert!(answer.status != 503 || answer.head.contains("retry-after: 30"));
    }
    assert!(turned_away > 0, "400 at once are more than a second's");
    relay.stop().await;
}

#[tokio::test]
async fn the_probes_answer_and_readiness_says_what_is_not_saved() {
    let stage = Stage::new().await;
    let relay = stage.relay().await;
    assert_eq!(get(relay.address(), "/healthz", None).await.body, "alive\n");
    assert_eq!(get(relay.address(), "/readyz", None).await.body, "ready\n");
    relay.stop().await;
}
