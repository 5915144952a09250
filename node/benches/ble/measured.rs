//! Inside a lab: a scene is played by the real program, and what was measured is printed as a line of JSON. Every time is taken
//! by this process's clock, when it reads a program's line.

use std::{
    collections::BTreeSet,
    env, fmt,
    process::ExitCode,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sighej_ble_lab::{Capture, Failed, Inside, Packet};
use sighej_lab::Program;

use crate::room::{SOON, end, nudged_alike, open};

/// What the closing of an exchange takes, with much to spare: it is a part of what is counted.
const AFTERWARDS: Duration = Duration::from_millis(500);
/// An advert that was not heard for so long is not on the air: each controller advertises every 100 ms.
const LATELY: Duration = Duration::from_secs(1);
/// AD type of service data (Assigned Numbers, section 2.3).
const SERVICE_DATA: u8 = 0x21;
/// The channel of the attribute protocol.
const ATT: [u8; 2] = [4, 0];

/// What happens in a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    PairByGatt,
    PairByL2cap,
    Four,
}

const SCENES: [(Scene, &str); 3] =
    [(Scene::PairByGatt, "a pair by GATT"), (Scene::PairByL2cap, "a pair by L2CAP"), (Scene::Four, "four")];

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SCENES.iter().find(|(scene, _)| scene == self).map_or("", |(_, name)| name))
    }
}

/// What comes out of a lab.
pub(crate) trait Measured: fmt::Display + DeserializeOwned {
    fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// Of two who met.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairMet {
    /// From both on the air, advertising and scanning, to both nudged.
    pub(crate) nudge_ms: f64,
    /// From the first word of a link on either side to both nudged.
    pub(crate) exchange_ms: f64,
    /// Links between the two: one, unless a connection was lost or both have dialled.
    pub(crate) links: usize,
    /// Packets of the attribute protocol that carried the exchange, both ways, and the answers to writes.
    pub(crate) packets: usize,
    /// Bytes that carried the exchange, both ways, with the headers of the attribute protocol and of L2CAP, and with what opens
    /// L2CAP's channels and gives them credits.
    pub(crate) bytes: usize,
    /// Bytes in the largest packet of the attribute protocol.
    pub(crate) largest_att: usize,
}

impl Measured for PairMet {}

impl fmt::Display for PairMet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PairMet { nudge_ms, exchange_ms, links, packets, bytes, largest_att: _ } = self;
        write!(
            f,
            "{nudge_ms:.0} ms, {exchange_ms:.0} ms from link up, {links} links, {packets} ATT packets, {bytes} bytes"
        )
    }
}

/// Of four in a room, all of whom share something.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FourMet {
    /// From all on the air to all nudged thrice.
    pub(crate) nudged_ms: f64,
    /// How much later each of the four was on the air again.
    pub(crate) heard_ms: f64,
    /// Links between any two.
    pub(crate) links: usize,
}

impl Measured for FourMet {}

impl fmt::Display for FourMet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FourMet { nudged_ms, heard_ms, links } = self;
        write!(f, "{nudged_ms:.0} ms, each on the air {heard_ms:.0} ms later, {links} links")
    }
}

/// Plays the scene that the command line names.
pub(crate) fn main(lab: &Inside) -> ExitCode {
    let asked = env::args().nth(1).unwrap_or_default();
    let Some((scene, _)) = SCENES.into_iter().find(|(_, name)| *name == asked) else {
        eprintln!("no scene is called '{asked}'");
        return ExitCode::FAILURE;
    };
    let measured = match scene {
        Scene::PairByGatt => pair(lab, &["--no-l2cap"]).and_then(|met| Ok(serde_json::to_string(&met)?)),
        Scene::PairByL2cap => pair(lab, &[]).and_then(|met| Ok(serde_json::to_string(&met)?)),
        Scene::Four => four(lab).and_then(|met| Ok(serde_json::to_string(&met)?)),
    };
    match measured {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(failed) => {
            eprintln!("{}", failed.message().unwrap_or("failed, and does not say why"));
            ExitCode::FAILURE
        }
    }
}

fn pair(lab: &Inside, more: &[&str]) -> Result<PairMet, Failed> {
    let mut one = open(0, &["devops", "hardstyle", "sourdough"], more)?;
    let mut two = open(1, &["chess", "hardstyle", "devops"], more)?;
    nudged_alike(&mut one, &mut two, &["devops", "hardstyle"])?;
    for program in [&mut one, &mut two] {
        program.watch(AFTERWARDS);
    }
    let first = |event| Ok::<_, Failed>([first(&one, event)?, first(&two, event)?]);
    let [on_air, linked, nudged] = [first("radio")?, first("link_up")?, first("nudge")?];
    let both_nudged = nudged[0].max(nudged[1]);
    let nudge_ms = millis(both_nudged - on_air[0].max(on_air[1]));
    let exchange_ms = millis(both_nudged - linked[0].min(linked[1]));
    end(one)?;
    end(two)?;

    let capture = lab.capture()?;
    let ends = capture.links();
    Ok(PairMet {
        nudge_ms,
        exchange_ms,
        links: ends.len() / 2,
        packets: ends.iter().map(|end| end.sent.carried().0 - end.sent.channel_packets()).sum(),
        bytes: ends.iter().map(|end| end.sent.carried().1 + end.sent.signal_bytes()).sum(),
        largest_att: largest_att(&capture),
    })
}

fn four(lab: &Inside) -> Result<FourMet, Failed> {
    let mut all = Vec::new();
    for controller in 0..4 {
        all.push(open(controller, &["devops", "hardstyle"], &["--cool-down", "0"])?);
    }
    for program in &mut all {
        for _ in 0..3 {
            program.wait_for("nudge", SOON)?;
        }
    }
    let on_air = all.iter().map(|program| first(program, "radio")).collect::<Result<Vec<_>, _>>()?;
    let nudged = all.iter().filter_map(|program| program.seen().last()).map(|line| line.at).max();
    let (Some(on_air), Some(nudged)) = (on_air.into_iter().max(), nudged) else {
        return Err("nobody was there".into());
    };
    while lately_heard(&lab.capture()?) < all.len() {
        if nudged.elapsed() > SOON {
            return Err("somebody's advert did not come back".into());
        }
        thread::sleep(Duration::from_millis(50));
    }
    let heard_ms = millis(nudged.elapsed());
    all.into_iter().try_for_each(end)?;
    Ok(FourMet { nudged_ms: millis(nudged - on_air), heard_ms, links: lab.capture()?.links().len() / 2 })
}

/// When the first line with this event was read; of the radio, that it is up.
fn first(program: &Program, event: &str) -> Result<Instant, Failed> {
    let line = program.seen().iter().find(|line| line.event() == event && line.json["state"] != "down");
    line.map(|line| line.at).ok_or_else(|| format!("no {event}").into())
}

/// How many different adverts somebody has heard lately: each device shows a token of its own.
fn lately_heard(capture: &Capture) -> usize {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let adverts = capture.adverts();
    let lately = adverts.iter().filter(|advert| advert.at + LATELY > now);
    lately.filter_map(|advert| advert.structure(SERVICE_DATA)).collect::<BTreeSet<_>>().len()
}

/// The length of the longest packet of the attribute protocol, without L2CAP's header.
fn largest_att(capture: &Capture) -> usize {
    let lengths = capture.records().iter().filter_map(|record| match &record.packet {
        // Handle and flags (2), of which two bits mark a continuation; length (2); then L2CAP: length (2), channel (2).
        Packet::Sent(data) => match data[..] {
            [_, flags, _, _, low, high, a, b, ..] if flags & 0x30 != 0x10 && [a, b] == ATT => {
                Some(usize::from(u16::from_le_bytes([low, high])))
            }
            _ => None,
        },
        Packet::Command(_) | Packet::Event(_) | Packet::Received(_) | Packet::Other(_) => None,
    });
    lengths.max().unwrap_or(0)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
