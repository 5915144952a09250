//! `sighej run`: one attendee, until the end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sighej_crypto::InterestSet;
use sighej_node::{
    Config, Event, Intent, LanConfig, Multiaddr, Node, NodeConfig, NodeEvent, NudgeId, Profile, Utc,
    ble::Radio,
    report::{self, Lang},
};
use tokio::{sync::mpsc, time::timeout_at};

use super::{
    Ended,
    args::{Run, Ways},
    bluetooth::Bluetooth,
    colours,
    commands::{self, Command},
    ending::Endings,
    keep::Kept,
    notices::Notices,
    output::Output,
    relay::{self, StatisticsNews},
};

/// How long `started` waits for the first address, when there may be none (no network).
const FIRST_ADDRESS: Duration = Duration::from_secs(3);
/// How long it then waits for others, which come in the same moment.
const FURTHER_ADDRESSES: Duration = Duration::from_millis(2);

/// Runs until told to end.
pub(crate) async fn run(args: Run) -> Result<(), Ended> {
    let profile = profile(&args)?;
    let notices = if args.notify { Some(Notices::new(args.lang.into())?) } else { None };
    let relay = relay::choose(&args.ways.relay)?;
    let mut endings = Endings::new().map_err(Ended::failed)?;
    let bluetooth = Bluetooth::open(&args.ways.ble, !args.ways.no_l2cap).await?;
    if args.ways.no_lan && bluetooth.radio().is_none() && relay.rooms.is_empty() {
        return Err(Ended::failed(nothing_to_use(&bluetooth)));
    }
    let node = Node::start(config(&args, &profile, bluetooth.radio(), &relay)).map_err(Ended::failed)?;
    let mut session = Session {
        node,
        output: Output::default(),
        lang: args.lang.into(),
        json: args.json,
        colours: colours(),
        start: Instant::now(),
        last_nudge: None,
        allow_sensitive: args.allow_sensitive,
        interests: profile.interests().clone(),
        relay,
        statistics: None,
        notices,
    };
    session.begin(args.open, !args.ways.no_lan).await?;
    session.hint(&profile)?;
    session.introduce(&bluetooth)?;
    let commands = if args.json { Some(commands::listen().map_err(Ended::failed)?) } else { None };
    let reason = session.live(commands, &mut endings).await?;
    session.end(reason).await
}

fn profile(args: &Run) -> Result<Profile, Ended> {
    let Some(file) = &args.profile else {
        return Profile::choose(&args.interests, &args.allow_sensitive).map_err(Ended::usage);
    };
    let kept = Kept::new(file.clone()).load().map_err(Ended::usage)?;
    kept.filter(|profile| !profile.interests().is_empty()).ok_or_else(|| {
        let file = file.display();
        Ended::usage(format!(
            "{file}: no interests are kept there yet; choose some with `sighej --profile {file}`"
        ))
    })
}

pub(crate) fn nothing_to_use(bluetooth: &Bluetooth) -> String {
    let why = bluetooth.absence_in_words(Lang::En).unwrap_or_else(|| "--ble is off".into());
    format!("--no-lan leaves Bluetooth alone to find people by, and there is none: {why}")
}

fn config(args: &Run, profile: &Profile, radio: Option<Arc<dyn Radio>>, relay: &relay::Chosen) -> NodeConfig {
    let engine = Config {
        interests: profile.interests().clone(),
        crowd_guard: args.crowd_guard,
        dwell: Duration::from_secs_f64(args.dwell),
        rssi_gate: args.rssi_gate.0,
        cool_down: Duration::from_secs_f64(args.cool_down),
        max_hops: args.max_hops,
        rooms: relay.rooms.clone(),
        ..Config::default()
    };
    node_config(engine, &args.ways, radio, relay)
}

/// A node's settings, by the ways that the command line gives.
pub(crate) fn node_config(
    engine: Config,
    ways: &Ways,
    radio: Option<Arc<dyn Radio>>,
    relay: &relay::Chosen,
) -> NodeConfig {
    let lan = LanConfig { peers: ways.peer.clone(), mdns: !ways.no_mdns, ..LanConfig::default() };
    let lan = if ways.listen.is_empty() { lan } else { LanConfig { listen: ways.listen.clone(), ..lan } };
    NodeConfig {
        engine,
        lan: (!ways.no_lan).then_some(lan),
        radio,
        relay: relay.relay.clone(),
        utc: Utc::system(),
    }
}

struct Session {
    node: Node,
    output: Output,
    lang: Lang,
    json: bool,
    colours: bool,
    start: Instant,
    last_nudge: Option<NudgeId>,
    allow_sensitive: Vec<String>,
    /// As chosen at the start, for the statistics.
    interests: InterestSet,
    relay: relay::Chosen,
    /// From the first registration on, where statistics are shared.
    statistics: Option<mpsc::Receiver<StatisticsNews>>,
    /// Where the desktop tells of nudges.
    notices: Option<Notices>,
}

impl Session {
    /// Opens, where asked for, and says `started` before anything else.
    async fn begin(&mut self, open: bool, listens: bool) -> Result<(), Ended> {
        let (mut listen, mut early) = (Vec::new(), Vec::new());
        let mut listening_at = self.start.elapsed();
        if open {
            self.node.intend(Intent::Open).await.map_err(Ended::failed)?;
            let mut end = Instant::now() + if listens { FIRST_ADDRESS } else { Duration::ZERO };
            while let Ok(Some(event)) = timeout_at(end.into(), self.node.event()).await {
                match event {
                    NodeEvent::Listening(address) => {
                        if listen.is_empty() {
                            listening_at = self.start.elapsed();
                            end = Instant::now() + FURTHER_ADDRESSES;
                        }
                        listen.push(address);
                    }
                    NodeEvent::ListenFailed { address, reason } => {
                        return Err(cannot_listen(&address, &reason));
                    }
                    other @ (NodeEvent::LinkUp(_)
                    | NodeEvent::LinkDown(_)
                    | NodeEvent::Radio(_)
                    | NodeEvent::RelayUnreachable(_)
                    | NodeEvent::Engine(_)) => early.push((self.start.elapsed(), other)),
                }
            }
        }
        self.started(listening_at, open, &listen)?;
        early.iter().try_for_each(|(at, event)| self.tell(*at, event))
    }

    fn started(&mut self, at: Duration, open: bool, listen: &[Multiaddr]) -> Result<(), Ended> {
        if self.json {
            let listen: Vec<String> = listen.iter().map(Multiaddr::to_string).collect();
            return self.say_at(at, json!({"event": "started", "open": open, "listen": listen}));
        }
        let line = match (open, self.lang) {
            (true, Lang::En) => "SigHej is running. Ctrl-C ends it.",
            (true, Lang::Da) => "SigHej kører. Ctrl-C afslutter.",
            (false, Lang::En) => "Not open: nothing is sent, and nobody can find you. Begin with --open.",
            (false, Lang::Da) => "Ikke åben: intet sendes, og ingen kan finde dig. Begynd med --open.",
        };
        Ok(self.output.line(line)?)
    }

    /// An interest that nobody else may have spelled that way is worth a word.
    fn hint(&mut self, profile: &Profile) -> Result<(), Ended> {
        for free in profile.free() {
            if self.json {
                self.say(json!({"event": "free_interest", "interest": free.text, "similar": free.similar}))?;
            } else if !free.similar.is_empty() {
                let similar = free.similar.join(", ");
                self.output.line(&match self.lang {
                    Lang::En => format!("“{}” is not in the catalogue. Did you mean {similar}?", free.text),
                    Lang::Da => format!("“{}” er ikke i kataloget. Mente du {similar}?", free.text),
                })?;
            }
        }
        Ok(())
    }

    /// What there is to know about Bluetooth here.
    fn introduce(&mut self, bluetooth: &Bluetooth) -> Result<(), Ended> {
        if self.json {
            bluetooth.absence().map_or(Ok(()), |absence| self.say(absence))?;
        } else if let Some(words) = bluetooth.absence_in_words(self.lang) {
            self.output.line(&words)?;
        }
        for remark in bluetooth.remarks(self.lang) {
            if self.json { self.say(remark.json())? } else { self.output.line(remark.words())? }
        }
        Ok(())
    }

    /// Passes events and commands on; the result says why it ended.
    async fn live(
        &mut self,
        mut commands: Option<mpsc::Receiver<Result<Command, String>>>,
        endings: &mut Endings,
    ) -> Result<&'static str, Ended> {
        loop {
            tokio::select! {
                event = self.node.event() => match event {
                    Some(event) => {
                        self.tell(self.start.elapsed(), &event)?;
                        if let Some(notices) = &mut self.notices {
                            notices.pass(&event).await;
                        }
                    }
                    None => return Ok("ended"),
                },
                command = next(&mut commands) => match command {
                    Some(Ok(Command::Quit {})) => return Ok("quit"),
                    Some(Ok(command)) => self.obey(command).await?,
                    Some(Err(wrong)) => self.say(json!({"event": "error", "message": wrong}))?,
                    None => commands = None,
                },
                news = next(&mut self.statistics) => match news {
                    Some(news) if self.json => self.say(news.json())?,
                    Some(news) => self.output.line(&format!("{}  {}", self.clock(), news.words(self.lang)))?,
                    None => self.statistics = None,
                },
                () = opened(&mut self.notices) => {}
                reason = endings.next() => return Ok(reason),
            }
            if self.output.is_closed() {
                return Ok("output_closed");
            }
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), Ended> {
        let name = command.name();
        if matches!(command, Command::Wipe {}) {
            self.last_nudge = None;
        }
        let result = match self.intent(command) {
            Ok((intent, profile)) => match self.node.intend(intent).await {
                Ok(()) => Ok(profile),
                Err(refused) => Err(refused.to_string()),
            },
            Err(wrong) => Err(wrong),
        };
        match result {
            Ok(profile) => {
                self.say(json!({"event": "done", "cmd": name}))?;
                profile.map_or(Ok(()), |profile| self.hint(&profile))
            }
            Err(message) => self.say(json!({"event": "error", "cmd": name, "message": message})),
        }
    }

    fn intent(&self, command: Command) -> Result<(Intent, Option<Profile>), String> {
        Ok((
            match command {
                Command::Open {} => Intent::Open,
                Command::Close {} | Command::Quit {} => Intent::Close,
                Command::Pause { minutes } => {
                    Intent::Pause { until: self.node.elapsed() + Duration::from_secs(60) * minutes }
                }
                Command::Resume {} => Intent::Resume,
                Command::Block {} => Intent::Block(
                    self.last_nudge
                        .ok_or("there is nobody to block: no nudge has come yet in this session")?,
                ),
                Command::Interests { interests, insist, mut allow_sensitive } => {
                    allow_sensitive.extend_from_slice(&self.allow_sensitive);
                    let profile =
                        Profile::choose(&interests, &allow_sensitive).map_err(|error| error.to_string())?;
                    let set = profile.interests().clone();
                    return Ok((Intent::Interests { set, insist }, Some(profile)));
                }
                Command::Wipe {} => Intent::Wipe,
            },
            None,
        ))
    }

    fn tell(&mut self, at: Duration, event: &NodeEvent) -> Result<(), Ended> {
        if let NodeEvent::Engine(Event::Nudge(nudge)) = event {
            self.last_nudge = Some(nudge.id);
        }
        if relay::is_first_registration(event)
            && let Some(news) = self.relay.share(&self.interests)
        {
            self.statistics = Some(news);
        }
        if self.json {
            return self.say_at(at, report::json(event, self.lang));
        }
        match report::calm(event, self.lang, self.colours) {
            Some(card) if card.starts_with('\n') => Ok(self.output.line(&card)?),
            Some(line) => Ok(self.output.line(&format!("{}  {line}", self.clock()))?),
            None => Ok(()),
        }
    }

    fn say(&mut self, event: Value) -> Result<(), Ended> {
        self.say_at(self.start.elapsed(), event)
    }

    /// Every object carries `t`, the seconds since the start, as of when it happened.
    fn say_at(&mut self, at: Duration, mut event: Value) -> Result<(), Ended> {
        event["t"] = json!((at.as_micros() as f64) / 1e6);
        Ok(self.output.json(&event)?)
    }

    fn clock(&self) -> String {
        let seconds = self.start.elapsed().as_secs();
        format!("{:02}:{:02}", seconds / 60, seconds % 60)
    }

    /// Falls silent, tells what there was left to tell, and says `stopped` last.
    async fn end(&mut self, reason: &'static str) -> Result<(), Ended> {
        self.node.stop().await;
        if let Some(notices) = &mut self.notices {
            notices.take_back().await;
        }
        while let Some(event) = self.node.event().await {
            self.tell(self.start.elapsed(), &event)?;
        }
        if self.json {
            return self.say(json!({"event": "stopped", "reason": reason}));
        }
        let line = match self.lang {
            Lang::En => "Stopped; everything is forgotten.",
            Lang::Da => "Stoppet; alt er glemt.",
        };
        Ok(self.output.line(line)?)
    }
}

fn cannot_listen(address: &Multiaddr, reason: &str) -> Ended {
    Ended::failed(format!(
        "cannot listen at {address}: {reason}. Choose another address with --listen, or port 0 for any free one"
    ))
}

/// Waits until a notification is opened, and unfolds it.
async fn opened(notices: &mut Option<Notices>) {
    match notices {
        Some(notices) => notices.opened().await,
        None => std::future::pending().await,
    }
}

/// What comes next, where something may come.
pub(crate) async fn next<T>(inbox: &mut Option<mpsc::Receiver<T>>) -> Option<T> {
    match inbox {
        Some(inbox) => inbox.recv().await,
        None => std::future::pending().await,
    }
}
