//! Values that a scenario may have.

use super::{ATTENDEES, Scenario, ScenarioError};

/// The first value that makes no sense.
pub(super) fn check(scenario: &Scenario, file: &str, text: &str) -> Result<(), ScenarioError> {
    let refused = rules(scenario).into_iter().find(|rule| !rule.holds);
    match refused {
        None => Ok(()),
        Some(Rule { section, key, wanted, .. }) => {
            let line = line_of(text, section, key);
            Err(ScenarioError::OutOfRange { file: file.to_owned(), line, key, wanted })
        }
    }
}

struct Rule {
    section: &'static str,
    key: &'static str,
    wanted: &'static str,
    holds: bool,
}

fn rules(s: &Scenario) -> Vec<Rule> {
    let rule = |section, key, wanted, holds| Rule { section, key, wanted, holds };
    let share = |x: f64| (0.0..=1.0).contains(&x);
    let span = |[low, high]: [f64; 2]| low > 0.0 && low <= high && high.is_finite();
    let size = |x: f64| (1.0..=10_000.0).contains(&x);
    let inside = |room: &super::RoomPlan| {
        let fits = |at: f64, length: f64, whole: f64| at >= 0.0 && length > 0.0 && at + length <= whole;
        fits(room.x_m, room.width_m, s.hall.width_m) && fits(room.y_m, room.depth_m, s.hall.depth_m)
    };
    let phones = [s.phones.laptop, s.phones.android_front, s.phones.android_behind, s.phones.iphone_behind];
    let [fewest, most] = s.interests.count;
    let lan = |of: fn(&super::LanPlan) -> f64| s.lan.as_ref().is_none_or(|lan| share(of(lan)));
    let relay = |holds: &dyn Fn(&super::RelayPlan) -> bool| s.relay.as_ref().is_none_or(holds);
    vec![
        rule("lan", "coverage", "has to be 0 to 1", lan(|lan| lan.coverage)),
        rule("lan", "joined", "has to be 0 to 1", lan(|lan| lan.joined)),
        rule("relay", "used", "has to be 0 to 1", relay(&|relay| share(relay.used))),
        rule("relay", "latency_ms", "has to be a span above 0", relay(&|relay| span(relay.latency_ms))),
        rule("", "attendees", "has to be 1 to 100000", (1..=ATTENDEES).contains(&s.attendees)),
        rule("", "minutes", "has to be 1 to 1440", (1..=1440).contains(&s.minutes)),
        rule("hall", "width_m", "has to be 1 to 10000", size(s.hall.width_m)),
        rule("hall", "depth_m", "has to be 1 to 10000", size(s.hall.depth_m)),
        rule("hall", "planned_for", "has to be at least 1", s.hall.planned_for != Some(0)),
        rule("hall", "wall_db", "has to be 0 to 60", (0.0..=60.0).contains(&s.hall.wall_db)),
        rule(
            "hall.rooms",
            "kind",
            "names a room that is not within the hall",
            s.hall.rooms.iter().all(inside),
        ),
        rule("people", "arrive_minutes", "has to be 0 or more", s.people.arrive_minutes >= 0.0),
        rule("people", "leave_minutes", "has to be 0 or more", s.people.leave_minutes >= 0.0),
        rule("people", "walk_m_s", "has to be a span above 0", span(s.people.walk_m_s)),
        rule("people", "stand_minutes", "has to be a span above 0", span(s.people.stand_minutes)),
        rule("people", "queue_minutes", "has to be a span above 0", span(s.people.queue_minutes)),
        rule(
            "people.program",
            "minutes",
            "has to be above 0",
            s.people.program.iter().all(|b| b.minutes > 0.0),
        ),
        rule("people.program", "talk", "has to be 0 to 1", s.people.program.iter().all(|b| share(b.talk))),
        rule("people.program", "queue", "has to be 0 to 1", s.people.program.iter().all(|b| share(b.queue))),
        rule("people", "program", "needs at least one part", !s.people.program.is_empty()),
        rule("phones", "laptop", "and the other shares have to be 0 or more, not all 0", {
            phones.iter().all(|share| *share >= 0.0) && phones.iter().sum::<f64>() > 0.0
        }),
        rule("phones", "open", "has to be 0 to 1", share(s.phones.open)),
        rule("phones", "die_per_hour", "has to be 0 to 1", share(s.phones.die_per_hour)),
        rule("phones", "clock_off_s", "has to be 0 to 600", (0.0..=600.0).contains(&s.phones.clock_off_s)),
        rule(
            "interests",
            "count",
            "has to be a span within 1 to 16",
            1 <= fewest && fewest <= most && most <= 16,
        ),
        rule("interests", "zipf", "has to be 0 to 4", (0.0..=4.0).contains(&s.interests.zipf)),
        rule("radio", "exponent", "has to be 1 to 6", (1.0..=6.0).contains(&s.radio.exponent)),
        rule("radio", "shadow_db", "has to be 0 to 20", (0.0..=20.0).contains(&s.radio.shadow_db)),
        rule("radio", "fade_db", "has to be 0 to 20", (0.0..=20.0).contains(&s.radio.fade_db)),
        rule("radio", "loss", "has to be 0 to 1", share(s.radio.loss)),
    ]
}

/// The line of a key in its section, from 1; the section's where the key is not written, and the first otherwise.
fn line_of(text: &str, section: &str, key: &str) -> usize {
    let (mut within, mut found) = (section.is_empty(), 1);
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if let Some(name) = line.strip_prefix('[') {
            within = name.trim_matches(['[', ']', ' ']) == section;
            found = if within { number } else { found };
        } else if within && line.split('=').next().map(str::trim) == Some(key) {
            return number;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT_IN, Scenario, ScenarioError};

    #[test]
    fn every_scenario_of_the_program_reads() {
        for (name, text) in BUILT_IN {
            let read = Scenario::parse(name, text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(read.name, name);
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let text = BUILT_IN[0].1.replace("attendees =", "atendees =");
        let error = Scenario::parse("mine.toml", &text).unwrap_err().to_string();
        assert!(
            error.starts_with("mine.toml: ") && error.contains("line ") && error.contains("atendees"),
            "{error}"
        );
    }

    #[test]
    fn a_value_out_of_range_is_named_with_its_line() {
        let text = "name = \"x\"\n".to_owned() + BUILT_IN[0].1.split_once('\n').unwrap().1;
        let wrong = text.replace("zipf = ", "zipf = 9");
        let line = 1 + wrong.lines().position(|line| line.starts_with("zipf")).unwrap();
        let error = Scenario::parse("mine.toml", &wrong).unwrap_err();
        assert!(matches!(&error, ScenarioError::OutOfRange { line: found, .. } if *found == line), "{error}");
    }
}
