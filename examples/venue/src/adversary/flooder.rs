//! Who fills the air with tokens that are nobody's, each long enough that it passes dwell.

use crate::{Violation, World, hall::Point, report::Report, world::Flood};

use super::{Defence, Row, dictionary::room};

const ATTENDEES: u32 = 12;
/// Each token for 30 seconds.
const LOOKS: u64 = 10;

pub(super) fn play(seed: u64, minutes: u32) -> Result<Vec<Row>, Violation> {
    const DEFAULTS: Defence = ("the defaults", |_| {});
    const NO_MESH: Defence = ("no mesh", |engine| engine.max_hops = Some(0));
    const LONG_DWELL: Defence = ("a dwell of 30 s", |engine| engine.dwell_s = Some(30));
    let defaults = [0, 20, 200, 2_000].map(|tokens| (tokens, DEFAULTS));
    let others = [(0, NO_MESH), (200, NO_MESH), (0, LONG_DWELL), (200, LONG_DWELL)];
    let tries = defaults.into_iter().chain(others);
    tries.map(|(tokens, defence)| one(seed, minutes.min(30), tokens, defence)).collect()
}

fn one(seed: u64, minutes: u32, tokens: u32, (defence, set): Defence) -> Result<Row, Violation> {
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
