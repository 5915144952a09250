//! Who claims to like everything: the sixteen most popular interests, to be nudged about everybody.

use crate::{Scenario, Violation, World};

use super::{Defence, Row};

const ATTENDEES: u32 = 40;

pub(super) fn play(seed: u64, minutes: u32) -> Result<Vec<Row>, Violation> {
    // What everybody else sets; the liar is told of one shared interest, and as often as it can be.
    let defences: [Defence; 6] = [
        ("the defaults", |_| {}),
        ("others want 2 shared", |engine| engine.threshold = Some(2)),
        ("others want 3 shared", |engine| engine.threshold = Some(3)),
        ("no mesh", |engine| engine.max_hops = Some(0)),
        ("no cool-down", |engine| engine.cool_down_s = Some(0)),
        ("a budget of 8", |engine| engine.budget = Some(8)),
    ];
    defences.into_iter().map(|defence| one(seed, minutes, defence)).collect()
}

fn one(seed: u64, minutes: u32, (defence, set): Defence) -> Result<Row, Violation> {
    let mut scenario = Scenario::built_in("conference")
        .unwrap_or_else(|| unreachable!("it comes with the program, and is tested"));
    (scenario.attendees, scenario.minutes) = (ATTENDEES, minutes);
    set(&mut scenario.engine);
    let mut world = World::new(scenario, seed);
    let claims = world.popularity.ranks(0..sighej_crypto::SLOTS);
    let set = world.popularity.set(&claims);
    let liar = &mut world.devices[0];
    (liar.ranks, liar.config.interests) = (claims, set);
    (liar.config.threshold, liar.config.cool_down) = (1, std::time::Duration::ZERO);
    liar.config.budget = sighej_engine::limits::BUDGET_TOTAL;
    world.run_until(world.length())?;
    let nudges = |who: usize| f64::from(world.measure.accounts[who].nudges);
    let others = (1..ATTENDEES as usize).map(nudges).sum::<f64>() / f64::from(ATTENDEES - 1);
    let outcome = format!("{:.0} nudges; the others {others:.1} each", nudges(0));
    Ok(Row::new("liar: claims the 16 most popular", defence, outcome))
}
