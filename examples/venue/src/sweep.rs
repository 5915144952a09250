//! The same halls under different settings: which dwell, epoch, budget and hop count serve an event, what the relay adds,
//! what iPhones in pockets cost.

mod plot;

use std::{
    fmt,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{Scenario, Violation, World, report::Report, scenario::RelayPlan};

/// The events that are asked about.
pub const EVENTS: [&str; 2] = ["conference", "festival"];

/// How large the halls are, and how many of them.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many people come.
    pub attendees: u32,
    /// How long the event is.
    pub minutes: u32,
    /// So many halls for each answer, by the seeds from this one on.
    pub seeds: u64,
    /// The first.
    pub from: u64,
}

/// A question: one setting, and the values that are tried.
struct Question {
    name: &'static str,
    asks: &'static str,
    values: &'static [f64],
    /// The value of the defaults.
    usual: f64,
    set: fn(&mut Scenario, f64),
}

const QUESTIONS: [Question; 6] = [
    Question {
        name: "dwell",
        asks: "Seconds that somebody must be heard (dwell)",
        values: &[0.0, 3.0, 6.0, 15.0, 30.0, 60.0],
        usual: 3.0,
        set: |scenario, value| scenario.engine.dwell_s = Some(value as u64),
    },
    Question {
        name: "epoch",
        asks: "Minutes of an epoch",
        values: &[2.0, 5.0, 10.0, 15.0, 30.0],
        usual: 10.0,
        set: |scenario, value| scenario.engine.epoch_s = Some(60 * value as u64),
    },
    Question {
        name: "budget",
        asks: "Strangers in ten minutes (budget)",
        values: &[2.0, 4.0, 8.0, 16.0, 24.0],
        usual: 24.0,
        set: |scenario, value| scenario.engine.budget = Some(value as u8),
    },
    Question {
        name: "hops",
        asks: "Devices between two (hops)",
        values: &[0.0, 1.0, 2.0, 4.0],
        usual: 2.0,
        set: |scenario, value| scenario.engine.max_hops = Some(value as u8),
    },
    Question {
        name: "relay",
        asks: "Share of people who use the relay, in %",
        values: &[0.0, 25.0, 50.0, 100.0],
        usual: 0.0,
        set: |scenario, value| {
            scenario.relay = Some(RelayPlan { used: value / 100.0, latency_ms: [20.0, 120.0] });
        },
    },
    Question {
        name: "iphones",
        asks: "Share of phones that are iPhones behind, in %",
        values: &[0.0, 25.0, 50.0, 75.0, 100.0],
        // The conference's.
        usual: 30.0,
        set: |scenario, value| {
            let phones = &mut scenario.phones;
            let others = phones.laptop + phones.android_front + phones.android_behind;
            let scale = (1.0 - value / 100.0) / others;
            phones.laptop *= scale;
            phones.android_front *= scale;
            phones.android_behind *= scale;
            phones.iphone_behind = value / 100.0;
        },
    },
];

/// What came of one value at one event, as the mean of its seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// The value.
    pub value: f64,
    /// Of those due, in percent.
    pub reached: f64,
    /// Of pairs due, in percent.
    pub recall: f64,
    /// The median, in minutes.
    pub minutes: f64,
    /// For each attendee: those over a direct link, over neighbours, and through the relay.
    pub nudges: [f64; 3],
    /// For each attendee.
    pub exchanges: f64,
}

/// The answer to one question.
pub struct Answer {
    name: &'static str,
    asks: &'static str,
    usual: f64,
    /// By event.
    points: Vec<(&'static str, Vec<Point>)>,
}

/// Plays all halls of one question, or of all, two at a time. Says how far it is in percent.
///
/// # Errors
/// A promise of the engine that did not hold.
pub fn answers(
    only: Option<&str>,
    size: Size,
    mut progress: impl FnMut(u64),
) -> Result<Vec<Answer>, Violation> {
    let chosen: Vec<&Question> =
        QUESTIONS.iter().filter(|q| only.is_none_or(|only| only == q.name)).collect();
    let count = chosen.len();
    let answer = |(number, question): (usize, &&Question)| {
        let answer = ask(question, size)?;
        progress((100 * (number + 1) / count) as u64);
        Ok(answer)
    };
    chosen.iter().enumerate().map(answer).collect()
}

/// The questions' names.
pub fn names() -> impl Iterator<Item = &'static str> {
    QUESTIONS.iter().map(|question| question.name)
}

fn ask(question: &Question, size: Size) -> Result<Answer, Violation> {
    let halls: Vec<(&'static str, f64, u64)> = EVENTS
        .into_iter()
        .flat_map(|event| question.values.iter().map(move |value| (event, *value)))
        .flat_map(|(event, value)| (0..size.seeds).map(move |n| (event, value, size.from + n)))
        .collect();
    let reports = side_by_side(&halls, |(event, value, seed)| {
        let mut scenario =
            Scenario::built_in(event).unwrap_or_else(|| unreachable!("it comes with the program"));
        (scenario.attendees, scenario.minutes) = (size.attendees, size.minutes);
        (question.set)(&mut scenario, *value);
        let mut world = World::new(scenario, *seed);
        world.threads = 1;
        world.run_until(world.length())?;
        Ok(Report::of(&world))
    });
    let reports = reports.into_iter().collect::<Result<Vec<Report>, Violation>>()?;
    let each = size.seeds as usize;
    let mut points = reports.chunks(each.max(1)).zip(halls.iter().step_by(each.max(1)));
    let points = EVENTS.map(|event| {
        let of_event = points.by_ref().take(question.values.len());
        (event, of_event.map(|(reports, (_, value, _))| Point::mean(*value, reports)).collect())
    });
    Ok(Answer { name: question.name, asks: question.asks, usual: question.usual, points: points.into() })
}

/// Does all the work, shared among as many threads as there are processors; results in the order of the work.
fn side_by_side<T: Sync, R: Send>(work: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        while let Some((number, item)) = Some(next.fetch_add(1, Ordering::Relaxed))
            .and_then(|number| work.get(number).map(|item| (number, item)))
        {
            done.push((number, one(item)));
        }
        done
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
        let mut done = take();
        done.extend(others.into_iter().filter_map(|thread| thread.join().ok()).flatten());
        done
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Point {
    fn mean(value: f64, reports: &[Report]) -> Self {
        let mean =
            |of: &dyn Fn(&Report) -> f64| reports.iter().map(of).sum::<f64>() / reports.len().max(1) as f64;
        let ways = |names: &'static [&'static str]| {
            mean(&|report| {
                let nudges: u64 = names.iter().filter_map(|name| report.nudges_by_way.get(name)).sum();
                nudges as f64 / f64::from(report.attendees)
            })
        };
        Self {
            value,
            reached: mean(&|report| 100.0 * report.reached.unwrap_or_default()),
            recall: mean(&|report| 100.0 * report.recall.unwrap_or_default()),
            minutes: mean(&|report| report.nudge_s.p50.unwrap_or_default() as f64 / 60.0),
            nudges: [ways(&["direct", "lan"]), ways(&["one_hop", "further_hops"]), ways(&["relay"])],
            exchanges: mean(&|report| 2.0 * report.exchanges_ended / f64::from(report.attendees)),
        }
    }
}

impl Answer {
    /// Draws it into a folder, as `sweep-NAME.svg`.
    ///
    /// # Errors
    /// What could not be written.
    pub fn draw(&self, folder: &Path) -> anyhow::Result<()> {
        plot::draw(self, &folder.join(format!("sweep-{}.svg", self.name)))
    }
}

/// As Markdown.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}; by default {}\n", self.asks, self.usual)?;
        writeln!(f, "| event | value | reached | recall | median | direct | hops | relay | exchanges |")?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        for (event, points) in &self.points {
            for Point { value, reached, recall, minutes, nudges: [direct, hops, relay], exchanges } in points
            {
                write!(f, "| {event} | {value} | {reached:.0} % | {recall:.1} % | {minutes:.1} min ")?;
                writeln!(f, "| {direct:.2} | {hops:.2} | {relay:.2} | {exchanges:.1} |")?;
            }
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_work() {
        let work: Vec<u64> = (0..100).collect();
        assert_eq!(side_by_side(&work, |n| n * n), work.iter().map(|n| n * n).collect::<Vec<_>>());
    }

    #[test]
    fn every_value_makes_a_hall_that_differs_from_the_event_but_for_the_usual() {
        let event = Scenario::built_in("conference").unwrap();
        for question in &QUESTIONS {
            let made: Vec<Scenario> = question
                .values
                .iter()
                .map(|value| {
                    let mut scenario = event.clone();
                    (question.set)(&mut scenario, *value);
                    scenario
                })
                .collect();
            assert!(made.windows(2).all(|pair| pair[0] != pair[1]), "{}", question.name);
        }
    }
}
