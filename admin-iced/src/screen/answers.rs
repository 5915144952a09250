//! A question to a relay: what it answered last, and what is wrong since. Where the relay cannot be heard, the last answer goes
//! on being shown, and looks old.

use std::time::Duration;

use futures::{Stream, StreamExt};
use iced::widget::{Column, Stack, container, space, text};
use iced::{Element, Fill, Task};

use super::Asking;
use crate::client::Trouble;
use crate::look::{Look, gap, pad, size, style};
use crate::widget::soft;
use crate::words::{Word, duration};

/// An answer, and when it came, in seconds since 1970 by this machine's clock. It outlives its screen.
#[derive(Clone, Debug)]
pub(crate) struct Last<T> {
    pub(crate) answer: T,
    pub(crate) at: u64,
}

/// The answers to one question, which is asked for as long as this is held.
pub(crate) struct Answers<T> {
    last: Option<Last<T>>,
    /// Whether the last one came to this screen, and not to one before it.
    is_own: bool,
    trouble: Option<Trouble>,
    asking: Asking,
}

impl<T> Answers<T> {
    /// None yet; `before` is what the screen knew when it was left.
    pub(super) fn new(before: Option<Last<T>>) -> Self {
        Self { last: before, is_own: false, trouble: None, asking: Asking::default() }
    }

    pub(super) fn take(&mut self, result: Result<T, Trouble>, now: u64) {
        match result {
            Ok(answer) => {
                (self.last, self.is_own) = (Some(Last { answer, at: now }), true);
                self.trouble = None;
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
    }

    /// It is asked anew: what was wrong may be so no more.
    pub(super) fn hope(&mut self) {
        self.trouble = None;
    }

    /// Asks at once, and then every so often after the answer, in place of whatever was asked before.
    pub(super) fn ask<Asked>(
        &mut self,
        every: Duration,
        ask: impl Fn() -> Asked + Send + 'static,
    ) -> Task<Result<T, Trouble>>
    where
        T: Send + 'static,
        Asked: Future<Output = Result<T, Trouble>> + Send + 'static,
    {
        self.hope();
        self.asking.run(Task::stream(again_and_again(every, ask)))
    }

    /// What to show. An answer to a screen before this one is shown only where there may come no better one.
    pub(super) fn shown(&self, is_lost: bool) -> Option<&Last<T>> {
        self.last.as_ref().filter(|_| self.is_own || self.is_old(is_lost))
    }

    /// The last answer, to whichever screen.
    pub(crate) fn last(&self) -> Option<&Last<T>> {
        self.last.as_ref()
    }

    pub(crate) fn into_last(self) -> Option<Last<T>> {
        self.last
    }

    /// What is shown is of another question.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    pub(super) fn is_old(&self, is_lost: bool) -> bool {
        is_lost || self.trouble.is_some()
    }

    /// The last answer as it is drawn, dimmed where it is old; whoever draws is told when it came where it is not of now.
    pub(super) fn view<'a, Message: 'a>(
        &'a self,
        look: &'a Look,
        is_lost: bool,
        draw: impl FnOnce(&'a T, Option<u64>) -> Element<'a, Message>,
    ) -> Element<'a, Message> {
        let is_old = self.is_old(is_lost);
        match self.shown(is_lost) {
            Some(last) => aged(look, is_old, draw(&last.answer, is_old.then_some(last.at))),
            None if is_old => soft(look, look.say(Word::NothingHeard)).into(),
            None => soft(look, look.say(Word::Loading)).into(),
        }
    }

    /// What is wrong with this question alone: with the whole relay, the app's banner says it.
    pub(super) fn told<'a, Message: 'a>(
        &self,
        look: &'a Look,
        is_lost: bool,
        now: u64,
    ) -> Option<Element<'a, Message>> {
        let trouble = self.trouble.as_ref().filter(|_| !is_lost)?;
        let age = self.last.as_ref().map(|last| duration(now.saturating_sub(last.at), look.lang));
        let age = age.map(|age| text(look.lang.fill(Word::DataIsOld, &[&age])).size(size::BODY));
        let told = Column::new().push(super::trouble(look, trouble)).push(age).spacing(gap::TINY);
        let edge = style::banner(look.tones, look.tones.bad);
        Some(container(told).padding(pad::BANNER).width(Fill).style(edge).into())
    }
}

/// The same question again and again: at once, and then every so often after the answer.
fn again_and_again<T, Asked>(
    every: Duration,
    ask: impl Fn() -> Asked + Send + 'static,
) -> impl Stream<Item = T> + Send
where
    T: Send + 'static,
    Asked: Future<Output = T> + Send + 'static,
{
    let first = Duration::ZERO;
    futures::stream::unfold((ask, first), move |(ask, pause)| async move {
        tokio::time::sleep(pause).await;
        let answer = ask().await;
        Some((answer, (ask, every)))
    })
    .boxed()
}

/// Dims what is not of now. What is under the veil can be pointed at and pressed all the same.
pub(super) fn aged<'a, Message: 'a>(
    look: &'a Look,
    is_old: bool,
    content: impl Into<Element<'a, Message>>,
) -> Element<'a, Message> {
    let veil = || container(space()).width(Fill).height(Fill).style(style::veil(look.tones));
    Stack::new().push(content).push(is_old.then(veil)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_before_is_shown_only_where_there_is_no_better_one() {
        let mut answers = Answers::new(Some(Last { answer: "before", at: 10 }));
        let shown = |answers: &Answers<&'static str>, is_lost| answers.shown(is_lost).map(|last| last.answer);
        assert_eq!((shown(&answers, false), shown(&answers, true)), (None, Some("before")));
        answers.take(Err(Trouble::Silent), 20);
        assert_eq!((shown(&answers, false), answers.is_old(false)), (Some("before"), true));
        answers.take(Ok("now"), 30);
        assert_eq!((shown(&answers, false), answers.is_old(false)), (Some("now"), false));
        assert_eq!(answers.into_last().map(|last| last.at), Some(30));
    }
}
