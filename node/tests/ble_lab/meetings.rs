//! Who meets, who does not, and what an onlooker can tell of it.

use std::{process::Command, time::Duration};

use sighej_ble_lab::{Failed, Inside, Lab, LabTrial, Packet};
use sighej_lab::Program;

use crate::room::{A_WHILE, MID_EPOCH, SOON, attendee, count, end, links, nudged_alike, open, said};

pub(crate) fn trials() -> Vec<LabTrial> {
    let lab = |controllers| Lab::new(controllers).clock(MID_EPOCH);
    vec![
        lab(2).trial("two_strangers_are_nudged_alike_over_gatt", over_gatt),
        lab(2).trial("two_strangers_are_nudged_alike_over_l2cap", over_l2cap),
        lab(2).without_l2cap().trial("where_channels_are_refused_gatt_carries_the_meeting", refused),
        lab(2).trial("the_usual_dwell_keeps_everybody_quiet_for_three_seconds", dwell),
        lab(2).trial("who_shares_nothing_is_shown_nothing_and_sends_as_many_bytes", no_overlap),
        lab(2).trial("who_is_not_open_is_not_on_the_air", not_open),
        lab(4).trial("of_four_in_a_room_exactly_those_who_share_are_nudged", four),
        lab(2).trial("a_phone_with_bluetooth_alone_meets_a_laptop_without_through_one_between", one_hop_away),
        lab(2).trial("one_between_who_allows_no_hops_passes_nothing_on", no_hops),
    ]
}

fn over_gatt(lab: &Inside) -> Result<(), Failed> {
    meet(&["--no-l2cap"])?;
    let channels: usize = lab.capture()?.links().iter().map(|link| link.sent.channel_packets()).sum();
    assert_eq!(channels, 0, "no channel was opened");
    Ok(())
}

fn over_l2cap(lab: &Inside) -> Result<(), Failed> {
    meet(&[])?;
    let channels: usize = lab.capture()?.links().iter().map(|link| link.sent.channel_bytes()).sum();
    assert!(channels > 3_372, "the exchange went through a channel");
    Ok(())
}

fn refused(lab: &Inside) -> Result<(), Failed> {
    meet(&[])?;
    let seen = lab.capture()?.links();
    assert!(seen.iter().all(|link| link.sent.channel_bytes() == 0), "no channel was to be had");
    assert!(seen.iter().any(|link| link.sent.att_bytes() > 1_000), "GATT carried it");
    Ok(())
}

/// Two meet, are nudged once, and leave.
fn meet(more: &[&str]) -> Result<(), Failed> {
    let mut one = open(0, &["devops", "hardstyle", "sourdough"], more)?;
    let mut two = open(1, &["chess", "hardstyle", "dev ops"], more)?;
    nudged_alike(&mut one, &mut two, &["devops", "hardstyle"])?;
    for program in [&mut one, &mut two] {
        program.watch(Duration::from_millis(500));
        assert_eq!(count(program, "nudge"), 1);
    }
    end(one)?;
    end(two)
}

/// Where the one between listens for the laptop: the lab's loopback is its only network.
const LISTENS: &str = "/ip4/127.0.0.1/tcp/4001";

fn between(max_hops: &str) -> Result<Program, Failed> {
    let more = ["--open", "--dwell", "0", "--no-mdns", "--listen", LISTENS, "--max-hops", max_hops];
    let mut between = attendee(1, &["chess"], &more)?;
    between.wait_for("started", SOON)?;
    Ok(between)
}

fn laptop() -> Result<Program, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sighej"));
    command.args(["run", "--json", "--crowd-guard", "1", "--ble", "off", "--open", "--no-mdns"]);
    command.args(["--listen", "/ip4/127.0.0.1/tcp/0", "--peer", LISTENS, "--interest", "devops", "opera"]);
    Ok(Program::start(&mut command)?)
}

fn one_hop_away(_: &Inside) -> Result<(), Failed> {
    let (mut between, mut laptop) = (between("2")?, laptop()?);
    let mut phone = open(0, &["devops", "sourdough"], &[])?;
    let ours = phone.wait_for("nudge", SOON)?.json;
    let theirs = laptop.wait_for("nudge", SOON)?.json;
    for nudge in [&ours, &theirs] {
        assert_eq!((&nudge["transport"], &nudge["hops"]), (&"mesh".into(), &1.into()), "{nudge}");
        assert_eq!(nudge["interests"], serde_json::json!(["devops"]));
    }
    assert_eq!(ours["cue"], theirs["cue"]);
    between.watch(A_WHILE);
    assert_eq!(count(&between, "nudge"), 0);
    end(phone)?;
    end(laptop)?;
    end(between)
}

fn no_hops(_: &Inside) -> Result<(), Failed> {
    let (mut between, mut laptop) = (between("0")?, laptop()?);
    let mut phone = open(0, &["devops", "sourdough"], &[])?;
    for _ in 0..2 {
        between.wait_for("no_match", SOON)?;
    }
    // What is told would be told by now, and an exchange over it begun.
    for program in [&mut phone, &mut laptop] {
        program.watch(4 * A_WHILE);
        assert_eq!((count(program, "nudge"), count(program, "exchange_failed")), (0, 0), "{}", said(program));
    }
    end(phone)?;
    end(laptop)?;
    end(between)
}

fn dwell(_: &Inside) -> Result<(), Failed> {
    let usual = |controller| attendee(controller, &["devops"], &["--open", "--no-lan"]);
    let (mut one, mut two) = (usual(0)?, usual(1)?);
    nudged_alike(&mut one, &mut two, &["devops"])?;
    for program in [&one, &two] {
        let since = |event: &str, more: fn(&serde_json::Value) -> bool| {
            let found = program.seen().iter().find(|line| line.event() == event && more(&line.json));
            found.and_then(|line| line.json["t"].as_f64()).ok_or_else(|| format!("no {event}"))
        };
        let waited = since("nudge", |_| true)? - since("radio", |radio| radio["state"] == "up")?;
        assert!(waited >= 2.9, "nudged after {waited} s on the air");
    }
    Ok(())
}

fn no_overlap(lab: &Inside) -> Result<(), Failed> {
    let over_gatt =
        (bytes_of_a_meeting(lab, true, &["--no-l2cap"])?, bytes_of_a_meeting(lab, false, &["--no-l2cap"])?);
    assert_eq!(over_gatt.0, over_gatt.1);
    let over_l2cap = (bytes_of_a_meeting(lab, true, &[])?, bytes_of_a_meeting(lab, false, &[])?);
    assert_eq!(over_l2cap.0, over_l2cap.1);
    Ok(())
}

/// Bytes and packets that either side sent by the exchange, of those who share something or do not; sorted, since either may dial.
fn bytes_of_a_meeting(lab: &Inside, shared: bool, more: &[&str]) -> Result<[(usize, usize); 2], Failed> {
    let before = lab.capture()?.links().len();
    let mut one = open(0, &["devops", "hardstyle"], more)?;
    let mut two = open(1, &[if shared { "devops" } else { "knitting" }, "opera"], more)?;
    let outcome = if shared { "nudge" } else { "no_match" };
    one.wait_for(outcome, SOON)?;
    two.wait_for(outcome, SOON)?;
    for program in [&mut one, &mut two] {
        program.watch(A_WHILE);
        assert_eq!(count(program, "nudge"), usize::from(shared));
        assert_eq!(count(program, "exchange_failed"), 0, "{}", said(program));
    }
    // Before they leave: of those who leave at the same moment, either may still unsubscribe from the other.
    let links = lab.capture()?.links().split_off(before);
    end(one)?;
    end(two)?;
    let mut sent: Vec<(usize, usize)> = links.iter().map(|link| link.sent.carried()).collect();
    sent.sort_unstable();
    sent.try_into().map_err(|sent| format!("one link, seen from both ends: {sent:?}").into())
}

fn not_open(lab: &Inside) -> Result<(), Failed> {
    let mut closed = attendee(0, &["devops"], &["--no-lan", "--dwell", "0"])?;
    closed.wait_for("started", SOON)?;
    let mut other = open(1, &["devops"], &[])?;
    other.wait_until("on the air", SOON, |line| line.json["state"] == "up")?;
    other.watch(A_WHILE);
    closed.watch(A_WHILE);
    assert!(!other.has_seen("peer_seen") && !closed.has_seen("peer_seen"));
    let capture = lab.capture()?;
    assert_eq!(capture.adverts().iter().filter(|advert| advert.heard_by == 1).count(), 0);
    assert!(capture.links().is_empty());
    let of = |controller| capture.records().iter().filter(move |record| record.controller == controller);
    assert!(of(1).any(|record| goes_on_air(&record.packet)), "the other one is on the air");
    assert!(!of(0).any(|record| goes_on_air(&record.packet)), "the one who is not open is not");

    // The moment it opens, all of that changes: what was looked at is the right thing.
    closed.say(r#"{"cmd":"open"}"#)?;
    nudged_alike(&mut closed, &mut other, &["devops"])?;
    assert!(
        lab.capture()?.records().iter().any(|record| record.controller == 0 && goes_on_air(&record.packet))
    );
    Ok(())
}

/// Whether it tells a controller to advertise, to scan or to connect (Core specification, volume 4, part E, 7.8).
fn goes_on_air(packet: &Packet) -> bool {
    let Packet::Command(command) = packet else { return false };
    match command.first_chunk().map(|code| u16::from_le_bytes(*code)) {
        // Advertising and scanning, legacy and extended: the first parameter switches on or off.
        Some(0x200a | 0x200c | 0x2039 | 0x2042) => command.get(3) == Some(&1),
        Some(0x200d | 0x2043) => true,
        _ => false,
    }
}

fn four(lab: &Inside) -> Result<(), Failed> {
    let more = &["--cool-down", "0"];
    let interests: [&[&str]; 4] =
        [&["devops", "chess"], &["devops", "opera"], &["opera", "knitting"], &["sourdough"]];
    let mut all = Vec::new();
    for (controller, interests) in (0..).zip(interests) {
        all.push(open(controller, interests, more)?);
    }
    let expected: [&[&str]; 4] = [&["devops"], &["devops", "opera"], &["opera"], &[]];
    for (program, expected) in all.iter_mut().zip(expected) {
        for _ in expected {
            program.wait_for("nudge", SOON)?;
        }
        // Each of the three others is met: whoever shares nothing is found out as well.
        let outcomes = |program: &Program| count(program, "nudge") + count(program, "no_match");
        while outcomes(program) < 3 {
            program.wait_until("an outcome", SOON, |line| ["nudge", "no_match"].contains(&line.event()))?;
        }
    }
    for (program, expected) in all.iter_mut().zip(expected) {
        program.watch(A_WHILE);
        let nudges = program.seen().iter().filter(|line| line.event() == "nudge");
        let mut of: Vec<&str> = nudges.filter_map(|line| line.json["interests"][0].as_str()).collect();
        of.sort_unstable();
        assert_eq!(of, expected, "{}", said(program));
    }
    for controller in 0..4 {
        assert!(!links(lab, controller)?.is_empty());
    }
    for program in all {
        end(program)?;
    }
    Ok(())
}
