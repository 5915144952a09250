//! One call's work while the device is present: what came in is taken in by one of the other files here, then
//! [`Turn::settle`] does whatever has become due.

mod alone;
mod end;
mod gate;
mod hear;
mod initiator;
mod link;
mod mesh;
mod relay;
mod responder;
mod start;

pub(crate) use alone::View;

use std::time::Duration;

use crate::{
    Air, ChannelId, Config, Failure, Transmit, Transport,
    budget::{Budget, Class},
    entropy::Entropy,
    exchange::{About, Exchange, Phase, Stage},
    limits,
    memory::Memory,
    output::Outbox,
    present::{Flags, Present},
    time::Clock,
    wire::{Presence, VersionFlags},
};

/// What a device has whether or not it is present.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) budget: Budget,
    pub(crate) memory: Memory,
    pub(crate) out: Outbox,
    /// Channels numbered so far.
    pub(crate) channels: u64,
}

impl Core {
    /// The flags to show: nothing left for a stranger.
    pub(crate) fn flags(&mut self) -> Flags {
        let now = self.clock.elapsed();
        Flags { air: self.budget.left(Class::Radio, now) == 0, lan: self.budget.left(Class::Other, now) == 0 }
    }
}

/// One call's view of a present device.
pub(crate) struct Turn<'a> {
    pub(crate) core: &'a mut Core,
    pub(crate) here: &'a mut Present,
}

/// What a message leads to: the next stage, none where the exchange is over, or a failure at some phase.
type Step = Result<Option<Stage>, (Phase, Failure)>;

impl Turn<'_> {
    fn now(&self) -> Duration {
        self.core.clock.elapsed()
    }

    /// Takes in one whole message of an exchange.
    pub(crate) fn frame(&mut self, channel: ChannelId, bytes: &[u8]) {
        let Some(Exchange { mut about, stage }) = self.here.exchanges.remove(&channel) else { return };
        let step = match stage {
            Stage::Hello(state) => self.read_commitment(&mut about, *state, bytes),
            Stage::Waiting(digest, state) => self.read_answer(&mut about, digest, *state, bytes),
            Stage::Opened => self.read_hello(&mut about, bytes),
            Stage::Greeted(state) => self.read_offer(&mut about, *state, bytes),
            Stage::Answered(digest, latched, state) => {
                self.read_tags(&mut about, digest, latched, *state, bytes)
            }
            Stage::Identified(_) | Stage::Held(_) => Err((stage.phase(), Failure::OutOfTurn)),
        };
        self.follow(about, step);
    }

    fn follow(&mut self, about: About, step: Step) {
        match step {
            Ok(Some(stage)) => self.here.exchanges.insert(Exchange { about, stage }),
            Ok(None) => self.finish(about),
            Err((phase, why)) => {
                self.close_channel(about.channel);
                self.burn(about, phase, why);
            }
        }
    }

    /// Does what has become due. Each call of the engine ends here.
    pub(crate) fn settle(&mut self) {
        self.drop_overdue();
        self.lapse();
        self.resume_held();
        self.mesh_due();
        self.start_due();
        self.relay_due();
        self.mesh_effects();
        self.show_flags();
    }

    fn drop_overdue(&mut self) {
        let now = self.now();
        for channel in self.here.exchanges.channels(|about, _| about.deadline <= now) {
            self.abandon(channel, None);
        }
        let late: Vec<_> =
            self.here.dials.iter().filter(|(_, dial)| dial.deadline <= now).map(|(a, _)| *a).collect();
        for address in late {
            self.dial_failed(address);
        }
        for link in self.here.links.idle(now) {
            self.close_link(link);
        }
    }

    /// Exchanges that wait for a place past message 3, or for the peer to be near.
    fn resume_held(&mut self) {
        let waits = |_: &About, phase: Phase| matches!(phase, Phase::Identified(_) | Phase::Held(_));
        for channel in self.here.exchanges.channels(waits) {
            let Some(Exchange { mut about, stage }) = self.here.exchanges.remove(&channel) else { continue };
            let step = match stage {
                Stage::Identified(state) => self.offer(&mut about, *state),
                Stage::Held(state) => self.answer(&mut about, *state),
                Stage::Hello(_)
                | Stage::Waiting(..)
                | Stage::Opened
                | Stage::Greeted(_)
                | Stage::Answered(..) => Ok(Some(stage)),
            };
            self.follow(about, step);
        }
    }

    /// Shows the "budget spent" flags where they changed: on the air, and on each LAN link.
    fn show_flags(&mut self) {
        let flags = self.core.flags();
        let shown = std::mem::replace(&mut self.here.flags, flags);
        if flags.air != shown.air {
            self.core.out.transmit(Transmit::Air(self.here.air()));
        }
        if flags.lan != shown.lan {
            let lan: Vec<_> = self
                .here
                .links
                .iter()
                .filter(|(_, l)| l.transport == Transport::Lan)
                .map(|(id, _)| *id)
                .collect();
            for link in lan {
                let bytes = self.here.presence();
                self.core.out.transmit(Transmit::Presence { link, bytes });
            }
            self.greet_kept();
        }
    }

    fn send(&mut self, about: &About, bytes: Vec<u8>) {
        if about.transport == Transport::Mesh {
            self.here.mesh.send(about.channel, bytes, self.core.clock.elapsed());
        } else {
            self.core.out.transmit(Transmit::Frame { channel: about.channel, bytes });
        }
    }

    /// Closes a channel, whatever carries it.
    fn close_channel(&mut self, channel: ChannelId) {
        if !self.here.mesh.close(channel, self.core.clock.elapsed()) {
            self.core.out.transmit(Transmit::CloseChannel { channel });
        }
    }

    /// When something here is next due that waits for time alone: a lapse, a try, a bare advert to read.
    pub(crate) fn next_peer_deadline(&self) -> Option<Duration> {
        self.here.next_try.into_iter().chain([self.here.lapses.next]).min()
    }

    /// When what the crowd guard, or the cool-down, says next changes by time alone.
    pub(crate) fn next_status_deadline(&self) -> Option<Duration> {
        let now = self.now();
        let crowd = self.here.peers.crowd_changes(self.core.config.crowd_guard, now);
        let cool = self.core.memory.cool_until(self.core.config.cool_down).filter(|until| *until > now);
        crowd.into_iter().chain(cool).min()
    }

    /// When the budget grows, if that matters to anybody.
    pub(crate) fn next_drip(&self) -> Option<Duration> {
        let matters = self.here.lottery.waited_for || self.here.flags != Flags::default();
        matters.then(|| self.core.budget.next_drip(self.now()))
    }
}

impl Present {
    /// How this device appears.
    pub(crate) fn air(&self) -> Air {
        Air::Present {
            version_flags: VersionFlags { spent: self.flags.air, mesh: false }.byte(),
            token: self.token(),
        }
    }

    /// What it shows on a LAN link.
    pub(crate) fn presence(&self) -> Vec<u8> {
        self.shown().encode()
    }

    pub(crate) fn shown(&self) -> Presence {
        let flags = VersionFlags { spent: self.flags.lan, mesh: self.mesh.is_on() };
        Presence { flags, token: self.token() }
    }

    /// Whether the crowd guard is satisfied.
    pub(crate) fn has_crowd(&self, core: &Core) -> bool {
        let guard = core.config.crowd_guard;
        self.peers.crowd(guard, core.clock.elapsed()) >= guard
    }

    /// The last seconds of an epoch, and a device that is closing, start nothing.
    pub(crate) fn may_start(&self, core: &Core) -> bool {
        let time_left =
            core.clock.epoch(core.config.epoch_length).is_some_and(|e| e.until_boundary > limits::LAST_CALL);
        self.winding.is_none() && time_left
    }
}
