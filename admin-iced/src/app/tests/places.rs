//! Every text has its place: inside the window, and on no other text, whatever the window, the size of text and the
//! language. With `SIGHEJ_PICTURES=FOLDER` pictures of all that is tried are kept, to be looked at.

use iced::Rectangle;

use super::seen::Seen;
use super::*;

/// The smallest window that there can be, and those that people have.
const WINDOWS: [(f32, f32); 4] = [(720.0, 520.0), (900.0, 600.0), (1280.0, 800.0), (1920.0, 1080.0)];
/// Of texts that touch: rounding.
const TOUCH: f32 = 1.0;
/// A folder for pictures.
const PICTURES: &str = "SIGHEJ_PICTURES";

#[test]
fn every_text_is_inside_the_window_and_on_no_other() {
    let mut wrong = Vec::new();
    for lang in Lang::ALL {
        for (name, app) in screens(lang) {
            for (width, height) in WINDOWS {
                for percent in [100_u16, 150, 200] {
                    let scale = f32::from(percent) / 100.0;
                    let window = Size::new(width / scale, height / scale);
                    let name = format!("{name}-{lang:?}-{width}x{height}-{percent}");
                    if (width, height) == WINDOWS[0] || std::env::var_os(PICTURES).is_some() {
                        draw(&app, window, &name);
                    }
                    misplaced(&app, window).iter().for_each(|text| wrong.push(format!("{name}: {text}")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} texts:\n{}", wrong.len(), wrong.join("\n"));
}

/// All screens, each in a theme.
pub(super) fn screens(lang: Lang) -> Vec<(&'static str, App)> {
    let themes = [ThemeName::Light, ThemeName::Dark, ThemeName::Contrast];
    let open = |theme: usize, messages: Vec<Message>| {
        let mut app = watching(themes[theme], lang);
        messages.into_iter().for_each(|message| act(&mut app, message));
        app
    };
    let over_time = Message::OverTime(over_time::Message::Answered(Ok(over_time::tests::answer(60))));
    let point = Message::OverTime(over_time::Message::Move(-7));
    let interests = Message::Interests(interests::Message::Answered(Ok(interests::tests::answer())));
    let health = (health::tests::health(), Duration::from_millis(3));
    let health = Message::Health(health::Message::Answered(Ok(health)));
    let mut lost = open(1, vec![]);
    hear(&mut lost, Heard::Lost { trouble: Trouble::WrongToken, pause: Duration::from_secs(30) });
    let mut lost_health = open(0, vec![Message::Go(Tab::Health), health.clone()]);
    hear(&mut lost_health, Heard::Lost { trouble: Trouble::Silent, pause: Duration::from_secs(15) });
    let mut first = fresh(themes[0], lang);
    act(&mut first, Message::Connect(connect::Message::Address("http://relay.example".into())));
    act(&mut first, Message::Connect(connect::Message::Submit));
    let seen = "a7".repeat(32).parse().unwrap();
    let mut pin = open(2, vec![]);
    hear(
        &mut pin,
        Heard::Lost { trouble: Trouble::WrongCertificate { seen }, pause: Duration::from_secs(30) },
    );
    act(&mut pin, Message::EnterAgain);
    let mut lost_wall = open(1, vec![Message::Wall(true)]);
    hear(&mut lost_wall, Heard::Lost { trouble: Trouble::WrongToken, pause: Duration::from_secs(30) });
    vec![
        ("now", open(0, vec![])),
        ("over-time", open(1, vec![Message::Go(Tab::OverTime), over_time, point])),
        ("interests", open(2, vec![Message::Go(Tab::Interests), interests])),
        ("health", open(0, vec![Message::Go(Tab::Health), health])),
        ("settings", open(1, vec![Message::Go(Tab::Settings)])),
        ("wall", open(2, vec![Message::Wall(true)])),
        ("lost", lost),
        ("lost-health", lost_health),
        ("lost-wall", lost_wall),
        ("first", first),
        ("pin", pin),
    ]
}

fn misplaced(app: &App, window: Size) -> Vec<String> {
    let Seen { texts, pages } = Seen::of(app, window);
    assert!(!texts.is_empty(), "texts are found");
    let all = Rectangle::with_size(window);
    let outside = texts.iter().filter(|text| {
        let bounds = text.bounds;
        let is_beside = bounds.x < -TOUCH || bounds.x + bounds.width > all.width + TOUCH;
        let may_scroll = pages.iter().any(|page| page.x <= bounds.x && bounds.x < page.x + page.width);
        is_beside || (text.visible.is_none() && !may_scroll)
    });
    let outside = outside.map(|text| format!("{:?} is outside: {:?}", text.content, text.bounds));
    let shown: Vec<(&str, Rectangle)> =
        texts.iter().filter_map(|text| Some((text.content.as_str(), text.visible?))).collect();
    let pairs =
        shown.iter().enumerate().flat_map(|(at, one)| shown[at + 1..].iter().map(move |other| (one, other)));
    let over = pairs.filter(|((_, one), (_, other))| {
        one.intersection(other).is_some_and(|both| both.width > TOUCH && both.height > TOUCH)
    });
    outside.chain(over.map(|((one, _), (other, _))| format!("{one:?} on {other:?}"))).collect()
}

/// Nothing is too small to be drawn.
fn draw(app: &App, window: Size, name: &str) {
    let picture = simulator_of(app, window).snapshot(&app.look.tones.theme()).unwrap();
    if let Some(folder) = std::env::var_os(PICTURES) {
        assert!(picture.matches_image(Path::new(&folder).join(name)).unwrap());
    }
}
