//! From an address to a stream, and to an open WebSocket; and why there is none.

use std::{io, sync::Arc};

use rustls::pki_types::ServerName;
use sighej_relay_api::wire::{PATH, SUBPROTOCOL};
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self,
        client::IntoClientRequest,
        http::{HeaderValue, Response, StatusCode, header::SEC_WEBSOCKET_PROTOCOL},
        protocol::WebSocketConfig,
    },
};

use super::{RelayConfig, limits, tls};

/// Why there is no connection to a relay, and what to do. It names no address.
#[derive(Debug, Error)]
pub enum RelayError {
    /// No machine answers there.
    #[error("the relay cannot be reached: {0}; the rest works on, and it is tried again")]
    Unreachable(io::Error),
    /// It took too long.
    #[error("the relay did not answer in time; the rest works on, and it is tried again")]
    TimedOut,
    /// The certificate is another one than the link names.
    #[error(
        "the relay shows another certificate than its link names: it has a new one, or somebody stands in between; ask whoever runs it for a new link"
    )]
    OtherCertificate,
    /// Nobody vouches for the certificate, or the encryption failed otherwise.
    #[error(
        "the relay's encryption cannot be trusted: {0}; use the whole link of an invitation, with its pin"
    )]
    Tls(rustls::Error),
    /// It speaks another version.
    #[error("the relay speaks {theirs}, and this device {}: update the older of the two", SUBPROTOCOL)]
    OtherVersion {
        /// The version that it names, or a word for none.
        theirs: String,
    },
    /// Something else answers there.
    #[error("no relay answers at this address: {0}; look at the link again")]
    NoRelay(String),
}

impl RelayError {
    /// One word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RelayError::Unreachable(_) => "unreachable",
            RelayError::TimedOut => "timed_out",
            RelayError::OtherCertificate => "other_certificate",
            RelayError::Tls(_) => "tls",
            RelayError::OtherVersion { .. } => "other_version",
            RelayError::NoRelay(_) => "no_relay",
        }
    }

    /// Whether it will be the same in a moment.
    pub(super) fn is_lasting(&self) -> bool {
        match self {
            RelayError::Unreachable(_) | RelayError::TimedOut => false,
            RelayError::OtherCertificate
            | RelayError::Tls(_)
            | RelayError::OtherVersion { .. }
            | RelayError::NoRelay(_) => true,
        }
    }
}

/// Whatever carries bytes.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// An open WebSocket.
pub(super) type Socket = WebSocketStream<Box<dyn Stream>>;

/// Makes connections to one relay.
pub(super) struct Connector {
    config: RelayConfig,
    tls: Option<Result<TlsConnector, rustls::Error>>,
}

impl Connector {
    pub(super) fn new(config: RelayConfig) -> Connector {
        let encrypted = || tls::client_config(config.pin).map(|config| TlsConnector::from(Arc::new(config)));
        let tls = config.is_tls.then(encrypted);
        Connector { config, tls }
    }

    /// A WebSocket that speaks this version.
    pub(super) async fn open(&self) -> Result<Socket, RelayError> {
        let opening = async {
            let stream = self.stream().await?;
            let request = self.request()?;
            let opened = client_async_with_config(request, stream, Some(websocket())).await;
            opened.map(|(socket, _)| socket).map_err(refused)
        };
        timeout(limits::CONNECT_WITHIN, opening).await.unwrap_or(Err(RelayError::TimedOut))
    }

    fn request(&self) -> Result<tungstenite::handshake::client::Request, RelayError> {
        let request = format!("ws://{}{PATH}", self.config.authority).into_client_request();
        let mut request = request.map_err(|error| RelayError::NoRelay(error.to_string()))?;
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        Ok(request)
    }

    /// A stream of its own, that carries nothing yet.
    pub(super) async fn stream(&self) -> Result<Box<dyn Stream>, RelayError> {
        let address = (self.config.host(), self.config.port());
        let stream = TcpStream::connect(address).await.map_err(RelayError::Unreachable)?;
        stream.set_nodelay(true).map_err(RelayError::Unreachable)?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let tls = tls.as_ref().map_err(|error| RelayError::Tls(error.clone()))?;
        let name = ServerName::try_from(self.config.host().to_owned())
            .map_err(|error| RelayError::NoRelay(error.to_string()))?;
        Ok(Box::new(tls.connect(name, stream).await.map_err(untrusted)?))
    }

    pub(super) fn authority(&self) -> &str {
        &self.config.authority
    }
}

fn websocket() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(limits::READ_BUFFER)
        .write_buffer_size(limits::MESSAGE)
        .max_write_buffer_size(limits::WRITE_BUFFER)
        .max_message_size(Some(limits::MESSAGE))
        .max_frame_size(Some(limits::MESSAGE))
}

fn untrusted(error: io::Error) -> RelayError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(reason) if tls::is_wrong_pin(reason) => RelayError::OtherCertificate,
        Some(reason) => RelayError::Tls(reason.clone()),
        None => RelayError::Unreachable(error),
    }
}

fn refused(error: tungstenite::Error) -> RelayError {
    if let tungstenite::Error::Http(response) = &error {
        return other_answer(response);
    }
    if let tungstenite::Error::Io(error) = error {
        return RelayError::Unreachable(error);
    }
    RelayError::NoRelay(error.to_string())
}

/// What answers there and opens no WebSocket. Its words are not shown: they are whoever's.
fn other_answer(response: &Response<Option<Vec<u8>>>) -> RelayError {
    if response.status() != StatusCode::UPGRADE_REQUIRED {
        return RelayError::NoRelay(format!("HTTP {}", response.status().as_u16()));
    }
    let named = response.headers().get(SEC_WEBSOCKET_PROTOCOL).and_then(|named| named.to_str().ok());
    let is_name = |name: &&str| {
        name.len() <= 32 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    };
    RelayError::OtherVersion { theirs: named.filter(is_name).unwrap_or("another version").to_owned() }
}
