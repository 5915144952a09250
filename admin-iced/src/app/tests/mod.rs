//! The screens in a simulator: what is on them, what a click does, and how they look.
//!
//! Snapshots are committed; `SIGHEJ_WRITE=1 cargo test --release -p sighej-admin` writes them anew, to be looked at.

mod by_keys;
mod frames;
mod hands;
mod lost;
mod places;
mod seen;
mod troubles;

use std::path::{Path, PathBuf};
use std::time::Duration;

use iced::{Settings as IcedSettings, Size};
use iced_test::Simulator;

use super::*;
use crate::client::Trouble;
use crate::client::tests_support::nobody;
use crate::keep::Folder;
use crate::look::ThemeName;
use crate::model::tests_support::{NOW, numbers};
use crate::screen::{health, interests, over_time};

const WINDOW: Size = Size::new(1180.0, 800.0);
/// Colours of a pixel may differ by so much, and so many pixels of ten thousand by more: processors round differently.
const SAME_COLOUR: u8 = 24;
const OTHER_PIXELS: usize = 20;

fn fresh(theme: ThemeName, lang: Lang) -> App {
    let settings = Settings { theme, lang, ..Settings::default() };
    let folder = Folder::at(std::env::temp_dir().join("sighej-admin-tests-keep-nothing"));
    let mut app = App::new(settings, folder, TimeZone::UTC);
    app.now = NOW;
    app
}

/// An app that has heard of an evening.
fn watching(theme: ThemeName, lang: Lang) -> App {
    let mut app = fresh(theme, lang);
    let relay = Remembered { address: "https://relay.example:7412".parse().unwrap(), pin: None };
    app.settings.remember(relay.clone());
    let client = Client::new(relay.address.clone(), None, token());
    let _task = app.watch(relay, client);
    hear(&mut app, evening());
    app
}

fn token() -> Token {
    Token::parse(&format!("sighej_admin_{}", "0a".repeat(32))).unwrap()
}

fn evening() -> Heard {
    let Heard::Numbers { mut summary, mut hour, .. } = numbers(1_284, None, NOW) else { unreachable!() };
    let today = [
        ("knocks", 2_110),
        ("proposals", 9_480),
        ("exchanges", 4_310),
        ("matches", 1_310),
        ("overlap_0", 2_400),
        ("overlap_1", 980),
        ("overlap_2", 540),
        ("overlap_3", 260),
        ("overlap_4", 90),
        ("overlap_5_to_8", 40),
        ("failed_other_left", 61),
        ("failed_too_late", 24),
        ("failed_wrong_epoch", 7),
    ];
    summary.today.extend(today.map(|(name, count)| (name.to_owned(), count)));
    let wave = |at: usize, height: f64| -> u64 {
        let swell = (at as f64 / 9.0).sin() + (at as f64 / 3.7).sin() / 2.0 + 1.6;
        (height * swell) as u64
    };
    for (name, height) in [
        ("sessions_open", 90.0),
        ("proposals", 60.0),
        ("exchanges", 28.0),
        ("matches", 11.0),
        ("nudges", 9.0),
    ] {
        hour.series.insert(name.to_owned(), (0..60).map(|at| wave(at, height)).collect());
    }
    hour.start = NOW - 3_600;
    Heard::Numbers { summary, hour, new: None }
}

/// As the app hears it, at a time of the test's own.
fn hear(app: &mut App, heard: Heard) {
    let heard = Message::Heard(app.watched, heard);
    tell(app, heard, NOW);
}

/// To whatever is watched, at this time.
fn tell(app: &mut App, message: Message, now: u64) {
    let Stage::Watching(watch) = &mut app.stage else { panic!("nothing is watched") };
    let _task = watch.update(message, &app.settings, &app.look, now);
    app.now = now;
}

fn act(app: &mut App, message: Message) {
    let _task = app.update(message);
    app.now = NOW;
}

fn simulator(app: &App) -> Simulator<'_, Message> {
    simulator_of(app, WINDOW)
}

fn simulator_of(app: &App, window: Size) -> Simulator<'_, Message> {
    let settings = IcedSettings { default_font: FONT, ..IcedSettings::default() };
    Simulator::with_size(settings, window, app.view())
}

/// Clicks what bears this text, and lets the app do what follows.
fn click(app: &mut App, text: &str) {
    let mut simulator = simulator(app);
    simulator.click(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let messages: Vec<Message> = simulator.into_messages().collect();
    assert_eq!(messages.len(), 1, "{text}");
    messages.into_iter().for_each(|message| act(app, message));
}

fn shows(app: &App, text: &str) {
    assert!(simulator(app).find(text).is_ok(), "{text:?} is not on the screen");
}

fn shows_not(app: &App, text: &str) {
    assert!(simulator(app).find(text).is_err(), "{text:?} is on the screen");
}

fn looks_like(app: &App, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let committed = folder.join(format!("{name}-tiny-skia.png"));
    let snapshot = simulator(app).snapshot(&app.look.tones.theme()).unwrap();
    if std::env::var_os("SIGHEJ_WRITE").is_some() {
        // One that is not there is written.
        let _none = std::fs::remove_file(&committed);
        assert!(snapshot.matches_image(folder.join(name)).unwrap());
        return;
    }
    assert!(committed.exists(), "{} has to be committed", committed.display());
    let temp = tempfile::tempdir().unwrap();
    assert!(snapshot.matches_image(temp.path().join(name)).unwrap());
    let [(size, expected), (drawn_size, drawn)] =
        [committed.clone(), temp.path().join(format!("{name}-tiny-skia.png"))].map(pixels);
    assert_eq!(size, drawn_size, "{name}");
    let differs = |(a, b): &(&[u8], &[u8])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > SAME_COLOUR);
    let others = expected.chunks_exact(4).zip(drawn.chunks_exact(4)).filter(differs).count();
    let kept = std::env::temp_dir().join(format!("sighej-{name}.png"));
    if others * 10_000 > OTHER_PIXELS * expected.len() / 4 {
        std::fs::copy(temp.path().join(format!("{name}-tiny-skia.png")), &kept).unwrap();
        panic!("{name} looks different in {others} pixels; it is in {}", kept.display());
    }
}

fn pixels(path: PathBuf) -> ((u32, u32), Vec<u8>) {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    ((info.width, info.height), bytes)
}

#[test]
fn now_shows_the_whole_event_and_the_wall_shows_it_across_the_room() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    for text in ["240", "1,284 today", "peak 310 today", "Nudges", "2 interests", "540"] {
        shows(&app, text);
    }
    looks_like(&app, "now-dark");
    act(&mut app, Message::Wall(true));
    shows(&app, "1,284");
    shows_not(&app, "Export CSV");
    looks_like(&app, "wall-dark");
    assert_eq!(app.title(), "SigHej · 1,284 nudges today · 240 open now");
}

#[test]
fn it_speaks_danish_and_has_a_light_theme() {
    let app = watching(ThemeName::Light, Lang::Da);
    for text in ["1.284 i dag", "Puf", "Over tid"] {
        shows(&app, text);
    }
    looks_like(&app, "now-light-danish");
}

#[test]
fn a_click_leads_to_each_screen_and_nothing_comes_late_for_one_that_was_left() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    for tab in Tab::ALL.into_iter().rev() {
        let name = app.look.say(tab.word());
        click(&mut app, name);
        let Stage::Watching(watch) = &app.stage else { panic!("still watched") };
        assert_eq!(watch.tab(), tab);
    }
    // What comes late for a screen that was left goes nowhere.
    act(&mut app, Message::Health(health::Message::Answered(Err(Trouble::Silent))));
    shows_not(&app, "The relay does not answer.");
}

#[test]
fn over_time_draws_what_is_chosen_and_reads_a_value_where_it_is_pointed_at() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    click(&mut app, "Over time");
    act(&mut app, Message::OverTime(over_time::Message::Answered(Ok(over_time::tests::answer(60)))));
    act(&mut app, Message::OverTime(over_time::Message::Move(-20)));
    looks_like(&app, "over-time-dark");
    for line in ["Matches", "Nudges", "Open now"] {
        click(&mut app, line);
    }
    shows(&app, "Choose at least one line above.");
    click(&mut app, "7 days");
    shows(&app, "by hour");
    shows_not(&app, "by minute");
}

#[test]
fn a_wall_with_six_digits_keeps_them_in_their_column() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    let Heard::Numbers { mut summary, hour, .. } = evening() else { unreachable!() };
    summary.today.insert("nudges".into(), 123_456);
    summary.today.insert("proposals".into(), 7_654_321);
    hear(&mut app, Heard::Numbers { summary, hour, new: None });
    act(&mut app, Message::Wall(true));
    shows(&app, "123,456");
    looks_like(&app, "wall-large-numbers");
}

#[test]
fn interests_show_what_is_sure_and_name_what_is_withheld() {
    let mut app = watching(ThemeName::Light, Lang::En);
    click(&mut app, "Interests");
    act(&mut app, Message::Interests(interests::Message::Answered(Ok(interests::tests::answer()))));
    for text in ["at least 34 %", "estimate 46 %, 95 % interval 38 % to 55 %", "withheld"] {
        shows(&app, text);
    }
    looks_like(&app, "interests-light");
    click(&mut app, "by name");
}

#[test]
fn health_tells_what_fails() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    click(&mut app, "Health");
    act(
        &mut app,
        Message::Health(health::Message::Answered(Ok((health::tests::health(), Duration::from_millis(3))))),
    );
    for text in ["All is well", "0.1.0", "2 h 3 min", "235", "40 MiB", "One of the two left", "61"] {
        shows(&app, text);
    }
    looks_like(&app, "health-dark");
}

#[test]
fn settings_change_the_look_at_once() {
    let mut app = watching(ThemeName::Dark, Lang::En);
    click(&mut app, "Settings");
    click(&mut app, "High contrast");
    assert_eq!(app.settings.theme, ThemeName::Contrast);
    looks_like(&app, "settings-contrast");
    click(&mut app, "Dansk");
    shows(&app, "Indstillinger");
    click(&mut app, "150 %");
    assert!((app.scale() - 1.5).abs() < f32::EPSILON);
}

#[test]
fn a_first_start_asks_for_a_relay_and_says_what_is_wrong() {
    let mut app = fresh(ThemeName::Dark, Lang::En);
    let mut typing = simulator(&app);
    typing.click(iced::widget::Id::new(connect::ADDRESS)).unwrap();
    typing.typewrite("h");
    let messages: Vec<Message> = typing.into_messages().collect();
    assert!(matches!(&messages[..], [Message::Connect(connect::Message::Address(text))] if text == "h"));
    act(&mut app, Message::Connect(connect::Message::Address("http://relay.example".into())));
    click(&mut app, "Connect");
    shows(&app, "http:// would send the token unprotected over the network.");
    looks_like(&app, "connect-dark");
    let seen = "a7".repeat(32).parse().unwrap();
    let relay = Remembered { address: "https://relay.example:7412".parse().unwrap(), pin: None };
    let checked = (relay, nobody(), token(), Err(Trouble::UnknownCertificate { seen }));
    act(&mut app, Message::Connect(connect::Message::Checked(Box::new(checked))));
    shows(&app, &vec!["a7a7"; 16].join(" "));
    looks_like(&app, "certificate-dark");
}
