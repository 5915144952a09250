//! What may happen around two who meet: a radio that goes, a system's service that is started again, the end of an epoch, a
//! program that is killed, a link that breaks.

use std::{
    collections::BTreeSet,
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sighej_ble_lab::{Advert, Failed, Inside, Lab, LabTrial};
use sighej_lab::{Line, Program};
use sighej_node::ble::advert::PACKET_CHARACTERISTIC;

use crate::{
    room::{A_WHILE, MID_EPOCH, SOON, attendee, count, end, nudged_alike, open, said},
    stranger::Stranger,
};

/// An epoch's first second.
const BOUNDARY: u64 = 2_900_001 * 600;
/// The silence after a boundary is at least this long (specification, section 10.1), and at most 30 s.
const SILENCE: Duration = Duration::from_secs(5);
/// How long falling silent may take: BlueZ alone takes two seconds to end a connection.
const FALLING_SILENT: Duration = Duration::from_secs(4);
/// AD types (Assigned Numbers, section 2.3).
const FLAGS: u8 = 0x01;
const SERVICE_DATA: u8 = 0x21;

const COOL: &[&str] = &["--cool-down", "0"];

pub(crate) fn trials() -> Vec<LabTrial> {
    let lab = |controllers| Lab::new(controllers).clock(MID_EPOCH);
    vec![
        lab(2).trial("a_controller_switched_off_mid_exchange_comes_back_and_meets", switched_off),
        lab(3).trial("bluetoothd_is_started_again_under_running_nodes", restarted),
        Lab::new(3)
            .clock(BOUNDARY - 20)
            .trial("at_a_boundary_links_end_and_address_and_token_change", boundary),
        lab(3).trial("one_killed_and_started_again_meets_again_and_the_rest_go_on", killed),
        lab(2).trial("a_pair_that_can_meet_both_ways_is_nudged_once", both_ways),
        lab(2).trial("what_the_network_loses_mid_exchange_is_tried_again_by_radio", by_the_other),
    ]
}

fn switched_off(lab: &Inside) -> Result<(), Failed> {
    let mut one = open(0, &["devops", "opera"], &[COOL, &["--no-l2cap"]].concat())?;
    one.wait_until("on the air", SOON, |line| line.json["state"] == "up")?;
    // An exchange is over in a moment, so this may come too late: then another comes. Six are within the budget.
    for _ in 0..6 {
        let failures = count(&one, "exchange_failed");
        let mut two = open(1, &["devops", "chess"], &[COOL, &["--no-l2cap"]].concat())?;
        one.wait_for("link_up", SOON)?;
        lab.block(1, true)?;
        two.wait_until("it is off", SOON, |line| line.json["code"] == "powered_off")?;
        one.watch(Duration::from_secs(1));
        let mid_exchange = count(&one, "exchange_failed") > failures && count(&two, "nudge") == 0;
        lab.block(1, false)?;
        if !mid_exchange {
            two.kill()?;
            continue;
        }
        two.wait_until("it is on again", SOON, |line| line.json["state"] == "up")?;
        nudged_alike(&mut one, &mut two, &["devops"])?;
        end(one)?;
        return end(two);
    }
    Err(format!("it was never switched off within an exchange; the other said\n{}", said(&one)).into())
}

fn restarted(lab: &Inside) -> Result<(), Failed> {
    let mut one = open(0, &["devops", "opera"], COOL)?;
    let mut two = open(1, &["devops", "chess"], COOL)?;
    nudged_alike(&mut one, &mut two, &["devops"])?;
    lab.restart_bluetoothd()?;
    for program in [&mut one, &mut two] {
        program.wait_until("the radio is gone", SOON, |line| line.json["state"] == "down")?;
        program.wait_until("the radio is back", SOON, |line| line.json["state"] == "up")?;
    }
    // Both are found, and find, as before.
    let mut three = open(2, &["opera", "chess"], COOL)?;
    for (program, of) in [(&mut one, "opera"), (&mut two, "chess")] {
        let nudge = program.wait_for("nudge", SOON)?.json;
        assert_eq!(nudge["interests"], serde_json::json!([of]));
        three.wait_for("nudge", SOON)?;
    }
    [one, two, three].into_iter().try_for_each(end)
}

fn boundary(lab: &Inside) -> Result<(), Failed> {
    let mut one = open(0, &["devops"], &[])?;
    let mut two = open(1, &["devops"], &[])?;
    let mut epochs = Vec::new();
    for program in [&mut one, &mut two] {
        epochs.push(program.wait_for("epoch", SOON)?.json["number"].clone());
        program.wait_for("peer_seen", SOON)?;
    }
    // A link is open over the boundary, of which nothing more is said: it would last 10 s.
    sleep_until(BOUNDARY - 4);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cut = runtime.block_on(async {
        let mut att = Stranger::on(2).await?.connect().await?;
        let packets = att.handle(PACKET_CHARACTERISTIC)?;
        att.subscribe(packets).await?;
        assert!(att.write(packets, &[7, 9]).await?, "the link is open");
        assert!(now() < Duration::from_secs(BOUNDARY), "before the boundary");
        att.stay().await;
        Ok::<_, Failed>(now())
    })?;
    for (program, before) in [&mut one, &mut two].into_iter().zip(epochs) {
        let number = program.wait_for("epoch", SOON)?.json["number"].clone();
        assert_eq!(number.as_u64(), before.as_u64().map(|before| before + 1));
        program.wait_for("peer_seen", SOON)?;
        program.watch(A_WHILE);
        assert_eq!(count(program, "nudge"), 1, "{}", said(program));
    }

    let silent_from = Duration::from_secs(BOUNDARY) + FALLING_SILENT;
    assert!(cut < silent_from, "links end with the epoch");
    let adverts = lab.capture()?.adverts();
    let silence = silent_from..Duration::from_secs(BOUNDARY) + SILENCE;
    assert!(!adverts.iter().any(|advert| silence.contains(&advert.at)), "nobody is heard in between");
    let (before, after): (Vec<Advert>, Vec<Advert>) =
        adverts.into_iter().partition(|advert| advert.at < silence.start);
    looks_like_others(&before, &after)?;
    end(one)?;
    end(two)
}

/// Of two captures nothing is equal but what is equal of everybody.
fn looks_like_others(before: &[Advert], after: &[Advert]) -> Result<(), Failed> {
    let addresses = |adverts: &[Advert]| adverts.iter().map(|advert| advert.address).collect::<BTreeSet<_>>();
    assert!(addresses(before).is_disjoint(&addresses(after)), "another address");
    let (old, new) = (payloads(before)?, payloads(after)?);
    assert_eq!((old.len(), new.len()), (2, 2), "two devices, one payload each");
    for (old, new) in old.iter().flat_map(|old| new.iter().map(move |new| (old, new))) {
        // Service (16), version and flags (1), token (8), class (1).
        assert_eq!((&old[..17], &old[25..]), (&new[..17], &new[25..]));
        assert_ne!(old[17..25], new[17..25], "another token");
    }
    Ok(())
}

/// Every service data that was heard, where nothing else was but the flags.
fn payloads(adverts: &[Advert]) -> Result<BTreeSet<Vec<u8>>, Failed> {
    let mut found = BTreeSet::new();
    for advert in adverts {
        assert!(advert.random, "no address of the maker's");
        if advert.scan_response {
            assert_eq!(advert.payload, [0; 0], "asked for more, it has nothing to say");
            continue;
        }
        let kinds: BTreeSet<u8> = advert.structures().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, BTreeSet::from([FLAGS, SERVICE_DATA]));
        assert_eq!(advert.structures().count(), 2);
        assert_eq!(advert.structure(FLAGS), Some(&[0x06][..]));
        let data = advert.structure(SERVICE_DATA).ok_or("there is service data")?;
        assert_eq!(data.len(), 26);
        found.insert(data.to_vec());
    }
    Ok(found)
}

fn killed(_: &Inside) -> Result<(), Failed> {
    let mut one = open(0, &["devops", "opera"], COOL)?;
    let mut two = open(1, &["devops", "chess"], COOL)?;
    let mut three = open(2, &["opera", "chess"], COOL)?;
    for program in [&mut one, &mut two, &mut three] {
        program.wait_for("nudge", SOON)?;
        program.wait_for("nudge", SOON)?;
    }
    two.kill()?;
    let mut two = open(1, &["devops", "chess"], COOL)?;
    for (program, of) in [(&mut one, "devops"), (&mut three, "chess")] {
        let nudge = program.wait_for("nudge", SOON)?.json;
        assert_eq!(nudge["interests"], serde_json::json!([of]));
        two.wait_for("nudge", SOON)?;
    }
    for program in [&mut one, &mut three] {
        program.watch(A_WHILE);
        assert_eq!(count(program, "nudge"), 3, "{}", said(program));
    }
    [one, two, three].into_iter().try_for_each(end)
}

const LISTEN: &str = "/ip4/127.0.0.1/tcp/4001";

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

/// The lab's time of day.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn sleep_until(unix: u64) {
    thread::sleep(Duration::from_secs(unix).saturating_sub(now()));
}
