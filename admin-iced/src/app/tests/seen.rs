//! What is written on a screen, and where.

use std::sync::Mutex;

use iced::Rectangle;
use iced_test::Selector;
use iced_test::selector::{Candidate, Target};

use super::*;

/// Everything that is written, and what scrolls.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) texts: Vec<Written>,
    pub(super) pages: Vec<Rectangle>,
}

/// A text and its place. Without a visible part, it is outside of what is scrolled to.
pub(super) struct Written {
    pub(super) content: String,
    pub(super) bounds: Rectangle,
    pub(super) visible: Option<Rectangle>,
}

impl Seen {
    pub(super) fn of(app: &App, window: Size) -> Self {
        let seen = Mutex::new(Self::default());
        let _none = simulator_of(app, window).find(Texts(&seen));
        let seen = seen.into_inner().unwrap();
        assert!(!seen.texts.is_empty(), "texts are found");
        seen
    }

    /// Whether some text has this in it.
    pub(super) fn says(&self, part: &str) -> bool {
        self.texts.iter().any(|text| text.content.contains(part))
    }
}

/// Takes down what is written, and finds nothing.
struct Texts<'a>(&'a Mutex<Seen>);

impl Selector for Texts<'_> {
    type Output = Target;

    fn select(&mut self, candidate: Candidate<'_>) -> Option<Target> {
        let mut seen = self.0.lock().unwrap();
        match candidate {
            Candidate::Text { content, visible_bounds, bounds, .. } if !content.is_empty() => {
                let content = content.to_owned();
                seen.texts.push(Written { content, bounds, visible: visible_bounds });
            }
            Candidate::Scrollable { bounds, .. } => seen.pages.push(bounds),
            Candidate::Text { .. }
            | Candidate::Container { .. }
            | Candidate::Focusable { .. }
            | Candidate::TextInput { .. }
            | Candidate::Custom { .. } => {}
        }
        None
    }

    fn description(&self) -> String {
        "every text".to_owned()
    }
}
