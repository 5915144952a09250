//! Who is near, without looking at everybody: the floor in squares, and in each what listeners have to know of those who
//! stand there, close together in memory.

use crate::hall::{Hall, Point};

/// The squares, and who is in each.
#[derive(Clone, Debug)]
pub struct Grid<T> {
    reach: f64,
    side: f64,
    columns: usize,
    squares: Vec<Vec<Stands<T>>>,
    /// By number: which square, and the place in it.
    places: Vec<Option<(usize, usize)>>,
}

/// Somebody in a square.
#[derive(Clone, Debug)]
pub struct Stands<T> {
    /// Their number.
    pub who: u32,
    /// Where they are.
    pub at: Point,
    /// What there is to know of them.
    pub is: T,
}

/// So many squares in a row are one reach: the more, the fewer are looked at who are too far away.
const IN_A_REACH: f64 = 3.0;

impl<T> Grid<T> {
    /// An empty floor. `reach` is the distance in metres at which neighbours have to be found.
    #[must_use]
    pub fn new(hall: &Hall, reach: f64) -> Self {
        let side = (reach / IN_A_REACH).max(1.0);
        let (columns, rows) = ((hall.width / side) as usize + 1, (hall.depth / side) as usize + 1);
        let squares = std::iter::repeat_with(Vec::new).take(columns * rows).collect();
        Self { reach, side, columns, squares, places: Vec::new() }
    }

    /// Somebody is here now, wherever they were before.
    pub fn put(&mut self, who: u32, at: Point, is: T) {
        let square = self.column(at.x) + self.columns * self.row(at.y);
        let stands = Stands { who, at, is };
        match self.place(who) {
            Some((before, place)) if before == square => self.squares[square][place] = stands,
            _ => {
                self.leave(who);
                if self.places.len() <= who as usize {
                    self.places.resize(who as usize + 1, None);
                }
                self.places[who as usize] = Some((square, self.squares[square].len()));
                self.squares[square].push(stands);
            }
        }
    }

    /// Somebody is nowhere any more.
    pub fn leave(&mut self, who: u32) {
        let Some((square, place)) = self.place(who) else { return };
        self.places[who as usize] = None;
        self.squares[square].swap_remove(place);
        if let Some(moved) = self.squares[square].get(place) {
            self.places[moved.who as usize] = Some((square, place));
        }
    }

    /// Somebody, where they are anywhere.
    #[must_use]
    pub fn get(&self, who: u32) -> Option<&Stands<T>> {
        self.place(who).map(|(square, place)| &self.squares[square][place])
    }

    /// The same, to change what there is to know of them.
    pub fn get_mut(&mut self, who: u32) -> Option<&mut T> {
        self.place(who).map(|(square, place)| &mut self.squares[square][place].is)
    }

    /// Everybody within reach of a point, and some who are a little further away.
    pub fn around(&self, at: Point) -> impl Iterator<Item = &Stands<T>> {
        let rows = self.row(at.y - self.reach)..=self.row(at.y + self.reach);
        rows.flat_map(move |row| {
            // The row's edge that is nearest, and how far to both sides the circle reaches there.
            let (top, bottom) = (row as f64 * self.side, (row + 1) as f64 * self.side);
            let down = (top - at.y).max(at.y - bottom).max(0.0);
            let half = (self.reach * self.reach - down * down).max(0.0).sqrt();
            let columns = self.column(at.x - half)..=self.column(at.x + half);
            let start = row * self.columns;
            self.squares[start + columns.start()..=start + columns.end()].iter().flatten()
        })
    }

    fn place(&self, who: u32) -> Option<(usize, usize)> {
        self.places.get(who as usize).copied().flatten()
    }

    fn column(&self, x: f64) -> usize {
        ((x / self.side).max(0.0) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f64) -> usize {
        ((y / self.side).max(0.0) as usize).min(self.squares.len() / self.columns - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dice::Dice, scenario::Scenario};

    const REACH: f64 = 12.0;

    /// Whether everybody within reach of everybody is found, once, and where they are.
    fn finds_all(grid: &Grid<()>, people: &[Option<Point>]) -> bool {
        people.iter().flatten().all(|at| {
            let mut found: Vec<(u32, Point)> =
                grid.around(*at).map(|stands| (stands.who, stands.at)).collect();
            found.retain(|(_, other)| at.distance(*other) <= REACH);
            found.sort_by_key(|(who, _)| *who);
            let all = (0..).zip(people).filter_map(|(who, other)| Some((who, (*other)?)));
            found.into_iter().eq(all.filter(|(_, other)| at.distance(*other) <= REACH))
        })
    }

    #[test]
    fn everybody_within_reach_is_found_wherever_they_go() {
        let hall = Hall::new(&Scenario::built_in("conference").unwrap().hall, 400);
        let (mut grid, mut dice) = (Grid::new(&hall, REACH), Dice::new(5, &[]));
        let mut people = vec![None; 300];
        for step in 0..1_500 {
            let who = dice.below(300) as u32;
            people[who as usize] = if dice.chance(0.1) {
                grid.leave(who);
                None
            } else {
                let at = Point { x: dice.unit() * hall.width, y: dice.unit() * hall.depth };
                grid.put(who, at, ());
                Some(at)
            };
            assert_eq!(grid.get(who).map(|stands| stands.at), people[who as usize]);
            assert!(step % 300 != 299 || finds_all(&grid, &people));
        }
    }

    #[test]
    fn few_are_looked_at_who_are_too_far_away() {
        let hall = Hall::new(&Scenario::built_in("conference").unwrap().hall, 10_000);
        let (mut grid, mut dice) = (Grid::new(&hall, REACH), Dice::new(5, &[]));
        let mut point = || Point { x: dice.unit() * hall.width, y: dice.unit() * hall.depth };
        (0..10_000).for_each(|who| grid.put(who, point(), ()));
        let here = Point { x: hall.width / 2.0, y: hall.depth / 2.0 };
        let near = grid.around(here).filter(|stands| here.distance(stands.at) <= REACH).count();
        assert!(grid.around(here).count() < 2 * near);
    }
}
