//! Who tests words: tokens of 16 words each, fresh ones as soon as they were used, the most popular words first.

use crate::{
    Scenario, Violation, World,
    dice::Dice,
    hall::Point,
    interests::Ranks,
    people::{Person, SECOND},
    radio::Platform,
    scenario::{EnginePlan, HallPlan, PhonePlan, RelayPlan},
    world::{End, Role},
};

use super::{Defence, Row};

/// The honest: the victim, number 0, and enough others that its crowd guard is satisfied.
const HONEST: u32 = 5;
/// Words of one token.
const WORDS: usize = sighej_crypto::SLOTS;
/// How often attackers look at what they got.
const STEP: u64 = 5 * SECOND;

/// How attackers reach their victim.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// They are in the same room.
    Near,
    /// They are out of its reach, and near honest devices that are near it.
    OverNeighbours,
    /// They are far away, in a room of the relay that it is in: what a relay gets that was given the room by an accomplice.
    Relay,
}

struct Attack {
    way: Way,
    tokens: u32,
    withholds_tags: bool,
    defence: Defence,
}

impl Attack {
    /// Under the defaults.
    fn new(way: Way, tokens: u32) -> Self {
        Self { way, tokens, withholds_tags: false, defence: ("the defaults", |_| {}) }
    }

    fn against(self, defence: &'static str, defend: fn(&mut EnginePlan)) -> Self {
        Self { defence: (defence, defend), ..self }
    }
}

pub(super) fn play(seed: u64, minutes: u32) -> Result<Vec<Row>, Violation> {
    let many = |way| Attack::new(way, 32);
    let attacks = [
        Attack::new(Way::Near, 1),
        Attack::new(Way::Near, 8),
        many(Way::Near),
        many(Way::Near).against("no mesh", |engine| engine.max_hops = Some(0)),
        many(Way::Near).against("no cool-down", |engine| engine.cool_down_s = Some(0)),
        many(Way::Near).against("a cool-down of 10 minutes", |engine| engine.cool_down_s = Some(600)),
        many(Way::Near).against("a budget of 8", |engine| engine.budget = Some(8)),
        many(Way::Near).against("a budget of 2", |engine| engine.budget = Some(2)),
        many(Way::Near).against("2 shared are wanted", |engine| engine.threshold = Some(2)),
        Attack { withholds_tags: true, ..many(Way::Near) },
        many(Way::OverNeighbours),
        many(Way::Relay),
        many(Way::Relay).against("a budget of 2", |engine| engine.budget = Some(2)),
    ];
    attacks.iter().map(|attack| one(seed, minutes, attack)).collect()
}

fn one(seed: u64, minutes: u32, attack: &Attack) -> Result<Row, Violation> {
    let mut world = hall(seed, minutes, attack);
    let batches = world.popularity.len().div_ceil(WORDS) as u32;
    let mut next = attack.tokens;
    let mut known = std::collections::BTreeSet::new();
    let (mut tested, mut first, mut half) = (0_u32, None, None);
    let victim = world.devices[0].ranks.count() as usize;
    while world.now() < world.length() {
        world.run_until(world.now() + STEP)?;
        for outcome in std::mem::take(&mut world.outcomes) {
            if outcome.peer != 0 || outcome.who < HONEST {
                continue;
            }
            tested += 1;
            if outcome.end == End::Nudge {
                first.get_or_insert(outcome.at / SECOND);
                known.extend(outcome.shared.iter());
                if 2 * known.len() >= victim {
                    half.get_or_insert(outcome.at / SECOND);
                }
            }
            let words = batch(&world, next % batches);
            world.restart(outcome.who, words);
            next += 1;
        }
    }
    let way = match attack.way {
        Way::Near => "",
        Way::OverNeighbours => " over neighbours",
        Way::Relay => " through a relay that was given the room",
    };
    let cheat = if attack.withholds_tags { ", own tags withheld" } else { "" };
    let after = |what, at: Option<u64>| at.map_or(String::new(), |at| format!(", {what} after {at} s"));
    Ok(Row::new(
        format!("dictionary{way}, {} tokens at once{cheat}", attack.tokens),
        attack.defence.0,
        format!(
            "{tested} tokens answered; {} of {victim} interests learned{}{}",
            known.len(),
            after("the first", first),
            after("half", half)
        ),
    ))
}

fn batch(world: &World, number: u32) -> Ranks {
    let from = number as usize * WORDS;
    world.popularity.ranks(from..from + WORDS)
}

/// The victim and the others, and where they cannot but meet them, the attackers.
fn hall(seed: u64, minutes: u32, attack: &Attack) -> World {
    let mut scenario = room(minutes, if attack.way == Way::OverNeighbours { 0 } else { HONEST });
    (attack.defence.1)(&mut scenario.engine);
    let attackers = match attack.way {
        Way::Near | Way::Relay => Point { x: scenario.hall.width_m / 2.0, y: scenario.hall.depth_m / 2.0 },
        Way::OverNeighbours => {
            // Nothing fades: near ends at 4.5 m, and reach at 7.9 m.
            (scenario.radio.exponent, scenario.radio.shadow_db, scenario.radio.fade_db) = (4.0, 0.0, 0.0);
            Point { x: 8.4, y: 0.0 }
        }
    };
    scenario.hall.width_m = scenario.hall.width_m.max(attackers.x + 1.0);
    if attack.way == Way::Relay {
        scenario.relay = Some(RelayPlan { used: 1.0, latency_ms: [20.0, 120.0] });
    }
    let interests = scenario.interests.clone();
    let mut world = World::new(scenario, seed);
    let mut dice = Dice::new(seed, &[u64::from(HONEST)]);
    for number in world.devices.len() as u32..HONEST {
        let at = Point { x: if number == 0 { 0.0 } else { 4.2 }, y: 0.0 };
        let ranks = world.popularity.choose(&interests, &mut dice);
        let person = Person::standing(at, world.length());
        world.add(person, Platform::AndroidFront, ranks, true, Role::Honest);
    }
    // The victim likes some of what is popular and some of what is not.
    let rare = 50 + dice.below(world.popularity.len() as u64 - 60) as usize;
    world.devices[0].ranks = world.popularity.ranks([2, 11, 17, 30, 42, 90, rare, rare + 1]);
    world.devices[0].config.interests = world.popularity.set(&world.devices[0].ranks);
    for number in 0..attack.tokens {
        let ranks = batch(&world, number);
        let role = Role::Attacker { withholds_tags: attack.withholds_tags };
        let person = Person::standing(attackers, world.length());
        let who = world.add(person, Platform::AndroidFront, ranks, true, role);
        let device = &mut world.devices[who as usize];
        let config = &mut device.config;
        (config.crowd_guard, config.cool_down) = (0, std::time::Duration::ZERO);
        (config.threshold, config.budget) = (1, sighej_engine::limits::BUDGET_TOTAL);
        if attack.way == Way::Relay {
            device.set_island(ELSEWHERE);
            world.connect(who, false, true);
        }
    }
    world.keep_outcomes = true;
    world
}

/// Where no radio reaches.
const ELSEWHERE: u64 = 1;

/// A room of 6 by 6 metres for so many, all with phones on the table, from the first minute on.
pub(super) fn room(minutes: u32, attendees: u32) -> Scenario {
    let mut scenario =
        Scenario::built_in("bar").unwrap_or_else(|| unreachable!("it comes with the program, and is tested"));
    scenario.attendees = attendees;
    scenario.minutes = minutes;
    scenario.hall = HallPlan { width_m: 6.0, depth_m: 6.0, rooms: Vec::new(), ..scenario.hall };
    scenario.people.arrive_minutes = 0.1;
    scenario.people.leave_minutes = 0.0;
    scenario.phones = PhonePlan {
        laptop: 0.0,
        android_front: 1.0,
        android_behind: 0.0,
        iphone_behind: 0.0,
        ..scenario.phones
    };
    scenario
}
