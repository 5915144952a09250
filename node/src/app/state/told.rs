//! What the node tells, and what the attendee is told of it.

use sighej_node::{
    ClosedWhy, CommandError, Event, IntentError, NodeEvent, RadioState, RelayDown, RelayEvent, report,
};

use super::{App, CARDS, Effect, Life, Screen, Words, fill};

impl App {
    pub(super) fn node(&mut self, event: &NodeEvent) -> Vec<Effect> {
        match event {
            NodeEvent::Engine(event) => return self.engine(event),
            NodeEvent::ListenFailed { address, reason } => {
                let address = address.to_string();
                self.say(fill(&self.words.said_listen_failed, &[("address", &address), ("reason", reason)]));
            }
            NodeEvent::Radio(RadioState::Down(_)) | NodeEvent::RelayUnreachable(_) => {
                if let Some(text) = report::calm(event, self.lang, false) {
                    self.say(text);
                }
            }
            NodeEvent::Listening(_)
            | NodeEvent::LinkUp(_)
            | NodeEvent::LinkDown(_)
            | NodeEvent::Radio(RadioState::Up) => {}
        }
        Vec::new()
    }

    fn engine(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::Nudge(nudge) => {
                if self.cards.len() >= CARDS {
                    self.cards.remove(0);
                }
                self.cards.push(nudge.clone());
                self.card = self.cards.len() - 1;
                // Whoever is typing is not torn away from it.
                if self.screen == Screen::Interests {
                    self.say(self.words.nudged_lately.clone());
                } else {
                    self.go(Screen::Card);
                }
                return vec![Effect::Notify];
            }
            Event::Opened => {
                self.life = Life::Open;
                // What was true of a closed device is not true of this one.
                self.status = None;
                self.say(self.words.said_opened.clone());
            }
            Event::Epoch { .. } => self.may_insist = false,
            Event::Closed(why) => self.closed(*why),
            Event::PeerSeen { near_now, .. } | Event::PeerLost { near_now } => {
                if let Some(status) = &mut self.status {
                    status.near = *near_now;
                }
            }
            Event::Waiting(alone) => {
                if let Some(status) = &mut self.status {
                    status.alone = Some(*alone);
                }
            }
            // Something can be done about these.
            Event::Relay(
                RelayEvent::ClockOff { .. } | RelayEvent::Down(RelayDown::Said(_) | RelayDown::Misbehaved(_)),
            ) => {
                if let Some(text) = report::calm(&NodeEvent::Engine(event.clone()), self.lang, false) {
                    self.say(text);
                }
            }
            // What came of one comparison says nothing that the attendee could use.
            Event::ExchangeFailed { .. }
            | Event::NoMatch { .. }
            | Event::Withheld { .. }
            | Event::Relay(
                RelayEvent::Up { .. }
                | RelayEvent::Down(RelayDown::Lost | RelayDown::Silent)
                | RelayEvent::RoomRefused(_),
            ) => {}
        }
        Vec::new()
    }

    fn closed(&mut self, why: ClosedWhy) {
        let words = &self.words;
        let said = match why {
            ClosedWhy::Paused => {
                self.life = Life::Paused { until: self.now.elapsed + self.settings.pause };
                return;
            }
            ClosedWhy::Asked => words.said_closed.clone(),
            ClosedWhy::SessionOver => words.said_session_over.clone(),
            ClosedWhy::Wiped => words.said_wiped.clone(),
            ClosedWhy::NoClock => words.said_no_clock.clone(),
            ClosedWhy::Overrun => words.said_overrun.clone(),
        };
        if why == ClosedWhy::SessionOver {
            self.cards.clear();
            if self.screen == Screen::Card {
                self.go(Screen::Home);
            }
        }
        self.life = Life::Closed;
        self.say(said);
    }

    fn not_now_since(&mut self, reason: fn(&Words) -> &String) {
        self.say(fill(&self.words.said_refused, &[("reason", reason(&self.words))]));
    }

    pub(super) fn refused(&mut self, error: &CommandError) {
        match error {
            // The session was over between two keys: what was asked for holds anyway.
            CommandError::Refused(IntentError::UnknownNudge | IntentError::AlreadyOpen) => {}
            CommandError::Refused(IntentError::NoClock) => self.say(self.words.said_no_clock.clone()),
            CommandError::Refused(IntentError::NoInterests) => {
                self.say(self.words.said_need_interests.clone());
            }
            CommandError::Refused(IntentError::NotOpen) => self.not_now_since(|words| &words.reason_not_open),
            CommandError::Refused(IntentError::NotPaused) => {
                self.not_now_since(|words| &words.reason_not_paused);
            }
            CommandError::Refused(IntentError::PauseOver) => {
                self.not_now_since(|words| &words.reason_pause_over);
            }
            CommandError::Ended => self.not_now_since(|words| &words.reason_ended),
        }
    }
}
