//! What goes over neighbours: frames of the mesh, each on one link, and the exchanges that they belong to. The hall reads
//! their headers (specification, section 17.2) to know who talks to whom; those in between only pass on.

use std::collections::{BTreeMap, VecDeque};

use sighej_ble::wire::PACKET_HEADER;
use sighej_crypto::Token;
use sighej_engine::LinkId;

use crate::{faults::Fate, people::SECOND};

use super::{
    World,
    judge::{End, Meeting},
    links::LATENCY,
    queue::{Arrival, Happening},
    shell::Said,
};

/// The name of an exchange, the same on every link that it goes over.
type Conversation = [u8; 8];

/// The exchanges under way over neighbours.
#[derive(Default)]
pub(super) struct Talks {
    rows: BTreeMap<Conversation, Meeting>,
    /// In the order in which they began, with when.
    began: VecDeque<(u64, Conversation)>,
}

/// No exchange takes longer, and nothing of it is known any more then.
const TALK: u64 = 180 * SECOND;

/// What the hall sees of a frame.
enum Header {
    /// Of an exchange that its sender opens, to this token.
    Open { conversation: Conversation, to: Token },
    /// Of an exchange.
    On(Conversation),
    /// Neither: hellos, lists, ends, and openings that are passed on.
    Other,
}

impl Talks {
    fn begin(&mut self, now: u64, conversation: Conversation, meeting: Meeting) {
        while let Some((_, old)) = self.began.pop_front_if(|(began, _)| *began + TALK < now) {
            self.rows.remove(&old);
        }
        self.began.push_back((now, conversation));
        self.rows.insert(conversation, meeting);
    }
}

impl World {
    /// A frame to a neighbour: it arrives whole and in order, or its link is lost.
    pub(super) fn pass(&mut self, who: u32, link: LinkId, bytes: Vec<u8>) {
        let (wire, side) = (link.0 / 2, (link.0 % 2) as usize);
        self.note(who, &bytes);
        let fate = self.faults.fate(&mut self.dice);
        let Some(on) = self.wires.get_mut(&wire) else { return };
        let packets = on.packets(bytes.len());
        let at = on.send(side, packets, self.now) + LATENCY;
        self.measure.passed(who, bytes.len() as u64 + packets * PACKET_HEADER as u64);
        if fate == Fate::Lost || !self.is_whole(wire) {
            return self.cut(wire, None);
        }
        self.queue.push(at, Happening::OnWire { wire, side: 1 - side, what: Arrival::Mesh(bytes.into()) });
    }

    /// Notes whose exchange a frame is that leaves.
    fn note(&mut self, who: u32, bytes: &[u8]) {
        match header(bytes) {
            Header::Open { conversation, to } => {
                let Some(peer) = self.tokens.get(&to).copied() else { return };
                let tokens = [self.devices[who as usize].token, Some(to)];
                let mut meeting = Meeting::new([who, peer], tokens);
                meeting.send(0);
                self.talks.begin(self.now, conversation, meeting);
                self.measure.began(who);
            }
            Header::On(conversation) => {
                let Some(talk) = self.talks.rows.get_mut(&conversation) else { return };
                let Some(side) = talk.side_of(who) else { return };
                let message = talk.send(side);
                let meeting = *talk;
                self.measure.sent(who, bytes.len() as u64);
                self.charge(&meeting, side, message);
            }
            Header::Other => {}
        }
    }

    /// A frame arrives, which may be a message of the device's own exchange.
    pub(super) fn hears_over_mesh(&mut self, who: u32, bytes: &[u8]) {
        let Header::On(conversation) = header(bytes) else { return };
        let Some(talk) = self.talks.rows.get(&conversation).copied() else { return };
        if let Some(side) = talk.side_of(who) {
            self.hears(&talk, side);
        }
    }

    /// A frame made a device say how an exchange ended.
    pub(super) fn ended_over_mesh(&mut self, who: u32, bytes: &[u8], said: Said) {
        let talk = if let Header::On(name) = header(bytes) { self.talks.rows.get_mut(&name) } else { None };
        let Some((side, talk)) = talk.and_then(|talk| Some((talk.side_of(who)?, talk))) else {
            return self.has_no_exchange(&said);
        };
        let before = *talk;
        talk.ended[side] = Some(End::of(&said));
        self.judge(before, side, said);
    }
}

fn header(bytes: &[u8]) -> Header {
    const OPEN: u8 = 2;
    const ON: u8 = 3;
    match bytes {
        [OPEN, 0, rest @ ..] => {
            let parts = rest.split_first_chunk().and_then(|(name, rest)| Some((*name, rest.get(8..16)?)));
            let parts = parts.and_then(|(name, to)| Some((name, to.try_into().ok()?)));
            parts.map_or(Header::Other, |(conversation, to)| Header::Open {
                conversation,
                to: Token::from_bytes(to),
            })
        }
        [ON, rest @ ..] => rest.first_chunk().map_or(Header::Other, |name| Header::On(*name)),
        _ => Header::Other,
    }
}
