//! Two devices on one network that share interests, and somebody between them who alters, drops, repeats and invents.
//!
//! The script has a byte for each thing that is delivered; where it is over, all is delivered as it is.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use sighej_crypto::Interest;
use sighej_engine::{ChannelId, Engine, Event, Intent, LinkId, Nudge, Transmit, Transport};

use super::{device, drain, now, ring};
use crate::script::Script;

/// Deliveries and timeouts in a run, at most.
const STEPS: usize = 400;
/// How often the devices meet again after their link was closed.
const LINKS: u64 = 6;
/// How long a delivery takes.
const DELIVERY: Duration = Duration::from_millis(2);
/// When a run is over: well before the first repeat.
const END: Duration = Duration::from_secs(120);

const SHARED: [&str; 2] = ["devops", "hardstyle"];

/// Whatever happens between them: no panic, each is nudged once at most, by what is shared alone, and both see the same
/// cue. Where nobody interferes, both are nudged.
///
/// # Panics
/// Where the engines broke one of these promises.
pub fn engine_frames(data: &[u8]) {
    let mut network = Network::new(Script(data));
    network.run();
    for nudges in &network.nudges {
        assert!(nudges.len() <= 1, "once, and no more");
        for nudge in nudges {
            assert!(nudge.interests.iter().map(Interest::as_str).eq(SHARED));
        }
    }
    let [one, other] = &network.nudges;
    if let (Some(one), Some(other)) = (one.first(), other.first()) {
        assert!(one.cue == other.cue, "the same cue on both screens");
    }
    assert!(network.altered || (one.len() == 1 && other.len() == 1), "nobody interfered, so both are nudged");
}

struct Network<'a> {
    script: Script<'a>,
    altered: bool,
    elapsed: Duration,
    engines: [Engine; 2],
    appears: [bool; 2],
    nudges: [Vec<Nudge>; 2],
    under_way: VecDeque<(usize, Transmit)>,
    link: Option<LinkId>,
    links: u64,
    /// The other end's name of each end's channels.
    channels: BTreeMap<(usize, ChannelId), ChannelId>,
    inbound: u64,
}

impl<'a> Network<'a> {
    fn new(script: Script<'a>) -> Self {
        Self {
            script,
            altered: false,
            elapsed: Duration::ZERO,
            engines: [
                device(1, &["devops", "hardstyle", "knitting"]),
                device(2, &["hardstyle", "chess", "devops"]),
            ],
            appears: [false; 2],
            nudges: Default::default(),
            under_way: VecDeque::new(),
            link: None,
            links: 0,
            channels: BTreeMap::new(),
            inbound: 0,
        }
    }

    fn run(&mut self) {
        for side in 0..2 {
            let opened = self.engines[side].handle_intent(Intent::Open, now(self.elapsed));
            assert!(opened.is_ok());
            self.collect(side);
        }
        for _ in 0..STEPS {
            self.meet();
            if let Some((from, transmit)) = self.under_way.pop_front() {
                self.elapsed += DELIVERY;
                self.deliver(from, transmit);
            } else if !self.wait() {
                break;
            }
        }
    }

    /// The two find each other, if they appear and have no link.
    fn meet(&mut self) {
        if self.appears != [true; 2] || self.link.is_some() || self.links == LINKS {
            return;
        }
        self.links += 1;
        let link = LinkId(self.links);
        self.link = Some(link);
        for side in 0..2 {
            self.engines[side].handle_link_up(link, Transport::Lan, None, now(self.elapsed));
            self.collect(side);
        }
    }

    /// Until the next timer rings. False where the run is over.
    fn wait(&mut self) -> bool {
        let due = self.engines.iter().filter_map(Engine::poll_timeout).min();
        let Some(due) = due.filter(|due| *due <= END) else { return false };
        self.elapsed = self.elapsed.max(due);
        for side in 0..2 {
            ring(&mut self.engines[side], self.elapsed);
            self.collect(side);
        }
        true
    }

    fn collect(&mut self, side: usize) {
        let (transmits, events) = drain(&mut self.engines[side], &mut self.appears[side]);
        self.under_way.extend(transmits.into_iter().map(|transmit| (side, transmit)));
        for event in events {
            if let Event::Nudge(nudge) = event {
                self.nudges[side].push(nudge);
            }
        }
    }

    fn deliver(&mut self, from: usize, transmit: Transmit) {
        let (to, now) = (1 - from, now(self.elapsed));
        match transmit {
            Transmit::Air(_) if self.appears == [true; 2] => {}
            Transmit::Air(_) => self.drop_link(),
            Transmit::Dial { address } => self.engines[from].handle_dial_failed(address, now),
            Transmit::Presence { link, bytes } if self.link == Some(link) => {
                for bytes in self.interfere(bytes) {
                    self.engines[to].handle_presence(link, &bytes, now);
                }
            }
            Transmit::OpenChannel { link, channel } if self.link == Some(link) => {
                self.inbound += 1;
                let inbound = ChannelId::Inbound(self.inbound);
                self.channels.insert((from, channel), inbound);
                self.channels.insert((to, inbound), channel);
                self.engines[to].handle_channel_opened(link, inbound, now);
            }
            Transmit::Frame { channel, bytes } => {
                if let Some(&channel) = self.channels.get(&(from, channel)) {
                    for bytes in self.interfere(bytes) {
                        self.engines[to].handle_frame(channel, &bytes, now);
                    }
                }
            }
            Transmit::CloseChannel { channel } => {
                if let Some(channel) = self.channels.remove(&(from, channel)) {
                    self.engines[to].handle_channel_closed(channel, now);
                }
            }
            Transmit::CloseLink { link } if self.link == Some(link) => self.drop_link(),
            Transmit::Mesh { link, bytes } if self.link == Some(link) => {
                for bytes in self.interfere(bytes) {
                    self.engines[to].handle_mesh(link, &bytes, now);
                }
            }
            Transmit::Presence { .. }
            | Transmit::Mesh { .. }
            | Transmit::OpenChannel { .. }
            | Transmit::CloseLink { .. }
            | Transmit::RelayFrame { .. }
            | Transmit::RelayClose { .. } => {}
        }
        for side in 0..2 {
            self.collect(side);
        }
    }

    fn drop_link(&mut self) {
        self.channels.clear();
        let Some(link) = self.link.take() else { return };
        for side in 0..2 {
            self.engines[side].handle_link_down(link, now(self.elapsed));
        }
    }

    /// What arrives in place of these bytes.
    fn interfere(&mut self, mut bytes: Vec<u8>) -> Vec<Vec<u8>> {
        let how = self.script.byte();
        self.altered |= how >= 128;
        match how {
            0..=127 => return vec![bytes],
            128..=143 => return Vec::new(),
            144..=159 => return vec![bytes.clone(), bytes],
            160..=175 => bytes = self.script.chunk().to_vec(),
            176..=191 => bytes.truncate(self.script.byte().into()),
            192..=207 => return vec![self.script.chunk().to_vec(), bytes],
            208..=255 => {
                let at = usize::from(u16::from_le_bytes([self.script.byte(), self.script.byte()]));
                let len = bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(at % len) {
                    *byte ^= self.script.byte();
                }
            }
        }
        vec![bytes]
    }
}
