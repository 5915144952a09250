//! The listener's routes: the WebSocket, and who speaks another version.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use hyper::upgrade::{Parts, Upgraded};
use hyper_util::rt::TokioIo;
use sighej_relay_api::wire::{PATH, SUBPROTOCOL};
use tungstenite::{handshake::server::create_response_with_body, protocol::WebSocketConfig};

use crate::limits;

use super::{
    admission::{Place, Source},
    connection,
    hub::Hub,
    socket::Socket,
    stream::Stream,
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
    mut request: Request,
) -> Response {
    let Ok(mut response) = create_response_with_body(&request, Body::empty) else {
        return (StatusCode::BAD_REQUEST, "Here is a WebSocket, and this is no request to open it.\n")
            .into_response();
    };
    if !offers_version(request.headers()) {
        return other_version();
    }
    let Some(place) = seat.take() else { return StatusCode::BAD_REQUEST.into_response() };
    let place = match forwarded_for(request.headers()).filter(|_| seat.is_proxied) {
        Some(source) => place.forwarded_for(source),
        None => place,
    };
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Some(socket) = upgrade.await.ok().and_then(socket) {
            connection::serve(socket, hub, place).await;
        }
    });
    name_version(response.headers_mut());
    response
}

fn offers_version(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    offers
        .flat_map(|offer| offer.as_bytes().split(|byte| *byte == b','))
        .any(|offer| offer.trim_ascii() == SUBPROTOCOL.as_bytes())
}

fn name_version(headers: &mut HeaderMap) {
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
}

/// The WebSocket over the very stream that the request came by.
fn socket(upgraded: Upgraded) -> Option<Socket<Stream>> {
    let Parts { io, read_buf, .. } = upgraded.downcast::<TokioIo<Stream>>().ok()?;
    let config = WebSocketConfig::default()
        .read_buffer_size(limits::READ_BUFFER)
        .write_buffer_size(limits::WRITE_BUFFER)
        .max_write_buffer_size(2 * limits::WRITE_BUFFER + limits::MESSAGE_BYTES)
        .max_message_size(Some(limits::MESSAGE_BYTES))
        .max_frame_size(Some(limits::MESSAGE_BYTES));
    // Copied: the buffer that it was read into is four times as long as the socket's, and would stay as long.
    Some(Socket::new(io.into_inner(), read_buf.to_vec(), config))
}

/// Says which version is spoken here, in a header for programs and in words for people.
fn other_version() -> Response {
    let words = format!("This relay speaks {SUBPROTOCOL}, and you do not: update the older of the two.\n");
    let mut response = (StatusCode::UPGRADE_REQUIRED, words).into_response();
    name_version(response.headers_mut());
    response
}

/// The last address of the list: the one that the proxy itself saw.
fn forwarded_for(headers: &HeaderMap) -> Option<Source> {
    let list = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = list.rsplit(',').next()?.trim();
    last.parse::<std::net::IpAddr>().ok().map(Source::from)
}
