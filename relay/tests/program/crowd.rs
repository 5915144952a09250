//! Ten thousand connections that never say who they are, at the real program.

use std::{net::SocketAddr, time::Duration};

use sighej_relay_lab::{Attendee, Client, Found, epoch};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::process::Running;

const HALF_OPEN: usize = 10_000;
/// Those that have not registered are at most 1,024, each with its buffers: half of this, and as much again for what the
/// allocator keeps.
const MOST_KIB: u64 = 96 * 1024;

/// Connects from this address of the loopback network.
async fn from(local: SocketAddr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(local)?;
    socket.connect(to).await
}

async fn two_are_matched(running: &Running, seed: u64) {
    let mut ones = Vec::new();
    for number in 0..2 {
        let mut client = Client::connect(running.relay).await.unwrap();
        let mut attendee = Attendee::new(&["devops"], epoch(), seed + number);
        assert_eq!(client.attend(&mut attendee, |frame| frame).await.unwrap(), Found::Registered);
        ones.push((client, attendee));
    }
    let [(client_a, a), (client_b, b)] = &mut ones[..] else { unreachable!() };
    client_b.say_bytes(b.knock(a.token())).await.unwrap();
    let (at_a, at_b) = tokio::join!(client_a.attend(a, |frame| frame), client_b.attend(b, |frame| frame));
    let nudge = Found::Nudge(vec!["devops".to_owned()]);
    assert_eq!((at_a.unwrap(), at_b.unwrap()), (nudge.clone(), nudge));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_half_open_connections_cost_bounded_memory_and_keep_nobody_out() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    two_are_matched(&running, 1).await;
    let before = running.resident_kib();
    let mut held = Vec::new();
    for number in 0..HALF_OPEN {
        // Most from one address, some from others; some say nothing, some begin a request and never end it.
        let local =
            SocketAddr::from(([127, 0, 1, if number % 10 == 0 { (number % 250) as u8 } else { 1 }], 0));
        let mut stream =
            from(local, running.relay).await.expect("as many connections as that are allowed here");
        if number % 2 == 0 {
            let _closed = stream.write_all(b"GET /v1/relay HTTP/1.1\r\nhost: relay\r\n").await;
        }
        held.push(stream);
        if number % 2_000 == 1_999 {
            let served =
                timeout(Duration::from_secs(20), two_are_matched(&running, 10 * number as u64)).await;
            assert!(served.is_ok(), "honest ones wait behind {number} others");
        }
    }
    assert_eq!(held.len(), HALF_OPEN);
    let more = running.resident_kib().saturating_sub(before);
    assert!(more < MOST_KIB, "{more} KiB for {HALF_OPEN} half-open connections");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_the_file_descriptors_that_the_system_lets_it_and_says_where_they_are_few() {
    let running = Running::start_in_a_shell(tempfile::tempdir().unwrap(), "ulimit -Sn 64");
    let mut held = Vec::new();
    for _ in 0..200 {
        held.push(TcpStream::connect(running.relay).await.unwrap());
    }
    two_are_matched(&running, 1).await;
    drop(held);

    let running = Running::start_in_a_shell(tempfile::tempdir().unwrap(), "ulimit -n 128");
    two_are_matched(&running, 1).await;
    let (_, log) = tokio::task::spawn_blocking(|| running.stop()).await.unwrap();
    assert!(log.contains("LimitNOFILE") && log.contains("128"), "{log}");
}
