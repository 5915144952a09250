//! The answers as pictures: four small charts each, a line for each event.

use std::path::Path;

use plotters::{coord::Shift, prelude::*};

use super::{Answer, Point};

const SIZE: (u32, u32) = (900, 640);
/// Colours that the colour-blind can tell apart (Okabe and Ito), one for each event.
const COLOURS: [RGBColor; 2] = [RGBColor(0, 114, 178), RGBColor(213, 94, 0)];

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// What a chart shows of a point.
type Of = fn(&Point) -> f64;

const CHARTS: [(&str, Of); 4] = [
    ("reached, in % of those due", |point| point.reached),
    ("nudges an attendee", |point| point.nudges.iter().sum()),
    ("of these over neighbours or the relay", |point| point.nudges[1] + point.nudges[2]),
    ("median minutes from in range to nudge", |point| point.minutes),
];

pub(super) fn draw(answer: &Answer, path: &Path) -> anyhow::Result<()> {
    let canvas = SVGBackend::new(path, SIZE).into_drawing_area();
    let drawn = canvas.fill(&WHITE).map_err(Into::into).and_then(|()| charts(answer, &canvas));
    drawn.and_then(|()| canvas.present().map_err(Into::into)).map_err(anyhow::Error::from_boxed)
}

fn charts(answer: &Answer, canvas: &Canvas<'_>) -> Drawn {
    let title = format!("{}; by default {}", answer.asks, answer.usual);
    let below = canvas.titled(&title, ("sans-serif", 20))?;
    for (area, (caption, of)) in below.split_evenly((2, 2)).iter().zip(CHARTS) {
        chart(answer, area, caption, of)?;
    }
    Ok(())
}

/// Values stand at even distances, whatever they are.
fn chart(answer: &Answer, area: &Canvas<'_>, caption: &str, of: Of) -> Drawn {
    let values: Vec<f64> = answer
        .points
        .first()
        .map(|(_, points)| points.iter().map(|point| point.value).collect())
        .unwrap_or_default();
    let most = answer.points.iter().flat_map(|(_, points)| points.iter().map(of)).fold(0.0, f64::max);
    let last = values.len().saturating_sub(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(44)
        .build_cartesian_2d(-0.3..last + 0.3, 0.0..(1.15 * most).max(0.1))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(values.len())
        .x_label_formatter(&|place| label(&values, *place))
        .draw()?;
    for ((event, points), colour) in answer.points.iter().zip(COLOURS) {
        let places: Vec<(f64, f64)> = (0..).zip(points).map(|(n, point)| (f64::from(n), of(point))).collect();
        chart
            .draw_series(LineSeries::new(places.iter().copied(), colour.stroke_width(2)))?
            .label(*event)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        chart.draw_series(places.iter().map(|place| Circle::new(*place, 3, colour.filled())))?;
    }
    // In the first chart alone, which has room for it below: in others it would hide a line.
    if caption == CHARTS[0].0 {
        let labels = &mut chart.configure_series_labels();
        labels.position(SeriesLabelPosition::LowerRight).label_font(("sans-serif", 13)).draw()?;
    }
    Ok(())
}

/// The value at a place; nothing between two.
fn label(values: &[f64], place: f64) -> String {
    let is_one = (place - place.round()).abs() < 1e-6 && place > -0.5;
    values.get(place.round() as usize).filter(|_| is_one).map_or_else(String::new, f64::to_string)
}
