//! A relay that is lost: its last numbers stay, look old, and say how old they are.

use super::seen::Seen;
use super::*;
use crate::look::pad;

#[test]
fn old_numbers_are_shown_as_old_with_what_to_do() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    let lost = Heard::Lost { trouble: Trouble::Refused, pause: Duration::from_secs(4) };
    hear(&mut app, lost);
    app.now = NOW + 3;
    shows(&app, "Nobody listens at this address. What you see is 3 s old.");
    shows(&app, "1,284 today");
    assert!(app.title().starts_with("(!) "), "{}", app.title());
    looks_like(&app, "old-dark");
    hear(&mut app, Heard::Lost { trouble: Trouble::WrongToken, pause: Duration::from_secs(30) });
    click(&mut app, "Enter it again");
    shows(&app, "The relay does not know this token.");
    click(&mut app, "Back");
    hear(&mut app, evening());
    shows_not(&app, "Try now");
}

#[test]
fn every_screen_goes_on_showing_what_it_knew_and_how_old_that_is() {
    let health = (health::tests::health(), Duration::from_millis(3));
    let health = Message::Health(health::Message::Answered(Ok(health)));
    let shares = Message::Interests(interests::Message::Answered(Ok(interests::tests::answer())));
    let series = Message::OverTime(over_time::Message::Answered(Ok(over_time::tests::answer(60))));
    for (tab, answer, known) in [
        (Tab::Health, health, "40 MiB"),
        (Tab::Interests, shares, "at least 34 %"),
        (Tab::OverTime, series, ""),
    ] {
        let mut app = watching(ThemeName::Dark, Lang::En);
        tell(&mut app, Message::Go(tab), NOW);
        tell(&mut app, answer, NOW);
        hear(&mut app, lost());
        refuse(&mut app, tab);
        let is_known = |app: &App| {
            shows_so_old(app, "9 s");
            shows_not(app, "Nothing was heard yet.");
            assert!(known.is_empty() || simulator(app).find(known).is_ok(), "{tab:?} shows {known:?}");
        };
        app.now = NOW + 9;
        is_known(&app);
        looks_like(&app, &format!("lost-{tab:?}-dark").to_lowercase());
        // Left, and shown again while nothing comes.
        tell(&mut app, Message::Go(Tab::Now), NOW + 9);
        tell(&mut app, Message::Go(tab), NOW + 9);
        refuse(&mut app, tab);
        app.now = NOW + 9;
        is_known(&app);
        hear(&mut app, evening());
        shows_not(&app, "Nobody listens at this address.");
        shows_not(&app, "Try now");
    }
}

#[test]
fn how_the_relay_is_nobody_says_while_it_cannot_be_heard() {
    let health = health::tests::health();
    let ill = sighej_relay_api::admin::Health { ok: false, ..health.clone() };
    for (lang, health, is, was) in [
        (Lang::En, &health, "All is well", "Last known 1 min 15 s ago: all was well"),
        (Lang::En, &ill, "Counts are not saved", "Last known 1 min 15 s ago: counts were not saved"),
        (Lang::Da, &health, "Alt er vel", "Sidst kendt for 1 min 15 s siden: alt var vel"),
        (Lang::Da, &ill, "Tal bliver ikke gemt", "Sidst kendt for 1 min 15 s siden: tallene blev ikke gemt"),
    ] {
        let mut app = watching(ThemeName::Dark, lang);
        tell(&mut app, Message::Go(Tab::Health), NOW);
        let answer = Ok((health.clone(), Duration::from_millis(3)));
        tell(&mut app, Message::Health(health::Message::Answered(answer.clone())), NOW);
        shows(&app, is);
        hear(&mut app, lost());
        app.now = NOW + 75;
        shows(&app, was);
        shows_not(&app, is);
        // Its own question alone without an answer says as little of now.
        hear(&mut app, evening());
        tell(&mut app, Message::Health(health::Message::Answered(answer)), NOW);
        tell(&mut app, Message::Health(health::Message::Answered(Err(Trouble::Silent))), NOW + 75);
        shows(&app, was);
        shows_not(&app, is);
    }
}

#[test]
fn a_wall_without_room_for_its_numbers_shows_the_banner_alone() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    act(&mut app, Message::Wall(true));
    let seen = "a7".repeat(32).parse().unwrap();
    let trouble = Trouble::WrongCertificate { seen };
    hear(&mut app, Heard::Lost { trouble, pause: Duration::from_secs(30) });
    for (height, has_numbers) in [(800.0, true), (120.0, false)] {
        let seen = Seen::of(&app, Size::new(360.0, height));
        assert!(seen.says("The certificate does not match the pin."));
        assert_eq!(seen.says("1,284"), has_numbers, "{height}");
    }
}

#[test]
fn the_banner_stands_in_line_with_the_screen_below() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    hear(&mut app, lost());
    for (window, inside) in [(WINDOW, pad::BANNER), (Size::new(360.0, 260.0), pad::SMALL_BANNER)] {
        for tab in Tab::ALL {
            tell(&mut app, Message::Go(tab), NOW);
            let seen = Seen::of(&app, window);
            let left = |part: &str| {
                let texts = seen.texts.iter().filter(|text| text.content.starts_with(part));
                texts.map(|text| text.bounds.x).reduce(f32::max).unwrap()
            };
            // Of the screen's name and that on the button, the right one.
            let name = if window == WINDOW {
                left(app.look.say(tab.word()))
            } else {
                app.small_look.margin().into()
            };
            let banner = left("Nobody listens") - f32::from(inside[1]);
            assert!((banner - name).abs() < 0.1, "{tab:?} in {window:?}: {banner} and {name}");
        }
    }
}

#[test]
fn a_screen_that_knew_nothing_says_so_and_the_banner_alone_says_why() {
    for tab in [Tab::Health, Tab::Interests, Tab::OverTime] {
        let mut app = watching(ThemeName::Dark, Lang::En);
        hear(&mut app, lost());
        tell(&mut app, Message::Go(tab), NOW);
        refuse(&mut app, tab);
        shows(&app, "Nothing was heard yet.");
        shows_not(&app, "Nobody listens at this address.");
    }
}

#[test]
fn one_question_without_an_answer_is_told_on_its_screen_alone() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    tell(&mut app, Message::Go(Tab::Health), NOW);
    let health = (health::tests::health(), Duration::from_millis(3));
    tell(&mut app, Message::Health(health::Message::Answered(Ok(health))), NOW);
    tell(&mut app, Message::Health(health::Message::Answered(Err(Trouble::Silent))), NOW + 15);
    for text in ["The relay does not answer.", "What you see is 15 s old.", "40 MiB"] {
        shows(&app, text);
    }
    shows_not(&app, "Try now");
    click(&mut app, "Now");
    shows_not(&app, "The relay does not answer.");
}

fn lost() -> Heard {
    Heard::Lost { trouble: Trouble::Refused, pause: Duration::from_secs(15) }
}

/// The screen's own question is not answered, either.
fn refuse(app: &mut App, tab: Tab) {
    let refused = match tab {
        Tab::Health => Message::Health(health::Message::Answered(Err(Trouble::Refused))),
        Tab::Interests => Message::Interests(interests::Message::Answered(Err(Trouble::Refused))),
        Tab::OverTime => Message::OverTime(over_time::Message::Answered(Err(Trouble::Refused))),
        Tab::Now | Tab::Settings => Message::Nothing,
    };
    tell(app, refused, NOW + 1);
}

fn shows_so_old(app: &App, age: &str) {
    shows(app, &format!("Nobody listens at this address. What you see is {age} old."));
}
