//! The desktop in a real window, on a virtual display, against the relay's program and nodes that exchange, a process each.
//!
//! What is on the window is read as any program on the display could read it: its title, which holds numbers of the whole
//! event, and its pixels. With `SIGHEJ_PICTURES=FOLDER` the pictures are kept, to be looked at.
#![allow(clippy::print_stderr, reason = "a test run that skips something must say so where people look")]

mod admin;
mod built;
mod display;
#[allow(dead_code, reason = "the figures use the rest")]
mod eye;
mod keyring;
mod nodes;
mod relay;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};

use admin::Desktop;
use display::{Availability, Display, availability};
use nodes::Nodes;
use relay::Relay;

type Test = fn() -> Result<(), Failed>;

/// A relay shows what is new every 5 seconds; a machine with much to do takes longer.
const SOON: Duration = Duration::from_secs(60);
/// The last 15 s of an epoch and its silence of up to 30 s may fall into what nodes do.
const WITH_A_BOUNDARY: Duration = Duration::from_secs(120);
/// A pulse is over by then.
const CALM: Duration = Duration::from_secs(3);
/// A relay that says nothing counts as lost after 20 s.
const FROZEN: Duration = Duration::from_secs(8);
/// Nodes of a test: ten pairs, so that counts come above what the relay withholds.
const NODES: usize = 5;

fn main() -> ExitCode {
    let here = availability(&["sighej-relay", "sighej"], None);
    let keyring = availability(&["sighej-relay"], keyring::missing());
    let trials: Vec<(&'static str, Availability, Test)> = vec![
        ("the_counters_on_the_screen_move_with_the_devices", here, counters_move),
        (
            "a_relay_that_is_killed_and_comes_back_is_told_in_a_banner_and_then_its_numbers",
            here,
            killed_and_back,
        ),
        ("what_was_drawn_bit_by_bit_looks_as_if_it_were_drawn_at_once", here, bit_by_bit),
        ("a_newcomer_sees_every_screen_of_the_demo_live_by_keys_alone", here, demo),
        ("a_first_start_takes_what_is_typed_and_remembers_it", here, first_start),
        ("a_token_is_in_the_keyring_and_in_no_file_and_is_forgotten_there", keyring, keyring::in_the_keyring),
        ("without_a_keyring_a_token_is_in_a_file_that_its_owner_alone_reads", here, keyring::in_a_file),
    ];
    let trials = trials.into_iter().map(|(name, here, trial)| {
        Trial::test(name, trial).with_ignored_flag(matches!(here, Availability::Missing))
    });
    let mut arguments = Arguments::from_args();
    // Each has a display of its own, and the processor is one.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn counters_move() -> Result<(), Failed> {
    let (display, relay) = (Display::start()?, Relay::start()?);
    let desktop = Desktop::watching(&display, &relay)?;
    let _quiet = desktop.wait_for_title(SOON, |title| title.contains("nudges today"))?;
    let before = desktop.picture("quiet")?;
    let mut nodes = Nodes::join(&relay.invite()?, NODES)?;
    let first = desktop.wait_for_nudges(WITH_A_BOUNDARY, 5)?;
    nodes.more(2)?;
    let more = desktop.wait_for_nudges(WITH_A_BOUNDARY, first + 5)?;
    let after = desktop.picture("moving")?;
    if before.differs_from(&after) < 500 {
        return Err("the title moved, and the window did not".into());
    }
    // Both may have gone on since.
    let (told, felt) = (relay.nudges_today()?, nodes.nudges());
    if told < more || felt < more {
        return Err(
            format!("the window shows {more} nudges, the relay tells {told}, nodes felt {felt}").into()
        );
    }
    Ok(())
}

fn killed_and_back() -> Result<(), Failed> {
    let (display, mut relay) = (Display::start()?, Relay::start()?);
    let desktop = Desktop::watching(&display, &relay)?;
    let mut nodes = Nodes::join(&relay.invite()?, NODES)?;
    let shown = desktop.wait_for_nudges(WITH_A_BOUNDARY, 5)?;
    let well = desktop.picture("well")?;
    relay.kill()?;
    desktop.wait_for_title(SOON, |title| title.starts_with("(!)"))?;
    let told = desktop.wait_for_picture(SOON, "banner", |picture| picture.shows(admin::BANNER))?;
    if well.shows(admin::BANNER) || told.differs_from(&well) < 500 {
        return Err("no banner came".into());
    }
    relay.start_again()?;
    desktop.wait_for_title(SOON, |title| title.contains("nudges today") && !title.starts_with("(!)"))?;
    let again = desktop.wait_for_nudges(SOON, shown)?;
    desktop.wait_for_picture(SOON, "back", |picture| !picture.shows(admin::BANNER))?;
    // Those of before find the relay by themselves, and are nudged about newcomers.
    nodes.more(2)?;
    desktop.wait_for_nudges(WITH_A_BOUNDARY, again + 5)?;
    Ok(())
}

fn bit_by_bit() -> Result<(), Failed> {
    let (display, relay) = (Display::start()?, Relay::start()?);
    let desktop = Desktop::watching(&display, &relay)?;
    let mut nodes = Nodes::join(&relay.invite()?, NODES)?;
    let first = desktop.wait_for_nudges(WITH_A_BOUNDARY, 5)?;
    // One screen comes after the other, and numbers become wider and narrower.
    for key in ['2', '3', '4', '5', '1'] {
        desktop.press_with_control(key)?;
        std::thread::sleep(CALM / 3);
    }
    nodes.more(2)?;
    desktop.wait_for_nudges(WITH_A_BOUNDARY, first + 5)?;
    relay.freeze()?;
    std::thread::sleep(CALM);
    let drawn = desktop.picture("bit-by-bit")?;
    let afresh = desktop.picture_of_a_whole_redraw(FROZEN, "at-once")?;
    match drawn.looks_other_than(&afresh) {
        0 => Ok(()),
        others => Err(format!("{others} pixels are others than in a window that was drawn at once").into()),
    }
}

fn demo() -> Result<(), Failed> {
    let display = Display::start()?;
    let desktop = Desktop::demo(&display)?;
    desktop.wait_for_nudges(SOON, 20)?;
    std::thread::sleep(pause_for_pictures());
    let mut before = desktop.picture("demo-now")?;
    for (key, name) in
        [('2', "demo-over-time"), ('3', "demo-interests"), ('4', "demo-health"), ('5', "demo-settings")]
    {
        desktop.press_with_control(key)?;
        let settled = desktop.wait_for_picture(SOON, name, |picture| before.differs_from(picture) > 2_000)?;
        before = settled;
        std::thread::sleep(Duration::from_secs(2));
        desktop.picture(name)?;
    }
    desktop.press_with_control('e')?;
    desktop.wait_for_export(SOON)?;
    // Past the fields of the side to the first screen, with Tab and Enter.
    desktop.press_named(&["Tab", "Return"])?;
    desktop.wait_for_picture(SOON, "demo-tabbed", |picture| before.differs_from(picture) > 2_000)?;
    desktop.press_named(&["F11"])?;
    desktop.wait_for_picture(SOON, "demo-wall", |picture| before.differs_from(picture) > 20_000)?;
    Ok(())
}

/// Time for an hour's chart to fill, where somebody wants pictures of it.
fn pause_for_pictures() -> Duration {
    let secs = std::env::var("SIGHEJ_PICTURE_AFTER").ok().and_then(|secs| secs.parse().ok());
    Duration::from_secs(secs.unwrap_or(0))
}

fn first_start() -> Result<(), Failed> {
    let (display, relay) = (Display::start()?, Relay::start()?);
    let desktop = Desktop::first_start(&display)?;
    let empty = desktop.picture("first-start")?;
    desktop.type_text(&relay.admin_url())?;
    desktop.press_named(&["Tab"])?;
    desktop.type_text("sighej_admin_wrong")?;
    desktop.press_named(&["Return"])?;
    desktop.wait_for_picture(SOON, "wrong-token", |picture| {
        picture.shows(admin::BANNER) && picture.differs_from(&empty) > 500
    })?;
    desktop.press_with_control('a')?;
    desktop.type_text(relay.token())?;
    desktop.press_named(&["Return"])?;
    desktop.wait_for_title(SOON, |title| title.contains("nudges today"))?;
    let folder = desktop.close();
    let begun = Instant::now();
    while !folder.path().join("admin-tokens.json").exists() && begun.elapsed() < SOON {
        std::thread::sleep(Duration::from_millis(50));
    }
    // The next start asks for nothing.
    let desktop = Desktop::again(&display, folder)?;
    desktop.wait_for_title(SOON, |title| title.contains("nudges today"))?;
    Ok(())
}
