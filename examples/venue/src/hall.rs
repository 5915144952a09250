//! The place: where rooms are, what is a wall, how one walks from here to there.

use crate::{
    dice::Dice,
    scenario::{HallPlan, RoomKind, RoomPlan},
};

/// A point of the floor, in metres.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left edge.
    pub x: f64,
    /// From the upper edge.
    pub y: f64,
}

impl Point {
    /// How far apart two points are.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        self.distance_squared(other).sqrt()
    }

    /// Its square, which costs less.
    #[must_use]
    pub fn distance_squared(self, other: Self) -> f64 {
        (self.x - other.x) * (self.x - other.x) + (self.y - other.y) * (self.y - other.y)
    }

    /// A point on the way to another.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

/// A room's number; 0 is the open floor.
pub type RoomId = u8;

/// The place.
#[derive(Clone, Debug)]
pub struct Hall {
    /// Width.
    pub width: f64,
    /// Depth.
    pub depth: f64,
    wall_db: f64,
    rooms: Vec<RoomPlan>,
}

impl Hall {
    /// As planned, for so many people.
    #[must_use]
    pub fn new(plan: &HallPlan, attendees: u32) -> Self {
        let grown =
            plan.planned_for.map_or(1.0, |planned| (f64::from(attendees) / f64::from(planned)).sqrt());
        let rooms = plan.rooms.iter().map(|room| RoomPlan {
            x_m: room.x_m * grown,
            y_m: room.y_m * grown,
            width_m: room.width_m * grown,
            depth_m: room.depth_m * grown,
            ..room.clone()
        });
        Self {
            width: plan.width_m * grown,
            depth: plan.depth_m * grown,
            wall_db: plan.wall_db,
            rooms: rooms.collect(),
        }
    }

    /// The room that a point is in.
    #[must_use]
    pub fn room_at(&self, at: Point) -> RoomId {
        let within = |room: &RoomPlan| {
            (room.x_m..room.x_m + room.width_m).contains(&at.x)
                && (room.y_m..room.y_m + room.depth_m).contains(&at.y)
        };
        self.rooms.iter().position(within).map_or(0, |place| place as RoomId + 1)
    }

    /// What the walls between two rooms take off a signal, in dB.
    #[must_use]
    pub fn walls_db(&self, a: RoomId, b: RoomId) -> f64 {
        let walls = |room: RoomId| room != 0 && self.room(room).is_some_and(|room| !room.open);
        if a == b { 0.0 } else { self.wall_db * f64::from(u8::from(walls(a)) + u8::from(walls(b))) }
    }

    /// A random room of a kind; the open floor where there is none.
    pub fn some_room(&self, kind: RoomKind, dice: &mut Dice) -> RoomId {
        let of_kind = |(_, room): &(usize, &RoomPlan)| room.kind == kind;
        let rooms: Vec<usize> =
            self.rooms.iter().enumerate().filter(of_kind).map(|(place, _)| place).collect();
        let chosen = dice.below(rooms.len() as u64) as usize;
        rooms.get(chosen).map_or(0, |place| *place as RoomId + 1)
    }

    /// A random point of a room, or of the floor outside all rooms.
    pub fn some_point(&self, room: RoomId, dice: &mut Dice) -> Point {
        if let Some(room) = self.room(room) {
            return Point {
                x: room.x_m + dice.unit() * room.width_m,
                y: room.y_m + dice.unit() * room.depth_m,
            };
        }
        let mut at = Point::default();
        for _ in 0..TRIES {
            at = Point { x: dice.unit() * self.width, y: dice.unit() * self.depth };
            if self.room_at(at) == 0 {
                break;
            }
        }
        at
    }

    /// A place in the line of a room: `share` is 1 at its end and 0 at its head.
    #[must_use]
    pub fn place_in_line(&self, room: RoomId, share: f64) -> Point {
        let Some(room) = self.room(room) else { return self.entrance() };
        let middle = room.y_m + room.depth_m / 2.0;
        Point { x: room.x_m + room.width_m * share, y: middle }
    }

    /// The door of a room: the middle of its lower edge.
    #[must_use]
    pub fn door(&self, room: RoomId) -> Option<Point> {
        let room = self.room(room).filter(|room| !room.open)?;
        Some(Point { x: room.x_m + room.width_m / 2.0, y: (room.y_m + room.depth_m - 0.01).max(room.y_m) })
    }

    /// Where people come in and go out.
    #[must_use]
    pub fn entrance(&self) -> Point {
        Point { x: self.width / 2.0, y: self.depth }
    }

    /// Rooms as corners and sizes: left, upper edge, width, depth.
    pub fn outlines(&self) -> impl Iterator<Item = [f64; 4]> {
        self.rooms.iter().map(|room| [room.x_m, room.y_m, room.width_m, room.depth_m])
    }

    fn room(&self, room: RoomId) -> Option<&RoomPlan> {
        usize::from(room).checked_sub(1).and_then(|place| self.rooms.get(place))
    }
}

/// How often a point outside all rooms is looked for.
const TRIES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn a_crowd_is_as_dense_whatever_its_size() {
        let plan = Scenario::built_in("conference").unwrap().hall;
        let dense = |n: u32| {
            let hall = Hall::new(&plan, n);
            f64::from(n) / (hall.width * hall.depth)
        };
        assert!((dense(100) / dense(10_000) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn walls_stand_between_rooms_and_not_within_them() {
        let hall = Hall::new(&Scenario::built_in("conference").unwrap().hall, 400);
        assert_eq!(hall.walls_db(1, 1), 0.0);
        assert!(hall.walls_db(1, 0) > 0.0 && hall.walls_db(1, 2) > hall.walls_db(1, 0));
        let mut dice = Dice::new(1, &[]);
        assert!((0..200).all(|_| hall.room_at(hall.some_point(2, &mut dice)) == 2));
    }
}
