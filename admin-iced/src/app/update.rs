//! What follows from a message.

use iced::{Task, window};

use super::{App, Message, Stage, keys, now};
use crate::client::Client;
use crate::look::Look;
use crate::screen::{connect, settings};
use crate::words::Word;

impl App {
    pub(crate) fn update(&mut self, message: Message) -> Task<Message> {
        self.now = now();
        match message {
            Message::Connect(message) => self.connecting(message),
            Message::Settings(message) => self.choose(message),
            Message::Fetched(relay, Ok(Some(token))) => {
                let client = Client::new(relay.address.clone(), relay.pin, token);
                self.watch(relay, client)
            }
            Message::Fetched(relay, Ok(None)) => self.ask_again(&relay),
            Message::Fetched(relay, Err(why)) => {
                let noted = self.could_not_keep(&why);
                Task::batch([noted, self.ask_again(&relay)])
            }
            Message::Kept(Ok(place)) => {
                self.place = place.or(self.place);
                Task::none()
            }
            Message::Kept(Err(why)) => self.could_not_keep(&why),
            #[cfg(feature = "demo")]
            Message::Demo(Ok(demo)) => self.watch_demo(demo),
            #[cfg(feature = "demo")]
            Message::Demo(Err(why)) => {
                let text = self.look.lang.fill(Word::DemoFailed, &[&why]);
                Task::batch([self.connect(connect::State::new(false)), self.note(text, true)])
            }
            Message::Key(event) => keys::pressed(self, event),
            Message::Wall(is_wall) => self.wall(is_wall),
            Message::EnterAgain => self.enter_again(),
            Message::Export => self.export(),
            Message::Exported(Ok(path)) => {
                let text = self.look.lang.fill(Word::Exported, &[&path.display().to_string()]);
                self.note(text, false)
            }
            Message::Exported(Err(why)) => {
                let text = self.look.lang.fill(Word::NotExported, &[&why]);
                self.note(text, true)
            }
            Message::NoteOver(number) => {
                self.note = self.note.take().filter(|note| note.number != number);
                Task::none()
            }
            #[cfg(feature = "gpu")]
            Message::DrawnBySoftware => self.drawn_by_software(),
            Message::Tick | Message::Nothing => Task::none(),
            Message::OverTime(_)
            | Message::Interests(_)
            | Message::Health(_)
            | Message::Heard(..)
            | Message::Frame(_)
            | Message::Go(_)
            | Message::TryNow => {
                // One that is behind another screen goes on hearing, so that it shows nothing old as new later.
                let (Stage::Watching(watch) | Stage::Connect { behind: Some(watch), .. }) = &mut self.stage
                else {
                    return Task::none();
                };
                watch.update(message, &self.settings, &self.look, self.now)
            }
        }
    }

    pub(super) fn connecting(&mut self, message: connect::Message) -> Task<Message> {
        let Stage::Connect { screen, behind } = &mut self.stage else { return Task::none() };
        match screen.update(message) {
            connect::Action::None => Task::none(),
            connect::Action::Run(task) => task.map(Message::Connect),
            connect::Action::Watch(relay, client, token) => {
                self.settings.remember(relay.clone());
                let (tokens, address) = (self.tokens.clone(), relay.address.clone());
                let kept = self.keeping(move || tokens.put(&address, &token).map(Some));
                Task::batch([self.keep_settings(), kept, self.watch(relay, client)])
            }
            connect::Action::Demo => self.start_demo(),
            connect::Action::Back => {
                if let Some(watch) = behind.take() {
                    self.stage = Stage::Watching(watch);
                }
                Task::none()
            }
            connect::Action::Speak(lang) => self.choose(settings::Message::Speak(lang)),
        }
    }

    pub(super) fn choose(&mut self, message: settings::Message) -> Task<Message> {
        let action = settings::update(&mut self.settings, message);
        self.dress();
        let kept = self.keep_settings();
        let then = match action {
            settings::Action::Changed => Task::none(),
            settings::Action::Pace => match &mut self.stage {
                Stage::Watching(watch) => watch.listen(self.settings.pace()),
                Stage::Waiting(_) | Stage::Connect { .. } => Task::none(),
            },
            settings::Action::Open(address) => {
                match self.settings.relays.iter().find(|relay| relay.address == address).cloned() {
                    Some(relay) => self.fetch(relay),
                    None => Task::none(),
                }
            }
            settings::Action::Forget(address) => self.forget(address),
            settings::Action::Add => self.connect(connect::State::new(true)),
        };
        Task::batch([kept, then])
    }

    /// Takes theme and language out of the settings.
    pub(super) fn dress(&mut self) {
        self.look.tones = self.settings.theme.tones();
        self.look.lang = self.settings.lang;
        self.small_look = Look { is_small: true, ..self.look.clone() };
        if let Stage::Watching(watch) = &self.stage {
            watch.redraw();
        }
    }

    pub(super) fn resize(&mut self, larger: bool) -> Task<Message> {
        self.settings.resize(larger);
        self.keep_settings()
    }

    pub(super) fn wall(&mut self, is_wall: bool) -> Task<Message> {
        self.is_wall = is_wall;
        let mode = if is_wall { window::Mode::Fullscreen } else { window::Mode::Windowed };
        window::latest().and_then(move |id| window::set_mode(id, mode))
    }
}
