//! `sighej run --notify`: nudges on the desktop, for a program that nobody watches.

#[cfg(feature = "app")]
pub(super) use desktop::Notices;
#[cfg(not(feature = "app"))]
pub(super) use nothing::Notices;

#[cfg(feature = "app")]
mod desktop {
    use sighej_node::{Event, NodeEvent, Nudge, report::Lang};

    use crate::{app::words::Words, cli::Ended, desktop::Desktop};

    /// What the desktop shows now.
    pub(in crate::cli) struct Notices {
        desktop: Desktop,
        words: Words,
        lang: Lang,
        /// What a click unfolds.
        newest: Option<Nudge>,
    }

    impl Notices {
        pub(in crate::cli) fn new(lang: Lang) -> Result<Notices, Ended> {
            let words = Words::of(lang).map_err(Ended::failed)?;
            Ok(Notices { desktop: Desktop::new(true), words, lang, newest: None })
        }

        /// Tells of a nudge; once the session is over, nothing of it stays.
        pub(in crate::cli) async fn pass(&mut self, event: &NodeEvent) {
            if let NodeEvent::Engine(Event::Nudge(nudge)) = event {
                self.newest = Some(nudge.clone());
                self.desktop.tell(&self.words).await;
            } else if let NodeEvent::Engine(Event::Closed(_)) = event {
                self.take_back().await;
            }
        }

        /// Waits until the attendee opens the notification, and then says what is shared. May be cancelled while it waits.
        pub(in crate::cli) async fn opened(&mut self) {
            self.desktop.opened().await;
            if let Some(nudge) = self.newest.take() {
                self.desktop.unfold(&nudge, self.lang).await;
            }
        }

        /// Nothing is left on the desktop.
        pub(in crate::cli) async fn take_back(&mut self) {
            self.newest = None;
            self.desktop.close().await;
        }
    }
}

#[cfg(not(feature = "app"))]
mod nothing {
    use sighej_node::{NodeEvent, report::Lang};

    use crate::cli::Ended;

    /// A build without the app knows no desktop.
    pub(in crate::cli) struct Notices;

    #[expect(clippy::unused_async, reason = "a desktop has something to wait for")]
    impl Notices {
        pub(in crate::cli) fn new(_: Lang) -> Result<Notices, Ended> {
            Err(Ended::usage("--notify: this build of sighej knows no notifications; leave it out"))
        }

        pub(in crate::cli) async fn pass(&mut self, _: &NodeEvent) {}

        pub(in crate::cli) async fn opened(&mut self) {
            std::future::pending().await
        }

        pub(in crate::cli) async fn take_back(&mut self) {}
    }
}
