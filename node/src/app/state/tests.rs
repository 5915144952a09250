use sighej_crypto::{COLOURS, Cue, EMOJI, Interest, InterestSet, RHYTHMS};
use sighej_node::{Event, IntentError, NudgeId, Reach, RelayEvent, Transport};

use super::*;

const NOW: Now = Now { elapsed: Duration::from_secs(5), utc: Duration::from_secs(1_800_000_000) };

/// Somebody who likes these.
pub(in crate::app) fn app(lang: Lang, likes: &[&str]) -> App {
    let set = InterestSet::new(likes.iter().map(|text| Interest::parse(text).unwrap())).unwrap();
    App::new(lang, Words::of(lang).unwrap(), Settings::default(), Picker::new(&set), false, 0)
}

pub(in crate::app) fn nudge(id: u64, shared: &[&str]) -> NodeEvent {
    let (emoji, name, name_da) = EMOJI[1];
    NodeEvent::Engine(Event::Nudge(Nudge {
        id: NudgeId(id),
        interests: shared.iter().map(|text| Interest::parse(text).unwrap()).collect(),
        cue: Cue { colour: &COLOURS[1], emoji, name, name_da, rhythm: &RHYTHMS[7] },
        transport: Transport::Relay,
        reach: Reach::Relay,
    }))
}

fn press(app: &mut App, key: Key) -> Vec<Effect> {
    app.handle(Input::Key(key), NOW)
}

#[test]
fn one_key_opens_and_closes_and_never_without_interests() {
    let mut empty = app(Lang::En, &[]);
    press(&mut empty, Key::Esc);
    assert!(press(&mut empty, Key::Char(' ')).is_empty());
    assert_eq!(
        (empty.screen, empty.notice()),
        (Screen::Interests, Some(empty.words.said_need_interests.as_str()))
    );

    let mut app = app(Lang::En, &["chess"]);
    let effects = press(&mut app, Key::Char(' '));
    assert!(matches!(
        effects[..],
        [Effect::Intend(Intent::Interests { insist: false, .. }), Effect::Intend(Intent::Open)]
    ));
    app.handle(Input::Node(&NodeEvent::Engine(Event::Opened)), NOW);
    assert_eq!(app.life, Life::Open);
    assert!(matches!(press(&mut app, Key::Char(' '))[..], [Effect::Intend(Intent::Close)]));
}

#[test]
fn a_nudge_shows_its_card_and_is_put_away_in_either_way() {
    for (key, never) in [(Key::Char('n'), false), (Key::Char('x'), true)] {
        let mut app = app(Lang::En, &["chess"]);
        assert!(matches!(app.handle(Input::Node(&nudge(3, &["chess"])), NOW)[..], [Effect::Notify]));
        assert!(app.screen == Screen::Card && app.pulses());
        let effects = press(&mut app, key);
        let is_right = match &effects[..] {
            [Effect::Intend(Intent::NotNow(id)), Effect::Unnotify] => !never && *id == NudgeId(3),
            [Effect::Intend(Intent::Block(id)), Effect::Unnotify] => never && *id == NudgeId(3),
            _ => false,
        };
        assert!(is_right, "{effects:?}");
        assert!(app.card().is_none() && app.screen == Screen::Home && !app.pulses());
    }
}

#[test]
fn whoever_is_typing_is_told_and_not_torn_away() {
    let mut app = app(Lang::En, &["chess"]);
    press(&mut app, Key::Char('i'));
    app.handle(Input::Node(&nudge(0, &["chess"])), NOW);
    assert_eq!((app.screen, app.notice()), (Screen::Interests, Some(app.words.nudged_lately.as_str())));
}

#[test]
fn the_panic_key_is_one_key_on_every_screen() {
    for screen in [Screen::Home, Screen::Interests, Screen::Card, Screen::Policy, Screen::Help] {
        let mut app = app(Lang::En, &["chess"]);
        app.handle(Input::Node(&nudge(0, &["chess"])), NOW);
        app.screen = screen;
        assert!(matches!(press(&mut app, Key::Wipe)[..], [Effect::Wipe]), "{screen:?}");
        assert!(matches!(press(&mut app, Key::Quit)[..], [Effect::Quit]), "{screen:?}");
    }
}

#[test]
fn changed_interests_reach_the_node_and_the_last_one_taken_away_closes() {
    let mut app = app(Lang::En, &["chess"]);
    app.handle(Input::Node(&NodeEvent::Engine(Event::Opened)), NOW);
    press(&mut app, Key::Char('i'));
    "go".chars().for_each(|letter| assert!(press(&mut app, Key::Char(letter)).is_empty()));
    assert!(matches!(press(&mut app, Key::Enter)[..], [Effect::Save]));
    let effects = press(&mut app, Key::Esc);
    assert!(matches!(effects[..], [Effect::Intend(Intent::Interests { insist: false, .. })]), "{effects:?}");
    let effects = press(&mut app, Key::Char('n'));
    assert!(matches!(effects[..], [Effect::Intend(Intent::Interests { insist: true, .. })]), "{effects:?}");
    press(&mut app, Key::Char('i'));
    press(&mut app, Key::Enter);
    press(&mut app, Key::Enter);
    assert!(app.picker.chosen().is_empty());
    assert!(matches!(press(&mut app, Key::Esc)[..], [Effect::Intend(Intent::Close)]));
}

#[test]
fn every_reason_has_words_of_its_own() {
    let mut app = app(Lang::Da, &["chess"]);
    app.handle(Input::Node(&NodeEvent::Engine(Event::Opened)), NOW);
    let reasons = [
        Alone::NotOpen,
        Alone::Paused,
        Alone::BetweenEpochs,
        Alone::NothingHeard,
        Alone::TooFar,
        Alone::CrowdGuard { more: 1 },
        Alone::CrowdGuard { more: 2 },
        Alone::CoolDown,
        Alone::QuietHours,
        Alone::BudgetSpent,
        Alone::FindingOut,
        Alone::NothingShared,
    ];
    let mut said = std::collections::BTreeSet::new();
    for alone in reasons {
        let status = Status {
            epoch: None,
            heard: 0,
            near: 2,
            crowd: 2,
            exchanges: 0,
            budget_left: 8,
            nudges: 0,
            alone: Some(alone),
        };
        app.handle(Input::Status(status), NOW);
        said.insert(app.why_alone().unwrap());
    }
    assert_eq!(said.len(), reasons.len());
}

#[test]
fn what_is_shared_is_on_the_screen_of_the_policy_before_it_is_sent() {
    let mut app = app(Lang::En, &["chess"]);
    let stands = |app: &App| {
        let rules = crate::app::policy::rules(app);
        rules.into_iter().find(|rule| rule.name == app.words.policy_statistics).unwrap().now
    };
    assert_eq!(stands(&app), "nothing is sent");
    let offer = Offer { event: "Rust Nation".into(), epsilon: 2.0 };
    app.handle(Input::Statistics(Sharing::Offered(offer.clone()), "so it will be".into()), NOW);
    assert_eq!(app.notice(), Some("so it will be"));
    assert_eq!(stands(&app), "“Rust Nation” gets one of your interests, hidden in noise (epsilon 2)");
    app.handle(Input::Statistics(Sharing::Sent(offer), "sent".into()), NOW);
    assert_eq!(stands(&app), "sent once for “Rust Nation”, hidden in noise (epsilon 2)");
}

#[test]
fn what_cannot_be_done_is_told_in_the_readers_language() {
    let mut app = app(Lang::Da, &["skak"]);
    for error in [IntentError::NotOpen, IntentError::NotPaused, IntentError::PauseOver] {
        app.handle(Input::Refused(CommandError::Refused(error)), NOW);
        let said = app.notice().unwrap();
        assert!(
            said.starts_with("Det kan ikke lade sig gøre nu: ") && !said.contains(&error.to_string()),
            "{said}"
        );
    }
    app.picked(&Picked::Unusable(InterestError::Empty));
    assert_eq!(app.notice(), Some("Det kan ikke være en interesse: den har ingen synlige tegn"));
}

#[test]
fn a_clock_that_is_off_is_told() {
    let mut app = app(Lang::Da, &["skak"]);
    app.handle(Input::Node(&NodeEvent::Engine(Event::Relay(RelayEvent::ClockOff { ahead_secs: -90 }))), NOW);
    assert!(app.notice().unwrap().contains("90 sekunder"), "{:?}", app.notice());
}
