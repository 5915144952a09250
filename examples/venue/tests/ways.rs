//! Ways around what the radio does not reach: over neighbours, over the local network, through the relay. Each brings two
//! together who are too far apart, and without it they never learn of each other.
#![allow(clippy::unwrap_used, reason = "a test may")]

use recorded_venue::{
    Scenario, World,
    hall::Point,
    measure::Way,
    people::Person,
    radio::Platform,
    scenario::{HallPlan, LanPlan, RelayPlan},
    world::Role,
};

/// A corridor in which radio ends, and is near, at the distances below: nothing fades, nothing is lost.
fn corridor() -> Scenario {
    let mut scenario = Scenario::built_in("bar").unwrap();
    (scenario.attendees, scenario.minutes) = (0, 12);
    scenario.hall = HallPlan { width_m: 100.0, rooms: Vec::new(), ..scenario.hall };
    (scenario.radio.exponent, scenario.radio.shadow_db) = (4.0, 0.0);
    (scenario.radio.fade_db, scenario.radio.loss) = (0.0, 0.0);
    scenario.engine.crowd_guard = Some(0);
    scenario
}

/// Neighbours are near, and the next but one is out of reach: 4.5 m and 7.9 m.
const STEP: f64 = 4.2;

/// People who stand at these places, and what they like; everybody uses whatever there is.
fn stand(scenario: Scenario, people: &[(f64, usize)]) -> World {
    let mut world = World::new(scenario, 7);
    for (x, likes) in people {
        let ranks = world.popularity.ranks([*likes]);
        let person = Person::standing(Point { x: *x, y: 3.0 }, world.length());
        let who = world.add(person, Platform::AndroidFront, ranks, true, Role::Honest);
        world.connect(who, true, true);
    }
    world.run_until(world.length()).unwrap();
    world
}

fn nudges(world: &World, way: Way) -> usize {
    world.measure.nudges.iter().filter(|nudge| nudge.way == way).count()
}

#[test]
fn two_out_of_reach_are_nudged_over_the_one_between_and_with_no_hops_never() {
    let line = [(1.0, 0), (1.0 + STEP, 1), (1.0 + 2.0 * STEP, 0)];
    let world = stand(corridor(), &line);
    assert!(nudges(&world, Way::OneHop) >= 2, "{:?}", world.measure.nudges);
    assert_eq!(nudges(&world, Way::Direct), 0);
    let mut alone = corridor();
    alone.engine.max_hops = Some(0);
    assert!(stand(alone, &line).measure.nudges.is_empty());
}

#[test]
fn further_hops_reach_further_as_far_as_the_setting_goes() {
    let line = [(1.0, 0), (1.0 + STEP, 1), (1.0 + 2.0 * STEP, 2), (1.0 + 3.0 * STEP, 0)];
    assert!(nudges(&stand(corridor(), &line), Way::FurtherHops) >= 2);
    let mut near = corridor();
    near.engine.max_hops = Some(1);
    assert!(stand(near, &line).measure.nudges.is_empty());
}

#[test]
fn the_local_network_brings_two_together_within_its_coverage_and_not_beyond() {
    let far = [(5.0, 0), (80.0, 0)];
    let covered = |coverage| {
        let mut scenario = corridor();
        scenario.lan = Some(LanPlan { coverage, joined: 1.0 });
        stand(scenario, &far)
    };
    assert!(nudges(&covered(1.0), Way::Lan) >= 2);
    assert!(covered(0.5).measure.nudges.is_empty());
}

#[test]
fn the_relay_brings_two_of_its_room_together_and_without_it_they_never_meet() {
    let far = [(5.0, 0), (80.0, 0)];
    let mut scenario = corridor();
    scenario.relay = Some(RelayPlan { used: 1.0, latency_ms: [20.0, 120.0] });
    let world = stand(scenario, &far);
    assert!(nudges(&world, Way::Relay) >= 2, "{:?}", world.measure.nudges);
    assert!(stand(corridor(), &far).measure.nudges.is_empty());
}
