//! A line without axes, beside a number.

use iced::widget::canvas::{self, Cache, Geometry, Path};
use iced::{Color, Element, Fill, Point, Rectangle, Renderer, Theme, mouse};

use super::Room;

/// A line and its geometry.
#[derive(Debug, Default)]
pub(crate) struct Spark {
    values: Vec<u64>,
    cache: Cache,
}

impl Spark {
    /// Draws other values from now on.
    pub(crate) fn set(&mut self, values: Vec<u64>) {
        if values != self.values {
            self.values = values;
            self.cache.clear();
        }
    }

    /// Forgets how it was drawn: the colours are others now.
    pub(crate) fn redraw(&self) {
        self.cache.clear();
    }
}

/// The line as an element.
pub(crate) fn spark<'a, Message: 'a>(spark: &'a Spark, color: Color, height: f32) -> Element<'a, Message> {
    canvas::Canvas::new(View { spark, color }).width(Fill).height(height).into()
}

struct View<'a> {
    spark: &'a Spark,
    color: Color,
}

impl<Message> canvas::Program<Message> for View<'_> {
    type State = ();

    fn draw(
        &self,
        (): &(),
        renderer: &Renderer,
        _: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let geometry = self.spark.cache.draw(renderer, bounds.size(), |frame| {
            let values = &self.spark.values;
            let most = values.iter().copied().max().unwrap_or(0);
            let room =
                Room { left: 2.0, top: 4.0, width: bounds.width - 8.0, height: bounds.height - 8.0, most };
            if values.len() > 1 {
                room.draw(frame, values, self.color, 2.0);
            }
            if let Some(last) = values.last() {
                let end = Point::new(room.x(values.len() - 1, values.len()), room.y(*last));
                frame.fill(&Path::circle(end, 3.5), self.color);
            }
        });
        vec![geometry]
    }
}
