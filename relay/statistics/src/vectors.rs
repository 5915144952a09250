//! The vectors of the specification, `vectors/statistics.json`: written from its text by a program of its own, with
//! sums of 60 digits where this crate has continued fractions.

use serde_json::Value;

use crate::binomial::{lower_limit, upper_limit};
use crate::cells::fingerprint;
use crate::report::bit;
use crate::{Epsilon, EventName, interval, look_size, share};

fn vectors(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../vectors/statistics.json")).unwrap();
    let vectors = all[name].as_array().unwrap().clone();
    assert!(!vectors.is_empty());
    vectors
}

fn number(vector: &Value, name: &str) -> u32 {
    vector[name].as_u64().unwrap() as u32
}

fn close(value: f64, vector: &Value) {
    let expected = vector.as_f64().unwrap();
    assert!((value - expected).abs() < 1e-10, "{value} {expected}");
}

#[test]
fn digests_of_events_are_those_of_the_vectors() {
    for vector in vectors("events") {
        let event = EventName::parse(vector["name"].as_str().unwrap()).unwrap();
        assert_eq!(hex::encode(event.digest()), vector["digest"].as_str().unwrap());
    }
}

#[test]
fn the_fingerprint_of_a_catalogue_is_that_of_the_vectors() {
    let all: Value = serde_json::from_str(include_str!("../vectors/statistics.json")).unwrap();
    let interests = all["catalogue"]["interests"].as_array().unwrap();
    let pairs = interests.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    assert_eq!(hex::encode(fingerprint(pairs)), all["catalogue"]["fingerprint"].as_str().unwrap());
}

#[test]
fn bits_stand_where_the_vectors_have_them() {
    for vector in vectors("bits") {
        let bytes = hex::decode(vector["bytes"].as_str().unwrap()).unwrap();
        let set: Vec<_> = (0..number(&vector, "cells")).filter(|cell| bit(&bytes, *cell as usize)).collect();
        assert_eq!(serde_json::json!(set), vector["set"]);
    }
}

#[test]
fn looks_are_those_of_the_vectors() {
    for (look, size) in (1..).zip(vectors("looks")) {
        assert_eq!(look_size(look), size.as_u64().unwrap() as u32);
    }
}

#[test]
fn limits_are_those_of_the_vectors() {
    for vector in vectors("limits") {
        let tail: f64 = vector["tail"].as_str().unwrap().parse().unwrap();
        let (ones, reports) = (number(&vector, "ones"), number(&vector, "reports"));
        close(lower_limit(ones, reports, tail), &vector["lower"]);
        close(upper_limit(ones, reports, tail), &vector["upper"]);
    }
}

#[test]
fn shares_and_their_intervals_are_those_of_the_vectors() {
    for vector in vectors("shares") {
        let epsilon = Epsilon::from_thousandths(number(&vector, "epsilon_thousandths") as u16).unwrap();
        let (ones, reports) = (number(&vector, "ones"), number(&vector, "reports"));
        close(epsilon.chance_of_noise(), &vector["noise"]);
        close(share(ones, reports, epsilon), &vector["share"]);
        let interval = interval(ones, reports, epsilon, 0.95);
        close(interval.low, &vector["low"]);
        close(interval.high, &vector["high"]);
    }
}
