//! A ring that widens once, where there was a nudge.

use std::time::{Duration, Instant};

use iced::widget::canvas::{self, Frame, Geometry, Path, Stroke};
use iced::{Color, Element, Rectangle, Renderer, Theme, mouse};

use super::Kept;

/// How long it takes.
const WIDENS: Duration = Duration::from_millis(1_600);
/// How often it is drawn meanwhile: calm, and a tenth of a processor at most.
pub(crate) const EVERY: Duration = Duration::from_millis(50);
const RINGS: u8 = 2;

/// Whether it is widening, and how far it has come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pulse {
    since: Option<Instant>,
    /// From 0 to 1.
    come: f32,
}

impl Pulse {
    /// Begins, or begins again.
    pub(crate) fn beat(&mut self, now: Instant) {
        *self = Self { since: Some(now), come: 0.0 };
    }

    /// Goes on to a time.
    pub(crate) fn go_on(&mut self, now: Instant) {
        let Some(since) = self.since else { return };
        self.come = now.saturating_duration_since(since).as_secs_f32() / WIDENS.as_secs_f32();
        if self.come >= 1.0 {
            *self = Self::default();
        }
    }

    pub(crate) fn is_beating(&self) -> bool {
        self.since.is_some()
    }
}

/// The ring as an element, around a dot that is always there.
pub(crate) fn pulse<'a, Message: 'a>(pulse: Pulse, color: Color, side: f32) -> Element<'a, Message> {
    canvas::Canvas::new(View { pulse, color }).width(side).height(side).into()
}

struct View {
    pulse: Pulse,
    color: Color,
}

impl<Message> canvas::Program<Message> for View {
    type State = Kept<(Option<f32>, Color)>;

    fn draw(
        &self,
        kept: &Self::State,
        renderer: &Renderer,
        _: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let come = self.pulse.is_beating().then_some(self.pulse.come);
        vec![kept.draw((come, self.color), renderer, bounds.size(), |frame| self.rings(frame, come))]
    }
}

impl View {
    fn rings(&self, frame: &mut Frame, come: Option<f32>) {
        let (center, widest) = (frame.center(), frame.width().min(frame.height()) / 2.0 - 2.0);
        let dot = widest / 3.0;
        frame.fill(&Path::circle(center, dot), self.color);
        let Some(come) = come else { return };
        for ring in 0..RINGS {
            let come = come - f32::from(ring) * 0.2;
            if (0.0..1.0).contains(&come) {
                let eased = 1.0 - (1.0 - come).powi(3);
                let path = Path::circle(center, dot + (widest - dot) * eased);
                let color = self.color.scale_alpha(1.0 - come);
                frame.stroke(&path, Stroke::default().with_color(color).with_width(2.5));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_widens_once_and_is_still_again() {
        let (mut pulse, start) = (Pulse::default(), Instant::now());
        assert!(!pulse.is_beating());
        pulse.beat(start);
        pulse.go_on(start + WIDENS / 2);
        assert!(pulse.is_beating() && (pulse.come - 0.5).abs() < 0.01);
        pulse.beat(start + WIDENS / 2);
        pulse.go_on(start + WIDENS);
        assert!(pulse.is_beating(), "another nudge begins anew");
        pulse.go_on(start + 2 * WIDENS);
        assert!(!pulse.is_beating());
    }
}
