//! What the keyboard scrolls: the screen's page, and it to wherever the focus goes.

use iced::advanced::widget::operation::{Focusable, Operation, Outcome, Scrollable, scrollable, then};
use iced::advanced::widget::{Id, operate};
use iced::widget::operation;
use iced::widget::scrollable::{AbsoluteOffset, RelativeOffset};
use iced::{Rectangle, Task, Vector};

/// The part of a screen that scrolls. There is one at most.
pub(crate) const PAGE: &str = "page";
/// Beside what is brought into view, so that it does not stick to the edge.
const MARGIN: f32 = 24.0;

/// Scrolls the page down by so much, or up.
pub(crate) fn scroll<T: Send + 'static>(by: f32) -> Task<T> {
    operation::scroll_by(PAGE, AbsoluteOffset { x: 0.0, y: by })
}

/// To its end, or to its beginning.
pub(crate) fn scroll_to_end<T: Send + 'static>(is_end: bool) -> Task<T> {
    let y = if is_end { 1.0 } else { 0.0 };
    operation::snap_to(PAGE, RelativeOffset { x: 0.0, y })
}

/// Scrolls the page so that what has the focus can be seen.
pub(crate) fn reveal<T: Send + 'static>() -> Task<T> {
    operate(then(Find::default(), |by| {
        scrollable::scroll_by(Id::new(PAGE), AbsoluteOffset { x: 0.0, y: by })
    }))
}

/// By how much the focus is out of sight.
#[derive(Default)]
struct Find {
    /// Where the page is, and how far it is scrolled.
    page: Option<(Rectangle, Vector)>,
    by: f32,
}

impl Operation<f32> for Find {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<f32>)) {
        operate(self);
    }

    fn scrollable(
        &mut self,
        id: Option<&Id>,
        bounds: Rectangle,
        _: Rectangle,
        translation: Vector,
        _: &mut dyn Scrollable,
    ) {
        if id == Some(&Id::new(PAGE)) {
            self.page = Some((bounds, translation));
        }
    }

    /// What stands before the page in this order is not in it.
    fn focusable(&mut self, _: Option<&Id>, bounds: Rectangle, state: &mut dyn Focusable) {
        let Some((page, translation)) = self.page.filter(|_| state.is_focused()) else { return };
        self.by = away(page, bounds - translation);
    }

    fn finish(&self) -> Outcome<f32> {
        Outcome::Some(self.by)
    }
}

/// By how much a page has to be scrolled to show this.
fn away(page: Rectangle, bounds: Rectangle) -> f32 {
    let above = bounds.y - MARGIN - page.y;
    let below = bounds.y + bounds.height + MARGIN - (page.y + page.height);
    if above < 0.0 { above } else { below.max(0.0) }
}

#[cfg(test)]
mod tests {
    use iced::{Point, Size};

    use super::*;

    #[test]
    fn a_page_is_scrolled_no_further_than_it_has_to_be() {
        let page = Rectangle::new(Point::new(0.0, 100.0), Size::new(300.0, 400.0));
        for (y, by) in [(200.0, 0.0), (124.0, 0.0), (100.0, -24.0), (436.0, 0.0), (500.0, 64.0)] {
            let button = Rectangle::new(Point::new(10.0, y), Size::new(80.0, 40.0));
            assert!((away(page, button) - by).abs() < 0.01, "{y}");
        }
    }
}
