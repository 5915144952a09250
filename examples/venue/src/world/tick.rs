//! Ticks: twenty in a second, about as often as a link of the radio has its turn. At each, devices are told what arrived for
//! them since the last one, those whose turn it is listen, and programs whose timer rang wake. The hall stands still
//! meanwhile, and each has its engine to itself: so several threads share the work, and it comes to the same however many
//! there are.

use std::thread;

use sighej_engine::Engine;

use crate::{dice::Dice, measure::Pairs, people::SECOND};

use super::{
    LOOK, World,
    ear::Ear,
    inbox::{Input, Letter, Words},
    queue::Happening,
};

/// Between two ticks.
pub(super) const TICK: u64 = SECOND / 20;
/// A device looks at each of so many ticks.
const TURNS: u64 = LOOK / TICK;
/// Fewer devices than this are not worth a thread of their own.
const WORTH_A_THREAD: usize = 16;

/// Who listens at which tick, and what arrived and whose timer rang since the last one.
pub(super) struct Ticks {
    turns: Vec<Vec<u32>>,
    letters: Vec<Letter>,
    rang: Vec<u32>,
}

impl Default for Ticks {
    fn default() -> Self {
        Self { turns: vec![Vec::new(); TURNS as usize], letters: Vec::new(), rang: Vec::new() }
    }
}

impl Ticks {
    /// From now on a device listens at its turn, whatever number that is given as.
    pub(super) fn join(&mut self, who: u32, turn: u64) {
        self.turns[(turn % TURNS) as usize].push(who);
    }

    pub(super) fn post(&mut self, letter: Letter) {
        self.letters.push(letter);
    }

    pub(super) fn ring(&mut self, who: u32) {
        self.rang.push(who);
    }
}

/// One device's part of a tick: what belongs to it alone.
struct Part {
    who: u32,
    inbox: Vec<Input>,
    listens: bool,
    engine: Box<Engine>,
    dice: Dice,
    pairs: Pairs,
    /// What its engine said, and to what.
    said: Vec<(Option<Input>, Words)>,
    holds: Result<(), &'static str>,
}

impl Part {
    /// Takes down what the engine says.
    fn note(&mut self, told: Option<Input>) {
        let words = Words::of(&mut self.engine);
        if !words.is_empty() {
            self.said.push((told, words));
        }
    }
}

impl World {
    pub(super) fn tick(&mut self) {
        self.queue.push(self.now + TICK, Happening::Tick);
        let turn = (self.now / TICK % TURNS) as usize;
        let listeners = self.walk_on(turn);
        let mut letters = std::mem::take(&mut self.ticks.letters);
        letters.sort_by_key(|letter| letter.who);
        // Whoever is told something, or listens, wakes as well.
        let mut who: Vec<(u32, bool)> = listeners.map(|who| (who, true)).collect();
        let others = letters.iter().map(|letter| letter.who).chain(std::mem::take(&mut self.ticks.rang));
        who.extend(others.map(|who| (who, false)));
        who.sort_unstable_by_key(|(who, listens)| (*who, !listens));
        who.dedup_by_key(|(who, _)| *who);
        let mut letters = letters.into_iter().peekable();
        let parts = who.into_iter().filter_map(|(who, listens)| {
            let mine = std::iter::from_fn(|| letters.next_if(|letter| letter.who == who)).collect();
            self.share(who, mine, listens)
        });
        let mut parts: Vec<Part> = parts.collect();
        self.play(&mut parts);
        parts.into_iter().for_each(|part| self.take_back(part));
    }

    /// Those whose turn it is, without those who are gone.
    fn walk_on(&mut self, turn: usize) -> impl Iterator<Item = u32> + use<> {
        let mut listeners = std::mem::take(&mut self.ticks.turns[turn]);
        listeners.retain(|who| {
            let device = &self.devices[*who as usize];
            let stays = self.now < device.person.leaves || device.is_present();
            if stays {
                self.walk(*who);
                self.part(*who);
                self.discover(*who);
            } else {
                self.grid.leave(*who);
            }
            stays
        });
        self.ticks.turns[turn].clone_from(&listeners);
        listeners.into_iter()
    }

    fn share(&mut self, who: u32, letters: Vec<Letter>, listens: bool) -> Option<Part> {
        let device = &mut self.devices[who as usize];
        let listens = listens && device.is_present();
        let is_current = |letter: &Letter| letter.life == device.life;
        let inbox = letters.into_iter().filter(is_current).map(|letter| letter.input).collect();
        let engine = device.engine.take()?;
        let dice = device.ear.clone();
        let pairs = std::mem::take(&mut self.measure.accounts[who as usize].pairs);
        Some(Part { who, inbox, listens, engine, dice, pairs, said: Vec::new(), holds: Ok(()) })
    }

    fn take_back(&mut self, part: Part) {
        let Part { who, engine, dice, pairs, said, holds, .. } = part;
        let device = &mut self.devices[who as usize];
        device.ear = dice;
        device.engine = Some(engine);
        self.measure.accounts[who as usize].pairs = pairs;
        self.check(holds);
        for (told, words) in said {
            if let Some(said) = self.obey(who, words) {
                self.attribute(who, told, said);
            }
        }
        self.arm(who);
    }

    fn play(&self, parts: &mut [Part]) {
        let threads = self.threads.min(parts.len() / WORTH_A_THREAD).max(1);
        let play = |parts: &mut [Part]| {
            let mut ear = Ear::default();
            parts.iter_mut().for_each(|part| self.play_part(part, &mut ear));
        };
        let mut shares = parts.chunks_mut(parts.len().div_ceil(threads).max(1));
        let mine = shares.next();
        thread::scope(|scope| {
            shares.for_each(|share| {
                scope.spawn(move || play(share));
            });
            mine.into_iter().for_each(play);
        });
    }

    fn play_part<'a>(&'a self, part: &mut Part, ear: &mut Ear<'a>) {
        let at = self.time(part.who);
        for input in std::mem::take(&mut part.inbox) {
            input.tell(&mut part.engine, at);
            part.note(Some(input));
        }
        if part.listens {
            self.listen(part.who, ear, &mut part.dice, &mut part.pairs);
            ear.sightings.iter().for_each(|sighting| part.engine.handle_sighting(*sighting, at));
        }
        let is_due = |engine: &Engine| engine.poll_timeout().is_some_and(|due| due <= at.elapsed);
        if is_due(&part.engine) {
            part.engine.handle_timeout(at);
            if is_due(&part.engine) {
                part.holds = Err("a timeout is still due after it was handled");
            } else if part.listens {
                let length = self.devices[part.who as usize].config.epoch_length;
                // A clock that a relay sets right is not the device's own any more.
                let length = self.relay.is_none().then_some(length);
                part.holds = self.model.status(&part.engine.status(at), at, length);
            }
        }
        part.note(None);
    }
}
