//! Attendees who share statistics: one report each, as a device makes it, sent as a device sends it.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use rand_chacha::ChaCha20Rng;
use sighej_relay_api::statistics::REPORT;
use sighej_statistics::{Diary, Epsilon, EventName};
use tokio::net::TcpStream;

use super::cast;

/// Visitors who were there before the demo began, and left their reports alone: shares take some hundreds of them.
const EARLIER: usize = 1_400;
/// From one of them to the next; a relay takes a hundred a second.
const APART: Duration = Duration::from_millis(14);

/// Sends their reports.
pub(super) async fn earlier_visitors(relay: SocketAddr, event: EventName, mut rng: ChaCha20Rng) {
    for _ in 0..EARLIER {
        let profile = cast::profile(&mut rng);
        send(relay, &event, &profile, &mut rng).await;
        tokio::time::sleep(APART).await;
    }
}

/// Sends one attendee's report. One that is lost is not sent again: the demo has others.
pub(super) async fn send(relay: SocketAddr, event: &EventName, profile: &[&str], rng: &mut ChaCha20Rng) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut diary = Diary::default();
    let Ok(report) = diary.report(event, Epsilon::DEFAULT, profile, since, rng) else { return };
    let _lost = post(relay, report.to_vec()).await;
}

async fn post(relay: SocketAddr, report: Vec<u8>) -> anyhow::Result<()> {
    let stream = TcpStream::connect(relay).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request =
        Request::post(REPORT).header(header::HOST, relay.to_string()).body(Full::new(Bytes::from(report)))?;
    tokio::select! {
        answered = sender.send_request(request) => drop(answered?),
        ended = connection => ended?,
    }
    Ok(())
}
