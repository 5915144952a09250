//! Choices: how it looks, what it speaks, how often it reads, and which relays it knows.

use iced::widget::{Column, column, container, row, space, text};
use iced::{Center, Element, Fill};

use crate::client::Address;
use crate::keep::{Place, Settings, TEXT_SIZES};
use crate::look::style::{self, Weight};
use crate::look::{Look, ThemeName, gap, pad, size};
use crate::widget::{choice, label, press, soft};
use crate::words::{Lang, Word, duration};

/// Seconds between two readings that can be chosen, beside live.
const REFRESHES: [u16; 3] = [15, 60, 300];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Theme(ThemeName),
    Speak(Lang),
    TextSize(u16),
    Refresh(Option<u16>),
    Motion(bool),
    Open(Address),
    Forget(Address),
    Add,
}

/// What the app does next; what was chosen is in the settings already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Draw anew, and keep the settings.
    Changed,
    /// Read at another pace from now on.
    Pace,
    Open(Address),
    Forget(Address),
    Add,
}

/// Takes a choice into the settings.
pub(crate) fn update(settings: &mut Settings, message: Message) -> Action {
    match message {
        Message::Theme(theme) => settings.theme = theme,
        Message::Speak(lang) => settings.lang = lang,
        Message::TextSize(size) => settings.text_size = size,
        Message::Motion(motion) => settings.motion = motion,
        Message::Refresh(refresh) => {
            settings.refresh_secs = refresh;
            return Action::Pace;
        }
        Message::Open(address) => return Action::Open(address),
        Message::Forget(address) => {
            settings.forget(&address);
            return Action::Forget(address);
        }
        Message::Add => return Action::Add,
    }
    Action::Changed
}

/// `used` is the relay that is watched, `place` where tokens are kept, if one was.
pub(crate) fn view<'a>(
    look: &'a Look,
    settings: &'a Settings,
    used: Option<&'a Address>,
    place: Option<Place>,
) -> Element<'a, Message> {
    let content = column![choices(look, settings), relays(look, settings, used, place), keys(look)];
    super::page(look, Word::Settings, soft(look, ""), content.spacing(gap::MEDIUM))
}

fn choices<'a>(look: &'a Look, settings: &'a Settings) -> Element<'a, Message> {
    let themes = ThemeName::ALL
        .map(|theme| choice(look, look.say(theme.word()), theme == settings.theme, Message::Theme(theme)));
    let langs = Lang::ALL.map(|lang| choice(look, lang.name(), lang == settings.lang, Message::Speak(lang)));
    let sizes = TEXT_SIZES
        .map(|size| choice(look, format!("{size} %"), size == settings.text_size, Message::TextSize(size)));
    let live =
        choice(look, look.say(Word::RefreshLive), settings.refresh_secs.is_none(), Message::Refresh(None));
    let every = REFRESHES.map(|secs| {
        let name = look.lang.fill(Word::RefreshEvery, &[&duration(secs.into(), look.lang)]);
        choice(look, name, settings.refresh_secs == Some(secs), Message::Refresh(Some(secs)))
    });
    let motions = [(true, Word::MotionOn), (false, Word::MotionOff)];
    let motions = motions.map(|(motion, word)| {
        choice(look, look.say(word), motion == settings.motion, Message::Motion(motion))
    });
    let line = |name, choices: Vec<Element<'a, Message>>| {
        let name = text(look.say(name)).size(size::BODY).width(150);
        row![name, row(choices).spacing(gap::SMALL).wrap()].spacing(gap::MEDIUM).align_y(Center)
    };
    let lines = column![
        line(Word::Theme, themes.into()),
        line(Word::Language, langs.into()),
        line(Word::TextSize, sizes.into()),
        line(Word::Refresh, std::iter::once(live).chain(every).collect()),
        line(Word::Motion, motions.into()),
    ];
    container(lines.spacing(gap::MEDIUM)).padding(pad::CARD).width(Fill).style(style::card(look.tones)).into()
}

fn relays<'a>(
    look: &'a Look,
    settings: &'a Settings,
    used: Option<&'a Address>,
    place: Option<Place>,
) -> Element<'a, Message> {
    let rows = settings.relays.iter().map(|relay| {
        let is_used = used == Some(&relay.address);
        let open: Element<'a, Message> = if is_used {
            soft(look, look.say(Word::InUse)).into()
        } else {
            press(look, look.say(Word::Open), Weight::Usual, Some(Message::Open(relay.address.clone())))
        };
        let forget =
            press(look, look.say(Word::Forget), Weight::Faint, Some(Message::Forget(relay.address.clone())));
        row![text(relay.address.to_string()).size(size::BODY), space::horizontal(), open, forget]
            .spacing(gap::MEDIUM)
            .align_y(Center)
            .into()
    });
    let place = place.map(|place| match place {
        Place::Keyring => soft(look, look.say(Word::TokensInKeyring)),
        Place::File => soft(look, look.say(Word::TokensInFile)),
    });
    let add = press(look, look.say(Word::AddRelay), Weight::Usual, Some(Message::Add));
    let rows = (!settings.relays.is_empty()).then(|| Column::with_children(rows).spacing(gap::SMALL));
    let card = column![label(look, look.say(Word::Remembered))].push(rows).push(add);
    container(card.push(place).spacing(gap::MEDIUM))
        .padding(pad::CARD)
        .width(Fill)
        .style(style::card(look.tones))
        .into()
}

fn keys<'a>(look: &'a Look) -> Element<'a, Message> {
    let lines = column![
        label(look, look.say(Word::Keys)),
        soft(look, look.say(Word::KeysScreens)),
        soft(look, look.say(Word::KeysOthers)),
    ];
    container(lines.spacing(gap::SMALL)).padding(pad::CARD).width(Fill).style(style::card(look.tones)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keep::Remembered;

    #[test]
    fn choices_go_into_the_settings_and_say_what_follows() {
        let mut settings = Settings::default();
        let address: Address = "http://127.0.0.1:1".parse().unwrap();
        settings.remember(Remembered { address: address.clone(), pin: None });
        let mut choose = |message| update(&mut settings, message);
        assert_eq!(choose(Message::Theme(ThemeName::Contrast)), Action::Changed);
        assert_eq!(choose(Message::Speak(Lang::Da)), Action::Changed);
        assert_eq!(choose(Message::Refresh(Some(60))), Action::Pace);
        assert_eq!(choose(Message::Open(address.clone())), Action::Open(address.clone()));
        assert_eq!(choose(Message::Forget(address.clone())), Action::Forget(address));
        assert_eq!(
            (settings.theme, settings.lang, settings.refresh_secs),
            (ThemeName::Contrast, Lang::Da, Some(60))
        );
        assert!(settings.relays.is_empty());
    }
}
