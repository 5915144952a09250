//! Consent and epochs: when the device appears, falls silent, and forgets.

use std::time::Duration;

use sighej_crypto::{EpochNumber, EpochSecrets, InterestSet};
use sighej_relay_api::wire::ClientMessage;

use crate::{
    Air, ClosedWhy, Engine, Event, Intent, IntentError, NudgeId, Transmit, limits,
    present::{Present, Winding},
};

/// What the device is doing.
pub(crate) enum Life {
    /// Nothing: no consent.
    Closed,
    /// Nothing until then.
    Paused { until: Duration },
    /// Silent until then, between two identities.
    Silent { until: Duration },
    /// Appearing under one token.
    Present(Box<Present>),
}

impl Engine {
    /// Takes the time in: what ends by time alone ends here, before anything else is looked at. Says whether anything did.
    pub(crate) fn advance(&mut self) -> bool {
        let now = self.core.clock.elapsed();
        if self.session_ends.is_some_and(|end| end <= now) {
            self.end_session();
            return true;
        }
        match &self.life {
            Life::Paused { until } if *until <= now => self.reopen(),
            Life::Silent { until } if *until <= now => self.appear(),
            Life::Present(here) if !self.is_epoch_of(here) => self.leave_epoch(),
            Life::Closed | Life::Paused { .. } | Life::Silent { .. } | Life::Present(_) => return false,
        }
        true
    }

    /// Follows the attendee's wish, or says why not.
    pub(crate) fn follow(&mut self, intent: Intent) -> Result<(), IntentError> {
        match intent {
            Intent::Open => self.open(),
            Intent::Close => self.close(),
            Intent::Pause { until } => self.pause(until),
            Intent::Resume => self.resume(),
            Intent::Block(nudge) => self.turn_down(nudge, true),
            Intent::NotNow(nudge) => self.turn_down(nudge, false),
            Intent::Interests { set, insist } => self.change_interests(set, insist),
            Intent::QuietHours(hours) => {
                self.core.config.quiet_hours = hours;
                Ok(())
            }
            Intent::Wipe => {
                self.wipe();
                Ok(())
            }
        }
    }

    fn open(&mut self) -> Result<(), IntentError> {
        if self.interests.as_ref().unwrap_or(&self.core.config.interests).is_empty() {
            return Err(IntentError::NoInterests);
        }
        match &mut self.life {
            Life::Closed | Life::Paused { .. } => {
                if !self.core.clock.is_told() {
                    return Err(IntentError::NoClock);
                }
                let end = self.core.clock.elapsed() + self.core.config.session;
                self.session_ends.get_or_insert(end);
                self.reopen();
                Ok(())
            }
            Life::Present(here) if matches!(here.winding, Some(Winding::Close | Winding::Pause { .. })) => {
                here.winding = None;
                Ok(())
            }
            Life::Silent { .. } | Life::Present(_) => Err(IntentError::AlreadyOpen),
        }
    }

    fn close(&mut self) -> Result<(), IntentError> {
        match &mut self.life {
            Life::Closed => Err(IntentError::NotOpen),
            Life::Paused { .. } | Life::Silent { .. } => {
                self.closed(Life::Closed, ClosedWhy::Asked);
                Ok(())
            }
            Life::Present(here) => {
                here.winding = Some(Winding::Close);
                Ok(())
            }
        }
    }

    fn pause(&mut self, until: Duration) -> Result<(), IntentError> {
        if until <= self.core.clock.elapsed() {
            return Err(IntentError::PauseOver);
        }
        match &mut self.life {
            Life::Closed => Err(IntentError::NotOpen),
            Life::Paused { until: end } => {
                *end = until;
                Ok(())
            }
            Life::Silent { .. } => {
                self.closed(Life::Paused { until }, ClosedWhy::Paused);
                Ok(())
            }
            Life::Present(here) => {
                here.winding = Some(Winding::Pause { until });
                Ok(())
            }
        }
    }

    fn resume(&mut self) -> Result<(), IntentError> {
        match &mut self.life {
            Life::Paused { .. } => self.open(),
            Life::Present(here) if matches!(here.winding, Some(Winding::Pause { .. })) => {
                here.winding = None;
                Ok(())
            }
            Life::Closed | Life::Silent { .. } | Life::Present(_) => Err(IntentError::NotPaused),
        }
    }

    /// What is sent from here on is the same for both: no marker, and random tags.
    fn turn_down(&mut self, nudge: NudgeId, for_good: bool) -> Result<(), IntentError> {
        let digest = self.core.memory.turn_down(nudge, for_good).ok_or(IntentError::UnknownNudge)?;
        if let Life::Present(here) = &mut self.life
            && let Some(record) = here.ledger.get_mut(&digest)
        {
            record.blocked = true;
        }
        Ok(())
    }

    fn change_interests(&mut self, set: InterestSet, insist: bool) -> Result<(), IntentError> {
        if set.is_empty() {
            return Err(IntentError::NoInterests);
        }
        self.interests = Some(set);
        if let Life::Present(here) = &mut self.life
            && insist
        {
            here.winding.get_or_insert(Winding::Renew);
        }
        Ok(())
    }

    /// Forgets everything at once, and everything that was about to be shown or sent.
    fn wipe(&mut self) {
        self.end_epoch();
        self.life = Life::Closed;
        self.forget_session();
        self.interests = None;
        self.core.config.interests = InterestSet::default();
        self.core.config.quiet_hours = None;
        self.core.config.rooms.clear();
        self.core.out.fall_silent(Some(ClosedWhy::Wiped));
    }

    fn end_session(&mut self) {
        let was_open = !matches!(self.life, Life::Closed);
        self.forget_session();
        if was_open {
            self.closed(Life::Closed, ClosedWhy::SessionOver);
        }
    }

    fn forget_session(&mut self) {
        self.session_ends = None;
        self.core.memory.forget();
        self.core.entropy.ratchet();
    }

    /// Consent is there: appear, after the silence that separates two identities.
    fn reopen(&mut self) {
        self.core.out.event(Event::Opened);
        if self.quiet_until > self.core.clock.elapsed() {
            self.life = Life::Silent { until: self.quiet_until };
        } else {
            self.appear();
        }
    }

    /// Draws an epoch's secrets and appears. Always a fresh draw, whatever the number.
    fn appear(&mut self) {
        let epoch =
            self.core.clock.epoch(self.core.config.epoch_length).filter(|_| self.core.clock.is_told());
        let Some(epoch) = epoch else { return self.closed(Life::Closed, ClosedWhy::NoClock) };
        if let Some(interests) = self.interests.take() {
            self.core.config.interests = interests;
        }
        let number = EpochNumber(epoch.number);
        let secrets = EpochSecrets::draw(&self.core.config.interests, number, self.core.entropy.rng());
        self.core.entropy.ratchet();
        let flags = self.core.flags();
        let here = Box::new(Present::new(secrets, flags, self.core.config.max_hops));
        self.core.out.transmit(Transmit::Air(here.air()));
        self.core.out.event(Event::Epoch { number: epoch.number });
        self.life = Life::Present(here);
    }

    fn is_epoch_of(&self, here: &Present) -> bool {
        let epoch = self.core.clock.epoch(self.core.config.epoch_length);
        epoch.is_some_and(|epoch| epoch.number == here.secrets.epoch().0)
    }

    /// At a boundary, or where the clock jumped across one.
    fn leave_epoch(&mut self) {
        let winding = if let Life::Present(here) = &self.life { here.winding } else { None };
        match winding {
            Some(winding) => self.wound(winding),
            None => self.fall_silent(limits::SILENCE),
        }
    }

    /// Once no exchange is in flight any more, and the last message has had time to arrive, what was asked for happens.
    pub(crate) fn finish_winding(&mut self) {
        if let Life::Present(here) = &self.life
            && here.exchanges.is_empty()
            && !here.relay.has_spent()
            && here.flushed_at <= self.core.clock.elapsed()
            && let Some(winding) = here.winding
        {
            self.wound(winding);
        }
    }

    fn wound(&mut self, winding: Winding) {
        match winding {
            Winding::Close => self.closed(Life::Closed, ClosedWhy::Asked),
            Winding::Pause { until } => {
                self.closed(Life::Paused { until }, ClosedWhy::Paused);
                // A short pause may be over before the last exchange is.
                self.advance();
            }
            Winding::Renew => self.fall_silent(limits::INSIST_SILENCE),
        }
    }

    fn fall_silent(&mut self, silence: (Duration, Duration)) {
        self.end_epoch();
        let behind = self.core.clock.adopt_correction(self.core.config.epoch_length);
        let until = self.core.clock.elapsed() + behind + self.core.entropy.between(silence);
        self.quiet_until = until;
        self.life = Life::Silent { until };
    }

    pub(crate) fn closed(&mut self, life: Life, why: ClosedWhy) {
        self.end_epoch();
        self.life = life;
        self.core.out.event(Event::Closed(why));
    }

    /// Drops all of the epoch: its secrets, its tables, its links. Nothing can be computed back from what stays.
    fn end_epoch(&mut self) {
        if let Life::Present(here) = &self.life {
            if here.relay.is_registered() {
                self.core.out.transmit(Transmit::RelayFrame { bytes: ClientMessage::Goodbye.encode() });
            }
            self.core.out.transmit(Transmit::Air(Air::Silent));
            self.quiet_until = self.core.clock.elapsed() + self.core.entropy.between(limits::SILENCE);
            self.life = Life::Closed;
            self.core.budget.forget_digests();
            self.core.entropy.ratchet();
        }
    }

    /// The shell does not drain what it is given: the device stops.
    pub(crate) fn stop_if_overrun(&mut self) {
        if self.core.out.is_overrun() {
            self.end_epoch();
            self.life = Life::Closed;
            self.core.out.fall_silent(Some(ClosedWhy::Overrun));
        }
    }
}
