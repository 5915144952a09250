//! Who fills the air with tokens that are nobody's, each long enough that it passes dwell.

use crate::{Violation, World, hall::Point, report::Report, scenario::EnginePlan, world::Flood};

use super::{Row, dictionary::room};

const ATTENDEES: u32 = 12;
/// Each token for 30 seconds.
const LOOKS: u64 = 10;

pub(super) fn play(seed: u64, minutes: u32) -> Result<Vec<Row>, Violation> {
    let tries: [(u32, &str, fn(&mut EnginePlan)); 8] = [
        (0, "the defaults", |_| {}),
        (20, "the defaults", |_| {}),
        (200, "the defaults", |_| {}),
        (2_000, "the defaults", |_| {}),
        (0, "no mesh", |engine| engine.max_hops = Some(0)),
        (200, "no mesh", |engine| engine.max_hops = Some(0)),
        (0, "a dwell of 30 s", |engine| engine.dwell_s = Some(30)),
        (200, "a dwell of 30 s", |engine| engine.dwell_s = Some(30)),
    ];
    let one = |(tokens, defence, set)| one((seed, minutes.min(30)), tokens, defence, set);
    tries.into_iter().map(one).collect()
}

fn one(
    (seed, minutes): (u64, u32),
    tokens: u32,
    defence: &str,
    set: fn(&mut EnginePlan),
) -> Result<Row, Violation> {
    let mut scenario = room(minutes, ATTENDEES);
    set(&mut scenario.engine);
    let mut world = World::new(scenario, seed);
    let middle = Point { x: world.hall.width / 2.0, y: world.hall.depth / 2.0 };
    world.flood = (tokens > 0).then_some(Flood { at: middle, tokens, looks: LOOKS });
    world.run_until(world.length())?;
    let report = Report::of(&world);
    let percent = |share: Option<f64>| 100.0 * share.unwrap_or_default();
    Ok(Row::new(
        if tokens == 0 {
            "no flooder, for comparison".to_owned()
        } else {
            format!("flooder, {tokens} fake tokens at once")
        },
        defence,
        format!(
            "{minutes} minutes: {:.0} % of pairs told, {} nudges, {:.0} exchanges",
            percent(report.recall),
            report.nudges,
            report.exchanges_ended
        ),
    ))
}
