//! Where devices that share statistics ask for the event, and leave their report.
//!
//! Neither request carries a session, and nothing of one is logged. Whoever answers knows no more than that some device
//! sent a report, most of which is noise.

use std::sync::Mutex;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use sighej_relay_api::statistics::{OFFER, Offer, REPORT};
use sighej_statistics::Report;

use crate::aggregates::{Aggregates, ReportRefused};

/// Reports that are taken a second, from all together. Beyond it a device is told to come back.
const REPORTS_A_SECOND: u32 = 100;

/// When a device that was turned away comes back, with the same report.
const COME_BACK_SECS: u16 = 30;

#[derive(Clone)]
struct Shared {
    aggregates: Aggregates,
    second: Arc<Mutex<(Instant, u32)>>,
}

/// The routes for the relay's own listener: the event, the reports, and the probes.
pub fn public_routes(aggregates: &Aggregates) -> Router {
    let shared = Shared { aggregates: aggregates.clone(), second: Arc::new(Mutex::new((Instant::now(), 0))) };
    Router::new()
        .route(OFFER, get(offer))
        .route(REPORT, post(report).layer(DefaultBodyLimit::max(Report::max_len())))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .with_state(shared)
}

async fn offer(State(shared): State<Shared>) -> Response {
    let offer = shared.aggregates.event().map(|(event, epsilon)| Offer {
        version: Report::VERSION,
        event: event.to_string(),
        epsilon_thousandths: epsilon.thousandths(),
    });
    match offer {
        Some(offer) => Json(offer).into_response(),
        None => refuse(&ReportRefused::NoEvent),
    }
}

async fn report(State(shared): State<Shared>, body: Bytes) -> Response {
    if !shared.has_room(Instant::now()) {
        return refuse(&ReportRefused::Later);
    }
    match shared.aggregates.submit(&body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refused) => refuse(&refused),
    }
}

/// Whether the process lives.
async fn healthz() -> &'static str {
    "alive\n"
}

/// Whether it serves. It does without a database, too: then counts wait in memory, and the answer says so.
async fn readyz(State(shared): State<Shared>) -> String {
    match shared.aggregates.health().failing {
        None => "ready\n".to_owned(),
        Some((reason, _)) => format!("ready, but counts are not saved: {reason}\n"),
    }
}

impl Shared {
    fn has_room(&self, now: Instant) -> bool {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(second.0) >= Duration::from_secs(1) {
            *second = (now, 0);
        }
        second.1 += u32::from(second.1 < REPORTS_A_SECOND + 1);
        second.1 <= REPORTS_A_SECOND
    }
}

fn refuse(refused: &ReportRefused) -> Response {
    let status = match refused {
        ReportRefused::NoEvent => StatusCode::NOT_FOUND,
        ReportRefused::Unfit(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ReportRefused::Full => StatusCode::GONE,
        ReportRefused::Later => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = (status, format!("{refused}\n")).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(COME_BACK_SECS));
    }
    response
}
