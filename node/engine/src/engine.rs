//! The public face: what comes in, what goes out, when to call again.

use std::{fmt, time::Duration};

use sighej_crypto::InterestSet;

use crate::{
    Alone, ChannelId, Config, Event, Intent, IntentError, LinkId, Now, RadioAddress, Sighting, Status,
    Transmit, Transport,
    budget::Budget,
    entropy::Entropy,
    life::Life,
    limits,
    memory::Memory,
    output::Outbox,
    time::Clock,
    timers::{Timer, TimerTable},
    turn::{Core, Turn, View},
};

/// An attendee's device. See the crate's documentation for the order of calls.
pub struct Engine {
    pub(crate) core: Core,
    pub(crate) life: Life,
    /// When the attendee's session is over, since it was first opened.
    pub(crate) session_ends: Option<Duration>,
    /// Interests that take effect with the next draw.
    pub(crate) interests: Option<InterestSet>,
    /// No new identity before this.
    pub(crate) quiet_until: Duration,
    timers: TimerTable,
    waiting: Option<Alone>,
}

impl Engine {
    /// A device that is closed: it advertises nothing and answers nobody until [`Intent::Open`]. All its randomness comes
    /// from `seed`, which must be fresh, and known to nobody.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32], now: Now) -> Self {
        let config = config.brought_into_range();
        let core = Core {
            budget: Budget::new(now.elapsed, config.budget),
            config,
            clock: Clock::new(now),
            entropy: Entropy::new(&seed),
            memory: Memory::default(),
            out: Outbox::default(),
            channels: 0,
        };
        Self {
            core,
            life: Life::Closed,
            session_ends: None,
            interests: None,
            quiet_until: Duration::ZERO,
            timers: TimerTable::default(),
            waiting: Some(Alone::NotOpen),
        }
    }

    /// What the attendee wants.
    ///
    /// # Errors
    /// [`IntentError`] where it cannot be, and what to do; nothing has changed then.
    pub fn handle_intent(&mut self, intent: Intent, now: Now) -> Result<(), IntentError> {
        self.tell_time(now);
        let followed = self.follow(intent);
        self.settle();
        followed
    }

    /// An advert was received. The cheapest call.
    pub fn handle_sighting(&mut self, sighting: Sighting, now: Now) {
        let ended = self.tell_time(now);
        if self.turn().is_some_and(|mut turn| turn.sighting(sighting)) || ended {
            self.follow_up(ended);
        }
    }

    /// A link is up, dialled or accepted. `address` is the peer's, where the transport is radio and it is known.
    pub fn handle_link_up(
        &mut self,
        link: LinkId,
        transport: Transport,
        address: Option<RadioAddress>,
        now: Now,
    ) {
        let refusal = Transmit::CloseLink { link };
        self.input_or(now, refusal, |turn| turn.link_up(link, transport, address));
    }

    /// A link is down, and all its channels with it.
    pub fn handle_link_down(&mut self, link: LinkId, now: Now) {
        self.input(now, |turn| turn.link_down(link));
    }

    /// A dial came to nothing.
    pub fn handle_dial_failed(&mut self, address: RadioAddress, now: Now) {
        self.input(now, |turn| turn.dial_failed(address));
    }

    /// A presence frame came (LAN), or the token characteristic was read over a link that was dialled (radio).
    pub fn handle_presence(&mut self, link: LinkId, bytes: &[u8], now: Now) {
        self.input(now, |turn| turn.presence(link, bytes));
    }

    /// The peer opened an exchange on a link. Unless it is refused by [`Transmit::CloseChannel`], its frames are expected.
    pub fn handle_channel_opened(&mut self, link: LinkId, channel: ChannelId, now: Now) {
        let refusal = Transmit::CloseChannel { channel };
        self.input_or(now, refusal, |turn| turn.channel_opened(link, channel));
    }

    /// One whole message came on a channel.
    pub fn handle_frame(&mut self, channel: ChannelId, bytes: &[u8], now: Now) {
        self.input(now, |turn| turn.frame(channel, bytes));
    }

    /// A channel was closed by the peer, or could not be opened.
    pub fn handle_channel_closed(&mut self, channel: ChannelId, now: Now) {
        self.input(now, |turn| turn.channel_closed(channel, None));
    }

    /// A neighbour sent a frame of the mesh over a link.
    pub fn handle_mesh(&mut self, link: LinkId, bytes: &[u8], now: Now) {
        let ended = self.tell_time(now);
        if self.turn().is_some_and(|mut turn| turn.mesh_frame(link, bytes)) || ended {
            return self.follow_up(ended);
        }
        self.passed_on();
    }

    /// A connection to the relay is open; nothing was said on it yet.
    pub fn handle_relay_up(&mut self, now: Now) {
        self.input_or(now, Transmit::RelayClose { away: None }, |turn| turn.relay_up());
    }

    /// The relay sent a binary frame. A message of another kind is passed as an empty one, which is no message.
    pub fn handle_relay_frame(&mut self, bytes: &[u8], now: Now) {
        self.input(now, |turn| turn.relay_frame(bytes));
    }

    /// The connection to the relay is lost. What was not answered on it is said again on the next one.
    pub fn handle_relay_down(&mut self, now: Now) {
        self.input(now, |turn| turn.relay_down());
    }

    /// The time of [`Engine::poll_timeout`] has come. Calling it at any other time does no harm.
    pub fn handle_timeout(&mut self, now: Now) {
        let ended = self.tell_time(now);
        let is_alone = self.timers.is_due_alone(Timer::Mesh, self.core.clock.elapsed());
        if ended || !is_alone || self.turn().is_none_or(|mut turn| turn.mesh_due()) {
            return self.settle();
        }
        self.passed_on();
    }

    /// The next thing to do, in order.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.core.out.next_transmit()
    }

    /// The next thing to show, in order.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.out.next_event()
    }

    /// When [`Engine::handle_timeout`] is due, as `elapsed`: often at once.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// The device's state, for a screen.
    #[must_use]
    pub fn status(&self, now: Now) -> Status {
        let now = now.elapsed.max(self.core.clock.elapsed());
        let absent = |alone| Status {
            epoch: None,
            heard: 0,
            near: 0,
            crowd: 0,
            exchanges: 0,
            budget_left: self.core.budget.left(crate::budget::Class::Radio, now),
            nudges: self.core.memory.nudges(),
            alone: Some(alone),
        };
        match &self.life {
            Life::Closed => absent(Alone::NotOpen),
            Life::Paused { .. } => absent(Alone::Paused),
            Life::Silent { .. } => absent(Alone::BetweenEpochs),
            Life::Present(here) => View { core: &self.core, here, now }.status(),
        }
    }

    /// Takes something in, and answers it.
    fn input(&mut self, now: Now, take_in: impl FnOnce(&mut Turn<'_>)) {
        let ended = self.tell_time(now);
        if let Some(mut turn) = self.turn() {
            take_in(&mut turn);
            turn.mesh_effects();
        }
        self.follow_up(ended);
    }

    /// The same, where a device that is not present has to refuse.
    fn input_or(&mut self, now: Now, refusal: Transmit, take_in: impl FnOnce(&mut Turn<'_>)) {
        self.input(now, take_in);
        if self.turn().is_none() {
            self.core.out.transmit(refusal);
        }
    }

    /// What follows from something that came in is done when the next timeout is handled, due at once: so what comes together
    /// is gone through together. Where it `ended` something by its time alone, that is done here.
    fn follow_up(&mut self, ended: bool) {
        if ended {
            return self.settle();
        }
        self.stop_if_overrun();
        self.timers.set(Timer::Due, Some(self.core.clock.elapsed()));
    }

    fn tell_time(&mut self, now: Now) -> bool {
        self.core.clock.advance(now);
        self.advance()
    }

    fn turn(&mut self) -> Option<Turn<'_>> {
        match &mut self.life {
            Life::Present(here) => Some(Turn { core: &mut self.core, here }),
            Life::Closed | Life::Paused { .. } | Life::Silent { .. } => None,
        }
    }

    /// What has become due is done, and the timers are set.
    fn settle(&mut self) {
        if let Some(mut turn) = self.turn() {
            turn.settle();
        }
        self.finish_winding();
        self.stop_if_overrun();
        self.tell_waiting();
        self.set_timers();
    }

    fn tell_waiting(&mut self) {
        let now = self.core.clock.elapsed();
        let alone = match &self.life {
            Life::Closed => Some(Alone::NotOpen),
            Life::Paused { .. } => Some(Alone::Paused),
            Life::Silent { .. } => Some(Alone::BetweenEpochs),
            Life::Present(here) => View { core: &self.core, here, now }.alone(),
        };
        let before = std::mem::replace(&mut self.waiting, alone);
        if let Some(alone) = alone.filter(|_| alone != before) {
            self.core.out.event(Event::Waiting(alone));
        }
    }

    /// What follows where frames were only passed on: of the timers these may have moved.
    fn passed_on(&mut self) {
        self.stop_if_overrun();
        if let Life::Present(here) = &mut self.life {
            let turn = Turn { core: &mut self.core, here };
            self.timers.set(Timer::Peer, turn.next_peer_deadline());
            self.timers.set(Timer::Mesh, turn.here.mesh.next_deadline());
        }
    }

    fn set_timers(&mut self) {
        self.timers.clear();
        self.timers.set(Timer::Session, self.session_ends);
        match &mut self.life {
            Life::Closed => {}
            Life::Paused { until } => self.timers.set(Timer::Pause, Some(*until)),
            Life::Silent { until } => self.timers.set(Timer::Silence, Some(*until)),
            Life::Present(here) => {
                let epoch = self.core.clock.epoch(self.core.config.epoch_length);
                let boundary = epoch.map(|epoch| self.core.clock.elapsed() + epoch.until_boundary);
                let now = self.core.clock.elapsed();
                let turn = Turn { core: &mut self.core, here };
                self.timers.set(Timer::Boundary, boundary);
                self.timers.set(Timer::Clock, Some(turn.core.clock.elapsed() + limits::CLOCK_CHECK));
                self.timers.set(Timer::Exchange, turn.here.exchanges.next_deadline(now));
                self.timers.set(Timer::Link, turn.here.next_link_deadline());
                self.timers.set(Timer::Peer, turn.next_peer_deadline());
                self.timers.set(Timer::Drip, turn.next_drip());
                self.timers.set(Timer::Status, turn.next_status_deadline());
                self.timers.set(Timer::Mesh, turn.here.mesh.next_deadline());
                self.timers.set(Timer::Relay, turn.here.relay.next_deadline());
            }
        }
    }
}

/// An engine holds secrets and who was heard: it prints neither.
impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine(redacted)")
    }
}
