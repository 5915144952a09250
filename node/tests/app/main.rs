//! The app as its users meet it: in a pseudo-terminal, with real sockets, and with what it leaves behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what cannot go on has failed")]
#![cfg(target_os = "linux")]

mod desktop;
mod memory;
mod seat;

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Failed, Trial};
use sighej_lab::Program;

use self::{
    memory::Dump,
    seat::{DELETE, ENTER, ESC, SOON, Seat, Setting, WITH_A_BOUNDARY, free_address},
};

type Test = fn() -> Result<(), Failed>;

fn main() -> ExitCode {
    let tests: [(&str, Test); 10] = [
        ("two_choose_open_and_hold_up_the_same_card", two_meet),
        ("both_cards_are_lit_at_the_same_moments", one_rhythm),
        ("after_a_wipe_no_text_and_no_key_is_left_in_memory", wiped),
        ("interests_are_kept_only_where_asked_and_for_the_owner_alone", kept),
        ("a_sensitive_interest_is_set_apart_and_explained", sensitive),
        ("forty_columns_and_fifteen_rows_are_enough_in_both_languages", small),
        ("without_colour_nothing_is_lost", colourless),
        ("wide_letters_do_not_break_the_screen", wide),
        ("a_screen_reader_gets_lines_and_gives_words", lines),
        ("what_is_wrong_is_said_before_the_screen_is_taken", refusals),
    ];
    let mut trials: Vec<Trial> = tests.into_iter().map(|(name, test)| Trial::test(name, test)).collect();
    trials.extend(desktop::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn two_seats(folder: &std::path::Path) -> (Seat, Seat) {
    let address = free_address();
    let one = Setting::new(folder, &["--listen", &address]).sit_down();
    let two = Setting::new(folder, &["--lang", "da", "--peer", &address]).size(40, 15).sit_down();
    (one, two)
}

fn choose(seat: &mut Seat, title: &str, hint: &str, interests: &[&str]) {
    seat.sees(&[title], SOON);
    for interest in interests {
        seat.press(interest);
        seat.until("the search", SOON, |text| !text.contains(hint) && text.contains(interest));
        seat.press(ENTER);
        seat.sees(&[hint], SOON);
    }
    seat.press(ESC);
}

/// Both open, and each shows its card.
fn meet(folder: &std::path::Path) -> (Seat, Seat) {
    let (mut one, mut two) = two_seats(folder);
    choose(&mut one, "your interests", "type to search", &["devops", "hardstyle", "chess"]);
    choose(&mut two, "dine interesser", "skriv for at søge", &["dev ops", "hardstyle", "skak"]);
    one.press(" ");
    // The one listens where the other dials.
    one.sees(&["open to talk"], SOON);
    two.press(" ");
    one.sees(&["never again", "say hi"], WITH_A_BOUNDARY);
    two.sees(&["aldrig mere", "sig hej"], WITH_A_BOUNDARY);
    (one, two)
}

fn two_meet() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let (mut one, mut two) = meet(folder.path());
    one.sees(&["Someone nearby also works with DevOps and enjoys hardstyle."], SOON);
    two.sees(&["En i nærheden arbejder også med DevOps og er til hardstyle."], SOON);
    assert!(!one.text().contains("chess"), "two interests are enough: {}", one.text());
    let emoji = |seat: &Seat| {
        let text = seat.text();
        sighej_crypto::EMOJI.iter().map(|row| row.0).filter(|emoji| text.contains(emoji)).collect::<Vec<_>>()
    };
    assert_eq!((emoji(&one).len(), emoji(&one)), (1, emoji(&two)));

    one.press("n");
    one.sees(&["Put away. The other side cannot tell."], SOON);
    two.press("x");
    two.sees(&["I får ikke flere prik om hinanden."], SOON);
    one.press("c");
    one.sees(&["There is no card now."], SOON);
    one.press("q");
    two.press("\x03");
    assert_eq!((one.ends(), two.ends()), (0, 0));
    assert_eq!(fs::read_dir(folder.path())?.count(), 1, "nothing is stored but the settings that were there");
    Ok(())
}

/// Compares the background of a corner on both screens over two bars, leaving out the moments near a beat.
fn one_rhythm() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let (one, two) = meet(folder.path());
    let colour = |seat: &Seat| seat.screen().screen().cell(0, 0).map(vt100::Cell::bgcolor);
    let (mut lit, mut dark, mut apart) = (0, 0, 0);
    let end = Instant::now() + 2 * 8 * sighej_crypto::BEAT;
    while Instant::now() < end {
        let utc = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        let left = sighej_crypto::Rhythm::until_next_beat(utc);
        // Drawing and reading take their time, on a busy machine the more.
        if left < Duration::from_millis(20) || left > Duration::from_millis(150) {
            thread::sleep(Duration::from_millis(5));
            continue;
        }
        let (here, there) = (colour(&one), colour(&two));
        let is_lit = matches!(here, Some(vt100::Color::Rgb(..)));
        lit += usize::from(is_lit);
        dark += usize::from(!is_lit);
        apart += usize::from(here != there);
        thread::sleep(Duration::from_millis(20));
    }
    assert!(lit > 0 && dark > 0, "it pulses: lit {lit} times, dark {dark} times");
    assert!(apart * 5 <= lit + dark, "together: apart {apart} times of {}", lit + dark);
    Ok(())
}

fn wiped() -> Result<(), Failed> {
    const SECRET: &str = "quixotic zeppelin mending";
    let folder = tempfile::tempdir()?;
    let profile = folder.path().join("me.toml");
    let named = ["--profile", profile.to_str().unwrap()];
    let control = Setting::new(folder.path(), &named).sit_down();
    control.sees(&["your interests"], SOON);
    let constant = Dump::of(control.id()).random();
    drop(control);

    let mut seat = Setting::new(folder.path(), &named).sit_down();
    seat.open_with(&[SECRET]);
    seat.until("an epoch", WITH_A_BOUNDARY, |text| text.contains("Nobody else was heard"));
    let before = Dump::of(seat.id());
    assert!(before.holds(SECRET), "what is looked for can be found");
    let secrets: Vec<_> = before.random().difference(&constant).copied().collect();
    assert!(secrets.len() > 100, "keys can be found: {}", secrets.len());
    assert!(fs::read_to_string(&profile)?.contains(SECRET));

    let process = seat.id();
    seat.press(DELETE);
    seat.sees(&["Everything is forgotten.", "your interests"], SOON);
    assert_eq!(process, seat.id(), "the same process, anew");
    let after = Dump::of(process);
    assert!(!after.holds(SECRET) && !after.holds("zeppelin"));
    let random = after.random();
    let left: Vec<_> = secrets.iter().filter(|secret| random.contains(*secret)).collect();
    assert!(left.is_empty(), "of {} random values these are left: {left:02x?}", secrets.len());
    assert!(!profile.exists());
    let arguments = fs::read_to_string(format!("/proc/{process}/cmdline"))?;
    assert!(!arguments.contains("me.toml"), "{arguments}");
    seat.press(ESC);
    seat.sees(&["not open", "no interests yet"], SOON);
    Ok(())
}

fn kept() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let profile = folder.path().join("me.toml");
    let named = ["--profile", profile.to_str().unwrap()];
    let mut seat = Setting::new(folder.path(), &named).sit_down();
    choose(&mut seat, "your interests", "type to search", &["k8s"]);
    seat.sees(&["1 of 16 interests chosen"], SOON);
    seat.press("q");
    assert_eq!(seat.ends(), 0);
    assert_eq!(fs::read_to_string(&profile)?, "interests = [\"kubernetes\"]\n");
    assert_eq!(fs::metadata(&profile)?.permissions().mode() & 0o777, 0o600);

    let again = Setting::new(folder.path(), &named).sit_down();
    again.sees(&["1 of 16 interests chosen"], SOON);
    drop(again);
    fs::set_permissions(&profile, fs::Permissions::from_mode(0o644))?;
    let mut refused = Setting::new(folder.path(), &named).sit_down();
    assert_eq!(refused.ends(), 2);
    refused.sees(&["chmod 600"], SOON);
    Ok(())
}

fn sensitive() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let entry = sighej_catalogue::all().iter().find(|entry| entry.is_sensitive()).unwrap();
    let label = entry.label(sighej_catalogue::Lang::En);
    let mut seat = Setting::new(folder.path(), &[]).sit_down();
    seat.sees(&["your interests"], SOON);
    seat.press(entry.id());
    seat.sees(&["found, sensitive", label], SOON);
    // Until the cursor stands on it.
    let marked = format!("> [ ] {label}");
    for _ in 0..20 {
        if seat.text().contains(&marked) {
            break;
        }
        seat.press(seat::DOWN);
        thread::sleep(Duration::from_millis(100));
    }
    seat.sees(&[&marked], SOON);
    seat.press(ENTER);
    seat.sees(&["A sensitive interest", "can be used against people", "Esc leaves it off"], SOON);
    seat.press(ESC);
    seat.sees(&[&marked], SOON);
    seat.press(ENTER);
    seat.sees(&["Enter turns it on"], SOON);
    seat.press(ENTER);
    seat.sees(&["chosen", &format!("[x] {label}")], SOON);
    Ok(())
}

fn small() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut seat = Setting::new(folder.path(), &["--lang", "da"]).size(40, 15).sit_down();
    choose(&mut seat, "dine interesser", "skriv for at søge", &["skak"]);
    seat.sees(&["ikke åben", "Hvorfor er jeg alene?", "1 af 16", "? taster"], SOON);
    seat.press("s");
    seat.sees(&["hvad der beskytter dig", "Fremmede", "Hvert svar lader en fremmed prøve 16 gæt."], SOON);
    (0..90).for_each(|_| seat.press(seat::DOWN));
    seat.sees(&["Gemt: intet", "Delete sletter alt", "settings.toml"], SOON);
    seat.press(ESC);
    seat.sees(&["ikke åben"], SOON);
    seat.press("?");
    seat.sees(&["pause i 30 minutter", "Esc tilbage"], SOON);
    seat.press(ESC);
    seat.sees(&["ikke åben"], SOON);
    seat.press("l");
    seat.sees(&["not open", "Why am I alone?"], SOON);
    seat.press(" ");
    seat.sees(&["open to talk", "nobody near"], SOON);
    seat.press("p");
    seat.sees(&["paused for 30 more min"], SOON);
    seat.press("p");
    seat.sees(&["open to talk"], SOON);
    seat.press("h");
    seat.sees(&["No quiet hours are set"], SOON);
    Ok(())
}

fn colourless() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut seat = Setting::new(folder.path(), &[]).with("NO_COLOR", "1").sit_down();
    seat.open_with(&["chess"]);
    let parser = seat.screen();
    let screen = parser.screen();
    for (row, column) in (0..24).flat_map(|row| (0..80).map(move |column| (row, column))) {
        let cell = screen.cell(row, column).unwrap();
        let plain = (vt100::Color::Default, vt100::Color::Default);
        assert_eq!((cell.fgcolor(), cell.bgcolor()), plain, "{row} {column}");
    }
    Ok(())
}

fn wide() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut seat = Setting::new(folder.path(), &[]).size(40, 15).sit_down();
    seat.sees(&["your interests"], SOON);
    let own = "日本の古いトラクターを直す会";
    seat.press(own);
    seat.sees(&["add “日本の古いトラクター"], SOON);
    seat.press(ENTER);
    seat.sees(&["chosen", "[x] 日本の古いトラクター"], SOON);
    let text = seat.text();
    let title = text.lines().next().unwrap();
    assert!(title.starts_with(" your interests"), "{text}");
    assert!(text.lines().count() <= 15, "{text}");
    seat.press("e\u{301}👩‍👩‍👧‍👦");
    seat.sees(&["Search: "], SOON);
    seat.press(ESC);
    seat.sees(&["type to search"], SOON);
    Ok(())
}

fn lines() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let address = free_address();
    let settings = Setting::new(folder.path(), &["--screen-reader", "--lang", "da", "--listen", &address]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_sighej"));
    command.args(&settings.arguments).env("HOME", folder.path());
    let mut reader = Program::start(&mut command)?;
    let says = |reader: &mut Program, words: &str, within| {
        reader.wait_until(words, within, |line| line.text.contains(words)).map(|line| line.text)
    };
    says(&mut reader, "Skriv et ord", SOON)?;
    for (word, answer) in [
        ("åbn", "Vælg mindst én interesse først."),
        ("søg k8s", "Kubernetes"),
        ("tilføj hardstyle", "hardstyle er valgt."),
        ("interesser", "Dine interesser: hardstyle."),
        ("hvorfor", "Skriv “åbn”"),
        ("vrøvl", "“vrøvl” kender jeg ikke."),
        ("beskyttelse", "“slet” sletter alt på én gang"),
        ("åbn", "Du er åben."),
    ] {
        reader.say(word)?;
        says(&mut reader, answer, SOON)?;
    }
    let mut other = Setting::new(folder.path(), &["--peer", &address]).sit_down();
    other.open_with(&["hardstyle"]);
    let card = says(&mut reader, "Det lyser i denne rytme", WITH_A_BOUNDARY)?;
    assert!(card.contains("En i nærheden er også til hardstyle.") && !card.contains('\x1b'), "{card}");
    reader.say("aldrig mere")?;
    says(&mut reader, "I får ikke flere prik", SOON)?;
    reader.say("slet")?;
    says(&mut reader, "Alt er glemt.", SOON)?;
    reader.say("interesser")?;
    says(&mut reader, "Dine interesser: .", SOON)?;
    reader.say("slut")?;
    says(&mut reader, "Stoppet", SOON)?;
    Ok(())
}

fn refusals() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let sighej = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_sighej"))
            .args(arguments)
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let piped = sighej(&[]);
    let said = String::from_utf8(piped.stderr)?;
    assert_eq!(piped.status.code(), Some(2));
    assert!(said.contains("needs a terminal") && said.contains("--screen-reader"), "{said}");
    assert!(piped.stdout.is_empty());

    let settings = folder.path().join("wrong.toml");
    fs::File::create(&settings)?.write_all(b"# mine\n\ncrowd_guard = 0\n")?;
    let wrong = sighej(&["--screen-reader", "--settings", settings.to_str().unwrap()]);
    let said = String::from_utf8(wrong.stderr)?;
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said.contains("wrong.toml, line 3: `crowd_guard` is a number of people from 1 to 200"), "{said}");
    Ok(())
}
