//! Pictures of a run, as SVG, drawn without a system's fonts. Simulated people only: the map shows where they were nudged.

use std::path::Path;

use plotters::{coord::Shift, prelude::*};

use crate::{World, measure::TOGETHER, people::SECOND, report::Report};

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Width and height of a picture.
const SIZE: (u32, u32) = (800, 500);

/// Draws all pictures of a run into a folder, which is made where it is missing.
///
/// # Errors
/// What could not be written.
pub fn draw(world: &World, report: &Report, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let nudged = world.measure.pairs().map(|(_, _, pair)| pair).filter(|pair| pair.is_nudged());
    let waits: Vec<f64> =
        nudged.map(|pair| f64::from(pair.nudged_s.saturating_sub(pair.first_s)) / 60.0).collect();
    let accounts = &world.measure.accounts;
    let exchanges: Vec<f64> = accounts.iter().map(|account| f64::from(account.ended)).collect();
    let bytes: Vec<f64> = accounts.iter().map(|account| account.bytes as f64 / 1024.0).collect();
    let title = |what: &str| format!("{what} ({}, {} attendees)", report.scenario, report.attendees);
    let picture = |name: &str, draw: &dyn Fn(&Canvas<'_>) -> Drawn| -> anyhow::Result<()> {
        let path = folder.join(name);
        let canvas = SVGBackend::new(&path, SIZE).into_drawing_area();
        let drawn = canvas.fill(&WHITE).map_err(Into::into).and_then(|()| draw(&canvas));
        drawn.and_then(|()| canvas.present().map_err(Into::into)).map_err(anyhow::Error::from_boxed)
    };
    picture("time_to_nudge.svg", &|canvas| {
        cumulated(canvas, &title("From first in range to the nudge"), "minutes", waits.clone())
    })?;
    picture("exchanges.svg", &|canvas| {
        cumulated(canvas, &title("Exchanges an attendee"), "exchanges", exchanges.clone())
    })?;
    picture("bytes.svg", &|canvas| cumulated(canvas, &title("Sent by an attendee"), "KiB", bytes.clone()))?;
    picture("reached.svg", &|canvas| told(canvas, &title("Matching pairs told, by time together"), world))?;
    picture("map.svg", &|canvas| map(canvas, &title("Where people were nudged"), world))
}

/// The share of values not above each value.
fn cumulated(canvas: &Canvas<'_>, title: &str, unit: &str, mut values: Vec<f64>) -> Drawn {
    values.sort_by(f64::total_cmp);
    let most = values.last().copied().unwrap_or(1.0).max(1.0);
    let count = values.len().max(1) as f64;
    let steps = (1..).zip(values).map(|(number, value)| (value, 100.0 * f64::from(number) / count));
    curve(canvas, title, (unit, most), "share in %", std::iter::once((0.0, 0.0)).chain(steps).collect())
}

/// The share of pairs told, over how long they were together.
fn told(canvas: &Canvas<'_>, title: &str, world: &World) -> Drawn {
    let minutes = |looks: u16| u64::from(looks) * crate::world::LOOK / (60 * SECOND);
    let mut buckets = std::collections::BTreeMap::<u64, (u32, u32)>::new();
    for (_, _, pair) in world.measure.pairs() {
        let (told, all) = buckets.entry(minutes(pair.looks)).or_default();
        *told += u32::from(pair.is_nudged());
        *all += 1;
    }
    let points: Vec<(f64, f64)> = buckets
        .into_iter()
        .map(|(minute, (told, all))| (minute as f64, 100.0 * f64::from(told) / f64::from(all)))
        .collect();
    let most = points.last().map_or(1.0, |point| point.0).max((TOGETHER / SECOND / 60) as f64);
    curve(canvas, title, ("minutes together", most), "share told in %", points)
}

fn curve(
    canvas: &Canvas<'_>,
    title: &str,
    (x, most): (&str, f64),
    y: &str,
    points: Vec<(f64, f64)>,
) -> Drawn {
    let mut chart = ChartBuilder::on(canvas)
        .caption(title, ("sans-serif", 20))
        .margin(15)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..most, 0.0..100.0)?;
    chart.configure_mesh().x_desc(x).y_desc(y).draw()?;
    chart.draw_series(LineSeries::new(points, BLUE.stroke_width(2)))?;
    Ok(())
}

fn map(canvas: &Canvas<'_>, title: &str, world: &World) -> Drawn {
    let mut chart = ChartBuilder::on(canvas)
        .caption(title, ("sans-serif", 20))
        .margin(15)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..world.hall.width, world.hall.depth..0.0)?;
    chart.configure_mesh().disable_mesh().x_desc("metres").draw()?;
    let rooms = world
        .hall
        .outlines()
        .map(|[x, y, width, depth]| Rectangle::new([(x, y), (x + width, y + depth)], BLACK.stroke_width(1)));
    chart.draw_series(rooms)?;
    let nudges = world.measure.nudges.iter().map(|nudge| (nudge.place.x, nudge.place.y));
    chart.draw_series(nudges.map(|place| Circle::new(place, 2, RED.mix(0.4).filled())))?;
    Ok(())
}
