//! Who is near, without looking at everybody: the floor in squares of one reach.

use crate::hall::{Hall, Point};

/// The squares, and who is in each.
#[derive(Clone, Debug)]
pub struct Grid {
    side: f64,
    columns: usize,
    rows: usize,
    squares: Vec<Vec<u32>>,
}

impl Grid {
    /// An empty floor. `reach` is the distance at which neighbours have to be found.
    #[must_use]
    pub fn new(hall: &Hall, reach: f64) -> Self {
        let side = reach.max(1.0);
        let (columns, rows) = ((hall.width / side) as usize + 1, (hall.depth / side) as usize + 1);
        Self { side, columns, rows, squares: vec![Vec::new(); columns * rows] }
    }

    /// The square of a point.
    #[must_use]
    pub fn square(&self, at: Point) -> u32 {
        let (column, row) = self.place(at);
        (row * self.columns + column) as u32
    }

    /// Somebody is in a square now.
    pub fn enter(&mut self, square: u32, who: u32) {
        if let Some(square) = self.squares.get_mut(square as usize) {
            square.push(who);
        }
    }

    /// And no longer.
    pub fn leave(&mut self, square: u32, who: u32) {
        let Some(square) = self.squares.get_mut(square as usize) else { return };
        if let Some(place) = square.iter().position(|one| *one == who) {
            square.swap_remove(place);
        }
    }

    /// Everybody in a point's square and the eight around it.
    pub fn around(&self, at: Point) -> impl Iterator<Item = u32> {
        let (column, row) = self.place(at);
        let rows = row.saturating_sub(1)..=(row + 1).min(self.rows - 1);
        let columns = column.saturating_sub(1)..=(column + 1).min(self.columns - 1);
        let squares =
            rows.flat_map(move |row| columns.clone().map(move |column| row * self.columns + column));
        squares.flat_map(|square| self.squares[square].iter().copied())
    }

    fn place(&self, at: Point) -> (usize, usize) {
        let step = |x: f64, count: usize| ((x / self.side).max(0.0) as usize).min(count - 1);
        (step(at.x, self.columns), step(at.y, self.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dice::Dice, scenario::Scenario};

    #[test]
    fn everybody_within_reach_is_found() {
        let hall = Hall::new(&Scenario::built_in("conference").unwrap().hall, 400);
        let (mut grid, mut dice) = (Grid::new(&hall, 12.0), Dice::new(5, &[]));
        let people: Vec<Point> =
            (0..300).map(|_| Point { x: dice.unit() * hall.width, y: dice.unit() * hall.depth }).collect();
        (0..).zip(&people).for_each(|(who, at)| grid.enter(grid.square(*at), who));
        for at in &people {
            let found: Vec<u32> = grid.around(*at).collect();
            let near = (0..).zip(&people).filter(|(_, other)| at.distance(**other) <= 12.0);
            assert!(near.into_iter().all(|(who, _): (u32, _)| found.contains(&who)));
        }
        grid.leave(grid.square(people[0]), 0);
        assert!(!grid.around(people[0]).any(|who| who == 0));
    }
}
