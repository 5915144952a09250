//! People: they arrive, walk, sit in talks, stand in queues, stand about, leave. Time in microseconds.

use crate::{
    dice::Dice,
    hall::{Hall, Point, RoomId},
    scenario::{PeoplePlan, RoomKind},
};

/// Microseconds of a second.
pub const SECOND: u64 = 1_000_000;
const MINUTE: f64 = 60.0 * SECOND as f64;

/// Somebody in the hall.
#[derive(Clone, Debug)]
pub struct Person {
    /// When they come in.
    pub arrives: u64,
    /// When they go out.
    pub leaves: u64,
    leg: Leg,
    /// What is still to be walked, last first.
    way: Vec<Point>,
    /// How long they stay when they are there, and whether they move up meanwhile.
    stay: Stay,
    room: RoomId,
    speed: f64,
    /// The part of the program for which they have chosen.
    block: Option<u64>,
    dice: Dice,
}

#[derive(Clone, Copy, Debug)]
struct Leg {
    from: Point,
    to: Point,
    start: u64,
    end: u64,
}

#[derive(Clone, Copy, Debug)]
enum Stay {
    Stand(f64),
    Talk,
    Queue { room: RoomId, minutes: f64 },
}

impl Person {
    /// Somebody who comes to an event of so many microseconds.
    #[must_use]
    pub fn new(plan: &PeoplePlan, hall: &Hall, length: u64, mut dice: Dice) -> Self {
        let [slow, fast] = plan.walk_m_s;
        let arrives = (dice.unit() * plan.arrive_minutes * MINUTE) as u64;
        let leaves = length.saturating_sub((dice.unit() * plan.leave_minutes * MINUTE) as u64).max(arrives);
        let entrance = hall.entrance();
        Self {
            arrives,
            leaves,
            leg: Leg { from: entrance, to: entrance, start: arrives, end: arrives },
            way: Vec::new(),
            stay: Stay::Stand(0.0),
            room: 0,
            speed: dice.between((slow, fast)),
            block: None,
            dice,
        }
    }

    /// Somebody who stands at one point for all of an event of so many microseconds.
    #[must_use]
    pub fn standing(at: Point, length: u64) -> Self {
        Self {
            arrives: 0,
            leaves: length,
            leg: Leg { from: at, to: at, start: 0, end: u64::MAX },
            way: Vec::new(),
            stay: Stay::Stand(0.0),
            room: 0,
            speed: 1.0,
            block: None,
            dice: Dice::new(0, &[]),
        }
    }

    /// Where they are.
    #[must_use]
    pub fn position(&self, now: u64) -> Point {
        let Leg { from, to, start, end } = self.leg;
        let length = end.saturating_sub(start);
        if now >= end || length == 0 {
            return to;
        }
        from.towards(to, now.saturating_sub(start) as f64 / length as f64)
    }

    /// In which room they were when last moved on.
    #[must_use]
    pub fn room(&self) -> RoomId {
        self.room
    }

    /// Lets them go on until now.
    pub fn advance(&mut self, now: u64, plan: &PeoplePlan, hall: &Hall) {
        while self.leg.end <= now {
            let then = self.leg.end;
            if let Some(next) = self.way.pop() {
                self.walk(next, then);
            } else if !self.stay_here(then, plan, hall) {
                self.choose(then, plan, hall);
            }
        }
        self.room = hall.room_at(self.position(now));
    }

    fn walk(&mut self, to: Point, start: u64) {
        let from = self.leg.to;
        let seconds = from.distance(to) / self.speed;
        self.leg = Leg { from, to, start, end: start + (seconds * SECOND as f64) as u64 + 1 };
    }

    /// What was decided when they set out. False where it is over.
    fn stay_here(&mut self, then: u64, plan: &PeoplePlan, hall: &Hall) -> bool {
        let here = self.leg.to;
        let (to, minutes) = match self.stay {
            Stay::Stand(minutes) => (here, minutes),
            Stay::Talk => (here, (block_at(plan, then).2 - then) as f64 / MINUTE),
            Stay::Queue { room, minutes } => (hall.place_in_line(room, 0.0), minutes),
        };
        self.stay = Stay::Stand(0.0);
        if minutes > 0.0 {
            self.leg = Leg { from: here, to, start: then, end: then + (minutes * MINUTE) as u64 + 1 };
        }
        minutes > 0.0
    }

    fn choose(&mut self, then: u64, plan: &PeoplePlan, hall: &Hall) {
        let (number, block, _) = block_at(plan, then);
        let is_new = self.block.replace(number) != Some(number);
        let (room, to);
        if is_new && self.dice.chance(block.talk) {
            room = hall.some_room(RoomKind::Talk, &mut self.dice);
            to = hall.some_point(room, &mut self.dice);
            self.stay = Stay::Talk;
        } else if self.dice.chance(block.queue) {
            room = hall.some_room(RoomKind::Queue, &mut self.dice);
            let [low, high] = plan.queue_minutes;
            let minutes = self.dice.between((low, high));
            to = hall.place_in_line(room, minutes / high);
            self.stay = Stay::Queue { room, minutes };
        } else {
            let [low, high] = plan.stand_minutes;
            room = 0;
            to = hall.some_point(0, &mut self.dice);
            self.stay = Stay::Stand(self.dice.between((low, high)));
        }
        self.way =
            [Some(to), hall.door(room), hall.door(hall.room_at(self.leg.to))].into_iter().flatten().collect();
    }
}

/// The part of the program at a time: its number, itself, and when it ends.
fn block_at(plan: &PeoplePlan, then: u64) -> (u64, crate::scenario::Block, u64) {
    let (mut number, mut end) = (0, 0);
    loop {
        for block in &plan.program {
            end += (block.minutes * MINUTE) as u64 + 1;
            if then < end {
                return (number, block.clone(), end);
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn nobody_walks_faster_than_people_do_nor_out_of_the_hall() {
        let scenario = Scenario::built_in("conference").unwrap();
        let hall = Hall::new(&scenario.hall, scenario.attendees);
        for n in 0..50 {
            let mut person = Person::new(&scenario.people, &hall, 3_600 * SECOND, Dice::new(3, &[n]));
            let mut before = person.position(person.arrives);
            for second in 1..3_000 {
                let now = person.arrives + second * SECOND;
                person.advance(now, &scenario.people, &hall);
                let here = person.position(now);
                assert!(before.distance(here) <= scenario.people.walk_m_s[1] + 0.01);
                assert!((0.0..=hall.width).contains(&here.x) && (0.0..=hall.depth).contains(&here.y));
                before = here;
            }
        }
    }

    #[test]
    fn in_a_talk_most_people_sit_in_its_rooms() {
        let scenario = Scenario::built_in("conference").unwrap();
        let hall = Hall::new(&scenario.hall, scenario.attendees);
        let plan = PeoplePlan { arrive_minutes: 0.0, ..scenario.people };
        let at = (plan.program[0].minutes * 60.0) as u64 * SECOND / 2;
        let seated = (0..100).filter(|n| {
            let mut person = Person::new(&plan, &hall, 3_600 * SECOND, Dice::new(4, &[*n]));
            person.advance(at, &plan, &hall);
            person.room() != 0
        });
        assert!(seated.count() as f64 >= 100.0 * (plan.program[0].talk - 0.2));
    }
}
