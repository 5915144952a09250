//! The loop that owns the engine: wait for an input, pass it in, drain the outputs, arm one timer.

use std::{sync::Arc, time::Duration};

use sighej_crypto::Token;
use sighej_engine::{Air as Presence, Engine, Event, Intent, IntentError, Status, Transmit, Transport};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};

use crate::{
    NodeEvent, Traffic,
    clock::Clock,
    lan::{LanCommand, LanConfig, LanEvent, air::Air, life::Ids},
    queue,
};

/// What the owner asks of a node, with a place for the answer.
#[derive(Debug)]
pub(crate) enum Command {
    Intent(Intent, oneshot::Sender<Result<(), IntentError>>),
    Status(oneshot::Sender<Status>),
    Traffic(oneshot::Sender<Traffic>),
    Stop(oneshot::Sender<()>),
}

/// The loop's state.
pub(crate) struct Driver {
    engine: Engine,
    clock: Clock,
    lan: Arc<LanConfig>,
    ids: Arc<Ids>,
    air: Option<(Token, Air)>,
    owner: queue::Sender,
    traffic: Traffic,
}

impl Driver {
    pub(crate) fn new(engine: Engine, clock: Clock, lan: Arc<LanConfig>, owner: queue::Sender) -> Driver {
        Driver { engine, clock, lan, ids: Arc::default(), air: None, owner, traffic: Traffic::default() }
    }

    /// Runs until it is told to stop, or until its owner is gone.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let stopped = loop {
            self.drain().await;
            let due = self.engine.poll_timeout();
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Stop(answer)) => break Some(answer),
                    Some(command) => self.obey(command),
                    None => break None,
                },
                event = next_event(&mut self.air) => self.on_lan(event),
                () = at(&self.clock, due) => self.engine.handle_timeout(self.clock.now()),
            }
        };
        self.stop().await;
        if let Some(answer) = stopped {
            // Whoever asked may have gone.
            let _unheard = answer.send(());
        }
    }

    fn obey(&mut self, command: Command) {
        let now = self.clock.now();
        // Whoever asked may have gone; then nobody needs the answer.
        match command {
            Command::Intent(intent, answer) => {
                let _unheard = answer.send(self.engine.handle_intent(intent, now));
            }
            Command::Status(answer) => {
                let _unheard = answer.send(self.engine.status(now));
            }
            Command::Traffic(answer) => {
                let _unheard = answer.send(self.traffic);
            }
            Command::Stop(answer) => {
                let _unheard = answer.send(());
            }
        }
    }

    /// Closes first, so that the owner hears it, then vanishes whatever was in flight.
    async fn stop(&mut self) {
        // Refused when it is closed already.
        let _closed = self.engine.handle_intent(Intent::Close, self.clock.now());
        self.drain().await;
        self.fall_silent().await;
    }

    fn on_lan(&mut self, event: Option<LanEvent>) {
        let now = self.clock.now();
        match event {
            None => {
                // It has told why; the next epoch tries again.
                self.air = None;
            }
            Some(LanEvent::Listening(address)) => self.owner.send(NodeEvent::Listening(address)),
            Some(LanEvent::ListenFailed { address, reason }) => {
                self.owner.send(NodeEvent::ListenFailed { address, reason });
            }
            Some(LanEvent::LinkUp(link)) => {
                self.owner.send(NodeEvent::LinkUp);
                self.engine.handle_link_up(link, Transport::Lan, None, now);
            }
            Some(LanEvent::LinkDown(link)) => {
                self.owner.send(NodeEvent::LinkDown);
                self.engine.handle_link_down(link, now);
            }
            Some(LanEvent::Presence { link, bytes }) => self.engine.handle_presence(link, &bytes, now),
            Some(LanEvent::ChannelOpened { link, channel }) => {
                self.engine.handle_channel_opened(link, channel, now);
            }
            Some(LanEvent::Frame { channel, bytes }) => {
                self.traffic.messages_received += 1;
                self.traffic.bytes_received += bytes.len() as u64;
                self.engine.handle_frame(channel, &bytes, now);
            }
            Some(LanEvent::ChannelClosed { channel }) => self.engine.handle_channel_closed(channel, now),
        }
    }

    async fn drain(&mut self) {
        loop {
            if let Some(transmit) = self.engine.poll_transmit() {
                self.transmit(transmit).await;
            } else if let Some(event) = self.engine.poll_event() {
                self.tell(event);
            } else {
                return;
            }
        }
    }

    fn tell(&self, event: Event) {
        self.owner.send(NodeEvent::Engine(event));
    }

    async fn transmit(&mut self, transmit: Transmit) {
        match transmit {
            Transmit::Air(Presence::Silent) => self.fall_silent().await,
            Transmit::Air(Presence::Present { token, .. }) => self.appear(token).await,
            // There is no radio here, and so no address of one to dial.
            Transmit::Dial { address } => self.engine.handle_dial_failed(address, self.clock.now()),
            Transmit::Presence { link, bytes } => self.send(LanCommand::Presence { link, bytes }),
            Transmit::OpenChannel { link, channel } => self.send(LanCommand::OpenChannel { link, channel }),
            Transmit::Frame { channel, bytes } => {
                self.traffic.messages_sent += 1;
                self.traffic.bytes_sent += bytes.len() as u64;
                self.send(LanCommand::Frame { channel, bytes });
            }
            Transmit::CloseChannel { channel } => self.send(LanCommand::CloseChannel { channel }),
            Transmit::CloseLink { link } => self.send(LanCommand::CloseLink { link }),
        }
    }

    fn send(&self, command: LanCommand) {
        if let Some((_, air)) = &self.air {
            air.send(command);
        }
    }

    async fn fall_silent(&mut self) {
        if let Some((_, air)) = self.air.take() {
            air.silence().await;
        }
    }

    /// The same token again means that only the flags have changed, which presence tells.
    async fn appear(&mut self, token: Token) {
        if self.air.as_ref().is_some_and(|(current, _)| *current == token) {
            return;
        }
        self.fall_silent().await;
        match Air::appear(Arc::clone(&self.lan), Arc::clone(&self.ids)) {
            Ok(air) => self.air = Some((token, air)),
            Err(error) => {
                let address = self.lan.listen.first().cloned().unwrap_or_else(libp2p::Multiaddr::empty);
                self.owner.send(NodeEvent::ListenFailed { address, reason: error.to_string() });
            }
        }
    }
}

async fn next_event(air: &mut Option<(Token, Air)>) -> Option<LanEvent> {
    match air {
        Some((_, air)) => air.event().await,
        None => std::future::pending().await,
    }
}

async fn at(clock: &Clock, due: Option<Duration>) {
    match due {
        Some(due) => sleep_until(clock.instant(due).into()).await,
        None => std::future::pending().await,
    }
}
