//! Which relay, and the right to read it.

use iced::widget::{center, column, container, row, scrollable, space, text, text_input};
use iced::{Element, Fill, Task};

use super::Asking;
use crate::client::{Address, Client, Pin, Token, Trouble};
use crate::keep::Remembered;
use crate::look::style::{self, Weight};
use crate::look::{Look, gap, pad, size};
use crate::widget::{PAGE, choice, label, press, soft};
use crate::words::{Lang, Word};

/// Characters of a field; what is longer was not meant for it.
const FIELD: usize = 512;
/// The first field, where typing begins.
pub(crate) const ADDRESS: &str = "address";
/// The second one.
pub(crate) const TOKEN: &str = "token";

/// What was typed, and what came of it.
#[derive(Default)]
pub(crate) struct State {
    address: String,
    token: zeroize::Zeroizing<String>,
    pin: Option<Pin>,
    trouble: Option<Trouble>,
    checking: Asking,
    can_go_back: bool,
}

/// Never printed: a token may be in it.
#[derive(Clone)]
pub(crate) enum Message {
    Address(String),
    Token(String),
    Submit,
    Trust(Pin),
    Checked(Box<(Remembered, Client, Token, Result<(), Trouble>)>),
    Demo,
    Back,
    Speak(Lang),
}

/// What the app does next.
pub(crate) enum Action {
    None,
    Run(Task<Message>),
    /// The relay answers: watch it.
    Watch(Remembered, Client, Token),
    Demo,
    Back,
    Speak(Lang),
}

impl State {
    /// Empty fields.
    pub(crate) fn new(can_go_back: bool) -> Self {
        Self { can_go_back, ..Self::default() }
    }

    /// The fields of a relay that could not be opened, and why.
    pub(crate) fn again(relay: &Remembered, trouble: Option<Trouble>, can_go_back: bool) -> Self {
        Self { address: relay.address.to_string(), pin: relay.pin, trouble, can_go_back, ..Self::default() }
    }

    pub(crate) fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Address(text) if text.len() <= FIELD => {
                if text != self.address {
                    // Another relay has another certificate.
                    self.pin = None;
                    self.trouble = None;
                }
                self.address = text;
            }
            Message::Token(text) if text.len() <= FIELD => {
                self.token = text.into();
                self.trouble = None;
            }
            Message::Address(_) | Message::Token(_) => {}
            Message::Submit if self.checking.is_running() => {}
            Message::Submit => return self.submit(),
            Message::Trust(pin) => {
                self.pin = Some(pin);
                return self.submit();
            }
            Message::Checked(checked) => {
                let (relay, client, token, result) = *checked;
                self.checking.is_over();
                match result {
                    Ok(()) => return Action::Watch(relay, client, token),
                    Err(trouble) => self.trouble = Some(trouble),
                }
            }
            Message::Demo => return Action::Demo,
            Message::Back => return Action::Back,
            Message::Speak(lang) => return Action::Speak(lang),
        }
        Action::None
    }

    fn submit(&mut self) -> Action {
        let (address, pin) = match Address::read(&self.address) {
            Ok(read) => read,
            Err(error) => {
                self.trouble = Some(Trouble::Address(error));
                return Action::None;
            }
        };
        let Some(token) = Token::parse(&self.token) else {
            self.trouble = Some(Trouble::NoToken);
            return Action::None;
        };
        self.trouble = None;
        let relay = Remembered { address: address.clone(), pin: pin.or(self.pin) };
        let client = Client::new(address, relay.pin, token.clone());
        let asked = client.clone();
        let check = Task::perform(async move { asked.summary().await }, move |result| {
            Message::Checked(Box::new((relay.clone(), client.clone(), token.clone(), result.map(drop))))
        });
        Action::Run(self.checking.run(check))
    }

    #[cfg(test)]
    pub(crate) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    pub(crate) fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let intro = column![
            text(look.say(Word::ConnectTitle)).size(size::TITLE),
            text(look.say(Word::ConnectIntro)).size(size::BODY).color(look.tones.soft),
        ];
        let card = column![
            intro.spacing(gap::SMALL),
            self.fields(look),
            self.trouble_view(look),
            self.buttons(look),
            demo(look),
            languages(look)
        ];
        let card = container(card.spacing(gap::LARGE).padding(pad::SCREEN))
            .max_width(640)
            .style(style::card(look.tones));
        let card = container(card).padding(pad::SCREEN).center_x(Fill);
        center(scrollable(card).id(PAGE).style(style::scroll(look.tones))).into()
    }

    fn fields<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let address = text_input(look.say(Word::AddressHint), &self.address)
            .id(ADDRESS)
            .on_input(Message::Address)
            .on_submit(Message::Submit)
            .padding(pad::BUTTON)
            .size(size::BODY)
            .style(style::field(look.tones));
        let token = text_input(look.say(Word::TokenHint), &self.token)
            .id(TOKEN)
            .secure(true)
            .on_input(Message::Token)
            .on_submit(Message::Submit)
            .padding(pad::BUTTON)
            .size(size::BODY)
            .style(style::field(look.tones));
        let field = |name, input| column![label(look, look.say(name)), input].spacing(gap::SMALL);
        column![
            field(Word::AddressLabel, address),
            field(Word::TokenLabel, token).push(soft(look, look.say(Word::TokenFrom))),
        ]
        .spacing(gap::MEDIUM)
        .into()
    }

    fn trouble_view<'a>(&'a self, look: &'a Look) -> Option<Element<'a, Message>> {
        let told = self.trouble.as_ref()?;
        let trust = told.seen().map(|pin| {
            press(look, look.say(Word::TrustCertificate), Weight::Usual, Some(Message::Trust(pin)))
        });
        let told = column![super::trouble(look, told)].push(trust).spacing(gap::MEDIUM);
        Some(
            container(told)
                .padding(pad::BANNER)
                .width(Fill)
                .style(style::banner(look.tones, look.tones.bad))
                .into(),
        )
    }

    fn buttons<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let (word, submit) = match self.checking.is_running() {
            true => (Word::Connecting, None),
            false => (Word::Connect, Some(Message::Submit)),
        };
        let back =
            self.can_go_back.then(|| press(look, look.say(Word::Back), Weight::Usual, Some(Message::Back)));
        row![press(look, look.say(word), Weight::Strong, submit)].push(back).spacing(gap::MEDIUM).into()
    }
}

fn demo<'a>(look: &'a Look) -> Option<Element<'a, Message>> {
    cfg!(feature = "demo").then(|| {
        let button = press(look, look.say(Word::TryDemo), Weight::Usual, Some(Message::Demo));
        column![button, soft(look, look.say(Word::DemoMeans))].spacing(gap::SMALL).into()
    })
}

fn languages<'a>(look: &'a Look) -> Element<'a, Message> {
    let one = |lang: Lang| choice(look, lang.name(), lang == look.lang, Message::Speak(lang));
    row(Lang::ALL.map(one)).push(space::horizontal()).spacing(gap::SMALL).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::AddressError;

    fn typed(address: &str, token: &str) -> State {
        let mut state = State::new(false);
        state.update(Message::Address(address.into()));
        state.update(Message::Token(token.into()));
        state
    }

    fn good_token() -> String {
        format!("sighej_admin_{}", "0a".repeat(32))
    }

    #[test]
    fn nothing_is_asked_before_both_fields_can_be_right() {
        for (address, token, trouble) in [
            ("", good_token(), Trouble::Address(AddressError::Host)),
            ("http://relay.example", good_token(), Trouble::Address(AddressError::PlainText)),
            ("127.0.0.1", "password".to_owned(), Trouble::NoToken),
        ] {
            let mut state = typed(address, &token);
            assert!(matches!(state.update(Message::Submit), Action::None));
            assert_eq!(state.trouble(), Some(&trouble));
        }
        let mut state = typed("127.0.0.1", &good_token());
        assert!(matches!(state.update(Message::Submit), Action::Run(_)));
        assert!(matches!(state.update(Message::Submit), Action::None), "one question at a time");
    }

    #[test]
    fn an_answer_leads_to_the_relay_and_a_trouble_stays_here() {
        let mut state = typed("127.0.0.1", &good_token());
        let relay = Remembered { address: "http://127.0.0.1:7412".parse().unwrap(), pin: None };
        let token = Token::parse(&good_token()).unwrap();
        let client = Client::new(relay.address.clone(), None, token.clone());
        let checked =
            |result| Message::Checked(Box::new((relay.clone(), client.clone(), token.clone(), result)));
        assert!(matches!(state.update(checked(Err(Trouble::WrongToken))), Action::None));
        assert_eq!(state.trouble(), Some(&Trouble::WrongToken));
        state.update(Message::Token(String::new()));
        assert_eq!(state.trouble(), None, "typing takes the complaint away");
        assert!(matches!(state.update(checked(Ok(()))), Action::Watch(..)));
    }

    #[test]
    fn a_certificate_is_pinned_for_one_address_alone() {
        let mut state = typed("https://relay.example", &good_token());
        let pin: Pin = "a7".repeat(32).parse().unwrap();
        assert!(matches!(state.update(Message::Trust(pin)), Action::Run(_)));
        assert_eq!(state.pin, Some(pin));
        state.update(Message::Address("https://other.example".into()));
        assert_eq!(state.pin, None);
    }
}
