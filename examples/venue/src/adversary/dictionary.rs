//! Who tests words: tokens of 16 words each, fresh ones as soon as they were used, the most popular words first.

use crate::{
    Scenario, Violation, World,
    dice::Dice,
    hall::Point,
    interests::Ranks,
    people::{Person, SECOND},
    radio::Platform,
    scenario::{HallPlan, PhonePlan},
    world::{End, Role},
};

use super::Row;

/// The honest: the victim, number 0, and enough others that its crowd guard is satisfied.
const HONEST: u32 = 5;
/// Words of one token.
const WORDS: usize = sighej_crypto::SLOTS;
/// How often attackers look at what they got.
const STEP: u64 = 5 * SECOND;

struct Attack {
    tokens: u32,
    withholds_tags: bool,
    cool_down_s: Option<u64>,
}

pub(super) fn play(seed: u64, minutes: u32) -> Result<Vec<Row>, Violation> {
    let attack = |tokens, withholds_tags, cool_down_s| Attack { tokens, withholds_tags, cool_down_s };
    let attacks = [
        attack(1, false, None),
        attack(8, false, None),
        attack(32, false, None),
        attack(32, false, Some(0)),
        attack(32, true, None),
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
    let cool_down = attack.cool_down_s.map_or("the defaults", |_| "no cool-down");
    let cheat = if attack.withholds_tags { ", own tags withheld" } else { "" };
    let after = |what, at: Option<u64>| at.map_or(String::new(), |at| format!(", {what} after {at} s"));
    Ok(Row::new(
        format!("dictionary, {} tokens at once{cheat}", attack.tokens),
        cool_down,
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

/// A small room in which the victim stays, with the attackers in its middle.
fn hall(seed: u64, minutes: u32, attack: &Attack) -> World {
    let mut world = World::new(room(minutes, HONEST), seed);
    // The victim likes some of what is popular and some of what is not.
    let mut dice = Dice::new(seed, &[u64::from(HONEST)]);
    let rare = 50 + dice.below(world.popularity.len() as u64 - 60) as usize;
    world.devices[0].ranks = world.popularity.ranks([2, 11, 17, 30, 42, 90, rare, rare + 1]);
    world.devices[0].config.interests = world.popularity.set(&world.devices[0].ranks);
    if let Some(seconds) = attack.cool_down_s {
        world
            .devices
            .iter_mut()
            .for_each(|one| one.config.cool_down = std::time::Duration::from_secs(seconds));
    }
    let middle = Point { x: world.hall.width / 2.0, y: world.hall.depth / 2.0 };
    for number in 0..attack.tokens {
        let ranks = batch(&world, number);
        let role = Role::Attacker { withholds_tags: attack.withholds_tags };
        let person = Person::standing(middle, world.length());
        let who = world.add(person, Platform::AndroidFront, ranks, true, role);
        let config = &mut world.devices[who as usize].config;
        config.crowd_guard = 0;
        config.cool_down = std::time::Duration::ZERO;
    }
    world.keep_outcomes = true;
    world
}

/// A room of 6 by 6 metres for so many, all with phones on the table, from the first minute on.
pub(super) fn room(minutes: u32, attendees: u32) -> Scenario {
    let mut scenario =
        Scenario::built_in("bar").unwrap_or_else(|| unreachable!("it comes with the program, and is tested"));
    scenario.attendees = attendees;
    scenario.minutes = minutes;
    scenario.hall = HallPlan { width_m: 6.0, depth_m: 6.0, rooms: Vec::new(), ..scenario.hall };
    // What an attacker gets over the radio alone.
    scenario.engine.max_hops = Some(0);
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
