//! The relay of a hall: the real matcher behind lines that take their time. It sees what a relay sees; who was told of whom
//! the hall knows from verdicts, which leave for both of a pair in one call.

use std::{collections::BTreeMap, time::Duration};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::{Token, relay::RegistrationChallenge};
use sighej_matcher::{ConnectionId, Limits, Matcher, Now, Transmit};
use sighej_relay_api::wire::{Bye, ClientMessage, RelayMessage};

use crate::{people::SECOND, scenario::RelayPlan};

use super::{
    START, World,
    inbox::Input,
    judge::{End, Meeting},
    queue::Happening,
    shell::Said,
};

/// Something between a device and the relay.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A device connects, if it still shows this token.
    Dial { who: u32, token: Token },
    /// The relay's words arrive; a verdict's with the name of the meeting.
    Told { line: u64, bytes: Box<[u8]>, meeting: Option<u64> },
    /// A device's words arrive.
    Heard { line: u64, bytes: Box<[u8]> },
    /// A device is gone from its line.
    Left(u64),
    /// The matcher's timer rings.
    Wake,
}

/// The relay, and the lines to it.
pub(super) struct Relay {
    matcher: Matcher,
    epoch: Duration,
    lines: BTreeMap<u64, Line>,
    named: u64,
    /// Comparisons whose verdicts left lately.
    meetings: BTreeMap<u64, Meeting>,
    /// Microseconds from one end of a line to the other.
    latency: (f64, f64),
    wake_at: u64,
    rng: ChaCha20Rng,
}

/// No more are remembered: the oldest goes.
const MEETINGS: usize = 4_096;
/// A device that the relay sent away comes back no sooner.
const COMES_BACK: u64 = SECOND;

/// One connection. What is said on it arrives in order.
struct Line {
    who: u32,
    challenge: Option<RegistrationChallenge>,
    /// When what was said last arrives, up and down.
    last: [u64; 2],
}

const UP: usize = 0;
const DOWN: usize = 1;

impl Relay {
    pub(super) fn new(plan: &RelayPlan, epoch: Duration, seed: [u8; 32]) -> Self {
        let now = Now { elapsed: Duration::ZERO, utc: Duration::from_secs(START) };
        let [low, high] = plan.latency_ms;
        Self {
            matcher: Matcher::new(Limits { epoch, ..Limits::default() }, seed, now),
            epoch,
            lines: BTreeMap::new(),
            named: 0,
            meetings: BTreeMap::new(),
            latency: (1_000.0 * low, 1_000.0 * high),
            wake_at: u64::MAX,
            rng: ChaCha20Rng::from_seed(seed),
        }
    }

    fn name(&mut self) -> u64 {
        self.named += 1;
        self.named
    }

    /// The two of a pair whose comparison is over.
    fn remember(&mut self, meeting: Meeting) -> u64 {
        if self.meetings.len() >= MEETINGS {
            self.meetings.pop_first();
        }
        let name = self.name();
        self.meetings.insert(name, meeting);
        name
    }
}

impl World {
    pub(super) fn relay_step(&mut self, step: Step) {
        match step {
            Step::Dial { who, token } => self.dial_relay(who, token),
            Step::Told { line, bytes, meeting } => self.relay_tells(line, bytes, meeting),
            Step::Heard { line, bytes } => self.relay_hears(line, &bytes),
            Step::Left(line) => {
                let elapsed = Duration::from_micros(self.now);
                let Some(relay) = self.relay.as_mut() else { return };
                if relay.lines.remove(&line).is_some() {
                    relay.matcher.handle_lost(ConnectionId(line), elapsed);
                }
            }
            Step::Wake => {
                let (now, elapsed) = (self.now, Duration::from_micros(self.now));
                let Some(relay) = self.relay.as_mut().filter(|relay| relay.wake_at == now) else { return };
                relay.wake_at = u64::MAX;
                relay.matcher.handle_timeout(elapsed);
            }
        }
        self.pump_relay();
    }

    /// A device connects after a while, if it uses the relay.
    pub(super) fn seek_relay(&mut self, who: u32, after: u64) {
        let device = &self.devices[who as usize];
        let Some(relay) = self.relay.as_ref().filter(|_| device.has_relay) else { return };
        let Some(token) = device.token else { return };
        let at = self.now + after + self.dice.between(relay.latency) as u64;
        self.queue.push(at, Happening::Relay(Step::Dial { who, token }));
    }

    /// A device closes its end, behind what it sent.
    pub(super) fn leave_relay(&mut self, who: u32) {
        let Some(line) = self.devices[who as usize].line.take() else { return };
        self.on_line(line, UP, Step::Left(line));
    }

    /// A device says something.
    pub(super) fn say_to_relay(&mut self, who: u32, bytes: Vec<u8>) {
        let Some(line) = self.devices[who as usize].line else { return };
        self.measure.sent(who, bytes.len() as u64);
        self.on_line(line, UP, Step::Heard { line, bytes: bytes.into() });
    }

    /// The relay sends a device away for a while, or until its next token.
    pub(super) fn close_relay(&mut self, who: u32, away: Option<Duration>) {
        self.leave_relay(who);
        if let Some(away) = away {
            self.seek_relay(who, (away.as_micros() as u64).max(COMES_BACK));
        }
    }

    fn on_line(&mut self, line: u64, way: usize, step: Step) {
        let Some(relay) = self.relay.as_mut() else { return };
        let at = self.now + self.dice.between(relay.latency) as u64;
        let Some(on) = relay.lines.get_mut(&line) else { return };
        on.last[way] = on.last[way].max(at);
        self.queue.push(on.last[way], Happening::Relay(step));
    }

    fn dial_relay(&mut self, who: u32, token: Token) {
        let utc = Duration::from_secs(START) + Duration::from_micros(self.now);
        let device = &mut self.devices[who as usize];
        let Some(relay) = self.relay.as_mut() else { return };
        if device.token != Some(token) || device.line.is_some() {
            return;
        }
        let (line, challenge) = (relay.name(), RegistrationChallenge::new(&mut relay.rng));
        let welcome = RelayMessage::Welcome {
            challenge: challenge.as_bytes(),
            utc_ms: utc.as_millis() as u64,
            epoch_secs: relay.epoch.as_secs() as u32,
        };
        let bytes = welcome.encode().into();
        device.line = Some(line);
        relay.lines.insert(line, Line { who, challenge: Some(challenge), last: [self.now; 2] });
        self.tell(who, Input::RelayUp);
        self.on_line(line, DOWN, Step::Told { line, bytes, meeting: None });
    }

    fn relay_tells(&mut self, line: u64, bytes: Box<[u8]>, meeting: Option<u64>) {
        let Some(who) = self.relay.as_ref().and_then(|relay| relay.lines.get(&line)).map(|line| line.who)
        else {
            return;
        };
        if self.devices[who as usize].line == Some(line) {
            self.tell(who, Input::Relay { bytes, meeting });
        }
    }

    pub(super) fn ended_by_relay(&mut self, who: u32, meeting: Option<u64>, said: Said) {
        let Some(relay) = self.relay.as_mut() else { return };
        let Some(meeting) = meeting.and_then(|name| relay.meetings.get_mut(&name)) else { return };
        let Some(side) = meeting.side_of(who) else { return };
        let before = *meeting;
        meeting.ended[side] = Some(End::of(&said));
        self.judge(before, side, said);
    }

    fn relay_hears(&mut self, line: u64, bytes: &[u8]) {
        let elapsed = Duration::from_micros(self.now);
        let Some(relay) = self.relay.as_mut() else { return };
        let Some(on) = relay.lines.get_mut(&line) else { return };
        let Some(challenge) = on.challenge.take() else {
            return relay.matcher.handle_frame(ConnectionId(line), bytes, elapsed);
        };
        let now = Now { elapsed, utc: Duration::from_secs(START) + elapsed };
        let registration = match ClientMessage::decode(bytes) {
            Ok(ClientMessage::Register { epoch, registration }) => {
                challenge.verify(registration).ok().map(|registration| (registration, epoch))
            }
            Ok(_) | Err(_) => None,
        };
        match registration {
            Some((registration, epoch)) => {
                relay.matcher.handle_registration(ConnectionId(line), registration, epoch, now);
            }
            None => self.broken("a device's registration does not hold"),
        }
    }

    /// Does what the matcher says, and arms its timer.
    fn pump_relay(&mut self) {
        let Some(relay) = self.relay.as_mut() else { return };
        let mut said: Vec<(u64, Vec<u8>, Option<u64>)> = Vec::new();
        let mut verdicts = Vec::new();
        while relay.matcher.poll_event().is_some() {}
        while let Some(transmit) = relay.matcher.poll_transmit() {
            match transmit {
                Transmit::Frame { connection: ConnectionId(line), bytes } => {
                    if matches!(RelayMessage::decode(&bytes), Ok(RelayMessage::Verdict { .. })) {
                        verdicts.push(said.len());
                    }
                    said.push((line, bytes.to_vec(), None));
                }
                Transmit::Close { connection: ConnectionId(line), why } => {
                    said.extend(why.map(|why| (line, bye(why), None)));
                }
            }
        }
        if let [one, other] = verdicts[..] {
            let ends = [said[one].0, said[other].0].map(|line| relay.lines.get(&line).map(|line| line.who));
            if let [Some(a), Some(b)] = ends {
                let tokens = [a, b].map(|who| self.devices[who as usize].token);
                let meeting = relay.remember(Meeting::new([a, b], tokens));
                (said[one].2, said[other].2) = (Some(meeting), Some(meeting));
                self.measure.began(a);
            }
        }
        self.arm_relay();
        for (line, bytes, meeting) in said {
            self.on_line(line, DOWN, Step::Told { line, bytes: bytes.into(), meeting });
        }
    }

    fn arm_relay(&mut self) {
        let Some(relay) = self.relay.as_mut() else { return };
        let Some(due) = relay.matcher.poll_timeout() else { return };
        let due = (due.as_nanos().div_ceil(1_000) as u64).max(self.now + 1);
        if due < relay.wake_at {
            relay.wake_at = due;
            self.queue.push(due, Happening::Relay(Step::Wake));
        }
    }
}

fn bye(why: Bye) -> Vec<u8> {
    RelayMessage::Bye { why, after_secs: 1 }.encode()
}
