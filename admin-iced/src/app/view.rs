//! The frame around the screens: their names, the banner, a note.

use iced::widget::{Column, center, column, container, responsive, row, space, text};
use iced::{Center, Element, Fill, Padding, Size};

use super::shown::Screen;
use super::watch::Watch;
use super::{App, Message, Stage, Tab};
use crate::look::style::{self, Weight};
use crate::look::{Look, gap, pad, size};
use crate::model::Link;
use crate::screen::{fingerprint, settings, wall};
use crate::widget::{Afresh, press, soft, wide};
use crate::words::{Word, advice, duration};

/// How wide the names of the screens are, beside them.
const SIDE: f32 = 190.0;
/// In a window that is smaller than this, as one is with large text, they stand above.
const NARROW: Size = Size::new(640.0, 440.0);

impl App {
    pub(crate) fn view(&self) -> Element<'_, Message> {
        let content: Element<'_, Message> = match &self.stage {
            Stage::Waiting(word) => {
                center(text(self.look.say(*word)).size(size::LABEL).color(self.look.tones.soft)).into()
            }
            Stage::Connect { screen, .. } => screen.view(&self.look).map(Message::Connect),
            Stage::Watching(watch) if self.is_wall => self.wall_view(watch),
            Stage::Watching(watch) => self.watching(watch),
        };
        let content = match &self.note {
            None => content,
            Some(note) => {
                let edge = if note.is_bad { self.look.tones.bad } else { self.look.tones.good };
                let note = container(text(note.text.as_str()).size(size::BODY))
                    .padding(pad::BANNER)
                    .width(Fill)
                    .style(style::banner(self.look.tones, edge));
                column![container(content).height(Fill), container(note).padding(pad::BUTTON)].into()
            }
        };
        let whole = Afresh::new(content);
        #[cfg(all(feature = "gpu", not(test)))]
        let whole = whole.on_software(Message::DrawnBySoftware);
        whole.into()
    }

    fn watching<'a>(&'a self, watch: &'a Watch) -> Element<'a, Message> {
        responsive(move |room| {
            let is_low = room.height < NARROW.height;
            let look = if is_low { &self.small_look } else { &self.look };
            if is_low || room.width < NARROW.width {
                column![self.top(look, watch), self.screen(look, watch)].into()
            } else {
                row![self.side(watch), self.screen(look, watch)].into()
            }
        })
        .into()
    }

    fn screen<'a>(&'a self, look: &'a Look, watch: &'a Watch) -> Element<'a, Message> {
        let screen = match &watch.screen {
            Screen::Now => watch.now.view(look, &watch.feed, self.now),
            Screen::OverTime(screen) => screen.view(look, watch.is_old(), self.now).map(Message::OverTime),
            Screen::Interests(screen) => screen.view(look, watch.is_old(), self.now).map(Message::Interests),
            Screen::Health(screen) => screen.view(look, &watch.feed, self.now).map(Message::Health),
            Screen::Settings => {
                let used = Some(watch.address());
                settings::view(look, &self.settings, used, self.place).map(Message::Settings)
            }
        };
        let banner = self.banner(look, watch, 1.0, look.margin().into());
        Column::new().push(banner).push(container(screen).height(Fill)).into()
    }

    /// Whose numbers these are.
    fn name<'a>(&'a self, watch: &'a Watch) -> Column<'a, Message> {
        let look = &self.look;
        let relay =
            if watch.is_demo() { look.say(Word::Demo).to_owned() } else { watch.address().authority() };
        column![text("SigHej").size(size::TITLE).color(look.tones.accent), soft(look, relay)]
    }

    /// The names of the screens, where there is little room beside them; alone, where there is little above, too.
    fn top<'a>(&'a self, look: &'a Look, watch: &'a Watch) -> Element<'a, Message> {
        let tab = |tab: Tab| {
            let weight = if tab == watch.tab() { Weight::Chosen } else { Weight::Faint };
            press(look, look.say(tab.word()), weight, Some(Message::Go(tab)))
        };
        let faint = |word, message| press(look, look.say(word), Weight::Faint, Some(message));
        let buttons = [(Word::ExportCsv, Message::Export), (Word::WallMode, Message::Wall(true))];
        let buttons = buttons.map(|(word, message)| faint(word, message));
        let tabs = Tab::ALL.map(tab).into_iter().chain(buttons);
        let name = (!look.is_small).then(|| self.name(watch));
        let top = Column::new().push(name).push(row(tabs).spacing(gap::TINY).wrap());
        container(top.spacing(gap::SMALL))
            .padding(if look.is_small { pad::SMALL_BANNER } else { pad::BANNER })
            .width(Fill)
            .style(style::side(look.tones))
            .into()
    }

    fn side<'a>(&'a self, watch: &'a Watch) -> Element<'a, Message> {
        let look = &self.look;
        let tab = |tab: Tab| {
            let weight = if tab == watch.tab() { Weight::Chosen } else { Weight::Faint };
            wide(look, look.say(tab.word()), weight, Message::Go(tab))
        };
        let tabs = Column::with_children(Tab::ALL.map(tab)).spacing(gap::TINY);
        let wall = wide(look, look.say(Word::WallMode), Weight::Faint, Message::Wall(true));
        let export = wide(look, look.say(Word::ExportCsv), Weight::Faint, Message::Export);
        let side =
            column![self.name(watch), tabs, space::vertical(), column![export, wall].spacing(gap::TINY)];
        container(side.spacing(gap::LARGE))
            .padding(pad::CARD)
            .width(SIDE)
            .height(Fill)
            .style(style::side(look.tones))
            .into()
    }

    fn wall_view<'a>(&'a self, watch: &'a Watch) -> Element<'a, Message> {
        responsive(move |room| {
            let look = if room.height < NARROW.height { &self.small_look } else { &self.look };
            let scale = wall::scale(room);
            let margin = gap::HUGE * scale;
            let wall = watch.now.wall(look, &watch.feed, self.now, margin);
            let banner = self.banner(look, watch, scale.max(1.0), margin);
            Column::new().push(banner).push(container(wall).height(Fill)).into()
        })
        .into()
    }

    /// What the admin has to know before believing a number: its texts as large as usual times `scale`, as far from the edge
    /// as what is below it.
    fn banner<'a>(
        &'a self,
        look: &'a Look,
        watch: &'a Watch,
        scale: f32,
        margin: f32,
    ) -> Option<Element<'a, Message>> {
        let small = |told: String| text(told).size(size::SMALL * scale).color(look.tones.soft);
        let sizes = if look.is_small { [size::BODY, size::SMALL] } else { [size::LABEL, size::BODY] };
        let [large, usual] = sizes.map(|size| size * scale);
        match watch.feed.link() {
            Link::Connecting => None,
            Link::Live => {
                let apart = watch.feed.clocks_apart()?;
                let word = if apart > 0 { Word::ClocksApartAhead } else { Word::ClocksApartBehind };
                let told = look.lang.fill(word, &[&duration(apart.unsigned_abs(), look.lang)]);
                Some(banner_of(look, margin, text(told).size(size::BODY * scale), Column::new()))
            }
            Link::Lost { trouble, again_at } => {
                let advice = advice(trouble, look.lang);
                let age = match watch.age(self.now) {
                    Some(age) => look.lang.fill(Word::DataIsOld, &[&duration(age, look.lang)]),
                    None => look.say(Word::NothingHeard).to_owned(),
                };
                let again = duration(again_at.saturating_sub(self.now), look.lang);
                let again = look.lang.fill(Word::TryingAgain, &[&again]);
                let told = column![
                    text(format!("{} {age}", advice.what)).size(large),
                    text(advice.then).size(usual),
                ];
                let seen = fingerprint(trouble).map(|digits| text(digits).size(usual));
                let told = told.push(seen).push(small(again)).spacing(gap::TINY);
                let enter = (!trouble.may_pass()).then(|| {
                    press(look, look.say(Word::EnterAgain), Weight::Usual, Some(Message::EnterAgain))
                });
                let now = press(look, look.say(Word::TryNow), Weight::Usual, Some(Message::TryNow));
                Some(banner_of(look, margin, told, column![now].push(enter).spacing(gap::SMALL)))
            }
        }
    }
}

fn banner_of<'a>(
    look: &'a Look,
    margin: f32,
    told: impl Into<Element<'a, Message>>,
    buttons: Column<'a, Message>,
) -> Element<'a, Message> {
    let inside = if look.is_small { pad::SMALL_BANNER } else { pad::BANNER };
    let banner = row![container(told).width(Fill), buttons].spacing(gap::MEDIUM).align_y(Center);
    let edge = style::banner(look.tones, look.tones.bad);
    // What is below it has a margin of its own.
    let around = Padding::from(margin).bottom(0);
    container(container(banner).padding(inside).width(Fill).style(edge)).padding(around).into()
}
