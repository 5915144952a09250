//! Which relay is watched: asked for, fetched, forgotten, or the demo's own.

use iced::Task;
use iced::widget::operation;

use super::work::blocking;
use super::{App, Message, Stage, Watch};
use crate::client::{Address, Client};
use crate::keep::Remembered;
use crate::screen::connect;
use crate::words::Word;

impl App {
    pub(super) fn forget(&mut self, address: Address) -> Task<Message> {
        let (tokens, forgotten) = (self.tokens.clone(), address.clone());
        let kept = self.keeping(move || tokens.forget(&forgotten).map(|()| None));
        let is_used = matches!(&self.stage, Stage::Watching(watch) if *watch.address() == address);
        let then = if is_used { self.connect(connect::State::new(false)) } else { Task::none() };
        Task::batch([kept, then])
    }

    pub(super) fn fetch(&mut self, relay: Remembered) -> Task<Message> {
        let tokens = self.tokens.clone();
        self.stage = Stage::Waiting(Word::Connecting);
        blocking(move || {
            let token = tokens.get(&relay.address).map_err(|error| error.to_string());
            Message::Fetched(relay, token)
        })
    }

    pub(super) fn ask_again(&mut self, relay: &Remembered) -> Task<Message> {
        self.connect(connect::State::again(relay, None, false))
    }

    /// From the banner: the fields, with what is wrong.
    pub(super) fn enter_again(&mut self) -> Task<Message> {
        let Stage::Watching(watch) = &self.stage else { return Task::none() };
        self.connect(connect::State::again(watch.relay(), watch.trouble().cloned(), true))
    }

    /// Asks for a relay; where one is watched, it is kept behind.
    pub(super) fn connect(&mut self, screen: connect::State) -> Task<Message> {
        let before = std::mem::replace(&mut self.stage, Stage::Waiting(Word::Connecting));
        let behind = match before {
            Stage::Watching(watch) => Some(watch),
            Stage::Connect { behind, .. } => behind,
            Stage::Waiting(_) => None,
        };
        self.stage = Stage::Connect { screen: Box::new(screen), behind };
        operation::focus(connect::ADDRESS)
    }

    pub(super) fn watch(&mut self, relay: Remembered, client: Client) -> Task<Message> {
        self.watched += 1;
        let (watch, task) = Watch::new(self.watched, relay, client, self.settings.pace());
        self.stage = Stage::Watching(Box::new(watch));
        task
    }

    #[cfg(feature = "demo")]
    pub(super) fn start_demo(&mut self) -> Task<Message> {
        self.stage = Stage::Waiting(Word::DemoStarting);
        blocking(|| Message::Demo(crate::demo::Demo::start().map_err(|error| format!("{error:#}"))))
    }

    #[cfg(not(feature = "demo"))]
    pub(super) fn start_demo(&mut self) -> Task<Message> {
        let text = self.look.lang.fill(Word::DemoFailed, &["built without it"]);
        self.note(text, true)
    }

    #[cfg(feature = "demo")]
    pub(super) fn watch_demo(&mut self, demo: crate::demo::Demo) -> Task<Message> {
        let (relay, client) = (Remembered { address: demo.address(), pin: None }, demo.client());
        let task = self.watch(relay, client);
        if let Stage::Watching(watch) = &mut self.stage {
            watch.hold(demo);
        }
        task
    }
}
