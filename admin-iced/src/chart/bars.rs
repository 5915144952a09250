//! Horizontal bars: a level, and an estimate with its interval.

use iced::widget::canvas::{self, Frame, Geometry, Path, Stroke};
use iced::{Color, Element, Fill, Point, Rectangle, Renderer, Size, Theme, border, mouse};

use super::Kept;
use crate::look::Tones;

/// A share with what is known of it, all between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) at_least: f64,
    pub(crate) share: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// A bar up to what is certain, a whisker over the interval, a dot at the estimate. `full` is the share at the right end.
pub(crate) fn interval<'a, Message: 'a>(of: Interval, full: f64, tones: Tones) -> Element<'a, Message> {
    canvas::Canvas::new(Whisker { of, full, tones }).width(Fill).height(26.0).into()
}

/// A bar, filled up to a part between 0 and 1.
pub(crate) fn level<'a, Message: 'a>(part: f32, color: Color, tones: Tones) -> Element<'a, Message> {
    canvas::Canvas::new(Level { part, color, tones }).width(Fill).height(12.0).into()
}

struct Whisker {
    of: Interval,
    full: f64,
    tones: Tones,
}

impl<Message> canvas::Program<Message> for Whisker {
    type State = Kept<(Interval, f64, Tones)>;

    fn draw(
        &self,
        kept: &Self::State,
        renderer: &Renderer,
        _: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let key = (self.of, self.full, self.tones);
        vec![kept.draw(key, renderer, bounds.size(), |frame| self.whisker(frame))]
    }
}

impl Whisker {
    fn whisker(&self, frame: &mut Frame) {
        let width = frame.width() - 8.0;
        let middle = frame.height() / 2.0;
        let x = |share: f64| ((share / self.full).clamp(0.0, 1.0) as f32) * width + 4.0;
        rounded(frame, 4.0, middle - 7.0, width, 14.0, self.tones.raised);
        rounded(frame, 4.0, middle - 7.0, x(self.of.at_least) - 4.0, 14.0, self.tones.accent);
        let stroke = Stroke::default().with_color(self.tones.text).with_width(1.5);
        let (low, high) = (x(self.of.low), x(self.of.high));
        frame.stroke(&Path::line(Point::new(low, middle), Point::new(high, middle)), stroke);
        for end in [low, high] {
            let (top, bottom) = (Point::new(end, middle - 5.0), Point::new(end, middle + 5.0));
            frame.stroke(&Path::line(top, bottom), stroke);
        }
        frame.fill(&Path::circle(Point::new(x(self.of.share), middle), 4.5), self.tones.text);
    }
}

struct Level {
    part: f32,
    color: Color,
    tones: Tones,
}

impl<Message> canvas::Program<Message> for Level {
    type State = Kept<(f32, Color, Tones)>;

    fn draw(
        &self,
        kept: &Self::State,
        renderer: &Renderer,
        _: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let geometry = kept.draw((self.part, self.color, self.tones), renderer, bounds.size(), |frame| {
            rounded(frame, 0.0, 0.0, bounds.width, bounds.height, self.tones.raised);
            rounded(frame, 0.0, 0.0, bounds.width * self.part.clamp(0.0, 1.0), bounds.height, self.color);
        });
        vec![geometry]
    }
}

fn rounded(frame: &mut Frame, left: f32, top: f32, width: f32, height: f32, color: Color) {
    if width > 0.5 {
        let radius = (height / 2.0).min(width / 2.0).min(4.0);
        let path =
            Path::rounded_rectangle(Point::new(left, top), Size::new(width, height), border::radius(radius));
        frame.fill(&path, color);
    }
}
