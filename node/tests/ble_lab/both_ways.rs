//! Those who reach each other by radio and by a network as well.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use sighej_ble_lab::{Failed, Inside, Lab, LabTrial};
use sighej_lab::{Line, Program};

use crate::{
    room::{A_WHILE, MID_EPOCH, SOON, attendee, count, end, nudged_alike, said},
    upsets::{COOL, payloads},
};

/// Where one of two listens: the lab's loopback is its only network.
const LISTEN: &str = "/ip4/127.0.0.1/tcp/4001";

pub(crate) fn trials() -> Vec<LabTrial> {
    let lab = Lab::new(2).clock(MID_EPOCH);
    vec![
        lab.clone().trial("a_pair_that_can_meet_both_ways_is_nudged_once", both_ways),
        lab.trial("what_the_network_loses_mid_exchange_is_tried_again_by_radio", by_the_other),
    ]
}

/// Two who reach each other by radio, and by the machine's own network at this address as well.
fn pair(address: &str, more: &[&str]) -> Result<(Program, Program), Failed> {
    let of = [&["--open", "--no-mdns"], COOL, more].concat();
    let one = attendee(0, &["devops"], &[&of[..], &["--listen", LISTEN]].concat())?;
    let elsewhere = ["--listen", "/ip4/127.0.0.1/tcp/0", "--peer", address];
    let two = attendee(1, &["devops"], &[&of[..], &elsewhere].concat())?;
    Ok((one, two))
}

/// By whichever way they were nudged: the other is there too, and tells them nothing new.
fn both_ways(lab: &Inside) -> Result<(), Failed> {
    let (mut one, mut two) = pair(LISTEN, &["--dwell", "0"])?;
    for program in [&mut one, &mut two] {
        linked_by_network(program)?;
        until(program, "on the air", |line| line.json["state"] == "up")?;
        until(program, "a nudge", |line| line.event() == "nudge")?;
    }
    nothing_more(one, two)?;
    assert_eq!(payloads(&lab.capture()?.adverts())?.len(), 2, "both were on the air");

    let (port, connected) = connects_later()?;
    let (mut one, mut two) = pair(&format!("/ip4/127.0.0.1/tcp/{port}"), &["--dwell", "0"])?;
    for program in [&mut one, &mut two] {
        assert_eq!(program.wait_for("nudge", SOON)?.json["transport"], "ble", "{}", said(program));
    }
    connected.send(())?;
    for program in [&mut one, &mut two] {
        linked_by_network(program)?;
    }
    nothing_more(one, two)
}

fn linked_by_network(program: &mut Program) -> Result<(), Failed> {
    until(program, "a link", |line| line.event() == "link_up" && line.json["transport"] == "lan")
}

/// Waits for what may have been said already.
fn until(program: &mut Program, what: &str, is_it: impl Fn(&Line) -> bool) -> Result<(), Failed> {
    if !program.seen().iter().any(&is_it) {
        program.wait_until(what, SOON, is_it)?;
    }
    Ok(())
}

fn nothing_more(mut one: Program, mut two: Program) -> Result<(), Failed> {
    for program in [&mut one, &mut two] {
        program.watch(A_WHILE);
        assert_eq!(count(program, "nudge"), 1, "{}", said(program));
        let near = program.seen().iter().filter_map(|line| line.json["near"].as_u64()).max();
        assert_eq!(near, Some(1), "both ways it is one person");
    }
    end(one)?;
    end(two)
}

/// A slow network: passes on to where one listens from when it is told.
fn connects_later() -> io::Result<(u16, mpsc::Sender<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let (connected, told) = mpsc::channel();
    thread::spawn(move || {
        if told.recv().is_ok() {
            pass_on(&listener, u64::MAX);
        }
    });
    Ok((port, connected))
}

fn by_the_other(_: &Inside) -> Result<(), Failed> {
    let port = cuts_after(2_000)?;
    // The dwell lets the network be first.
    let (mut one, mut two) = pair(&format!("/ip4/127.0.0.1/tcp/{port}"), &["--dwell", "3"])?;
    nudged_alike(&mut one, &mut two, &["devops"])?;
    let lost = |program: &Program| {
        let failed = |line: &&Line| line.event() == "exchange_failed" && line.json["transport"] == "lan";
        program.seen().iter().filter(failed).count()
    };
    assert!(lost(&one) + lost(&two) > 0, "{}\n{}", said(&one), said(&two));
    for program in [&mut one, &mut two] {
        program.watch(A_WHILE);
        assert_eq!(count(program, "nudge"), 1, "{}", said(program));
    }
    end(one)?;
    end(two)
}

/// A bad network: passes so many bytes of each connection on to where one listens, and then cuts it.
fn cuts_after(bytes: u64) -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || pass_on(&listener, bytes));
    Ok(port)
}

fn pass_on(listener: &TcpListener, bytes: u64) {
    for caller in listener.incoming().flatten() {
        // Whoever is not there is not there.
        let called = TcpStream::connect("127.0.0.1:4001");
        thread::spawn(move || called.and_then(|called| cut(caller, called, bytes)));
    }
}

fn cut(caller: TcpStream, called: TcpStream, bytes: u64) -> io::Result<()> {
    let (mut back, mut forth) = ((called.try_clone()?, caller.try_clone()?), (caller, called));
    thread::spawn(move || io::copy(&mut back.0, &mut back.1));
    let mut passed = 0;
    let mut buffer = [0; 256];
    while passed < bytes {
        let read = forth.0.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        forth.1.write_all(&buffer[..read])?;
        passed += u64::try_from(read).unwrap_or(u64::MAX);
    }
    forth.0.shutdown(Shutdown::Both)?;
    forth.1.shutdown(Shutdown::Both)
}
