//! The live stream: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::{Stream, StreamExt, future};
use sighej_relay_api::admin as api;
use tokio_stream::wrappers::BroadcastStream;

use crate::aggregates::Release;

use super::gate;
use super::refusal::Refusal;
use super::routes::Shared;

/// A sign of life where there is nothing to say, so that neither side nor a proxy between takes the other for gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What became large enough to be shown, every few seconds: events called `counts`, each a `Live`. A stream that falls
/// behind misses some, and ends when its token is revoked.
#[utoipa::path(get, path = api::LIVE, tag = "admin", security(("token" = [])), responses(
    (status = 200, body = api::Live, content_type = "text/event-stream"),
    (status = 401, body = api::Problem), (status = 503, body = api::Problem)))]
pub(super) async fn live(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let place = shared.streams.clone().try_acquire_owned().map_err(|_| Refusal::TooManyStreams)?;
    let releases = BroadcastStream::new(shared.aggregates.live());
    let stream = releases
        .filter_map(|release| future::ready(release.ok()))
        .then(move |release| still_known(shared.clone(), headers.clone(), release))
        .take_while(|release| future::ready(release.is_some()))
        .filter_map(move |release| {
            // The place is held as long as the stream.
            let _held = &place;
            future::ready(release.and_then(|release| event(&release)).map(Ok))
        });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// The release, where the token is not revoked. A database that does not answer right now revokes nothing.
async fn still_known(shared: Shared, headers: HeaderMap, release: Release) -> Option<Release> {
    let token = gate::bearer(&headers)?;
    gate::is_known(&shared, token).await.unwrap_or(true).then_some(release)
}

fn event(release: &Release) -> Option<Event> {
    let counts = release.counts.iter().filter(|(_, count)| *count > 0);
    let live = api::Live {
        now: release.secs,
        counts: counts.map(|(counter, count)| (counter.name().to_owned(), count)).collect(),
        sessions_open: release.sessions_open,
    };
    Event::default().event("counts").json_data(live).ok()
}
