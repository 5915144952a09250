//! Charts on a canvas. What they draw is decimated to the pixels that there are, and its geometry is kept until the data,
//! the size or the look change.

mod axis;
mod bars;
mod decimate;
mod plot;
mod pulse;
mod spark;

use std::cell::RefCell;

use iced::widget::canvas::{Cache, Frame, Geometry, Path, Stroke, Text, path};
use iced::{Color, Font, Pixels, Point, Renderer, Size, alignment};

pub(crate) use bars::{Interval, interval, level};
pub(crate) use plot::{Line, Plot, Pointed, plot};
pub(crate) use pulse::{EVERY as PULSE_EVERY, Pulse, pulse};
pub(crate) use spark::{Spark, spark};

use decimate::decimate;

/// What is drawn until its key changes, for a drawing that has no state of its own.
///
/// Nothing is drawn without a cache: of cached geometry the renderer repaints the whole bounds where it changed, of other
/// geometry those of its paths alone, which leave out the width of strokes.
struct Kept<Key> {
    cache: Cache,
    key: RefCell<Option<Key>>,
}

impl<Key> Default for Kept<Key> {
    fn default() -> Self {
        Self { cache: Cache::new(), key: RefCell::new(None) }
    }
}

impl<Key: PartialEq> Kept<Key> {
    fn draw(&self, key: Key, renderer: &Renderer, size: Size, draw: impl FnOnce(&mut Frame)) -> Geometry {
        let key = Some(key);
        if *self.key.borrow() != key {
            self.cache.clear();
            self.key.replace(key);
        }
        self.cache.draw(renderer, size, draw)
    }
}

/// The font of every text, explicitly: a canvas knows no default of a window.
pub(crate) const FONT: Font = Font::with_name("Fira Sans");

/// Where a text stands on a canvas.
struct At {
    point: Point,
    x: iced::advanced::text::Alignment,
    y: alignment::Vertical,
}

fn write(frame: &mut Frame, content: String, size: f32, color: Color, at: At) {
    frame.fill_text(Text {
        content,
        position: at.point,
        color,
        size: Pixels(size),
        font: FONT,
        align_x: at.x,
        align_y: at.y,
        ..Text::default()
    });
}

/// The values of a line, in a rectangle of this origin and size, up to this value at its top.
struct Room {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    most: u64,
}

impl Room {
    fn x(&self, index: usize, count: usize) -> f32 {
        let last = count.saturating_sub(1).max(1);
        self.left + self.width * index as f32 / last as f32
    }

    fn y(&self, value: u64) -> f32 {
        self.top + self.height * (1.0 - value as f32 / self.most.max(1) as f32)
    }

    /// Draws a line with what is below it tinted.
    fn draw(&self, frame: &mut Frame, values: &[u64], color: Color, width: f32) {
        // Two points of each column: its least and its most.
        let columns = (self.width as usize).max(1);
        let points: Vec<Point> = decimate(values, columns)
            .into_iter()
            .map(|index| Point::new(self.x(index, values.len()), self.y(values[index])))
            .collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let follow = |builder: &mut path::Builder| {
            for point in &points {
                builder.line_to(*point);
            }
        };
        let bottom = self.top + self.height;
        let area = Path::new(|builder| {
            builder.move_to(Point::new(first.x, bottom));
            follow(builder);
            builder.line_to(Point::new(last.x, bottom));
            builder.close();
        });
        frame.fill(&area, color.scale_alpha(0.14));
        let line = Path::new(|builder| {
            builder.move_to(*first);
            follow(builder);
        });
        frame.stroke(&line, Stroke::default().with_color(color).with_width(width));
    }
}
