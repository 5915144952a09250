//! The two requests about statistics, each over a connection of its own that carries no session.

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::{RelayError, connect::Connector, limits};

/// Asks once. Gives the status and the body.
///
/// # Errors
/// Where no relay answers.
pub(super) async fn request(
    connector: &Connector,
    method: Method,
    path: &str,
    body: Vec<u8>,
) -> Result<(StatusCode, Bytes), RelayError> {
    let asking = async {
        let stream = connector.stream().await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(no_relay)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, connector.authority())
            .header(CONTENT_TYPE, "application/octet-stream")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| RelayError::NoRelay(error.to_string()))?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(no_relay)?;
            let status = response.status();
            let body = Limited::new(response.into_body(), limits::ANSWER).collect().await;
            let body = body.map_err(|error| RelayError::NoRelay(error.to_string()))?;
            Ok::<_, RelayError>((status, body.to_bytes()))
        };
        tokio::select! {
            answer = exchange => answer,
            Err(error) = connection => Err(no_relay(error)),
        }
    };
    timeout(limits::REQUEST_WITHIN, asking).await.unwrap_or(Err(RelayError::TimedOut))
}

fn no_relay(error: hyper::Error) -> RelayError {
    RelayError::NoRelay(error.to_string())
}
