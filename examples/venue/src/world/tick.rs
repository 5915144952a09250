//! Ticks: ten in a second. At each, the devices whose turn it is listen, and programs whose timer rang since the last one
//! wake. The hall stands still meanwhile, and each has its engine to itself: so several threads share the work, and it comes
//! to the same however many there are.

use std::{collections::BTreeMap, thread};

use sighej_engine::Engine;

use crate::{dice::Dice, measure::Pair, people::SECOND};

use super::{LOOK, World, ear::Ear, queue::Happening};

/// Between two ticks.
pub(super) const TICK: u64 = SECOND / 10;
/// A device looks at each of so many ticks.
const TURNS: u64 = LOOK / TICK;
/// Fewer devices than this are not worth a thread of their own.
const WORTH_A_THREAD: usize = 16;

/// Who listens at which tick, and whose timer rang since the last one.
pub(super) struct Ticks {
    turns: Vec<Vec<u32>>,
    rang: Vec<u32>,
}

impl Default for Ticks {
    fn default() -> Self {
        Self { turns: vec![Vec::new(); TURNS as usize], rang: Vec::new() }
    }
}

impl Ticks {
    /// From now on a device listens at its turn, whatever number that is given as.
    pub(super) fn join(&mut self, who: u32, turn: u64) {
        self.turns[(turn % TURNS) as usize].push(who);
    }

    pub(super) fn ring(&mut self, who: u32) {
        self.rang.push(who);
    }
}

/// One device's part of a tick: what belongs to it alone.
struct Part {
    who: u32,
    listens: bool,
    engine: Box<Engine>,
    dice: Dice,
    pairs: BTreeMap<u32, Pair>,
    holds: Result<(), &'static str>,
}

impl World {
    pub(super) fn tick(&mut self) {
        self.queue.push(self.now + TICK, Happening::Tick);
        let turn = (self.now / TICK % TURNS) as usize;
        let listeners = self.walk_on(turn);
        let mut who: Vec<(u32, bool)> = listeners.map(|who| (who, true)).collect();
        who.extend(std::mem::take(&mut self.ticks.rang).into_iter().map(|who| (who, false)));
        // Whoever listens wakes as well.
        who.sort_unstable_by_key(|(who, listens)| (*who, !listens));
        who.dedup_by_key(|(who, _)| *who);
        let mut parts: Vec<Part> =
            who.into_iter().filter_map(|(who, listens)| self.share(who, listens)).collect();
        self.play(&mut parts);
        parts.into_iter().for_each(|part| self.take_back(part));
    }

    /// Those whose turn it is, without those who are gone.
    fn walk_on(&mut self, turn: usize) -> impl Iterator<Item = u32> + use<> {
        let mut listeners = std::mem::take(&mut self.ticks.turns[turn]);
        listeners.retain(|who| {
            let device = &mut self.devices[*who as usize];
            let stays = self.now < device.person.leaves;
            if stays {
                self.walk(*who);
                self.part(*who);
                self.discover(*who);
            } else if let Some(square) = device.square.take() {
                self.grid.leave(square, *who);
            }
            stays
        });
        self.ticks.turns[turn].clone_from(&listeners);
        listeners.into_iter()
    }

    fn share(&mut self, who: u32, listens: bool) -> Option<Part> {
        let device = &mut self.devices[who as usize];
        let listens = listens && device.is_present();
        let engine = device.engine.take()?;
        let dice = device.ear.clone();
        let pairs = std::mem::take(&mut self.measure.accounts[who as usize].pairs);
        Some(Part { who, listens, engine, dice, pairs, holds: Ok(()) })
    }

    fn take_back(&mut self, part: Part) {
        let Part { who, engine, dice, pairs, holds, .. } = part;
        let device = &mut self.devices[who as usize];
        device.ear = dice;
        device.engine = Some(engine);
        self.measure.accounts[who as usize].pairs = pairs;
        self.check(holds);
        self.drain(who);
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

    fn play_part(&self, part: &mut Part, ear: &mut Ear) {
        let at = self.time(part.who);
        if part.listens {
            self.listen(part.who, ear, &mut part.dice, &mut part.pairs);
            ear.sightings.iter().for_each(|sighting| part.engine.handle_sighting(*sighting, at));
        }
        let is_due = |engine: &Engine| engine.poll_timeout().is_some_and(|due| due <= at.elapsed);
        if is_due(&part.engine) {
            part.engine.handle_timeout(at);
            if is_due(&part.engine) {
                part.holds = Err("a timeout is still due after it was handled");
            } else if !part.listens {
                let length = self.devices[part.who as usize].config.epoch_length;
                // A clock that a relay sets right is not the device's own any more.
                let length = self.relay.is_none().then_some(length);
                part.holds = self.model.status(&part.engine.status(at), at, length);
            }
        }
    }
}
