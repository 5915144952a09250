//! How long a frame takes to draw: 10,000 points against few, in one run and in turn.

use std::time::Instant;

use super::*;

/// What a whole frame may take with many points, of what it takes with few. Most of it is the window around them.
const AS_LONG: f64 = 1.5;
/// Frames of each kind.
const FRAMES: isize = 9;

#[test]
fn ten_thousand_points_are_drawn_without_a_stutter_and_pointed_at_too() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    click(&mut app, "Over time");
    let [mut few, mut many, mut pointed] = [const { Vec::new() }; 3];
    for frame in 1..=FRAMES {
        for (buckets, times) in [(60, &mut few), (10_000, &mut many)] {
            let answer = over_time::tests::answer(buckets);
            act(&mut app, Message::OverTime(over_time::Message::Answered(Ok(answer))));
            times.push(time_of_a_frame(&app));
        }
        act(&mut app, Message::OverTime(over_time::Message::Move(-100 * frame)));
        pointed.push(time_of_a_frame(&app));
    }
    let [few, many, pointed] = [few, many, pointed].map(median);
    let told = format!("60 points in {few:?}, 10,000 in {many:?}, and pointed at in {pointed:?}");
    assert!(many.max(pointed) < few.mul_f64(AS_LONG), "{told}");
}

/// Of laying out and drawing everything, on the processor.
fn time_of_a_frame(app: &App) -> Duration {
    let (theme, mut simulator) = (app.look.tones.theme(), simulator(app));
    let begun = Instant::now();
    let drawn = simulator.snapshot(&theme);
    let took = begun.elapsed();
    assert!(drawn.is_ok());
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
