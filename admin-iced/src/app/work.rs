//! What is kept and exported off the threads that draw, and the note that tells how it went.

use std::time::Duration;

use iced::Task;

use super::{App, Message, Note, Stage};
use crate::keep::{KeepError, Place};
use crate::words::Word;

/// How long a note stays.
const NOTE_FOR: Duration = Duration::from_secs(8);

impl App {
    pub(super) fn keep_settings(&self) -> Task<Message> {
        let (settings, folder) = (self.settings.clone(), self.folder.clone());
        self.keeping(move || settings.write(&folder).map(|()| None))
    }

    /// Waits for disk or keyring where it holds nobody up.
    pub(super) fn keeping(
        &self,
        work: impl FnOnce() -> Result<Option<Place>, KeepError> + Send + 'static,
    ) -> Task<Message> {
        blocking(move || Message::Kept(work().map_err(|error| error.to_string())))
    }

    pub(super) fn export(&mut self) -> Task<Message> {
        let Stage::Watching(watch) = &self.stage else { return Task::none() };
        let Some(table) = watch.table(&self.look) else { return Task::none() };
        let (folder, now, zone) = (self.folder.clone(), self.now, self.look.zone.clone());
        blocking(move || {
            Message::Exported(table.save(&folder, now, &zone).map_err(|error| error.to_string()))
        })
    }

    pub(super) fn could_not_keep(&mut self, why: &str) -> Task<Message> {
        let text = self.look.lang.fill(Word::NotKept, &[why]);
        self.note(text, true)
    }

    /// Whoever chose that the processor draws knows it.
    #[cfg(feature = "gpu")]
    pub(super) fn drawn_by_software(&mut self) -> Task<Message> {
        let is_chosen = std::env::var("ICED_BACKEND").is_ok_and(|chosen| !chosen.contains("wgpu"));
        if is_chosen {
            return Task::none();
        }
        self.note(self.look.say(Word::NoGraphicsCard).to_owned(), false)
    }

    pub(super) fn note(&mut self, text: String, is_bad: bool) -> Task<Message> {
        self.notes += 1;
        let number = self.notes;
        self.note = Some(Note { number, text, is_bad });
        Task::perform(async { tokio::time::sleep(NOTE_FOR).await }, move |()| Message::NoteOver(number))
    }
}

/// Work that waits for a disk or for another program, off the threads that draw.
pub(super) fn blocking(work: impl FnOnce() -> Message + Send + 'static) -> Task<Message> {
    Task::perform(async { tokio::task::spawn_blocking(work).await }, |done| done.unwrap_or(Message::Nothing))
}
