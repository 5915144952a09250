//! The eavesdropper: a TCP proxy that stands between two nodes and keeps what it sees.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinSet,
    time::timeout,
};

/// Bytes kept per direction; further ones are counted and passed on.
const KEPT: usize = 1 << 20;
/// How long a connection waits for the other end to appear.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the eavesdropper has of one cable.
#[derive(Clone, Debug, Default)]
pub(super) struct Capture {
    /// Connections that somebody made.
    pub(super) connections: usize,
    /// From the one who dialled.
    pub(super) forth: Direction,
    /// From the one who was dialled.
    pub(super) back: Direction,
}

/// One direction of a cable.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction {
    /// Everything that passed.
    pub(super) total: usize,
    /// The first part of it.
    pub(super) kept: Vec<u8>,
}

impl Direction {
    fn add(&mut self, bytes: &[u8]) {
        self.total += bytes.len();
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// A cable with an eavesdropper on it. Dropping it cuts the cable.
pub(super) struct Proxy {
    entrance: SocketAddr,
    exit: watch::Sender<Option<SocketAddr>>,
    capture: Arc<Mutex<Capture>>,
    _task: JoinSet<()>,
}

impl Proxy {
    /// Opens the entrance on loopback; the exit is told later.
    pub(super) async fn open() -> io::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let entrance = listener.local_addr()?;
        let (exit, to) = watch::channel(None);
        let capture = Arc::<Mutex<Capture>>::default();
        let mut task = JoinSet::new();
        task.spawn(accept(listener, to, Arc::clone(&capture)));
        Ok(Proxy { entrance, exit, capture, _task: task })
    }

    /// Where to dial instead of the other end.
    pub(super) fn entrance(&self) -> SocketAddr {
        self.entrance
    }

    /// Where the other end is now.
    pub(super) fn leads_to(&self, exit: SocketAddr) {
        self.exit.send_replace(Some(exit));
    }

    /// Everything seen so far.
    pub(super) fn capture(&self) -> Capture {
        lock(&self.capture).clone()
    }
}

async fn accept(
    listener: TcpListener,
    to: watch::Receiver<Option<SocketAddr>>,
    capture: Arc<Mutex<Capture>>,
) {
    let mut cables = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        lock(&capture).connections += 1;
        cables.spawn(join(near, to.clone(), Arc::clone(&capture)));
    }
}

async fn join(near: TcpStream, mut to: watch::Receiver<Option<SocketAddr>>, capture: Arc<Mutex<Capture>>) {
    let known = timeout(PATIENCE, to.wait_for(Option::is_some)).await;
    let Some(exit) = known.ok().and_then(Result::ok).and_then(|exit| *exit) else { return };
    let Ok(far) = TcpStream::connect(exit).await else { return };
    // Without it, the proxy would be the slowest part of the demo.
    if near.set_nodelay(true).and_then(|()| far.set_nodelay(true)).is_err() {
        return;
    }
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::join!(
        pass(near_in, far_out, |bytes| lock(&capture).forth.add(bytes)),
        pass(far_in, near_out, |bytes| lock(&capture).back.add(bytes)),
    );
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, seen: impl Fn(&[u8])) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        seen(&buffer[..count]);
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
    // The other end may have gone first.
    let _gone = to.shutdown().await;
}

fn lock(capture: &Mutex<Capture>) -> MutexGuard<'_, Capture> {
    capture.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_passes_is_seen_and_passed_on_in_both_directions() {
        let far = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy::open().await.unwrap();
        let mut near = TcpStream::connect(proxy.entrance()).await.unwrap();
        near.write_all(b"forth").await.unwrap();
        proxy.leads_to(far.local_addr().unwrap());
        let (mut far, _) = far.accept().await.unwrap();
        let mut bytes = [0; 5];
        far.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"forth");
        far.write_all(b"back").await.unwrap();
        near.read_exact(&mut bytes[..4]).await.unwrap();
        let capture = proxy.capture();
        assert_eq!((capture.connections, capture.forth.total, capture.back.total), (1, 5, 4));
        assert_eq!(
            (capture.forth.kept.as_slice(), capture.back.kept.as_slice()),
            (&b"forth"[..], &b"back"[..])
        );
    }
}
