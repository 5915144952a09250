//! The venue as it is now, read across the room: nudges large, the rest beside them, nothing to press.

use iced::widget::{Column, column, container, responsive, row, space, text};
use iced::{Center, Element, Fill, Length, Size};

use super::now::shown;
use crate::chart::{Pulse, Spark, pulse, spark};
use crate::look::{Look, gap, size};
use crate::model::Figure;
use crate::model::counters::Measure;
use crate::words::Word;

/// The window for which sizes are given; others are scaled by it.
const USUAL: Size = Size::new(1180.0, 800.0);
/// A number of today's nudges, and one of the others, if there is room.
const HERO: f32 = size::WALL * 1.8;
const OTHER: f32 = size::WALL * 0.75;
/// Parts of the width for both.
const PARTS: (u16, u16) = (3, 2);
/// Less than this part of what is given nobody reads: a banner in a small window may leave so little.
const LEAST: f32 = 0.05;
/// How wide a digit and what stands between thousands are, as parts of the text's size.
const DIGIT: f32 = 0.58;
const BETWEEN: f32 = 0.3;

/// How large everything is in a window, as a part of what is given.
pub(crate) fn scale(window: Size) -> f32 {
    (window.width / USUAL.width).min(window.height / USUAL.height)
}

/// The wall; `figure` gives what is known of a measure, `line` is that of the nudges.
pub(crate) fn view<'a, Message: 'a>(
    look: &'a Look,
    figure: impl Fn(Measure) -> Option<Figure>,
    beat: Pulse,
    line: Option<&'a Spark>,
    margin: f32,
) -> Element<'a, Message> {
    let nudges = shown(look, figure(Measure::Nudges).map(|figure| figure.today));
    let others = [Measure::Sessions, Measure::Pings, Measure::Matches].map(|measure| {
        let value = match measure {
            Measure::Sessions => figure(measure).map(|figure| figure.now),
            Measure::Pings | Measure::Exchanges | Measure::Matches | Measure::Nudges => {
                figure(measure).map(|figure| figure.today)
            }
        };
        (measure, shown(look, value))
    });
    responsive(move |room| {
        let scale = scale(room);
        if scale < LEAST {
            return space().into();
        }
        let inside = room.width - 2.0 * margin - gap::HUGE * scale;
        let of = |part: u16| inside * f32::from(part) / f32::from(PARTS.0 + PARTS.1);
        let top =
            row![hero(look, &nudges, beat, scale, of(PARTS.0)), beside(look, &others, scale, of(PARTS.1)),]
                .spacing(gap::HUGE * scale)
                .align_y(Center)
                .height(Fill);
        let tone = look.tones.of(Measure::Nudges);
        let note = |word| text(look.say(word)).size(size::BODY * scale).color(look.tones.soft);
        let below = row![note(Word::LastHour), space::horizontal(), note(Word::LeaveWallMode)];
        column![top]
            .push(line.map(|line| spark(line, tone, 180.0 * scale)))
            .push(below)
            .spacing(gap::MEDIUM * scale)
            .padding([gap::HUGE * scale, margin])
            .into()
    })
    .into()
}

fn hero<'a, Message: 'a>(
    look: &'a Look,
    nudges: &str,
    beat: Pulse,
    scale: f32,
    width: f32,
) -> Element<'a, Message> {
    let tone = look.tones.of(Measure::Nudges);
    let name =
        row![text(look.say(Word::Nudges)).size(size::FIGURE * scale), pulse(beat, tone, 110.0 * scale)];
    let today = look.lang.fill(Word::Today, &[""]).trim().to_owned();
    let hero = column![
        name.spacing(gap::MEDIUM * scale).align_y(Center),
        // As high as the largest, so that nothing jumps when there is a digit more.
        container(figure(nudges, HERO * scale, width).color(tone)).center_y(HERO * scale),
        text(today).size(size::FIGURE * scale).color(look.tones.soft),
    ];
    hero.spacing(gap::SMALL * scale).width(Length::FillPortion(PARTS.0)).into()
}

fn beside<'a, Message: 'a>(
    look: &'a Look,
    others: &[(Measure, String)],
    scale: f32,
    width: f32,
) -> Element<'a, Message> {
    let others = others.iter().map(|(measure, value)| {
        let name = text(look.say(measure.word())).size(size::TITLE * scale).color(look.tones.soft);
        column![name, figure(value, OTHER * scale, width).color(look.tones.of(*measure))].into()
    });
    Column::with_children(others).spacing(gap::HUGE * scale).width(Length::FillPortion(PARTS.1)).into()
}

/// A number at this size, or as large as the width allows.
fn figure<'a>(number: &str, most: f32, width: f32) -> text::Text<'a, iced::Theme, iced::Renderer> {
    text(number.to_owned()).size(fitting(number, most, width)).line_height(1.0).wrapping(text::Wrapping::None)
}

fn fitting(number: &str, most: f32, width: f32) -> f32 {
    let widths = number.chars().map(|letter| if letter.is_ascii_digit() { DIGIT } else { BETWEEN });
    most.min(width.max(0.0) / widths.sum::<f32>().max(DIGIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_as_large_as_its_column_allows() {
        assert!((fitting("84", HERO, 600.0) - HERO).abs() < f32::EPSILON);
        let six = fitting("123,456", HERO, 600.0);
        assert!(six < HERO && six * (6.0 * DIGIT + BETWEEN) <= 600.1);
        assert!(fitting("", HERO, 0.0).is_finite());
    }
}
