//! One identity at the relay: connections, one after the other, until the identity ends.

use std::{sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use super::{
    RelayNews,
    backoff::{Backoff, chance, jittered},
    connect::{Connector, RelayError, Socket},
    limits,
};

/// What the driver wants.
pub(super) enum Order {
    /// These frames, together. Without a connection they are dropped: the engine says again what matters.
    Send(Vec<Vec<u8>>),
    /// Close, and stay away for so long; without a time, for good.
    Close(Option<Duration>),
}

/// How a connection ended.
enum End {
    /// It broke, or the relay closed it.
    Lost,
    /// The engine has had enough of it.
    Left(Option<Duration>),
    /// The identity is over.
    Over,
}

pub(super) struct Life {
    connector: Arc<Connector>,
    news: mpsc::Sender<RelayNews>,
    backoff: Backoff,
    /// The reason last told for there being no connection.
    told: Option<&'static str>,
}

impl Life {
    pub(super) fn new(connector: Arc<Connector>, news: mpsc::Sender<RelayNews>) -> Life {
        Life { connector, news, backoff: Backoff::new(), told: None }
    }

    /// Runs until nobody gives orders any more.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            let opened = tokio::select! {
                opened = self.connector.open() => opened,
                () = over(&mut orders) => return,
            };
            let pause = match opened {
                Ok(socket) => match self.hold(socket, &mut orders).await {
                    End::Lost => Some(self.backoff.pause(chance())),
                    // Everybody was sent away at once: nobody comes back before the time, and not all together.
                    End::Left(away) => {
                        away.map(|away| away + jittered(away / 4, chance()) + self.backoff.pause(chance()))
                    }
                    End::Over => return,
                },
                Err(error) => Some(self.failed(error).await),
            };
            tokio::select! {
                () = rest(pause) => {}
                () = over(&mut orders) => return,
            }
        }
    }

    async fn hold(&mut self, socket: Socket, orders: &mut mpsc::Receiver<Order>) -> End {
        tracing::debug!("connected to the relay");
        let since = Instant::now();
        self.told = None;
        self.tell(RelayNews::Up).await;
        let end = Box::pin(self.carry(socket, orders)).await;
        tracing::debug!("no longer connected to the relay");
        if since.elapsed() >= limits::HELD {
            self.backoff.reset();
        }
        self.tell(RelayNews::Down).await;
        end
    }

    async fn carry(&mut self, mut socket: Socket, orders: &mut mpsc::Receiver<Order>) -> End {
        let mut heard = Instant::now();
        let mut pinged = false;
        loop {
            let patience = if pinged { limits::SILENCE } else { limits::PING_AFTER };
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Send(frames)) => {
                        if !write(&mut socket, frames).await {
                            return End::Lost;
                        }
                    }
                    Some(Order::Close(away)) => {
                        leave(socket).await;
                        return End::Left(away);
                    }
                    None => {
                        leave(socket).await;
                        return End::Over;
                    }
                },
                message = socket.next() => {
                    (heard, pinged) = (Instant::now(), false);
                    match message {
                        Some(Ok(Message::Binary(frame))) => self.tell(RelayNews::Frame(frame.into())).await,
                        Some(Ok(Message::Text(_))) => self.tell(RelayNews::Frame(Vec::new())).await,
                        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Lost,
                    }
                }
                () = sleep_until(heard + patience) => {
                    let asked = !pinged && ping(&mut socket).await;
                    if !asked {
                        return End::Lost;
                    }
                    pinged = true;
                }
            }
        }
    }

    async fn failed(&mut self, error: RelayError) -> Duration {
        let lasting = error.is_lasting();
        tracing::debug!(code = error.code(), "the relay is not there");
        if self.told != Some(error.code()) {
            self.told = Some(error.code());
            self.tell(RelayNews::Unreachable(Arc::new(error))).await;
        }
        if lasting { jittered(limits::LASTING_PAUSE, chance()) } else { self.backoff.pause(chance()) }
    }

    async fn tell(&self, news: RelayNews) {
        // Nobody listens where the identity is over; the orders end, too, then.
        let _unheard = self.news.send(news).await;
    }
}

/// Writes the frames of one step with one flush.
async fn write(socket: &mut Socket, frames: Vec<Vec<u8>>) -> bool {
    let writing = async {
        for frame in frames {
            socket.feed(Message::Binary(frame.into())).await?;
        }
        socket.flush().await
    };
    timeout(limits::WRITE_WITHIN, writing).await.is_ok_and(|written| written.is_ok())
}

async fn ping(socket: &mut Socket) -> bool {
    let asking = socket.send(Message::Ping(Vec::new().into()));
    timeout(limits::WRITE_WITHIN, asking).await.is_ok_and(|asked| asked.is_ok())
}

/// Closes. Whether the relay hears it or not, the connection is over.
async fn leave(mut socket: Socket) {
    let _said = timeout(limits::LEAVE_WITHIN / 2, socket.close(None)).await;
}

/// Waits for the end of the identity; frames have nowhere to go meanwhile.
async fn over(orders: &mut mpsc::Receiver<Order>) {
    while orders.recv().await.is_some() {}
}

async fn rest(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}
