//! One device among strangers who send whatever they like, whenever they like, while its owner opens and closes it.

use std::time::Duration;

use sighej_crypto::Token;
use sighej_engine::{
    AdvertSeen, ChannelId, Engine, Event, Intent, LinkId, RadioAddress, Sighting, Transport, limits,
};

use super::{device, drain, now, ring};
use crate::script::Script;

/// The longest script that is played.
const STEPS: usize = 500;

/// The engine neither panics nor outgrows its bounds, sends nothing while its owner has not opened it, and never nudges:
/// nobody here speaks the protocol.
///
/// # Panics
/// Where the engine broke one of these promises.
pub fn engine_presence(data: &[u8]) {
    let mut script = Script(data);
    let mut room = Room { engine: device(1, &["devops"]), elapsed: Duration::ZERO, links: 0, channels: 0 };
    let mut appears = false;
    for _ in 0..STEPS {
        if script.is_over() {
            break;
        }
        room.step(&mut script);
        let (_, events) = drain(&mut room.engine, &mut appears);
        for event in events {
            assert!(
                !matches!(event, Event::Nudge(_) | Event::NoMatch { .. } | Event::Withheld { .. }),
                "no exchange comes to its end"
            );
        }
        let status = room.engine.status(now(room.elapsed));
        assert!(status.near <= status.heard && status.heard <= limits::PEERS && status.nudges == 0);
    }
}

struct Room {
    engine: Engine,
    elapsed: Duration,
    links: u64,
    channels: u64,
}

impl Room {
    fn step(&mut self, script: &mut Script<'_>) {
        let now = now(self.elapsed);
        let engine = &mut self.engine;
        match script.byte() % 10 {
            0 => self.wish(script),
            1 => {
                let token = Token::from_bytes([script.byte() % 16; Token::LEN]);
                let advert = AdvertSeen::Token { version_flags: script.byte(), token };
                engine.handle_sighting(sighting(advert, script), now);
            }
            2 => engine.handle_sighting(sighting(AdvertSeen::Bare, script), now),
            3 => {
                self.links += 1;
                let (transport, address) = match script.byte() {
                    0..=127 => (Transport::Lan, None),
                    address @ 128..=191 => (Transport::Ble, Some(RadioAddress((address % 16).into()))),
                    192..=255 => (Transport::Ble, None),
                };
                engine.handle_link_up(LinkId(self.links), transport, address, now);
            }
            4 => {
                let link = self.link(script);
                self.engine.handle_link_down(link, now);
            }
            5 => engine.handle_dial_failed(RadioAddress((script.byte() % 16).into()), now),
            6 => {
                let link = self.link(script);
                let frame = if script.byte() < 128 { script.bytes(9) } else { script.chunk() };
                self.engine.handle_presence(link, frame, now);
            }
            7 => {
                self.channels += 1;
                let link = self.link(script);
                self.engine.handle_channel_opened(link, ChannelId::Inbound(self.channels), now);
            }
            8 => {
                let channel = self.channel(script);
                match script.byte() % 4 {
                    0 => self.engine.handle_channel_closed(channel, now),
                    1 => self.engine.handle_frame(channel, script.bytes(32), now),
                    _ => self.engine.handle_frame(channel, script.chunk(), now),
                }
            }
            _ => self.pass_time(script),
        }
    }

    fn wish(&mut self, script: &mut Script<'_>) {
        let until = self.elapsed + Duration::from_secs(script.byte().into());
        let intent = match script.byte() % 6 {
            0 | 1 => Intent::Open,
            2 => Intent::Close,
            3 => Intent::Pause { until },
            4 => Intent::Resume,
            _ => Intent::Wipe,
        };
        // A wish that cannot be followed says why, and changes nothing.
        let _why_not = self.engine.handle_intent(intent, now(self.elapsed));
    }

    /// Some milliseconds, or some seconds, or exactly until the timer rings.
    fn pass_time(&mut self, script: &mut Script<'_>) {
        match script.byte() {
            amount @ 0..=99 => self.elapsed += Duration::from_millis(amount.into()),
            amount @ 100..=199 => self.elapsed += Duration::from_secs(u64::from(amount) - 99),
            200..=255 => {
                self.elapsed = self.engine.poll_timeout().map_or(self.elapsed, |due| due.max(self.elapsed))
            }
        }
        ring(&mut self.engine, self.elapsed);
    }

    /// One of the links so far, or one that never was.
    fn link(&self, script: &mut Script<'_>) -> LinkId {
        LinkId(u64::from(script.byte()) % (self.links + 2))
    }

    fn channel(&self, script: &mut Script<'_>) -> ChannelId {
        match script.byte() {
            number @ 0..=191 => ChannelId::Inbound(u64::from(number) % (self.channels + 2)),
            number @ 192..=255 => ChannelId::Outbound(u64::from(number) - 192),
        }
    }
}

fn sighting(advert: AdvertSeen, script: &mut Script<'_>) -> Sighting {
    let rssi = script.byte().cast_signed();
    Sighting {
        address: RadioAddress((script.byte() % 16).into()),
        advert,
        rssi: (rssi != i8::MAX).then_some(rssi),
    }
}
