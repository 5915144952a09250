//! Who is reached through whom: what neighbours tell, and what they are told.

use std::time::Duration;

use sighej_crypto::Token;

use crate::{LinkId, limits, strikes::Strikes, wire::Presence};

use super::{
    Effect, Mesh,
    frame::{Entry, Frame},
    neighbour::{Medium, Neighbour},
};

/// A way to somebody out of reach.
pub(crate) struct Way {
    pub(crate) link: LinkId,
    pub(crate) hops: u8,
    pub(crate) presence: Presence,
    /// When it may be tried, unless it failed too often.
    pub(crate) free_at: Option<Duration>,
}

impl Mesh {
    /// A neighbour's list takes the place of the one before. Beyond [`limits::MESH_NEIGHBOURS`] on a network who tell something it
    /// is not looked at.
    pub(super) fn hear(&mut self, link: LinkId, entries: Vec<Entry>) {
        let tells = |(id, n): (&LinkId, &Neighbour)| *id != link && n.is_on_lan() && !n.told.is_empty();
        let is_on_lan = self.neighbours.get(&link).is_some_and(Neighbour::is_on_lan);
        let full =
            is_on_lan && self.neighbours.iter().filter(|row| tells(*row)).count() >= limits::MESH_NEIGHBOURS;
        let useful = |entry: &Entry| entry.hops <= self.max_hops && entry.presence.token != self.me;
        let entries = if full { Vec::new() } else { entries.into_iter().filter(useful).collect() };
        if let Some(neighbour) = self.neighbours.get_mut(&link) {
            neighbour.hear(entries);
            self.stale = true;
            self.changed = true;
        }
    }

    /// Everybody who is reached through others, ascending, where that has changed since the last time.
    pub(crate) fn take_change(&mut self) -> Option<Vec<Token>> {
        std::mem::take(&mut self.changed).then(|| {
            let told = self.neighbours.values().flat_map(|neighbour| &neighbour.told);
            let mut tokens: Vec<Token> = told.map(|told| told.entry.presence.token).collect();
            tokens.sort_unstable();
            tokens.dedup();
            tokens
        })
    }

    /// The ways to somebody.
    pub(crate) fn ways(&self, token: &Token) -> impl Iterator<Item = Way> {
        self.neighbours.iter().filter_map(|(link, neighbour)| {
            let told = neighbour.told(token)?;
            let Entry { hops, presence } = told.entry;
            Some(Way { link: *link, hops, presence, free_at: told.outbound.free_at() })
        })
    }

    /// Whether a neighbour tells of somebody whose calls by this way have not failed too often.
    pub(crate) fn may_call(&self, link: LinkId, token: &Token) -> bool {
        let told = self.neighbours.get(&link).and_then(|neighbour| neighbour.told(token));
        told.is_some_and(|told| !told.inbound.is_out())
    }

    /// Holds a failure of an exchange against this way to somebody.
    pub(crate) fn strike(&mut self, link: LinkId, token: &Token, is_inbound: bool, now: Duration) {
        if let Some(told) = self.neighbours.get_mut(&link).and_then(|neighbour| neighbour.told_mut(token)) {
            let strikes = if is_inbound { &mut told.inbound } else { &mut told.outbound };
            strikes.strike(now);
        }
    }

    pub(crate) fn forgive(&mut self, link: LinkId, token: &Token) {
        if let Some(told) = self.neighbours.get_mut(&link).and_then(|neighbour| neighbour.told_mut(token)) {
            told.inbound = Strikes::default();
            told.outbound = Strikes::default();
        }
    }

    /// Where a call for somebody goes on to, over at most `left` further devices: a neighbour before a longer way, and never
    /// back, nor into the network that it came from.
    pub(super) fn next_to(&self, to: &Token, from: LinkId, left: u8) -> Option<LinkId> {
        let medium = self.neighbours.get(&from)?.medium;
        let rows = self.neighbours.iter();
        let allowed = rows.filter(|(link, n)| **link != from && !n.barred && may_go(medium, n.medium));
        let ways = allowed.filter_map(|(link, neighbour)| {
            let is_it = neighbour.presence.token == *to;
            let hops = if is_it { 0 } else { neighbour.told(to)?.entry.hops };
            (hops <= left).then_some((hops, *link))
        });
        ways.min().map(|(_, link)| link)
    }

    /// Tells each neighbour who is reached through this device, where that is not what it was told last.
    pub(super) fn tell(&mut self, now: Duration) {
        if self.tells_at().is_none_or(|at| at > now) {
            return;
        }
        self.stale = false;
        self.tell_at = None;
        let known = self.known();
        let mut told = self.neighbours.values().filter(|n| n.is_on_lan() && !n.shown.is_empty()).count();
        for link in self.in_turn() {
            let Some(neighbour) = self.neighbours.get_mut(&link) else { continue };
            let list = list_for((link, neighbour), &known, self.me);
            if list == neighbour.shown {
                continue;
            }
            if neighbour.showable_at() > now {
                let at = neighbour.showable_at().into();
                self.tell_at = Some(self.tell_at.map_or(at, |next| next.min(at)));
                continue;
            }
            if neighbour.is_on_lan() && neighbour.shown.is_empty() {
                if told >= limits::MESH_NEIGHBOURS {
                    continue;
                }
                told += 1;
            }
            neighbour.shown_at = now.into();
            self.effects.push_back(Effect::Send { link, bytes: Frame::Told(list.clone()).encode() });
            neighbour.shown = list;
        }
    }

    /// When [`Mesh::tell`] has something to do: where what there is to tell has changed, as soon as the first of the neighbours
    /// may be told something.
    pub(super) fn tells_at(&self) -> Option<Duration> {
        if !self.stale {
            return self.tell_at.map(Duration::from);
        }
        let heard = self.neighbours.values().filter(|neighbour| !neighbour.barred);
        heard.map(Neighbour::showable_at).min()
    }

    /// Whom to tell first, where not all can be: on the radio, then on a network whose token is near one's own, so that others
    /// tell others.
    fn in_turn(&self) -> Vec<LinkId> {
        let heard = self.neighbours.iter().filter(|(_, neighbour)| !neighbour.barred);
        let mut links: Vec<_> =
            heard.map(|(link, n)| (n.is_on_lan(), distance(&n.presence.token, &self.me), *link)).collect();
        links.sort_unstable();
        links.into_iter().map(|(.., link)| link).collect()
    }

    /// Everybody that could be told of, as a neighbour would be told.
    fn known(&self) -> Vec<Known> {
        let mut known = Vec::new();
        for (link, neighbour) in self.neighbours.iter().filter(|(_, neighbour)| !neighbour.barred) {
            let (link, medium) = (*link, neighbour.medium);
            known.push(Known { link, medium, entry: Entry { hops: 1, presence: neighbour.presence } });
            let further = neighbour.told.iter().map(|told| told.entry).filter(|e| e.hops < self.max_hops);
            known.extend(further.map(|entry| Known {
                link,
                medium,
                entry: Entry { hops: entry.hops + 1, ..entry },
            }));
        }
        known
    }
}

/// Somebody, and by which way they are known.
struct Known {
    link: LinkId,
    medium: Medium,
    entry: Entry,
}

/// Split horizon: nothing goes back to where it came from, be it a link or a local network.
fn may_go(from: Medium, to: Medium) -> bool {
    from == Medium::Radio || to == Medium::Radio
}

/// The nearest [`limits::MESH_TOLD`], ascending by token. Among those equally near each device tells others, by the distance
/// of their tokens from its own.
fn list_for((link, neighbour): (LinkId, &Neighbour), known: &[Known], me: Token) -> Vec<Entry> {
    let (own, theirs) = (me, neighbour.presence.token);
    let goes = |known: &&Known| {
        let token = known.entry.presence.token;
        known.link != link && may_go(known.medium, neighbour.medium) && token != own && token != theirs
    };
    let mut list: Vec<Entry> = known.iter().filter(goes).map(|known| known.entry).collect();
    list.sort_by_key(|entry| (entry.presence.token, entry.hops));
    list.dedup_by_key(|entry| entry.presence.token);
    list.sort_by_key(|entry| (entry.hops, distance(&entry.presence.token, &own)));
    list.truncate(limits::MESH_TOLD);
    list.sort_by_key(|entry| entry.presence.token);
    list
}

fn distance(a: &Token, b: &Token) -> u64 {
    u64::from_be_bytes(*a.as_bytes()) ^ u64::from_be_bytes(*b.as_bytes())
}
