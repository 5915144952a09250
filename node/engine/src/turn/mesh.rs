//! The mesh around an exchange: which links are kept for it, whom neighbours tell of, and exchanges that go over it.

use sighej_crypto::{Token, exchange::InitiatorHello};

use crate::{
    ChannelId, Event, Failure, LinkId, Reach, Transmit, Transport,
    budget::Grant,
    exchange::{About, Exchange, Phase, Stage},
    limits,
    mesh::{Caller, Conversation, Effect, Frame, Medium},
    wire::Presence,
};

use super::{Turn, end::is_barred};

impl Turn<'_> {
    /// Takes in a frame of a neighbour. Says whether anything may follow from it here: not from what is only passed on.
    pub(crate) fn mesh_frame(&mut self, link: LinkId, bytes: &[u8]) -> bool {
        let now = self.now();
        let transport = self.here.links.get(&link).map(|known| known.transport);
        let Some(transport) = transport.filter(|_| self.here.mesh.is_on()) else { return false };
        let taken = Frame::decode(bytes).and_then(|frame| match (frame, transport) {
            (Frame::Hello(presence), Transport::Ble) => self.hear_hello(link, presence),
            (frame, _) => self.here.mesh.take(link, frame, now),
        });
        let is_fault = taken.is_err();
        if let Err(reason) = taken {
            self.core.out.event(Event::ExchangeFailed { transport: Transport::Mesh, reason });
            self.here.mesh.bar(link);
            if transport == Transport::Ble {
                self.close_link(link);
            }
        }
        self.mesh_effects() || is_fault
    }

    /// The peer of a radio link wants to keep it. It must be whom this device meets there.
    fn hear_hello(&mut self, id: LinkId, presence: Presence) -> Result<(), Failure> {
        let now = self.now();
        let Some(link) = self.here.links.get_mut(&id) else { return Ok(()) };
        if link.met.is_some_and(|met| met != presence.token) {
            return Err(Failure::TokenChanged);
        }
        link.asked = Some(presence);
        self.keep_up(id);
        self.here.mesh.take(id, Frame::Hello(presence), now)
    }

    /// Keeps a radio link that both sides want to keep.
    fn keep_up(&mut self, id: LinkId) {
        let now = self.now();
        let kept = self.here.links.get_mut(&id).filter(|link| link.is_kept());
        if let Some((link, presence)) = kept.and_then(|link| link.asked.map(|presence| (link, presence))) {
            link.idle_until = None;
            self.here.mesh.join(id, Medium::Radio, presence, now);
        }
    }

    /// An exchange was completed on a radio link. There is no other use for it now, so it may serve the mesh, as far as this
    /// device has room. Nothing here depends on how the exchange ended.
    pub(super) fn offer_to_keep(&mut self, id: LinkId, met: Token) {
        let may = self.here.mesh.is_on() && self.here.winding.is_none() && self.here.links.has_room_to_keep();
        let Some(link) = self.here.links.get_mut(&id).filter(|link| link.transport == Transport::Ble) else {
            return;
        };
        if !link.offered {
            link.met = Some(met);
        }
        if may && !link.offered {
            link.offered = true;
            self.greet(id);
            self.keep_up(id);
        }
    }

    fn greet(&mut self, link: LinkId) {
        let bytes = Frame::Hello(self.here.shown()).encode();
        self.core.out.transmit(Transmit::Mesh { link, bytes });
    }

    /// Says hello again where a flag changed.
    pub(super) fn greet_kept(&mut self) {
        let kept: Vec<LinkId> =
            self.here.links.iter().filter(|(_, link)| link.is_kept()).map(|(id, _)| *id).collect();
        kept.into_iter().for_each(|link| self.greet(link));
    }

    /// Does what is due. Says whether anything may follow.
    pub(crate) fn mesh_due(&mut self) -> bool {
        if self.here.mesh.is_on() {
            let now = self.now();
            self.here.mesh.settle(now);
        }
        self.mesh_effects()
    }

    /// Does what the mesh says. Whether anything may follow from it, beyond what is sent.
    pub(crate) fn mesh_effects(&mut self) -> bool {
        let mut follows = false;
        while let Some(effect) = self.here.mesh.next_effect() {
            follows |= !matches!(effect, Effect::Send { .. });
            match effect {
                Effect::Send { link, bytes } => self.core.out.transmit(Transmit::Mesh { link, bytes }),
                Effect::Opened { caller, message } => self.be_called(&caller, &message),
                Effect::Message { channel, bytes } => self.frame(channel, &bytes),
                Effect::Ended { channel } => self.channel_closed(channel, None),
            }
        }
        if let Some(told) = self.here.mesh.take_change() {
            let now = self.now();
            self.here.peers.told(&told, now);
            // No new way is taken before this.
            self.here.try_at(now + limits::MESH_AFTER);
        }
        follows
    }

    /// Somebody opens an exchange over a neighbour that tells of them.
    fn be_called(&mut self, caller: &Caller, message: &[u8]) {
        let now = self.now();
        let by_it =
            |about: &About, _| about.link == caller.link && matches!(about.channel, ChannelId::Forwarded(_));
        let busy = self.here.exchanges.channels(by_it).len() >= limits::MESH_INBOUND
            || !self.here.exchanges.has_room_inbound();
        let may = self.here.mesh.may_call(caller.link, &caller.token) && self.here.may_start(self.core);
        if busy || !may {
            return self.here.mesh.refuse(caller, now);
        }
        let channel = ChannelId::Forwarded(self.core.channels);
        self.core.channels += 1;
        self.here.mesh.adopt(caller, channel);
        let about = About {
            channel,
            link: caller.link,
            transport: Transport::Mesh,
            reach: Reach::Hops(caller.hops),
            token: Some(caller.token),
            deadline: now + limits::HANDSHAKE,
            listens_until: None,
            grant: None,
        };
        self.here.exchanges.insert(Exchange { about, stage: Stage::Opened });
        self.frame(channel, message);
    }

    /// Opens an exchange with somebody whom a neighbour tells of.
    pub(super) fn open_over_mesh(&mut self, (link, hops): (LinkId, u8), token: Token, grant: Option<Grant>) {
        let now = self.now();
        let hello = InitiatorHello::start(&self.here.secrets, token, self.core.entropy.rng());
        let Some((state, bytes)) = hello.ok() else { return self.give_back(grant) };
        let channel = ChannelId::Outbound(self.core.channels);
        self.core.channels += 1;
        let about = About {
            channel,
            link,
            transport: Transport::Mesh,
            reach: Reach::Hops(hops),
            token: Some(token),
            deadline: now + limits::HANDSHAKE,
            listens_until: None,
            grant,
        };
        self.here.exchanges.insert(Exchange { about, stage: Stage::Hello(Box::new(state)) });
        let conversation = Conversation(self.core.entropy.bytes());
        self.here.mesh.open((channel, link), token, conversation, bytes, now);
    }

    /// What a failure costs the way that an exchange went by. It is not held against the neighbour, who can only pass on, nor
    /// against others' ways to the same token.
    pub(super) fn hold_against_way(&mut self, about: &About, phase: Phase, why: Failure) {
        let now = self.now();
        let Some(token) = about.token else { return };
        let mut strike = |is_inbound| self.here.mesh.strike(about.link, &token, is_inbound, now);
        match phase {
            // Their own exchange goes on: they gave way to that.
            Phase::Hello if why == Failure::Refused && self.here.exchanges.is_with(&token) => {}
            Phase::Hello => strike(false),
            Phase::Identified(_) if is_barred(why) => strike(false),
            Phase::Identified(_) | Phase::Waiting(_) => self.try_later(about),
            Phase::Opened | Phase::Greeted if why == Failure::BudgetSpent => {}
            Phase::Opened | Phase::Greeted => strike(true),
            Phase::Held(_) if is_barred(why) => strike(true),
            Phase::Held(_) | Phase::Answered(_) => {}
        }
    }
}
