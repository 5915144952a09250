//! The keyboard does everything that the mouse does: Tab reaches whatever can be pressed, in the order in which it is read,
//! and it can be seen where it is.

use iced::keyboard::{Modifiers, key::Named};
use iced::{Point, Rectangle, mouse};

use super::hands::{Hands, Stop};
use super::*;

/// More stops than any screen has.
const MANY: usize = 60;
/// How far apart places are that the mouse tries.
const GRID: f32 = 11.0;
/// What is this much higher or lower stands in another line.
const LINE: f32 = 14.0;
/// How wide the names of the screens are, which come first.
const SIDE: f32 = 190.0;

#[test]
fn tab_reaches_whatever_the_mouse_can_press_in_the_order_of_reading() {
    let mut stops_of_all = 0;
    for (name, mut app) in places::screens(Lang::En) {
        let size = Size::new(1180.0, 2_000.0);
        let mut hands = Hands::at(&mut app, size);
        let stops = walk(&mut hands, Modifiers::empty());
        stops_of_all += stops.len();
        let mut back = walk(&mut hands, Modifiers::SHIFT);
        back.reverse();
        assert_eq!(stops, back, "{name}: Shift+Tab is the way back");
        let places: Vec<Point> = (0..(size.width / GRID) as usize)
            .flat_map(|x| (0..(size.height / GRID) as usize).map(move |y| (x, y)))
            .map(|(x, y)| Point::new(x as f32 * GRID, y as f32 * GRID))
            .collect();
        let pointers = hands.pointers(&places);
        let missed = places.iter().zip(pointers).find(|(at, pointer)| {
            let is_for_the_mouse = matches!(pointer, mouse::Interaction::Pointer | mouse::Interaction::Text);
            is_for_the_mouse && !stops.iter().any(|stop| stop.all.expand(1.0).contains(**at))
        });
        assert_eq!(missed, None, "{name}: something can be pressed that Tab does not reach");
        in_order(name, &stops);
    }
    assert!(stops_of_all > 90, "{stops_of_all} stops in all");
}

#[test]
fn enter_and_space_say_what_a_click_says_and_what_has_the_focus_can_be_seen() {
    for (name, mut app) in places::screens(Lang::En) {
        for size in [WINDOW, Size::new(450.0, 300.0)] {
            let ring = app.look.tones.focus;
            let mut hands = Hands::at(&mut app, size);
            let without = hands.picture();
            for number in 0..MANY {
                let Some(Stop { all, seen }) = hands.tab(Modifiers::empty()) else { break };
                let name = format!("{name}, stop {number} at {all:?} in {size:?}");
                assert!((all.height - seen.height).abs() < 1.0, "{name} is scrolled to: {seen:?}");
                let with = hands.picture();
                let [before, after] = [&without, &with].map(|pixels| ringed(pixels, size, seen, ring));
                assert!(after > before.max(20), "{name} has no ring: {before} and {after}");
                let said = [Named::Enter, Named::Space].map(|key| hands.says(key));
                let clicked = hands.says_clicked(seen.center());
                if clicked.is_empty() {
                    // A field: it takes what is typed, and Enter sends it off.
                    assert_eq!((said[0].len(), hands.says_typed("h").len()), (1, 1), "{name}");
                    continue;
                }
                assert!(
                    said.iter().all(|said| is_same(said, &clicked)),
                    "{name}: the keys say something else"
                );
                // A click takes the focus away.
                (0..=number).for_each(|_| _ = hands.tab(Modifiers::empty()));
            }
        }
    }
}

/// From nothing to nothing.
fn walk(hands: &mut Hands<'_>, modifiers: Modifiers) -> Vec<Stop> {
    let stops: Vec<Stop> = std::iter::from_fn(|| hands.tab(modifiers)).take(MANY).collect();
    assert!(stops.len() < MANY, "Tab comes to an end");
    stops
}

/// The names of the screens first, then line by line, each from its left to its right.
fn in_order(name: &str, stops: &[Stop]) {
    let is_beside = |stop: &&Stop| stop.all.x + stop.all.width <= SIDE;
    let beside = stops.iter().take_while(is_beside).count();
    assert!(!stops[beside..].iter().any(|stop| is_beside(&stop)), "{name}: the side comes first");
    for part in [&stops[..beside], &stops[beside..]] {
        for pair in part.windows(2) {
            let (one, next) = (pair[0].all, pair[1].all);
            let is_same_line = (one.center_y() - next.center_y()).abs() < LINE;
            let is_after = if is_same_line { next.x > one.x } else { next.center_y() > one.center_y() };
            assert!(is_after, "{name}: {next:?} comes after {one:?}");
        }
    }
}

/// Pixels of the ring's colour around a place.
fn ringed(pixels: &[u8], size: Size, around: Rectangle, ring: iced::Color) -> usize {
    const NEAR: u8 = 40;
    let [red, green, blue, _] = ring.into_rgba8();
    let (width, height) = (size.width as usize, size.height as usize);
    let outer = around.expand(5.0);
    let columns = outer.x.max(0.0) as usize..((outer.x + outer.width) as usize).min(width);
    let rows = outer.y.max(0.0) as usize..((outer.y + outer.height) as usize).min(height);
    let is_ring = |(x, y): &(usize, usize)| {
        let at = (y * width + x) * 4;
        let differences = [red, green, blue].into_iter().zip(&pixels[at..]).map(|(a, b)| a.abs_diff(*b));
        differences.max().is_some_and(|most| most < NEAR)
    };
    rows.flat_map(|y| columns.clone().map(move |x| (x, y))).filter(is_ring).count()
}

/// As far as messages can be compared.
fn is_same(one: &[Message], other: &[Message]) -> bool {
    let [one, other] = [one, other].map(<[Message]>::first);
    match (one, other) {
        (Some(Message::Settings(one)), Some(Message::Settings(other))) => one == other,
        (Some(Message::Go(one)), Some(Message::Go(other))) => one == other,
        (Some(Message::Wall(one)), Some(Message::Wall(other))) => one == other,
        (Some(one), Some(other)) => std::mem::discriminant(one) == std::mem::discriminant(other),
        (None, _) | (_, None) => false,
    }
}
