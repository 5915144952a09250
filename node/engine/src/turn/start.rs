//! Who starts, when, and for whom an evaluation is there (specification, "Who starts").

use std::time::Duration;

use sighej_crypto::{Token, exchange::InitiatorHello};

use crate::{
    ChannelId, LinkId, RadioAddress, Reach, Transmit, Transport,
    budget::{Class, Grant},
    exchange::{About, Exchange, Stage},
    ledger::{Due, Record},
    limits,
    links::Dial,
    peers::Peer,
};

use super::Turn;

/// An exchange that could begin now.
#[derive(Clone, Copy)]
struct Candidate {
    token: Token,
    route: Route,
    class: Class,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Route {
    Link(LinkId),
    /// The address heard last comes first.
    Dial {
        age: usize,
        address: RadioAddress,
    },
    /// The nearest comes first.
    Mesh {
        hops: u8,
        link: LinkId,
    },
}

impl Route {
    fn transport(self) -> Transport {
        match self {
            Route::Link(_) => Transport::Lan,
            Route::Dial { .. } => Transport::Ble,
            Route::Mesh { .. } => Transport::Mesh,
        }
    }
}

/// What a peer is waiting for.
enum Plan {
    /// Nothing of ours: the peer's turn, an exchange under way, or no way to reach it.
    Idle,
    /// Time alone.
    At(Duration),
    /// The crowd guard, since this moment.
    Crowd(Duration),
    /// A place, and an evaluation where it is a stranger.
    Now(Candidate),
}

impl Turn<'_> {
    /// Starts what is due: exchanges with those charged before, then with strangers as far as the budget goes, then the
    /// reading of bare adverts.
    pub(super) fn start_due(&mut self) {
        self.here.next_try = None;
        self.here.lottery.waited_for = false;
        if self.here.may_start(self.core) {
            self.open_lottery();
            let (known, strangers) = self.survey();
            for candidate in known {
                self.start(candidate, None);
            }
            self.draw_strangers(strangers);
            self.read_bare();
        }
    }

    /// Every peer's plan: those that could start now, known and strangers; the rest is noted for the timer. Where nothing is
    /// left for strangers, all of them wait for the next drip as soon as one does, and are not looked at.
    fn survey(&mut self) -> (Vec<Candidate>, Vec<Candidate>) {
        let (mut known, mut strangers) = (Vec::new(), Vec::new());
        let crowd = self.here.has_crowd(self.core);
        let has_grants = self.left_to_draw() > 0;
        let (mut next_try, mut changes) = (None, Vec::new());
        let now = self.now();
        let waits = |(token, peer, _): &(&Token, &Peer, _)| peer.has_a_way(now) && !self.here.is_busy(token);
        for (token, peer, known_as) in self.here.acquaintances().filter(waits) {
            let charged = known_as.is_some_and(|(digest, _)| self.core.budget.is_charged(digest));
            if !charged && !has_grants && !strangers.is_empty() {
                continue;
            }
            let record = known_as.map(|(_, record)| record);
            let (turn, at) = turn(record);
            let mut tries = peer.tries().at_turn(turn);
            let mut later =
                |at: Duration| next_try = Some(next_try.map_or(at, |next: Duration| next.min(at)));
            match at.map_or(Plan::Idle, |at| self.plan(token, peer, record, (turn, at), crowd)) {
                Plan::Idle => {}
                Plan::At(at) => later(at),
                Plan::Crowd(since) => {
                    tries.waits_since = Some(since.into());
                    later(since + limits::CROWD_WAIT);
                }
                Plan::Now(candidate) => {
                    if charged { &mut known } else { &mut strangers }.push(candidate);
                }
            }
            if tries != peer.tries() {
                changes.push((*token, tries));
            }
        }
        for (token, tries) in changes {
            if let Some(peer) = self.here.peers.get_mut(&token) {
                peer.set_tries(tries);
            }
        }
        self.here.next_try = next_try;
        (known, strangers)
    }

    fn is_charged(&self, token: &Token) -> bool {
        self.here.ledger.by_token(token).is_some_and(|(digest, _)| self.core.budget.is_charged(digest))
    }

    fn plan(
        &self,
        token: &Token,
        peer: &Peer,
        record: Option<&Record>,
        (turn, due): (u8, Duration),
        crowd: bool,
    ) -> Plan {
        let now = self.now();
        let tries = peer.tries().at_turn(turn);
        let serves_us = record.is_some_and(|record| record.has_charged_us);
        let routes = self
            .lan_routes(token, peer, turn, serves_us)
            .chain(self.radio_routes(token, peer, turn, serves_us))
            .chain(self.mesh_routes(token, peer, turn, serves_us));
        let routes = routes.filter_map(|(from, route)| {
            let way = route.transport();
            let at = from.max(due).max(tries.free_at(way)?).max(now);
            Some((at, tries.has_just_failed(way), route))
        });
        let Some((at, _, route)) = routes.min() else { return Plan::Idle };
        if at > now {
            return Plan::At(at);
        }
        let waits_since = tries.waits_since.map_or(now, Duration::from);
        if !crowd && now < waits_since + limits::CROWD_WAIT {
            return Plan::Crowd(waits_since);
        }
        Plan::Now(Candidate { token: *token, route, class: peer.class() })
    }

    /// LAN: at a first contact the lower token opens, whoever dialled.
    fn lan_routes(
        &self,
        token: &Token,
        peer: &Peer,
        turn: u8,
        serves_us: bool,
    ) -> impl Iterator<Item = (Duration, Route)> {
        let ours = turn > 0 || self.here.token() < *token;
        let open = ours && (serves_us || !peer.spent_on_lan());
        peer.links().iter().filter(move |_| open).filter_map(|id| {
            let link = self.here.links.get(id)?;
            Some((link.outbound.free_at()?, Route::Link(*id)))
        })
    }

    /// Radio: at a first contact the lower token dials after dwell, the other 2 s later; towards bare adverts whoever hears
    /// them; and a device whose own adverts are bare leaves the first try to who has service data.
    fn radio_routes(
        &self,
        token: &Token,
        peer: &Peer,
        turn: u8,
        serves_us: bool,
    ) -> impl Iterator<Item = (Duration, Route)> {
        let now = self.now();
        let ours = self.here.token() < *token && self.core.config.advertises_token;
        let radio = peer.radio.as_ref().filter(|r| r.dwell.is_near(now) && (serves_us || !r.spent));
        let from = radio.and_then(|radio| {
            let fallback = if turn > 0 || radio.bare || ours { Duration::ZERO } else { limits::FALLBACK };
            Some(radio.dwell.passed_at()? + fallback)
        });
        let addresses = radio.into_iter().flat_map(|_| peer.addresses());
        addresses.enumerate().filter_map(move |(age, address)| {
            let free_at = self.here.strikes.get(address, Some(*token)).free_at()?;
            Some((from?.max(free_at), Route::Dial { age, address }))
        })
    }

    /// Mesh: as on a LAN the lower token opens; the other a while later, since what is told is not the same both ways. A
    /// direct way comes first.
    fn mesh_routes(
        &self,
        token: &Token,
        peer: &Peer,
        turn: u8,
        serves_us: bool,
    ) -> impl Iterator<Item = (Duration, Route)> {
        let ours = turn > 0 || self.here.token() < *token;
        let wait = if ours { limits::MESH_AFTER } else { limits::MESH_FALLBACK };
        let from = peer.told_since().filter(|_| !peer.is_here()).map(|since| Duration::from(since) + wait);
        let ways = from.map(|from| (from, self.here.mesh.ways(token)));
        ways.into_iter().flat_map(move |(from, ways)| {
            let open = ways.filter(move |way| serves_us || !way.presence.flags.spent);
            open.filter_map(move |way| {
                Some((from.max(way.free_at?), Route::Mesh { hops: way.hops, link: way.link }))
            })
        })
    }

    /// Gives what the budget has to strangers by lot. Where it is less than all need, those whose turn it is to call us take
    /// part: a grant that falls to one of them is left for a caller until the next drip.
    fn draw_strangers(&mut self, mut strangers: Vec<Candidate>) {
        let now = self.now();
        if strangers.is_empty() {
            return;
        }
        if self.left_to_draw() == 0 {
            self.here.lottery.waited_for = true;
            return;
        }
        let callers = self.callers(&strangers);
        while !strangers.is_empty() {
            let free = self.left_to_draw();
            if free == 0 {
                self.here.lottery.waited_for = true;
                return;
            }
            let scarce = usize::from(free) < strangers.len() + callers;
            let lot = self.core.entropy.pick(strangers.len() + if scarce { callers } else { 0 });
            if lot >= strangers.len() {
                self.here.lottery.left_to_callers += 1;
                continue;
            }
            let candidate = strangers.swap_remove(lot);
            if self.has_room_for(&candidate) {
                match self.core.budget.reserve(candidate.class, now) {
                    Some(grant) => self.start(candidate, Some(grant)),
                    None => self.here.lottery.waited_for = true,
                }
            }
        }
    }

    /// With each drip the grants that were left for callers may go to anybody.
    fn open_lottery(&mut self) {
        let drip = self.core.budget.drips(self.now());
        if self.here.lottery.drip != drip {
            self.here.lottery.drip = drip;
            self.here.lottery.left_to_callers = 0;
        }
    }

    /// Evaluations that no caller has won.
    fn left_to_draw(&self) -> u8 {
        self.core.budget.left(Class::Radio, self.now()).saturating_sub(self.here.lottery.left_to_callers)
    }

    /// Strangers near whose turn it is to open a first contact. Those whom this device waits for come in the order of tokens.
    fn callers(&self, strangers: &[Candidate]) -> usize {
        let waits =
            |token: &Token| strangers.binary_search_by_key(token, |candidate| candidate.token).is_ok();
        let theirs = |(token, peer): &(&Token, &Peer)| {
            peer.is_here() && self.here.token() > **token && !waits(token) && !self.is_charged(token)
        };
        self.here.peers.iter().filter(theirs).count()
    }

    fn has_room_for(&self, candidate: &Candidate) -> bool {
        match candidate.route {
            Route::Link(_) | Route::Mesh { .. } => self.here.exchanges.has_room_outbound(),
            Route::Dial { .. } => self.here.exchanges.has_room_outbound() && self.here.has_room_to_dial(),
        }
    }

    /// Starts where there is room; the rest is tried again as soon as an exchange or a dial ends.
    fn start(&mut self, candidate: Candidate, grant: Option<Grant>) {
        let Candidate { token, route, .. } = candidate;
        if !self.has_room_for(&candidate) {
            return self.give_back(grant);
        }
        match route {
            Route::Link(link) => self.open_exchange(link, token, grant),
            Route::Mesh { hops, link } => self.open_over_mesh((link, hops), token, grant),
            Route::Dial { address, .. } => match self.here.link_for(address, &token) {
                Some(link) if self.here.exchanges.channels(|about, _| about.link == link).is_empty() => {
                    self.open_exchange(link, token, grant);
                }
                Some(_) => self.give_back(grant),
                None => self.dial(address, Some(token), grant),
            },
        }
    }

    fn dial(&mut self, address: RadioAddress, token: Option<Token>, grant: Option<Grant>) {
        let deadline = self.now() + limits::DIAL_WAIT;
        if let Some(replaced) = self.here.dials.insert(address, Dial { token, grant, deadline }) {
            self.give_back(replaced.grant);
        }
        self.core.out.transmit(Transmit::Dial { address });
    }

    pub(super) fn give_back(&mut self, grant: Option<Grant>) {
        if let Some(grant) = grant {
            self.core.budget.release(grant);
        }
    }

    /// A dial has come through. Meanwhile the peer may have called, and the exchange be over for now.
    pub(super) fn open_dialled(&mut self, link: LinkId, token: Token, grant: Option<Grant>) {
        let now = self.now();
        let (_, due) = turn(self.here.ledger.by_token(&token).map(|(_, record)| record));
        if due.is_some_and(|at| at <= now) {
            self.open_exchange(link, token, grant);
        } else {
            self.linger(link);
            self.give_back(grant);
        }
    }

    /// Opens a channel and sends message 1, unless the time for it is over.
    pub(super) fn open_exchange(&mut self, link: LinkId, token: Token, grant: Option<Grant>) {
        let Some(transport) = self.here.links.get(&link).map(|link| link.transport) else {
            return self.give_back(grant);
        };
        let may_start = self.here.may_start(self.core) && self.here.exchanges.has_room_outbound();
        let hello = InitiatorHello::start(&self.here.secrets, token, self.core.entropy.rng());
        let Some((state, bytes)) = hello.ok().filter(|_| may_start) else {
            self.linger(link);
            return self.give_back(grant);
        };
        let channel = ChannelId::Outbound(self.core.channels);
        self.core.channels += 1;
        let deadline = self.now() + limits::HANDSHAKE;
        let (reach, token) = (Reach::InRange, Some(token));
        let about = About { channel, link, transport, reach, token, deadline, listens_until: None, grant };
        self.core.out.transmit(Transmit::OpenChannel { link, channel });
        self.send(&about, bytes);
        self.in_use(link);
        self.here.exchanges.insert(Exchange { about, stage: Stage::Hello(Box::new(state)) });
    }

    /// Dials bare addresses past dwell whose token is not known, once the silence after the boundary is over for all.
    fn read_bare(&mut self) {
        let now = self.now();
        let Some(epoch) = self.core.clock.epoch(self.core.config.epoch_length) else { return };
        let too_early = limits::BARE_READ.saturating_sub(epoch.since_boundary);
        let unread: Vec<RadioAddress> = self
            .here
            .bare
            .iter()
            .filter(|(_, bare)| bare.token.is_none() && bare.dwell.is_near(now))
            .map(|(address, _)| *address)
            .filter(|a| !self.here.dials.contains_key(a) && self.here.links.to(*a).is_none())
            .collect();
        for address in unread {
            let Some(free_at) = self.here.strikes.get(address, None).free_at() else { continue };
            let at = free_at.max(now + too_early);
            if at > now {
                self.here.try_at(at);
            } else if self.here.has_room_to_dial() {
                self.dial(address, None, None);
            }
        }
    }

    /// A responder was not ready, this device could not go on, or the link was lost: tried again later, or the other way.
    pub(super) fn try_later(&mut self, about: &About) {
        let now = self.now();
        let Some(token) = about.token else { return };
        let (turn, _) = turn(self.here.ledger.by_token(&token).map(|(_, record)| record));
        if let Some(peer) = self.here.peers.get_mut(&token) {
            let mut tries = peer.tries().at_turn(turn);
            tries.not_ready(about.transport, now);
            peer.set_tries(tries);
        }
    }
}

impl crate::present::Present {
    /// A radio link that is there already: kept for the mesh, or dialled.
    fn link_for(&self, address: RadioAddress, token: &Token) -> Option<LinkId> {
        self.links.kept_with(token).or_else(|| self.links.to(address))
    }

    pub(super) fn try_at(&mut self, at: Duration) {
        self.next_try = Some(self.next_try.map_or(at, |next| next.min(at)));
    }
}

/// Which exchange of the schedule comes next, and from when.
fn turn(record: Option<&Record>) -> (u8, Option<Duration>) {
    match record.map_or(Due::First, Record::due) {
        Due::First => (0, Some(Duration::ZERO)),
        Due::Repeat { turn, at } => (turn, Some(at)),
        Due::Never => (0, None),
    }
}
