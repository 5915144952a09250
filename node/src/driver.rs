//! The loop that owns the engine: wait for an input, pass it in, drain the outputs, arm one timer.

use std::{sync::Arc, time::Duration};

use sighej_ble::Radio;
use sighej_crypto::Token;
use sighej_engine::{Air, Engine, Intent, IntentError, RadioAddress, Status, Transmit, Transport};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};

use crate::{
    NodeEvent, Traffic,
    clock::Clock,
    lan::{LanConfig, LanEvent, network::Network},
    links::{Ids, LinkCommand, LinkEvent, Routes},
    queue,
    radio::{Bluetooth, BluetoothEvent},
    relay::{RelayConfig, RelayLink, RelayNews},
};

/// What the owner asks of a node, with a place for the answer.
#[derive(Debug)]
pub(crate) enum Command {
    Intent(Intent, oneshot::Sender<Result<(), IntentError>>),
    Status(oneshot::Sender<Status>),
    Traffic(oneshot::Sender<Traffic>),
    Wake(oneshot::Sender<()>),
    Stop(oneshot::Sender<()>),
}

/// The loop's state. Each transport has its field, its handler and its line in [`Driver::carry`].
pub(crate) struct Driver {
    engine: Engine,
    clock: Clock,
    network: Option<Network>,
    bluetooth: Option<Bluetooth>,
    relay: Option<RelayLink>,
    routes: Routes,
    /// Under which token every transport appears.
    shown: Option<Token>,
    owner: queue::Sender,
    traffic: Traffic,
}

impl Driver {
    pub(crate) fn new(
        engine: Engine,
        clock: Clock,
        lan: Option<LanConfig>,
        radio: Option<Arc<dyn Radio>>,
        relay: Option<RelayConfig>,
        owner: queue::Sender,
    ) -> Driver {
        let ids = Arc::<Ids>::default();
        let network = lan.map(|config| Network::new(config, Arc::clone(&ids)));
        let bluetooth = radio.map(|radio| Bluetooth::new(radio, ids));
        Driver {
            engine,
            clock,
            network,
            bluetooth,
            relay: relay.map(RelayLink::new),
            routes: Routes::default(),
            shown: None,
            owner,
            traffic: Traffic::default(),
        }
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
                event = next_of(&mut self.network, async |network| network.event().await) => self.on_lan(event),
                event = next_of(&mut self.bluetooth, async |bluetooth| bluetooth.event().await) => {
                    self.on_bluetooth(event);
                }
                news = next_of(&mut self.relay, async |relay| relay.news().await) => self.on_relay(news),
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
                let radio = self.bluetooth.as_ref().map(Bluetooth::metered).unwrap_or_default();
                let _unheard = answer.send(Traffic { radio, ..self.traffic });
            }
            Command::Wake(answer) => {
                self.engine.handle_timeout(now);
                let _unheard = answer.send(());
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

    fn on_lan(&mut self, event: LanEvent) {
        match event {
            LanEvent::Listening(address) => self.owner.send(NodeEvent::Listening(address)),
            LanEvent::ListenFailed { address, reason } => {
                self.owner.send(NodeEvent::ListenFailed { address, reason });
            }
            LanEvent::Link(event) => self.on_link(Transport::Lan, event),
        }
    }

    fn on_bluetooth(&mut self, event: BluetoothEvent) {
        match event {
            BluetoothEvent::State(state) => self.owner.send(NodeEvent::Radio(state)),
            BluetoothEvent::Sighted(sighting) => self.engine.handle_sighting(sighting, self.clock.now()),
            BluetoothEvent::DialFailed(address) => self.engine.handle_dial_failed(address, self.clock.now()),
            BluetoothEvent::Link(event) => self.on_link(Transport::Ble, event),
        }
    }

    fn on_relay(&mut self, news: RelayNews) {
        let now = self.clock.now();
        match news {
            RelayNews::Up => self.engine.handle_relay_up(now),
            RelayNews::Down => self.engine.handle_relay_down(now),
            RelayNews::Unreachable(reason) => self.owner.send(NodeEvent::RelayUnreachable(reason)),
            RelayNews::Frame(bytes) => {
                self.traffic.relay_frames_received += 1;
                self.traffic.relay_bytes_received += bytes.len() as u64;
                self.engine.handle_relay_frame(&bytes, now);
            }
        }
    }

    /// What every transport tells of its links.
    fn on_link(&mut self, via: Transport, event: LinkEvent) {
        let now = self.clock.now();
        self.routes.note(via, &event);
        match event {
            LinkEvent::Up { link, address } => {
                self.owner.send(NodeEvent::LinkUp(via));
                self.engine.handle_link_up(link, via, address, now);
            }
            LinkEvent::Down { link } => {
                self.owner.send(NodeEvent::LinkDown(via));
                self.engine.handle_link_down(link, now);
            }
            LinkEvent::Presence { link, bytes } => self.engine.handle_presence(link, &bytes, now),
            LinkEvent::Mesh { link, bytes } => {
                self.traffic.mesh_frames_received += 1;
                self.traffic.mesh_bytes_received += bytes.len() as u64;
                self.engine.handle_mesh(link, &bytes, now);
            }
            LinkEvent::ChannelOpened { link, channel } => {
                self.engine.handle_channel_opened(link, channel, now);
            }
            LinkEvent::Frame { channel, bytes } => {
                self.traffic.messages_received += 1;
                self.traffic.bytes_received += bytes.len() as u64;
                self.engine.handle_frame(channel, &bytes, now);
            }
            LinkEvent::ChannelClosed { channel } => self.engine.handle_channel_closed(channel, now),
        }
    }

    async fn drain(&mut self) {
        loop {
            if let Some(transmit) = self.engine.poll_transmit() {
                self.transmit(transmit).await;
            } else if let Some(event) = self.engine.poll_event() {
                self.owner.send(NodeEvent::Engine(event));
            } else if self.flush_relay() {
                return;
            }
        }
    }

    /// What one drain said to the relay goes out together. False where the connection was given up for it, which the engine
    /// has been told.
    fn flush_relay(&mut self) -> bool {
        let flushed = self.relay.as_mut().is_none_or(RelayLink::flush);
        if !flushed {
            self.engine.handle_relay_down(self.clock.now());
        }
        flushed
    }

    async fn transmit(&mut self, transmit: Transmit) {
        match transmit {
            Transmit::Air(Air::Silent) => self.fall_silent().await,
            Transmit::Air(Air::Present { version_flags, token }) => self.appear(version_flags, token).await,
            Transmit::Dial { address } => self.dial(address),
            Transmit::Presence { link, bytes } => self.carry(LinkCommand::Presence { link, bytes }),
            Transmit::Mesh { link, bytes } => {
                self.traffic.mesh_frames_sent += 1;
                self.traffic.mesh_bytes_sent += bytes.len() as u64;
                self.carry(LinkCommand::Mesh { link, bytes });
            }
            Transmit::OpenChannel { link, channel } => {
                self.carry(LinkCommand::OpenChannel { link, channel });
            }
            Transmit::Frame { channel, bytes } => {
                self.traffic.messages_sent += 1;
                self.traffic.bytes_sent += bytes.len() as u64;
                self.carry(LinkCommand::Frame { channel, bytes });
            }
            Transmit::CloseChannel { channel } => self.carry(LinkCommand::CloseChannel { channel }),
            Transmit::CloseLink { link } => self.carry(LinkCommand::CloseLink { link }),
            Transmit::RelayFrame { bytes } => {
                self.traffic.relay_frames_sent += 1;
                self.traffic.relay_bytes_sent += bytes.len() as u64;
                self.relay.iter_mut().for_each(|relay| relay.queue(bytes.clone()));
            }
            Transmit::RelayClose { away } => {
                self.flush_relay();
                // Where there is no room for it, the connection is gone, which is what was wanted.
                let _closed = self.relay.as_mut().is_none_or(|relay| relay.close(away));
            }
        }
    }

    /// Passes a command to the transport whose link it is about.
    fn carry(&mut self, command: LinkCommand) {
        match self.routes.of(&command) {
            Some(Transport::Lan) => {
                if let Some(network) = &self.network {
                    network.send(command);
                }
            }
            Some(Transport::Ble) => {
                if let Some(bluetooth) = &self.bluetooth {
                    bluetooth.send(command);
                }
            }
            // They have no links.
            Some(Transport::Relay | Transport::Mesh) => {}
            // The link is gone, which the engine has been told or is about to be.
            None => {}
        }
    }

    fn dial(&mut self, address: RadioAddress) {
        let dialled = self.bluetooth.as_ref().is_some_and(|bluetooth| bluetooth.dial(address));
        if !dialled {
            self.engine.handle_dial_failed(address, self.clock.now());
        }
    }

    /// All transports at once: none appears on while another is going.
    async fn fall_silent(&mut self) {
        self.shown = None;
        self.routes.clear();
        let network = async {
            if let Some(network) = &mut self.network {
                network.silence().await;
            }
        };
        let bluetooth = async {
            if let Some(bluetooth) = &mut self.bluetooth {
                bluetooth.silence().await;
            }
        };
        let relay = async {
            if let Some(relay) = &mut self.relay {
                relay.silence().await;
            }
        };
        tokio::join!(network, bluetooth, relay);
    }

    /// The same token again means that only the flags have changed: on the air they are in the advert, on a network
    /// presence tells them.
    async fn appear(&mut self, version_flags: u8, token: Token) {
        let is_new = self.shown != Some(token);
        if is_new {
            self.fall_silent().await;
            self.shown = Some(token);
            if let Some(Err(failed)) = self.network.as_mut().map(Network::appear) {
                self.on_lan(failed);
            }
            self.relay.iter_mut().for_each(RelayLink::appear);
        }
        if let Some(bluetooth) = &self.bluetooth {
            bluetooth.appear(version_flags, token);
        }
    }
}

/// What a transport tells next; never, where there is none.
async fn next_of<T, E>(transport: &mut Option<T>, event: impl AsyncFnOnce(&mut T) -> E) -> E {
    match transport {
        Some(transport) => event(transport).await,
        None => std::future::pending().await,
    }
}

async fn at(clock: &Clock, due: Option<Duration>) {
    match due {
        Some(due) => sleep_until(clock.instant(due)).await,
        None => std::future::pending().await,
    }
}
