//! The one task that owns a radio: what it shows, whom it hears, and the links.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use sighej_ble::{
    AdvertSeen, Link, PeerAddress, Radio, RadioError, RadioEvent, Sighting, Sightings,
    wire::channel::{Arrival, ChannelMessage, LinkMessage, MeshFrame, Side, What},
};
use sighej_crypto::Token;
use sighej_engine::{ChannelId, LinkId, RadioAddress};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::{Instant, timeout},
};

use super::{
    BluetoothEvent, RadioState, StationCommand,
    addresses::{Addresses, Handles},
    channels::Named,
    limits,
    link::{Carrier, TaskEvent},
    meter::Meter,
    tuning::{Done, Tuning},
};
use crate::links::{Ids, LinkCommand, LinkEvent};

/// The driver, as the station speaks to it.
pub(super) struct Driver {
    pub(super) events: mpsc::Sender<BluetoothEvent>,
    pub(super) state: watch::Sender<Option<RadioState>>,
}

/// The task's state.
pub(super) struct Station {
    radio: Arc<dyn Radio>,
    ids: Arc<Ids>,
    driver: Driver,
    meter: Arc<Meter>,
    tuning: Tuning,
    /// The radio tells nothing any more.
    is_over: bool,
    handles: Handles,
    heard: Addresses,
    /// The strengths of whoever is heard, smoothed.
    strengths: Sightings,
    begun: Instant,
    callers: Addresses,
    links: BTreeMap<LinkId, Row>,
    /// Links, and those that are being closed.
    tasks: JoinSet<()>,
    told: (mpsc::Sender<TaskEvent>, mpsc::Receiver<TaskEvent>),
    dials: JoinSet<(RadioAddress, Dialled)>,
    /// What the driver is to hear, in order; emptied after every step, so bounded by what one step can add.
    news: VecDeque<BluetoothEvent>,
}

/// What a dial came to: a link, and whether the advert was bare.
type Dialled = Result<(Arc<dyn Link>, bool), RadioError>;

/// A link that is up.
struct Row {
    is_accepted: bool,
    channels: Named,
    messages: mpsc::Sender<Vec<u8>>,
    /// Dropped with the row, which tells the task that the link is to be closed.
    _wanted: oneshot::Sender<()>,
}

impl Station {
    pub(super) fn new(radio: Arc<dyn Radio>, ids: Arc<Ids>, driver: Driver, meter: Arc<Meter>) -> Station {
        Station {
            tuning: Tuning::new(Arc::clone(&radio)),
            radio,
            ids,
            driver,
            meter,
            is_over: false,
            handles: Handles::default(),
            heard: Addresses::bounded(limits::ADDRESSES),
            strengths: Sightings::new(),
            begun: Instant::now(),
            callers: Addresses::bounded(limits::CALLERS),
            links: BTreeMap::new(),
            tasks: JoinSet::new(),
            told: mpsc::channel(limits::TASK_EVENTS_QUEUED),
            dials: JoinSet::new(),
            news: VecDeque::new(),
        }
    }

    /// Runs until the driver drops its end; then silences the radio.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<StationCommand>) {
        let radio = Arc::clone(&self.radio);
        loop {
            while let Some(news) = self.news.pop_front() {
                if self.driver.events.send(news).await.is_err() {
                    break;
                }
            }
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.obey(command),
                    None => break,
                },
                done = self.tuning.done() => self.on_done(done),
                event = radio.event(), if !self.is_over => self.on_radio(event),
                Some(event) = self.told.1.recv() => self.on_task(event),
                Some(dialled) = self.dials.join_next() => {
                    // One that panicked is given up by the engine in its time.
                    if let Ok((address, result)) = dialled {
                        self.on_dialled(address, result);
                    }
                }
                Some(_) = self.tasks.join_next() => {}
            }
        }
        self.end_all();
        self.tuning.silence(None);
        while self.tuning.is_busy() {
            // Nobody is left to be told how it went.
            let _untold = self.tuning.done().await;
        }
    }

    fn obey(&mut self, command: StationCommand) {
        match command {
            StationCommand::Appear(presence) => self.tuning.appear(presence),
            StationCommand::Silence(said) => {
                self.end_all();
                self.tuning.silence(Some(said));
            }
            StationCommand::Dial(address) => self.dial(address),
            StationCommand::Link(LinkCommand::OpenChannel { link, channel }) => self.open(link, channel),
            StationCommand::Link(LinkCommand::Frame { channel, bytes }) => {
                self.say(channel, What::Frame(bytes));
            }
            StationCommand::Link(LinkCommand::CloseChannel { channel }) => {
                self.say(channel, What::Close);
                self.links.values_mut().for_each(|row| row.channels.close(channel));
            }
            StationCommand::Link(LinkCommand::CloseLink { link }) => drop(self.links.remove(&link)),
            StationCommand::Link(LinkCommand::Mesh { link, bytes }) => {
                self.queue(link, LinkMessage::Mesh(MeshFrame(bytes)).encode());
            }
            // Over the radio presence is read, not sent.
            StationCommand::Link(LinkCommand::Presence { .. }) => {}
        }
    }

    /// Everything of an identity ends at once.
    fn end_all(&mut self) {
        self.links.clear();
        self.tasks.abort_all();
        self.dials = JoinSet::new();
        self.heard.clear();
        self.strengths.clear();
        self.callers.clear();
        self.news.clear();
    }

    fn on_done(&mut self, done: Done) {
        match done {
            Done::Appeared(Ok(())) => self.show(RadioState::Up),
            Done::Appeared(Err(why)) => self.show(RadioState::Down(why)),
            Done::Silent => {}
        }
    }

    fn on_radio(&mut self, event: Option<RadioEvent>) {
        match event {
            Some(RadioEvent::Sighted(sighting)) => self.hear(sighting),
            Some(RadioEvent::Accepted(link)) => self.accept(link),
            Some(RadioEvent::Down(why)) => self.show(RadioState::Down(why)),
            Some(RadioEvent::Up) => self.show(RadioState::Up),
            None => {
                self.is_over = true;
                self.show(RadioState::Down(RadioError::NoAdapter(None)));
            }
        }
    }

    fn show(&self, state: RadioState) {
        self.driver.state.send_if_modified(|shown| {
            let changed = shown.as_ref() != Some(&state);
            *shown = Some(state);
            changed
        });
    }

    /// Sightings are the first to be lost where the driver lags: the next comes soon.
    fn hear(&mut self, sighting: Sighting) {
        if !self.tuning.is_present() || self.driver.events.capacity() < limits::EVENTS_QUEUED / 2 {
            return;
        }
        let sighting = self.strengths.take(sighting, self.begun.elapsed());
        let (is_bare, advert) = match sighting.advert {
            AdvertSeen::Bare => (true, sighej_engine::AdvertSeen::Bare),
            AdvertSeen::Presence(presence) => (
                false,
                sighej_engine::AdvertSeen::Token {
                    version_flags: presence.version_flags(),
                    token: Token::from_bytes(presence.token()),
                },
            ),
        };
        let address = self.heard.note(&sighting.address, is_bare, &mut self.handles);
        let heard = sighej_engine::Sighting { address, advert, rssi: sighting.rssi };
        // Lost, at worst.
        let _lost = self.driver.events.try_send(BluetoothEvent::Sighted(heard));
    }

    fn accept(&mut self, link: Arc<dyn Link>) {
        let accepted = self.links.values().filter(|row| row.is_accepted).count();
        if !self.tuning.is_present() || accepted >= limits::ACCEPTED || self.tasks.len() >= limits::LINKS {
            // Dropping it closes it.
            return;
        }
        let address = self.callers.note(&link.peer(), false, &mut self.handles);
        self.link_up(link, address, Side::Acceptor, false);
    }

    fn dial(&mut self, address: RadioAddress) {
        let Some((peer, is_bare)) = self.heard.find(address).filter(|_| self.tasks.len() < limits::LINKS)
        else {
            return self.dial_failed(address);
        };
        let radio = Arc::clone(&self.radio);
        self.dials.spawn(async move {
            let dialled = timeout(limits::CONNECT_WITHIN, connect(&*radio, &peer)).await;
            let dialled = dialled.unwrap_or(Err(RadioError::TimedOut("connecting")));
            (address, dialled.map(|link| (link, is_bare)))
        });
    }

    fn on_dialled(&mut self, address: RadioAddress, result: Dialled) {
        match result {
            Ok((link, is_bare)) => self.link_up(link, address, Side::Dialler, is_bare),
            Err(why) => {
                tracing::debug!("a dial came to nothing: {why}");
                self.dial_failed(address);
            }
        }
    }

    fn dial_failed(&mut self, address: RadioAddress) {
        self.news.push_back(BluetoothEvent::DialFailed(address));
    }

    fn tell(&mut self, event: LinkEvent) {
        self.news.push_back(BluetoothEvent::Link(event));
    }

    fn link_up(&mut self, link: Arc<dyn Link>, address: RadioAddress, us: Side, reads_presence: bool) {
        tracing::debug!("a radio link is up, by {:?}", link.path());
        let id = self.ids.link();
        let (messages, queued) = mpsc::channel(limits::MESSAGES_QUEUED);
        let (wanted, unwanted) = oneshot::channel();
        let is_accepted = us == Side::Acceptor;
        let carrier = Carrier {
            id,
            link,
            reads_presence,
            is_accepted,
            messages: queued,
            wanted: unwanted,
            events: self.told.0.clone(),
            meter: Arc::clone(&self.meter),
        };
        self.tasks.spawn(carrier.run());
        self.links.insert(id, Row { is_accepted, channels: Named::new(us), messages, _wanted: wanted });
        self.tell(LinkEvent::Up { link: id, address: Some(address) });
    }

    fn on_task(&mut self, event: TaskEvent) {
        match event {
            TaskEvent::Presence { link, bytes } => {
                if self.links.contains_key(&link) {
                    self.tell(LinkEvent::Presence { link, bytes });
                }
            }
            TaskEvent::Message { link, message: LinkMessage::Channel(message) } => {
                self.on_message(link, message)
            }
            TaskEvent::Message { link, message: LinkMessage::Mesh(MeshFrame(bytes)) } => {
                if self.links.contains_key(&link) {
                    self.tell(LinkEvent::Mesh { link, bytes });
                }
            }
            TaskEvent::Ended { link } => self.break_off(link),
        }
    }

    fn on_message(&mut self, link: LinkId, message: ChannelMessage) {
        let Some(row) = self.links.get_mut(&link) else { return };
        let Ok(arrival) = row.channels.take(&message, &self.ids) else { return self.break_off(link) };
        let Some((channel, arrival)) = arrival else { return };
        if arrival == Arrival::Closed {
            // Each side says it once, so that the number of packets does not tell who was quicker.
            let answer = ChannelMessage { channel: message.channel, what: What::Close }.encode();
            if row.messages.try_send(answer).is_err() {
                return self.break_off(link);
            }
        }
        if arrival == Arrival::Opened {
            self.tell(LinkEvent::ChannelOpened { link, channel });
        }
        self.tell(match message.what {
            What::Frame(bytes) => LinkEvent::Frame { channel, bytes },
            What::Close => LinkEvent::ChannelClosed { channel },
        });
    }

    fn open(&mut self, link: LinkId, channel: ChannelId) {
        let opened = self.links.get_mut(&link).is_some_and(|row| row.channels.open(channel));
        if !opened {
            self.tell(LinkEvent::ChannelClosed { channel });
        }
    }

    /// Queues a message; a link that takes no more is broken.
    fn say(&mut self, channel: ChannelId, what: What) {
        let on = self.links.iter().find_map(|(id, row)| Some((*id, row.channels.key(channel)?)));
        let Some((link, key)) = on else { return };
        self.queue(link, ChannelMessage { channel: key, what }.encode());
    }

    fn queue(&mut self, link: LinkId, message: Vec<u8>) {
        let taken = self.links.get(&link).is_some_and(|row| row.messages.try_send(message).is_ok());
        if !taken {
            self.break_off(link);
        }
    }

    /// The link is gone, or is to go, without the engine's asking.
    fn break_off(&mut self, link: LinkId) {
        if self.links.remove(&link).is_some() {
            self.tell(LinkEvent::Down { link });
        }
    }
}

async fn connect(radio: &dyn Radio, peer: &PeerAddress) -> Result<Arc<dyn Link>, RadioError> {
    radio.connect(peer).await
}
