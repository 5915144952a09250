//! What the command line says about a relay: which, with which room, and whether statistics are shared.

use std::{
    env,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use sighej_crypto::InterestSet;
use sighej_node::{
    Event, NodeEvent, RelayConfig, RelayEvent, Room,
    relay::{Offer, StatisticsError, StatisticsMemo},
    report::{self, Lang},
};
use sighej_relay_api::invitation::Invitation;
use tokio::sync::mpsc;

use super::{
    Ended,
    args::{Join, Relay, Run},
    room,
};

/// What was said about statistics and not yet shown.
const NEWS: usize = 4;

/// The relay and the rooms of a run.
#[derive(Default)]
pub(crate) struct Chosen {
    pub(crate) relay: Option<RelayConfig>,
    pub(crate) rooms: Vec<Room>,
    memo: Option<StatisticsMemo>,
}

/// Whether a device has registered at its relay, and did not merely come back. From then on statistics may be sent.
pub(crate) fn is_first_registration(event: &NodeEvent) -> bool {
    matches!(event, NodeEvent::Engine(Event::Relay(RelayEvent::Up { resumed: false })))
}

/// `join LINK` is `run` with that relay and room.
pub(crate) fn link_of(join: Join) -> Result<Run, Ended> {
    let Join { link, mut run } = join;
    if run.ways.relay.relay.is_some() {
        return Err(Ended::usage("the link names the relay: leave --relay out"));
    }
    run.ways.relay.relay = Some(link);
    Ok(run)
}

/// Reads the flags; each error names the one at fault, and what to do.
pub(crate) fn choose(args: &Relay) -> Result<Chosen, Ended> {
    let Some(link) = &args.relay else {
        let lonely = [
            (args.room.is_some(), "--room is a room of a relay"),
            (args.room_file.is_some(), "--room-file names a room of a relay"),
            (args.share_statistics, "--share-statistics sends to a relay"),
            (args.relay_plain_text, "--relay-plain-text is about a relay"),
        ];
        return match lonely.iter().find(|(given, _)| *given) {
            Some((_, why)) => Err(Ended::usage(format!("{why}: say which with --relay URL"))),
            None => Ok(Chosen::default()),
        };
    };
    let link: Invitation =
        link.parse().map_err(|error| Ended::usage(format!("the relay's link cannot be used: {error}")))?;
    let relay = RelayConfig::new(&link, args.relay_plain_text).map_err(Ended::usage)?;
    let room = room::named(&link, args)?.map(|room| room.enter()).transpose()?;
    let rooms = room.into_iter().collect();
    let memo = if args.share_statistics { Some(memo(args, relay.clone())?) } else { None };
    Ok(Chosen { relay: Some(relay), rooms, memo })
}

fn memo(args: &Relay, relay: RelayConfig) -> Result<StatisticsMemo, Ended> {
    let path = args.statistics_file.clone().or_else(usual_file).ok_or_else(|| {
        Ended::usage(
            "--share-statistics remembers what was sent, and there is no home folder to do it in: name a file with --statistics-file",
        )
    })?;
    Ok(StatisticsMemo::new(relay, path))
}

/// As the XDG specification says; elsewhere than on such systems, beside what programs keep for their user.
fn usual_file() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")));
    Some(state.or_else(|| folder("LOCALAPPDATA"))?.join("sighej").join("statistics"))
}

/// What happened about statistics.
pub(crate) enum StatisticsNews {
    /// What will be sent for; it is shown before.
    Offered(Offer),
    /// The report is counted.
    Sent,
    /// None was sent.
    NotSent(StatisticsError),
}

impl Chosen {
    /// Asks, tells, waits a while, and sends, in a task of its own; none where nothing is shared, or it was before. The task
    /// ends with the receiver.
    pub(crate) fn share(&mut self, interests: &InterestSet) -> Option<mpsc::Receiver<StatisticsNews>> {
        let memo = self.memo.take()?;
        let interests = interests.clone();
        let (tell, news) = mpsc::channel(NEWS);
        tokio::spawn(async move {
            let end = match memo.offer().await {
                Ok(offer) => {
                    let shown = tell.send(StatisticsNews::Offered(offer.clone())).await.is_ok();
                    let patience = tokio::time::sleep(StatisticsMemo::patience());
                    tokio::select! {
                        () = patience => {}
                        () = tell.closed() => return,
                    }
                    if !shown {
                        return;
                    }
                    match memo.report(&offer, &interests, utc()).await {
                        Ok(()) => StatisticsNews::Sent,
                        Err(error) => StatisticsNews::NotSent(error),
                    }
                }
                Err(error) => StatisticsNews::NotSent(error),
            };
            // Nobody may listen any more.
            let _unheard = tell.send(end).await;
        });
        Some(news)
    }
}

fn utc() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl StatisticsNews {
    pub(crate) fn json(&self) -> Value {
        match self {
            StatisticsNews::Offered(offer) => json!({
                "event": "statistics", "state": "offered", "name": offer.event(), "epsilon": offer.epsilon(),
            }),
            StatisticsNews::Sent => json!({"event": "statistics", "state": "sent"}),
            StatisticsNews::NotSent(why) => {
                json!({"event": "statistics", "state": "not_sent", "reason": why.to_string()})
            }
        }
    }

    pub(crate) fn words(&self, lang: Lang) -> String {
        match self {
            StatisticsNews::Offered(offer) => report::offer(offer, lang),
            StatisticsNews::Sent => report::shared(Ok(()), lang),
            StatisticsNews::NotSent(why) => report::shared(Err(why), lang),
        }
    }
}
