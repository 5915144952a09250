//! What an admin is told.

use sighej_matcher::{Event, FailureKind};
use sighej_relay_api::admin::{HEALTH, INTERESTS, LIVE, SERIES, SUMMARY};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::http::{PATIENCE, get, send};
use crate::stage::{EVENT, Stage};

#[tokio::test]
async fn what_is_large_enough_is_told_everywhere_and_what_is_small_nowhere() {
    let stage = Stage::new().await;
    let (address, token) = (stage.admin.address(), Some(stage.token.as_str()));
    let mut live = send(address, "GET", LIVE, token, &[]).await;
    stage.happen(Event::Compared { items: 2, matched: true }, 7);
    stage.happen(Event::Failed(FailureKind::TooLate), 4);
    stage.release().await;

    let summary = get(address, SUMMARY, token).await.json();
    for span in ["last_hour", "today", "kept"] {
        assert_eq!(summary[span]["matches"], 7, "{summary}");
        assert_eq!(summary[span]["overlap_2"], 7);
        assert_eq!(summary[span]["failed_too_late"], serde_json::Value::Null);
        assert_eq!(summary[span]["sessions_open"], 20, "23, in steps of 5");
    }
    assert_eq!((&summary["withholding"]["below"], &summary["sessions_open"]), (&5.into(), &20.into()));

    for step in ["minute", "hour", "day"] {
        let path = format!("{SERIES}?counters=matches,failed_too_late,%20sessions_open&step={step}");
        let answer = get(address, &path, token).await.json();
        let sum = |name: &str| -> u64 {
            let values = answer["series"][name].as_array().unwrap();
            assert!((60..=61).contains(&values.len()), "{step}: {}", values.len());
            values.iter().map(|value| value.as_u64().unwrap()).sum()
        };
        assert_eq!((sum("matches"), sum("failed_too_late")), (7, 0));
        assert!(sum("sessions_open") >= 20);
    }

    let metrics = get(address, "/metrics", token).await;
    assert!(metrics.head.contains("text/plain; version=0.0.4"));
    assert!(metrics.body.contains("\nsighej_relay_matches_total 7\n"), "{}", metrics.body);
    assert!(metrics.body.contains("\nsighej_relay_failed_too_late_total 0\n"));
    assert!(metrics.body.contains("\nsighej_relay_sessions_open 20\n"));

    // Together with what comes later, the small ones are told, too.
    stage.happen(Event::Failed(FailureKind::TooLate), 1);
    stage.release().await;
    assert_eq!(get(address, SUMMARY, token).await.json()["today"]["failed_too_late"], 5);

    let mut heard = String::new();
    while !heard.contains("failed_too_late") {
        let mut part = [0; 1024];
        let length = timeout(PATIENCE, live.read(&mut part)).await.expect("the stream goes on").unwrap();
        assert!(length > 0, "the stream goes on");
        heard += std::str::from_utf8(&part[..length]).unwrap();
    }
    assert!(
        heard.contains("event: counts\n")
            && heard.contains("\"matches\":7")
            && heard.contains("\"failed_too_late\":5")
    );
}

/// Every line is a comment, or a name of our own without labels and a number; only the version has one.
#[tokio::test]
async fn metrics_read_as_prometheus_has_them_and_carry_no_label() {
    let stage = Stage::new().await;
    let metrics = get(stage.admin.address(), "/metrics", Some(&stage.token)).await.body;
    let mut names = Vec::new();
    for line in metrics.lines().filter(|line| !line.starts_with("# ")) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        match name.split_once('{') {
            None => names.push(name),
            Some(labels) => assert_eq!(
                labels,
                ("sighej_relay_info", concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"}"))
            ),
        }
    }
    for name in &names {
        assert!(
            name.starts_with("sighej_relay_")
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
        );
        for kind in ["HELP", "TYPE"] {
            assert_eq!(
                metrics.lines().filter(|line| line.starts_with(&format!("# {kind} {name} "))).count(),
                1
            );
        }
    }
    assert!(names.len() > 30);
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_told_why() {
    let stage = Stage::new().await;
    for (query, why) in [
        ("", "counters"),
        ("?counters=", "sessions_open, sessions_opened"),
        ("?counters=matches,rust", "\"rust\""),
        ("?counters=matches&step=week", "week"),
        ("?counters=matches&from=5&to=5", "before"),
        ("?counters=matches&from=0&to=9999999", "larger step"),
        ("?counters=matches&from=-1", "from"),
        ("?counters=matches&form=7", "form"),
    ] {
        let answer = get(stage.admin.address(), &format!("{SERIES}{query}"), Some(&stage.token)).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
        assert!(answer.problem().contains(why), "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_interests_say_which_event_and_what_it_waits_for() {
    let stage = Stage::new().await;
    let answer = get(stage.admin.address(), INTERESTS, Some(&stage.token)).await.json();
    let event = &answer["event"];
    assert_eq!((&event["event"], &event["epsilon"]), (&EVENT.into(), &2.0.into()));
    assert_eq!((&event["look"], &event["next_look_at"]), (&serde_json::Value::Null, &50.into()));

    let without = Stage::with_event(None).await;
    let answer = get(without.admin.address(), INTERESTS, Some(&without.token)).await.json();
    assert_eq!(answer["event"], serde_json::Value::Null);
}

#[tokio::test]
async fn the_health_is_well_and_names_what_is_not() {
    let stage = Stage::new().await;
    let health = || get(stage.admin.address(), HEALTH, Some(&stage.token));
    let well = health().await.json();
    assert_eq!((&well["ok"], &well["database"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(well["connections"], 20, "in steps of 5");
    assert!(
        well["lag_ms"].is_u64() && (well["memory_kib"].as_u64() > Some(500) || !cfg!(target_os = "linux"))
    );

    let other = rusqlite::Connection::open(stage.folder.path().join("relay.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    stage.happen(Event::Knocked, 1);
    let mut ill = health().await.json();
    for _ in 0..100 {
        if ill["ok"] == false {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        ill = health().await.json();
    }
    let reason = ill["database"]["reason"].as_str().unwrap();
    assert!(reason.contains("locked") && reason.contains("saved when"), "{reason}");
}
