//! Who claims to like everything: the sixteen most popular interests, to be nudged about everybody.

use crate::{Scenario, Violation, World};

use super::Row;

const ATTENDEES: u32 = 40;

pub(super) fn play(seed: u64, minutes: u32) -> Result<Vec<Row>, Violation> {
    [1, 2, 3].into_iter().map(|threshold| one(seed, minutes, threshold)).collect()
}

fn one(seed: u64, minutes: u32, threshold: u8) -> Result<Row, Violation> {
    let mut scenario = Scenario::built_in("conference")
        .unwrap_or_else(|| unreachable!("it comes with the program, and is tested"));
    // What an attacker gets over the radio alone.
    scenario.engine.max_hops = Some(0);
    (scenario.attendees, scenario.minutes) = (ATTENDEES, minutes);
    // Everybody else asks for so many shared interests; the liar for one.
    scenario.engine.threshold = Some(threshold);
    let mut world = World::new(scenario, seed);
    let claims = world.popularity.ranks(0..sighej_crypto::SLOTS);
    let set = world.popularity.set(&claims);
    let liar = &mut world.devices[0];
    (liar.ranks, liar.config.interests, liar.config.threshold) = (claims, set, 1);
    world.run_until(world.length())?;
    let nudges = |who: usize| f64::from(world.measure.accounts[who].nudges);
    let others = (1..ATTENDEES as usize).map(nudges).sum::<f64>() / f64::from(ATTENDEES - 1);
    let defence =
        if threshold == 1 { "the defaults".to_owned() } else { format!("others want {threshold} shared") };
    let outcome = format!("{:.0} nudges; the others {others:.1} each", nudges(0));
    Ok(Row::new("liar: claims the 16 most popular", defence, outcome))
}
