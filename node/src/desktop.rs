//! Notifications through the desktop's own service (the freedesktop.org specification). They lie on screens that anybody
//! may see: no interest stands in one until the attendee opens it.

#[cfg(target_os = "linux")]
pub(crate) use freedesktop::Desktop;
#[cfg(not(target_os = "linux"))]
pub(crate) use nothing::Desktop;

#[cfg(target_os = "linux")]
mod freedesktop {
    use std::{collections::HashMap, time::Duration};

    use futures::StreamExt;
    use sighej_node::{
        Nudge,
        report::{self, Lang},
    };
    use tokio::time::timeout;
    use zbus::{Connection, MatchRule, MessageStream, message, zvariant::Value};

    use crate::app::words::Words;

    const SERVICE: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";
    /// How long the desktop has to answer. Whatever it does, the app goes on.
    const PATIENCE: Duration = Duration::from_secs(2);
    /// The action of a click on the notification itself.
    const OPEN: &str = "default";
    /// Clicks that wait to be looked at; the oldest go.
    const CLICKS: usize = 16;

    /// The desktop's service, asked for when there is first something to tell.
    pub(crate) struct Desktop {
        is_wanted: bool,
        bus: Option<Bus>,
        /// The notification that is there now.
        shown: Option<u32>,
    }

    struct Bus {
        connection: Connection,
        clicks: MessageStream,
    }

    impl Desktop {
        pub(crate) fn new(is_wanted: bool) -> Desktop {
            Desktop { is_wanted, bus: None, shown: None }
        }

        /// Says that there is a card, and not a word of what stands on it.
        pub(crate) async fn tell(&mut self, words: &Words) {
            self.notify(&words.notify_title, &words.notify_body, &[OPEN, &words.notify_open]).await;
        }

        /// The attendee has opened it: now it says what is shared.
        pub(crate) async fn unfold(&mut self, nudge: &Nudge, lang: Lang) {
            let (colour, name) = report::cue_names(nudge.cue, lang);
            let title = format!("{} {colour} · {name}", nudge.cue.emoji);
            // Some desktops read the body as markup, and a shared interest can be anybody's own words.
            let body = report::sentence(nudge, lang).replace('&', "&amp;").replace('<', "&lt;");
            self.notify(&title, &body, &[]).await;
        }

        /// Waits until the attendee opens the notification. May be cancelled without loss.
        pub(crate) async fn opened(&mut self) {
            let Some(Bus { clicks, .. }) = &mut self.bus else { return std::future::pending().await };
            while let Some(click) = clicks.next().await {
                let clicked = click.ok().and_then(|click| click.body().deserialize::<(u32, String)>().ok());
                if clicked.is_some_and(|(id, action)| Some(id) == self.shown && action == OPEN) {
                    return;
                }
            }
            std::future::pending().await
        }

        /// Takes the notification back.
        pub(crate) async fn close(&mut self) {
            if let (Some(bus), Some(id)) = (&self.bus, self.shown.take()) {
                let closing =
                    bus.connection.call_method(Some(SERVICE), PATH, Some(SERVICE), "CloseNotification", &id);
                // It may have gone by itself.
                let _closed = timeout(PATIENCE, closing).await;
            }
        }

        async fn notify(&mut self, title: &str, body: &str, actions: &[&str]) {
            if !self.is_wanted {
                return;
            }
            if self.bus.is_none() {
                self.bus = timeout(PATIENCE, Bus::find()).await.ok().and_then(Result::ok);
            }
            let Some(bus) = &self.bus else {
                // There is no such desktop here; the screen says it all the same.
                self.is_wanted = false;
                return;
            };
            // Not kept in the desktop's list of what has been.
            let hints = HashMap::from([("transient", Value::from(true))]);
            let replaces = self.shown.unwrap_or(0);
            let arguments = ("SigHej", replaces, "", title, body, actions, hints, -1_i32);
            let asking = bus.connection.call_method(Some(SERVICE), PATH, Some(SERVICE), "Notify", &arguments);
            let answer = timeout(PATIENCE, asking).await.ok().and_then(Result::ok);
            self.shown = answer.and_then(|answer| answer.body().deserialize().ok());
        }
    }

    impl Bus {
        async fn find() -> zbus::Result<Bus> {
            let connection = Connection::session().await?;
            let rule = MatchRule::builder()
                .msg_type(message::Type::Signal)
                .interface(SERVICE)?
                .member("ActionInvoked")?
                .build();
            let clicks = MessageStream::for_match_rule(rule, &connection, Some(CLICKS)).await?;
            Ok(Bus { connection, clicks })
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod nothing {
    use sighej_node::{Nudge, report::Lang};

    use crate::app::words::Words;

    /// No service of this desktop is known here: the screen alone tells.
    pub(crate) struct Desktop;

    #[expect(clippy::unused_async, reason = "other desktops have something to wait for")]
    impl Desktop {
        pub(crate) fn new(_: bool) -> Desktop {
            Desktop
        }

        pub(crate) async fn tell(&mut self, _: &Words) {}

        pub(crate) async fn unfold(&mut self, _: &Nudge, _: Lang) {}

        pub(crate) async fn opened(&mut self) {
            std::future::pending().await
        }

        pub(crate) async fn close(&mut self) {}
    }
}
