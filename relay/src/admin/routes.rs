//! Every route of the admin's listener.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use sighej_relay_api::admin as api;
use tokio::sync::Semaphore;
use tower_http::timeout::TimeoutLayer;

use crate::aggregates::Aggregates;

use super::load::Lag;
use super::refusal::Refusal;
use super::{answers, document, gate, live, metrics};

/// Where the metrics are, for Prometheus.
pub(super) const METRICS: &str = "/metrics";
/// Live streams at once. One more is refused.
pub(super) const STREAMS: usize = 32;
/// From a request to its answer; a stream's answer is its head.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// What the handlers share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) aggregates: Aggregates,
    pub(super) started: Instant,
    pub(super) streams: Arc<Semaphore>,
    pub(super) lag: Arc<Lag>,
}

pub(super) fn router(aggregates: Aggregates, lag: Arc<Lag>) -> Router {
    let streams = Arc::new(Semaphore::new(STREAMS));
    let shared = Shared { aggregates, started: Instant::now(), streams, lag };
    let guarded = Router::new()
        .route(api::SUMMARY, get(answers::summary))
        .route(api::SERIES, get(answers::series))
        .route(api::INTERESTS, get(answers::interests))
        .route(api::HEALTH, get(answers::health))
        .route(api::LIVE, get(live::live))
        .route(METRICS, get(metrics::metrics))
        .route_layer(middleware::from_fn_with_state(shared.clone(), gate::gate));
    Router::new()
        .merge(guarded)
        .route(api::OPENAPI, get(document::served))
        .fallback(nowhere)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN))
        .with_state(shared)
}

async fn nowhere() -> Response {
    Refusal::NotFound.into_response()
}
