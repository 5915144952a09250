//! The API's document: it is what is served, what is committed, and what the answers are.

use serde_json::Value;
use sighej_matcher::Event;
use sighej_relay_api::admin::{LIVE, OPENAPI, SERIES};
use tokio::io::AsyncReadExt;

use crate::http::{get, send};
use crate::schema::check;
use crate::stage::Stage;

/// Where the document is committed, for readers; `SIGHEJ_WRITE=1 cargo test -p sighej-relay --test admin` writes it.
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/relay-api.json");

#[tokio::test]
async fn the_served_document_is_the_committed_one() {
    let stage = Stage::new().await;
    let served = get(stage.admin.address(), OPENAPI, None).await.json();
    let pretty = serde_json::to_string_pretty(&served).unwrap() + "\n";
    if std::env::var_os("SIGHEJ_WRITE").is_some() {
        std::fs::write(COMMITTED, &pretty).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap();
    assert!(
        committed == pretty,
        "docs/relay-api.json is old: SIGHEJ_WRITE=1 cargo test -p sighej-relay --test admin"
    );
}

#[tokio::test]
async fn every_documented_path_answers_as_documented() {
    let stage = Stage::new().await;
    stage.happen(Event::Nudged, 9);
    stage.release().await;
    let address = stage.admin.address();
    let document = get(address, OPENAPI, None).await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 7);
    for (path, item) in paths {
        let operation = &item["get"];
        let schema_of = |status: &str| {
            let content = operation["responses"][status]["content"].as_object();
            content.and_then(|content| content.values().next()).map(|content| content["schema"].clone())
        };
        let is_open = path == OPENAPI;
        assert_eq!(operation["security"].is_null(), is_open, "{path}");

        let refused = get(address, path, None).await;
        assert_eq!(refused.status, if is_open { 200 } else { 401 }, "{path}");
        if !is_open {
            check(&document, &schema_of("401").unwrap(), &refused.json()).unwrap();
        }
        if path == LIVE {
            check(&document, &schema_of("200").unwrap(), &first_live(&stage).await).unwrap();
            continue;
        }
        let query = if path == SERIES { "?counters=nudges&step=hour" } else { "" };
        let answer = get(address, &format!("{path}{query}"), Some(&stage.token)).await;
        assert_eq!(answer.status, 200, "{path}");
        match schema_of("200") {
            Some(schema) if answer.head.contains("application/json") => {
                check(&document, &schema, &answer.json()).unwrap_or_else(|why| panic!("{path}: {why}"));
            }
            _ => assert!(is_open || answer.head.contains("text/plain"), "{path}"),
        }
    }
    let mistake = get(address, &format!("{SERIES}?counters=x"), Some(&stage.token)).await;
    let schema =
        &document["paths"][SERIES]["get"]["responses"]["400"]["content"]["application/json"]["schema"];
    check(&document, schema, &mistake.json()).unwrap();
}

async fn first_live(stage: &Stage) -> Value {
    let mut stream = send(stage.admin.address(), "GET", LIVE, Some(&stage.token), &[]).await;
    let mut heard = String::new();
    loop {
        if let Some((_, data)) = heard.split_once("data: ")
            && let Some((data, _)) = data.split_once('\n')
        {
            return serde_json::from_str(data).unwrap();
        }
        let mut part = [0; 1024];
        let length = stream.read(&mut part).await.unwrap();
        assert!(length > 0, "the stream goes on");
        heard += std::str::from_utf8(&part[..length]).unwrap();
    }
}
