//! The link to a relay: one WebSocket for each identity of the device, made again when it is lost. It carries frames and
//! decides nothing about them; the engine does. What passes is logged at no level, and neither is an address.

mod backoff;
mod config;
mod connect;
mod file;
mod http;
mod life;
pub mod limits;
mod statistics;
mod tls;

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

pub use config::{RelayConfig, RelayConfigError};
pub use connect::RelayError;
pub use statistics::{Offer, StatisticsError, StatisticsMemo};

use connect::Connector;
use life::{Life, Order};

/// What the link tells the driver.
#[derive(Debug)]
pub(crate) enum RelayNews {
    /// A connection is open.
    Up,
    /// A frame came; an empty one stands for a message of another kind.
    Frame(Vec<u8>),
    /// The connection is gone.
    Down,
    /// None could be made, for this reason, which is told once until it changes.
    Unreachable(Arc<RelayError>),
}

/// The driver's end.
pub(crate) struct RelayLink {
    connector: Arc<Connector>,
    life: Option<Handle>,
    /// What is written together.
    batch: Vec<Vec<u8>>,
}

struct Handle {
    orders: mpsc::Sender<Order>,
    news: mpsc::Receiver<RelayNews>,
    task: JoinHandle<()>,
}

impl RelayLink {
    pub(crate) fn new(config: RelayConfig) -> RelayLink {
        RelayLink { connector: Arc::new(Connector::new(config)), life: None, batch: Vec::new() }
    }

    /// A fresh identity: a connection of its own. To be called after [`RelayLink::silence`].
    pub(crate) fn appear(&mut self) {
        let (orders, inbox) = mpsc::channel(limits::ORDERS);
        let (tell, news) = mpsc::channel(limits::NEWS);
        let task = tokio::spawn(Life::new(Arc::clone(&self.connector), tell).run(inbox));
        self.life = Some(Handle { orders, news, task });
    }

    /// Adds a frame to those that go out with the next [`RelayLink::flush`].
    pub(crate) fn queue(&mut self, frame: Vec<u8>) {
        self.batch.push(frame);
    }

    /// Hands on what was queued. False where the relay reads so slowly that there is no room: the connection is given up.
    pub(crate) fn flush(&mut self) -> bool {
        if self.batch.is_empty() {
            return true;
        }
        let batch = std::mem::take(&mut self.batch);
        self.order(Order::Send(batch))
    }

    /// Closes the connection, and stays away: for so long, or until the next identity.
    pub(crate) fn close(&mut self, away: Option<Duration>) -> bool {
        self.order(Order::Close(away))
    }

    fn order(&mut self, order: Order) -> bool {
        let Some(life) = &self.life else { return true };
        if life.orders.try_send(order).is_ok() {
            return true;
        }
        life.task.abort();
        self.appear();
        false
    }

    /// Ends the identity's connection: what was queued still goes out, as far as the relay reads it at once.
    pub(crate) async fn silence(&mut self) {
        self.flush();
        let Some(Handle { orders, news, mut task }) = self.life.take() else { return };
        drop((orders, news));
        if timeout(limits::LEAVE_WITHIN, &mut task).await.is_err() {
            task.abort();
        }
    }

    /// What happens next. May be cancelled without loss.
    pub(crate) async fn news(&mut self) -> RelayNews {
        match &mut self.life {
            Some(life) => match life.news.recv().await {
                Some(news) => news,
                None => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }
}
