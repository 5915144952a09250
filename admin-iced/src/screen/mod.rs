//! The screens, one file each: `Message`, `Action`, `update`, `view`. Work that is under way is held by the state that
//! asked for it, so that leaving a screen cancels it.

mod answers;
pub(crate) mod connect;
pub(crate) mod health;
pub(crate) mod interests;
pub(crate) mod now;
pub(crate) mod over_time;
pub(crate) mod settings;
pub(crate) mod wall;

pub(crate) use answers::Last;

use iced::task::Handle;
use iced::widget::{column, container, row, scrollable, text};
use iced::{Center, Element, Fill, Right, Task};

use crate::client::Trouble;
use crate::look::{Look, gap, size, style};
use crate::widget::PAGE;
use crate::words::{Word, advice};

/// Something that was asked for, and is not asked for any more when this is dropped.
#[derive(Debug, Default)]
struct Asking(Option<Handle>);

impl Asking {
    /// Runs a task in place of the one before.
    fn run<Message: 'static>(&mut self, task: Task<Message>) -> Task<Message> {
        let (task, handle) = task.abortable();
        self.hold(handle);
        task
    }

    fn hold(&mut self, handle: Handle) {
        self.0 = Some(handle.abort_on_drop());
    }

    fn is_over(&mut self) {
        self.0 = None;
    }

    fn is_running(&self) -> bool {
        self.0.is_some()
    }
}

/// A screen's frame, which scrolls: its name, what stands beside it, and the rest.
fn page<'a, Message: 'a>(
    look: &'a Look,
    name: Word,
    beside: impl Into<Element<'a, Message>>,
    content: impl Into<Element<'a, Message>>,
) -> Element<'a, Message> {
    let beside = container(beside).width(Fill).align_x(Right);
    let head = row![text(look.say(name)).size(look.title()), beside].spacing(gap::MEDIUM).align_y(Center);
    let page = column![head, content.into()].spacing(gap::LARGE).padding(look.margin());
    scrollable(page).id(PAGE).width(Fill).height(Fill).style(style::scroll(look.tones)).into()
}

/// What is wrong, and what to do.
fn trouble<'a, Message: 'a>(look: &'a Look, trouble: &Trouble) -> Element<'a, Message> {
    let advice = advice(trouble, look.lang);
    let what = text(advice.what).size(size::BODY).color(look.tones.bad);
    let seen = fingerprint(trouble).map(|digits| text(digits).size(size::BODY));
    column![what, text(advice.then).size(size::BODY)].push(seen).spacing(gap::TINY).into()
}

/// The certificate that was shown and not taken, to be compared.
pub(crate) fn fingerprint(trouble: &Trouble) -> Option<String> {
    trouble.seen().map(|pin| grouped(&pin.to_string()))
}

/// Hexadecimal digits as people compare them.
fn grouped(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    digits.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_cancelled_when_it_is_asked_anew_and_when_its_screen_is_left() {
        let mut asking = Asking::default();
        let mut ask = || {
            let (_task, handle) = Task::<()>::future(std::future::pending()).abortable();
            asking.hold(handle.clone());
            assert!(asking.is_running() && !handle.is_aborted());
            handle
        };
        let (first, second) = (ask(), ask());
        assert!(first.is_aborted() && !second.is_aborted());
        drop(asking);
        assert!(second.is_aborted());
    }

    #[test]
    fn a_fingerprint_is_shown_in_groups_of_four() {
        assert_eq!(super::grouped("a7b2c3d4e5"), "a7b2 c3d4 e5");
    }
}
