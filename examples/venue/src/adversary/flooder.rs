//! Who fills the air with tokens that are nobody's, each long enough that it passes dwell.

use crate::{Violation, World, hall::Point, report::Report, world::Flood};

use super::{Row, dictionary::room};

const ATTENDEES: u32 = 12;
/// Each token for 30 seconds.
const LOOKS: u64 = 10;

pub(super) fn play(seed: u64, minutes: u32) -> Result<Vec<Row>, Violation> {
    [0, 20, 200].into_iter().map(|tokens| one(seed, minutes.min(30), tokens)).collect()
}

fn one(seed: u64, minutes: u32, tokens: u32) -> Result<Row, Violation> {
    let mut world = World::new(room(minutes, ATTENDEES), seed);
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
        "the defaults",
        format!(
            "{minutes} minutes: {:.0} % of pairs told, {} nudges, {:.0} exchanges",
            percent(report.recall),
            report.nudges,
            report.exchanges_ended
        ),
    ))
}
