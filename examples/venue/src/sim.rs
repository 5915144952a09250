//! Found faults: small halls full of them, a seed each, with the model beside; then a calm in which what is due must come.

use crate::{
    Scenario, Violation, World,
    dice::Dice,
    faults::plague,
    people::SECOND,
    scenario::{HallPlan, PeoplePlan, PhonePlan},
};

/// For how long things go wrong, and how long the calm after it is: two boundaries, so that every silence is over, and one
/// whole window of everybody's budget.
const PLAGUE: u64 = 240 * SECOND;
const CALM_MINUTES: u32 = 24;
/// Fewest and most devices of a hall.
const DEVICES: (u64, u64) = (4, 10);

/// Every bug that a seed found so far, by what it was, and the seed that plays it again.
pub const REGRESSIONS: [(&str, u64); 3] = [
    ("a pause that was over before the exchanges in flight left a timeout that stayed due", 237),
    ("the hall did not count a nudge where what was sent with it cost the link", 168),
    ("the same, for somebody who shares something with one other", 195),
];

/// What a seed came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// Devices.
    pub devices: u32,
    /// Nudges.
    pub nudges: u64,
    /// Exchanges that ended, both sides counted.
    pub ended: u64,
}

/// Plays one seed.
///
/// # Errors
/// The first promise that did not hold.
pub fn play(seed: u64) -> Result<Played, Violation> {
    let mut world = hall(seed);
    let devices = world.scenario.attendees;
    let (faults, list) = plague(seed, devices, PLAGUE);
    world.faults = faults;
    list.into_iter().for_each(|(at, fault)| world.schedule(at, fault));
    world.run_until(world.length())?;
    all_were_told(&world)?;
    let count = |of: fn(&crate::measure::Account) -> u32| {
        world.measure.accounts.iter().map(|account| u64::from(of(account))).sum()
    };
    Ok(Played { devices, nudges: count(|account| account.nudges), ended: count(|account| account.ended) })
}

/// A small hall, everybody within reach, with settings by seed. Neither the cool-down nor the crowd guard is what liveness
/// is about, so they are off where it is judged.
fn hall(seed: u64) -> World {
    let mut dice = Dice::new(seed, &[SIM]);
    let (fewest, most) = DEVICES;
    let attendees = (fewest + dice.below(most - fewest + 1)) as u32;
    let bar =
        Scenario::built_in("bar").unwrap_or_else(|| unreachable!("it comes with the program, and is tested"));
    let mut scenario = Scenario {
        name: "faults".to_owned(),
        attendees,
        minutes: (PLAGUE / SECOND / 60) as u32 + CALM_MINUTES,
        hall: HallPlan { width_m: 4.0, depth_m: 4.0, rooms: Vec::new(), ..bar.hall.clone() },
        people: PeoplePlan { arrive_minutes: 0.5, leave_minutes: 0.0, ..bar.people.clone() },
        phones: PhonePlan {
            laptop: 1.0,
            android_front: 1.0,
            android_behind: 1.0,
            iphone_behind: 0.3,
            ..bar.phones
        },
        ..bar
    };
    scenario.engine.crowd_guard = Some(dice.below(2) as usize);
    scenario.engine.cool_down_s = Some(if dice.chance(0.5) { 0 } else { 60 });
    scenario.radio.shadow_db = 2.0;
    World::new(scenario, seed)
}

/// Without a cool-down, everybody who shares something with somebody in reach knows of somebody by now.
fn all_were_told(world: &World) -> Result<(), Violation> {
    let cools = world.scenario.engine.cool_down_s != Some(0);
    let shares = |who: usize| {
        let me = &world.devices[who];
        let others = world.devices.iter().enumerate().filter(|(other, _)| *other != who);
        others.into_iter().any(|(_, other)| me.ranks.shared(&other.ranks) > 0)
    };
    let forgotten =
        (0..world.devices.len()).any(|who| shares(who) && world.measure.accounts[who].nudges == 0);
    if forgotten && !cools {
        return Err(Violation {
            what: "somebody was never told, though all was calm",
            at_s: world.now() / SECOND,
        });
    }
    Ok(())
}

const SIM: u64 = 0x73_696d;
