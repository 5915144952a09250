//! Metrics in Prometheus' text format. They have no labels but the version: nothing in them could name an attendee, and
//! their counts are those that may be shown.

use std::fmt::{Display, Write};

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::routes::{METRICS, Shared};

/// Counts since the start, and how the relay is.
#[utoipa::path(get, path = METRICS, tag = "metrics", security(("token" = [])), responses(
    (status = 200, body = String, content_type = "text/plain; version=0.0.4"),
    (status = 401, body = sighej_relay_api::admin::Problem), (status = 503, body = sighej_relay_api::admin::Problem)))]
pub(super) async fn metrics(State(shared): State<Shared>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text(&shared))
}

fn text(shared: &Shared) -> String {
    let (shown, last) = shared.aggregates.shown();
    let health = shared.aggregates.health();
    let mut text = String::new();
    for (counter, count) in shown.iter() {
        let name = format!("{}_total", counter.name());
        put(&mut text, &name, "counter", counter.help(), count);
    }
    let open = last.map_or(0, |last| last.sessions_open);
    put(&mut text, "sessions_open", "gauge", "The most sessions open at once in the last seconds.", open);
    let uptime = shared.started.elapsed().as_secs();
    put(&mut text, "uptime_seconds", "gauge", "Time since the start.", uptime);
    let failing = u8::from(health.failing.is_some());
    put(&mut text, "database_failing", "gauge", "1 while counts cannot be saved.", failing);
    put(&mut text, "database_failures_total", "counter", "Transactions that failed.", health.failures);
    let version = env!("CARGO_PKG_VERSION");
    put_head(&mut text, "info", "gauge", "The relay's version.");
    // Writing to a text does not fail.
    let _written = writeln!(text, "sighej_relay_info{{version=\"{version}\"}} 1");
    text
}

fn put(text: &mut String, name: &str, kind: &str, help: &str, value: impl Display) {
    put_head(text, name, kind, help);
    let _written = writeln!(text, "sighej_relay_{name} {value}");
}

fn put_head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _written = write!(text, "# HELP sighej_relay_{name} {help}\n# TYPE sighej_relay_{name} {kind}\n");
}
