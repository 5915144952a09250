//! The loop: wait, pass in, do what comes out, show.

use std::{
    io,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use sighej_crypto::Rhythm;
use sighej_node::{Config, Intent, Node, NodeEvent};
use tokio::{sync::mpsc, time::sleep_until};

use super::{
    Beginning,
    lines::Lines,
    picker::Picker,
    state::{App, Effect, Input, Now, Offer, Sharing},
    terminal::{self, Terminal, Typed},
    view,
};
use crate::{
    cli::{
        Ended,
        bluetooth::Bluetooth,
        ending::Endings,
        keep::Kept,
        relay::{self, StatisticsNews},
        run,
    },
    desktop::Desktop,
};

/// How often the node is asked how things stand.
const GLANCE: Duration = Duration::from_secs(1);

/// How it ended.
pub(super) enum Ending {
    Quit,
    /// Nothing is left but what `left` names.
    Wiped {
        left: Option<String>,
    },
}

/// Where the app is shown.
enum Show {
    Screen { terminal: Terminal, theme: view::Theme },
    Lines(Lines),
}

/// The app with what it runs on.
pub(super) struct Shell {
    app: App,
    node: Node,
    show: Show,
    desktop: Desktop,
    kept: Option<Kept>,
    relay: relay::Chosen,
    /// From the first registration on, where statistics are shared.
    statistics: Option<mpsc::Receiver<StatisticsNews>>,
    next_glance: Instant,
}

/// What happened.
enum Happened {
    Typed(Typed),
    Line(Option<String>),
    Node(Option<NodeEvent>),
    Statistics(Option<StatisticsNews>),
    Opened,
    Time,
    Ended,
}

impl Shell {
    /// Runs until it is quit or wiped.
    pub(super) async fn live(beginning: Beginning) -> Result<Ending, Ended> {
        let mut endings = Endings::new().map_err(Ended::failed)?;
        let mut shell = Shell::start(beginning).await?;
        let ending = loop {
            shell.show().map_err(Ended::failed)?;
            let happened = shell.wait(&mut endings).await;
            if let Some(ending) = shell.pass(happened).await {
                break ending;
            }
        };
        shell.node.stop().await;
        shell.desktop.close().await;
        if let Show::Lines(lines) = &mut shell.show
            && matches!(ending, Ending::Quit)
        {
            lines.say(&shell.app.words.line_bye).map_err(Ended::failed)?;
        }
        Ok(ending)
    }

    async fn start(beginning: Beginning) -> Result<Shell, Ended> {
        let Beginning { args, lang, words, settings, kept, interests } = beginning;
        let ways = &args.ways;
        let relay = relay::choose(&ways.relay)?;
        let bluetooth = Bluetooth::open(&ways.ble, !ways.no_l2cap).await?;
        if ways.no_lan && bluetooth.radio().is_none() && relay.rooms.is_empty() {
            return Err(Ended::failed(run::nothing_to_use(&bluetooth)));
        }
        let offset = jiff::tz::TimeZone::system().to_offset(jiff::Timestamp::now()).seconds();
        let engine = Config {
            interests: interests.clone(),
            threshold: settings.threshold,
            crowd_guard: settings.crowd_guard,
            dwell: settings.dwell,
            rssi_gate: settings.rssi_gate,
            cool_down: settings.cool_down,
            max_hops: settings.max_hops,
            quiet_hours: settings.quiet_utc(offset),
            rooms: relay.rooms.clone(),
            ..Config::default()
        };
        let node =
            Node::start(run::node_config(engine, ways, bluetooth.radio(), &relay)).map_err(Ended::failed)?;
        let desktop = Desktop::new(settings.notifications);
        let words = if args.screen_reader { words.typed() } else { words };
        let mut app = App::new(lang, words, settings, Picker::new(&interests), kept.is_some(), offset);
        if ways.relay.share_statistics {
            app.sharing = Sharing::Waiting;
        }
        if args.wiped {
            app.say(app.words.said_wiped.clone());
        } else if let Some(remark) = bluetooth.remarks(lang).first() {
            app.say(remark.words().to_owned());
        }
        let show = if args.screen_reader {
            Show::Lines(Lines::new())
        } else {
            Show::Screen { terminal: Terminal::take().map_err(Ended::failed)?, theme: terminal::theme() }
        };
        let (statistics, next_glance) = (None, Instant::now());
        Ok(Shell { app, node, show, desktop, kept, relay, statistics, next_glance })
    }

    fn now(&self) -> Now {
        let utc = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { elapsed: self.node.elapsed(), utc }
    }

    fn show(&mut self) -> io::Result<()> {
        match &mut self.show {
            Show::Screen { terminal, theme } => terminal.draw(|frame| view::draw(&self.app, *theme, frame)),
            Show::Lines(lines) => lines.tell(&self.app),
        }
    }

    async fn wait(&mut self, endings: &mut Endings) -> Happened {
        let beat = Instant::now() + Rhythm::until_next_beat(self.now().utc);
        let Shell { app, node, show, desktop, statistics, next_glance, .. } = self;
        let due = if app.pulses() { beat.min(*next_glance) } else { *next_glance };
        let typed = async {
            match show {
                Show::Screen { terminal, .. } => Happened::Typed(terminal.typed().await),
                Show::Lines(lines) => Happened::Line(lines.next().await),
            }
        };
        tokio::select! {
            happened = typed => happened,
            event = node.event() => Happened::Node(event),
            news = run::next(statistics) => Happened::Statistics(news),
            () = desktop.opened() => Happened::Opened,
            () = sleep_until(due.into()) => Happened::Time,
            _ = endings.next() => Happened::Ended,
        }
    }

    async fn pass(&mut self, happened: Happened) -> Option<Ending> {
        let now = self.now();
        match happened {
            Happened::Typed(Typed::Keys(keys)) => {
                for key in keys {
                    let effects = self.app.handle(Input::Key(key), now);
                    if let Some(ending) = self.follow(effects).await {
                        return Some(ending);
                    }
                }
                None
            }
            Happened::Typed(Typed::Redraw) => None,
            Happened::Line(Some(line)) => {
                let effects = match &mut self.show {
                    Show::Lines(lines) => lines.obey(&line, &mut self.app, now),
                    Show::Screen { .. } => Vec::new(),
                };
                self.follow(effects).await
            }
            Happened::Statistics(Some(news)) => {
                let words = news.words(self.app.lang);
                let effects =
                    self.app.handle(Input::Statistics(sharing(&news, &self.app.sharing), words), now);
                self.follow(effects).await
            }
            Happened::Statistics(None) => {
                self.statistics = None;
                None
            }
            Happened::Node(Some(event)) => {
                if relay::is_first_registration(&event)
                    && let Some(news) = self.relay.share(&self.app.picker.set())
                {
                    self.statistics = Some(news);
                }
                let effects = self.app.handle(Input::Node(&event), now);
                self.follow(effects).await
            }
            Happened::Opened => {
                let effects = self.app.handle(Input::Opened, now);
                if let Some(nudge) = self.app.newest() {
                    self.desktop.unfold(nudge, self.app.lang).await;
                }
                // What was opened on the desktop stays there until it is put away.
                self.follow(
                    effects.into_iter().filter(|effect| !matches!(effect, Effect::Unnotify)).collect(),
                )
                .await
            }
            Happened::Time => self.glance(now).await,
            Happened::Typed(Typed::Gone) | Happened::Line(None) | Happened::Node(None) | Happened::Ended => {
                Some(Ending::Quit)
            }
        }
    }

    /// Asks the node how things stand, where that is due; otherwise it was a beat.
    async fn glance(&mut self, now: Now) -> Option<Ending> {
        let effects = if Instant::now() >= self.next_glance {
            self.next_glance = Instant::now() + GLANCE;
            match self.node.status().await {
                Ok(status) => self.app.handle(Input::Status(status), now),
                Err(_) => return Some(Ending::Quit),
            }
        } else {
            self.app.handle(Input::Tick, now)
        };
        self.follow(effects).await
    }

    async fn follow(&mut self, effects: Vec<Effect>) -> Option<Ending> {
        for effect in effects {
            match effect {
                Effect::Intend(intent) => {
                    if let Err(error) = self.node.intend(intent).await {
                        let _nothing = self.app.handle(Input::Refused(error), self.now());
                    }
                }
                Effect::Save => self.save(),
                Effect::Notify => self.desktop.tell(&self.app.words).await,
                Effect::Unnotify => self.desktop.close().await,
                Effect::Wipe => return Some(self.wipe().await),
                Effect::Quit => return Some(Ending::Quit),
            }
        }
        None
    }

    fn save(&mut self) {
        if let Some(kept) = &self.kept {
            let saved = kept.save(&self.app.picker.set()).map_err(|error| error.to_string());
            let _nothing = self.app.handle(Input::Saved(saved), self.now());
        }
    }

    /// Silent first, then the file. The memory goes with the program.
    async fn wipe(&mut self) -> Ending {
        // Where the node has ended, there is nothing on the air.
        let _ended = self.node.intend(Intent::Wipe).await;
        let left = self.kept.take().and_then(|kept| kept.destroy().err());
        Ending::Wiped { left: left.map(|error| format!("everything is wiped but your file: {error}")) }
    }
}

fn sharing(news: &StatisticsNews, before: &Sharing) -> Sharing {
    match news {
        StatisticsNews::Offered(offer) => {
            Sharing::Offered(Offer { event: offer.event().to_owned(), epsilon: offer.epsilon() })
        }
        // It does not say again for which event.
        StatisticsNews::Sent => match before {
            Sharing::Offered(offer) => Sharing::Sent(offer.clone()),
            other @ (Sharing::Off | Sharing::Waiting | Sharing::Sent(_) | Sharing::NotSent) => other.clone(),
        },
        StatisticsNews::NotSent(_) => Sharing::NotSent,
    }
}
