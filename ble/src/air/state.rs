//! Who is on the air, what is under way, and every rule of who hears and reaches whom.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::Arc,
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use crate::{
    Path, PeerAddress, Presence, RadioError, RadioEvent, Sighting,
    advert::{Advert, PowerClass},
    wire::MAX_PACKET,
};

use super::{Conditions, Station, Tally, chance::Chance, wire::Wire};

/// Sightings that a radio's owner has not taken. Beyond it the oldest is lost.
const SIGHTINGS: usize = 64;
/// Strength at one metre, in dBm.
const AT_ONE_METRE: f64 = -59.0;
/// ATT's own bytes in a write or a notification.
const ATT_HEADER: usize = 3;
/// The longest value that every platform passes in one piece.
const ATT_VALUE: usize = 510;
/// What tells the links of a characteristic from each other (specification, section 16.3).
const LINK_ID: usize = 2;
/// The random delay before an advert, at most.
const ADVERT_DELAY: Duration = Duration::from_millis(10);

pub(super) struct State {
    pub(super) conditions: Conditions,
    pub(super) chance: Chance,
    pub(super) seats: BTreeMap<usize, Seat>,
    pub(super) wires: BTreeMap<u64, Wire>,
    pub(super) break_after: Option<u64>,
    wires_made: u64,
    seats_made: usize,
}

/// A radio's place on the air.
pub(super) struct Seat {
    pub(super) station: Station,
    pub(super) powered: bool,
    /// What it was told to show; none while silent.
    pub(super) wanted: Option<Presence>,
    pub(super) address: PeerAddress,
    /// Counts identities; an advertiser of an earlier one stops.
    pub(super) identity: u64,
    pub(super) tally: Tally,
    pub(super) events: VecDeque<RadioEvent>,
    pub(super) news: Arc<Notify>,
    /// Until when its controller is busy sending.
    pub(super) busy_until: Instant,
    no_advert_until: Instant,
}

impl Seat {
    /// Whether it sends and hears at all.
    pub(super) fn is_on(&self) -> bool {
        self.powered && self.wanted.is_some()
    }

    pub(super) fn tell(&mut self, event: RadioEvent) {
        let is_sighting = |event: &RadioEvent| matches!(event, RadioEvent::Sighted(_));
        if is_sighting(&event)
            && self.events.iter().filter(|e| is_sighting(e)).count() >= SIGHTINGS
            && let Some(oldest) = self.events.iter().position(is_sighting)
        {
            self.events.remove(oldest);
        }
        self.events.push_back(event);
        self.news.notify_one();
    }
}

impl State {
    pub(super) fn new(seed: u64, conditions: Conditions) -> State {
        State {
            conditions,
            chance: Chance::new(seed),
            seats: BTreeMap::new(),
            wires: BTreeMap::new(),
            break_after: None,
            wires_made: 0,
            seats_made: 0,
        }
    }

    pub(super) fn sit(&mut self, station: Station) -> usize {
        let id = self.seats_made;
        self.seats_made += 1;
        let address = self.fresh_address();
        let now = Instant::now();
        let seat = Seat {
            station,
            powered: true,
            wanted: None,
            address,
            identity: 0,
            tally: Tally::default(),
            events: VecDeque::new(),
            news: Arc::default(),
            busy_until: now,
            no_advert_until: now,
        };
        self.seats.insert(id, seat);
        id
    }

    fn fresh_address(&mut self) -> PeerAddress {
        PeerAddress::new(&format!("{:016x}", self.chance.bits()))
    }

    /// Gives a radio a new identity: a fresh address, and no link of the old one.
    pub(super) fn renew(&mut self, id: usize) {
        self.tear_wires(|wire| wire.ends.contains(&id));
        let address = self.fresh_address();
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.address = address;
            seat.identity += 1;
        }
    }

    pub(super) fn tear_wires(&mut self, which: impl Fn(&Wire) -> bool) {
        self.wires.values_mut().filter(|wire| which(wire)).for_each(Wire::tear);
    }

    /// Whether two stations are within range.
    pub(super) fn in_range(&self, one: usize, other: usize) -> bool {
        self.distance(one, other).is_some_and(|distance| distance <= self.conditions.range)
    }

    fn distance(&self, one: usize, other: usize) -> Option<f64> {
        let position = |id: usize| self.seats.get(&id).map(|seat| seat.station.position);
        let ((x, y), (u, v)) = (position(one)?, position(other)?);
        Some((x - u).hypot(y - v))
    }

    /// Sends one advert, where this is still the radio's identity; says when the next is due.
    pub(super) fn advertise(&mut self, id: usize, identity: u64) -> Option<Instant> {
        let now = Instant::now();
        let next = now + self.conditions.advert_interval + self.chance.up_to(ADVERT_DELAY);
        let seat = self.seats.get_mut(&id).filter(|seat| seat.is_on() && seat.identity == identity)?;
        if now < seat.no_advert_until {
            return Some(next);
        }
        seat.tally.adverts += 1;
        let advert = match seat.wanted {
            Some(presence) if seat.station.abilities.service_data => {
                Advert::Full { presence, power: PowerClass::Usual }
            }
            Some(_) | None => Advert::Bare,
        };
        let address = seat.address.clone();
        let listeners: Vec<usize> = self.seats.keys().copied().filter(|&other| other != id).collect();
        for listener in listeners {
            if self.in_range(id, listener) && !self.chance.happens(self.conditions.advert_loss) {
                let rssi = self.strength(id, listener);
                self.hear(listener, &advert.encode(), &address, rssi);
            }
        }
        Some(next)
    }

    /// From the bytes on, as a backend would.
    fn hear(&mut self, listener: usize, payload: &[u8], address: &PeerAddress, rssi: i8) {
        let Ok(Some(advert)) = Advert::decode(payload) else { return };
        let sighting: Sighting = advert.sighting(address.clone(), Some(rssi));
        if let Some(seat) = self.seats.get_mut(&listener).filter(|seat| seat.is_on()) {
            seat.tell(RadioEvent::Sighted(sighting));
        }
    }

    fn strength(&mut self, from: usize, to: usize) -> i8 {
        let distance = self.distance(from, to).unwrap_or_default().max(0.1);
        let wavering = f64::from(self.conditions.wavering) * (2.0 * self.chance.share() - 1.0);
        let exact = AT_ONE_METRE - 20.0 * distance.log10() + wavering;
        if !self.conditions.knows_strength {
            return i8::MAX;
        }
        (i8::MIN..=20).find(|&dbm| f64::from(dbm) >= exact).unwrap_or(20)
    }

    /// Whom a radio would reach under this address now.
    pub(super) fn reachable(&self, id: usize, address: &PeerAddress) -> Option<usize> {
        let (&other, seat) = self.seats.iter().find(|(_, seat)| seat.address == *address)?;
        let free = |id: usize| {
            let links = self.wires.values().filter(|wire| !wire.ended && wire.ends.contains(&id)).count();
            self.seats.get(&id).is_some_and(|seat| seat.is_on() && links < seat.station.links)
        };
        let reached = other != id && seat.station.abilities.advertises && self.in_range(id, other);
        (reached && free(id) && free(other)).then_some(other)
    }

    /// Joins two radios; the number of the link.
    pub(super) fn join(&mut self, dialler: usize, acceptor: usize) -> Option<u64> {
        let (one, other) = (self.seats.get(&dialler)?.station, self.seats.get(&acceptor)?.station);
        let (path, max_packet) = if one.abilities.l2cap && other.abilities.l2cap {
            (Path::L2cap, MAX_PACKET)
        } else {
            (
                Path::Gatt,
                usize::from(one.mtu.min(other.mtu).clamp(23, 517)).min(ATT_VALUE + ATT_HEADER)
                    - ATT_HEADER
                    - LINK_ID,
            )
        };
        self.wires_made += 1;
        self.wires.insert(self.wires_made, Wire::new(path, max_packet, [dialler, acceptor]));
        let pause = Instant::now() + self.conditions.advert_pause;
        self.seats.get_mut(&acceptor)?.no_advert_until = pause;
        Some(self.wires_made)
    }

    /// Puts a packet on its way to the other end; says when it has left. None where the link broke by it.
    pub(super) fn send(&mut self, wire: u64, end: usize, packet: &[u8]) -> Option<Instant> {
        let lost = (0..Conditions::RETRANSMISSIONS)
            .take_while(|_| self.chance.happens(self.conditions.packet_loss))
            .count();
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        let conditions = self.conditions;
        let overtaken = self.chance.happens(conditions.overtaken);
        let repeated = self.chance.happens(conditions.repeated);
        let spread = self.chance.up_to(conditions.latency * 4);

        let sender = *self.wires.get(&wire)?.ends.get(end)?;
        let seat = self.seats.get_mut(&sender)?;
        let left = seat.busy_until.max(Instant::now()) + conditions.airtime * (lost + 1);
        seat.busy_until = left;
        seat.tally.packets += u64::from(lost) + 1;
        seat.tally.packet_bytes += (u64::from(lost) + 1) * u64::try_from(packet.len()).unwrap_or(u64::MAX);

        let wire = self.wires.get_mut(&wire)?;
        if lost == Conditions::RETRANSMISSIONS {
            wire.tear();
            return None;
        }
        let inbox = wire.inboxes.get_mut(1 - end)?;
        let arrives = left + conditions.latency * (lost + 1);
        if overtaken {
            inbox.put(arrives + spread, packet);
        } else {
            inbox.put_in_order(arrives, packet);
        }
        if repeated {
            inbox.put(arrives + spread, packet);
        }
        wire.changed.notify_waiters();
        self.count_down();
        Some(left)
    }

    fn count_down(&mut self) {
        self.break_after = self.break_after.map(|packets| packets.saturating_sub(1));
        if self.break_after == Some(0) {
            self.break_after = None;
            self.tear_wires(|_| true);
        }
    }

    /// Switches a radio off or on, and tells its owner.
    pub(super) fn power(&mut self, id: usize, on: bool) {
        let Some(seat) = self.seats.get_mut(&id).filter(|seat| seat.powered != on) else { return };
        seat.powered = on;
        if on && seat.wanted.is_some() {
            seat.tell(RadioEvent::Up);
        } else if !on {
            seat.tell(RadioEvent::Down(RadioError::PoweredOff));
        }
        self.renew(id);
    }
}

/// Who is where, and nothing of what is said.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("conditions", &self.conditions)
            .field("radios", &self.seats.len())
            .field("links", &self.wires.len())
            .finish_non_exhaustive()
    }
}
