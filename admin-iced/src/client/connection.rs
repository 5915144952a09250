//! One question over one connection.

use std::io::ErrorKind;
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use sighej_relay_api::admin::Problem;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::{Shared, Trouble, tls};

/// From the first packet to the end of the TLS handshake.
const CONNECT_WITHIN: Duration = Duration::from_secs(8);
/// Bytes of a refusal that are read.
const REFUSAL_BYTES: usize = 16 * 1024;

/// An answer whose head says that all is well. The connection ends with it.
pub(super) struct Answer {
    body: Incoming,
    connection: Connection,
}

/// Drives the connection until it is dropped.
struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Asks for a path and waits for the head of the answer.
pub(super) async fn get(relay: &Shared, path: &str) -> Result<Answer, Trouble> {
    let connect = async {
        let stream = tcp(relay).await?;
        if relay.address.is_tls {
            let stream = tls::connect(stream, &relay.address, relay.pin).await?;
            handshake(stream).await
        } else {
            handshake(stream).await
        }
    };
    let connected = tokio::time::timeout(CONNECT_WITHIN, connect).await.map_err(|_| Trouble::Silent)?;
    let (mut sender, connection) = connected?;
    let request = Request::get(path)
        .header(header::HOST, relay.address.authority())
        .header(header::AUTHORIZATION, format!("Bearer {}", relay.token.reveal()))
        .body(Empty::<Bytes>::new())
        .map_err(|_| Trouble::Unreadable)?;
    let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
    answered(response, connection).await
}

async fn tcp(relay: &Shared) -> Result<TcpStream, Trouble> {
    let (host, port) = (relay.address.bare_host(), relay.address.port);
    let addresses = tokio::net::lookup_host((host, port)).await.map_err(|_| Trouble::UnknownHost)?;
    let mut trouble = Trouble::UnknownHost;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Without it an answer comes a little later, and nothing else.
                let _set = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => trouble = Trouble::Refused,
            Err(_) => trouble = Trouble::Unreachable,
        }
    }
    Err(trouble)
}

async fn handshake(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<(http1::SendRequest<Empty<Bytes>>, Connection), Trouble> {
    let (sender, driver) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    let driven = tokio::spawn(async {
        // How a connection ends is told by the answer that it carried.
        let _ended = driver.await;
    });
    Ok((sender, Connection(driven)))
}

fn broken(error: &hyper::Error) -> Trouble {
    if error.is_parse() { Trouble::NoRelay } else { Trouble::Unreachable }
}

async fn answered(response: Response<Incoming>, connection: Connection) -> Result<Answer, Trouble> {
    let status = response.status();
    let answer = Answer { body: response.into_body(), connection };
    match status {
        StatusCode::OK => Ok(answer),
        StatusCode::UNAUTHORIZED => Err(Trouble::WrongToken),
        StatusCode::BAD_REQUEST | StatusCode::SERVICE_UNAVAILABLE => {
            let bytes = answer.whole(REFUSAL_BYTES).await?;
            let problem = serde_json::from_slice::<Problem>(&bytes);
            // Where it has no words, a proxy may have answered for it.
            Err(problem.map_or(Trouble::Unreachable, |problem| Trouble::Said(problem.error)))
        }
        _ => Err(Trouble::NoRelay),
    }
}

impl Answer {
    /// All of it, up to a length.
    pub(super) async fn whole(mut self, at_most: usize) -> Result<Vec<u8>, Trouble> {
        let mut bytes = Vec::new();
        while let Some(part) = self.part().await? {
            if bytes.len() + part.len() > at_most {
                return Err(Trouble::Unreadable);
            }
            bytes.extend_from_slice(&part);
        }
        drop(self.connection);
        Ok(bytes)
    }

    /// What comes next; none at its end.
    pub(super) async fn part(&mut self) -> Result<Option<Bytes>, Trouble> {
        loop {
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            if let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() {
                return Ok(Some(data));
            }
        }
    }
}
