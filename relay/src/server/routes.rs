//! The listener's routes: the WebSocket, and who speaks another version.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Extension, Router,
    extract::{State, ws::WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sighej_relay_api::wire::{PATH, SUBPROTOCOL};

use crate::limits;

use super::{
    admission::{Place, Source},
    connection,
    hub::Hub,
};

/// The place of the connection that a request came by. The one request that opens a WebSocket takes it along.
#[derive(Clone)]
pub(super) struct Seat {
    pub(super) place: Arc<Mutex<Option<Place>>>,
    /// Whether `x-forwarded-for` is believed.
    pub(super) is_proxied: bool,
}

impl Seat {
    fn take(&self) -> Option<Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

pub(super) fn router(hub: Arc<Hub>, others: Router) -> Router {
    Router::new().route(PATH, get(open)).with_state(hub).merge(others)
}

async fn open(
    State(hub): State<Arc<Hub>>,
    Extension(seat): Extension<Seat>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !upgrade.requested_protocols().any(|protocol| protocol == SUBPROTOCOL) {
        return other_version();
    }
    let Some(place) = seat.take() else { return StatusCode::BAD_REQUEST.into_response() };
    let place = match forwarded_for(&headers).filter(|_| seat.is_proxied) {
        Some(source) => place.forwarded_for(source),
        None => place,
    };
    upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(limits::READ_BUFFER)
        .write_buffer_size(limits::WRITE_BUFFER)
        .max_write_buffer_size(2 * limits::WRITE_BUFFER + limits::MESSAGE_BYTES)
        .max_message_size(limits::MESSAGE_BYTES)
        .max_frame_size(limits::MESSAGE_BYTES)
        .on_upgrade(move |socket| connection::serve(socket, hub, place))
}

/// Says which version is spoken here, in a header for programs and in words for people.
fn other_version() -> Response {
    let words = format!("This relay speaks {SUBPROTOCOL}, and you do not: update the older of the two.\n");
    let mut response = (StatusCode::UPGRADE_REQUIRED, words).into_response();
    response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    response
}

/// The last address of the list: the one that the proxy itself saw.
fn forwarded_for(headers: &HeaderMap) -> Option<Source> {
    let list = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = list.rsplit(',').next()?.trim();
    last.parse::<std::net::IpAddr>().ok().map(Source::from)
}
