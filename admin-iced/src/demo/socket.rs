//! An attendee's connection to its relay.

use std::net::SocketAddr;

use anyhow::Context;
use futures::{SinkExt, StreamExt};
use sighej_relay_api::wire::{ClientMessage, PATH, SUBPROTOCOL};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;

/// A WebSocket that speaks the relay's protocol.
pub(super) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    pub(super) async fn open(relay: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(relay).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{relay}{PATH}").into_client_request()?;
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(Self(socket))
    }

    pub(super) async fn say(&mut self, message: &ClientMessage<'_>) -> anyhow::Result<()> {
        Ok(self.0.send(Message::Binary(message.encode().into())).await?)
    }

    /// The next frame; pings are answered on the way.
    pub(super) async fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        loop {
            let message = self.0.next().await.context("the relay closed the connection")??;
            if let Message::Binary(frame) = message {
                return Ok(frame.into());
            }
        }
    }
}
