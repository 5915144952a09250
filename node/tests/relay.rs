//! Attendees and a relay as processes of their own, over real sockets on loopback. Nobody but the one test that says so has
//! a direct link to anybody.
#![allow(clippy::print_stderr, reason = "a test that is left out says so where people look")]

#[expect(dead_code, reason = "of the room's help a part is needed here")]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "whatever is not awaited fails a test"
)]
mod air;
#[path = "relayed/hall.rs"]
mod hall;
#[path = "relayed/heard.rs"]
#[allow(clippy::expect_used, reason = "what cannot go on has failed")]
mod heard;

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use hall::{Cable, Hall, invitation};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::json;
use sighej_lab::{Line, Program};

type Test = fn() -> Result<(), Failed>;

/// The last 15 s of an epoch and its silence of up to 30 s may fall into any wait.
const WITH_A_BOUNDARY: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(15);

fn main() -> ExitCode {
    let missing = hall::program().err();
    let required = std::env::var("SIGHEJ_REQUIRE_LABS").is_ok_and(|value| value == "1");
    if let Some(missing) = &missing {
        eprintln!("\n*** THE RELAY IS MISSING: {missing}");
        eprintln!(
            "*** Tests that need it are {}.\n",
            if required { "failed" } else { "ignored, not passed" }
        );
    }
    let trials: Vec<(&'static str, Test)> = vec![
        ("two_with_no_direct_link_are_nudged_equally_by_an_invitation", two_in_a_room),
        ("a_relay_killed_and_back_finds_its_clients_and_nobody_is_nudged_twice", killed_and_back),
        ("a_token_that_was_heard_is_knocked_at_where_no_link_comes_about", heard::knocked_at),
        ("who_cannot_advertise_knocks_at_who_never_heard_it_and_both_are_nudged", heard::by_one_alone),
        ("a_token_that_nobody_heard_is_knocked_at_by_nobody", heard::by_nobody),
        ("a_client_lost_and_back_resumes", lost_and_back),
        ("without_its_relay_a_node_does_the_rest", unreachable),
        ("one_pair_by_network_and_relay_is_nudged_once", both_ways),
        ("a_relay_is_known_by_its_certificate_alone", pinned),
        ("a_relay_of_another_version_is_told_apart", other_version),
        ("wrong_links_and_rooms_are_refused_with_a_reason", usage),
        ("a_room_is_named_without_the_command_line", room_of_its_own),
        ("nothing_of_anybody_is_in_the_relays_log_or_files", secrecy),
        ("statistics_are_shown_before_they_are_sent_and_sent_once", statistics),
    ];
    let ignored = missing.is_some() && !required;
    let trials = trials.into_iter().map(|(name, test)| Trial::test(name, test).with_ignored_flag(ignored));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn sighej(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sighej"));
    command.args(args).env("NO_COLOR", "1");
    command
}

/// An attendee who has a link, and no other way to anybody.
fn apart(link: &str, interests: &[&str], more: &[&str]) -> Result<Program, Failed> {
    let mut args =
        vec!["join", link, "--open", "--json", "--no-lan", "--ble", "off", "--cool-down", "0", "--interest"];
    args.extend_from_slice(interests);
    args.extend_from_slice(more);
    Ok(Program::start(&mut sighej(&args))?)
}

fn is_state(line: &Line, state: &str) -> bool {
    line.event() == "relay" && line.json["state"] == state
}

fn wait_for_state(program: &mut Program, state: &str, within: Duration) -> Result<Line, Failed> {
    Ok(program.wait_until(state, within, |line| is_state(line, state))?)
}

fn nudges(program: &Program) -> usize {
    program.seen().iter().filter(|line| line.event() == "nudge").count()
}

fn two_in_a_room() -> Result<(), Failed> {
    let hall = Hall::open(&[])?;
    let link = hall.invite(hall.address)?;
    let mut one = apart(&link, &["devops", "hardstyle"], &[])?;
    let mut two = apart(&link, &["chess", "hardstyle", "dev ops"], &[])?;
    let mut other = apart(&link, &["knitting"], &[])?;
    let ours = one.wait_for("nudge", WITH_A_BOUNDARY)?.json;
    let theirs = two.wait_for("nudge", WITH_A_BOUNDARY)?.json;
    assert_eq!(ours["interests"], json!(["devops", "hardstyle"]));
    for what in ["interests", "cue", "transport", "hops", "text"] {
        assert_eq!(ours[what], theirs[what], "{what}");
    }
    assert_eq!((&ours["transport"], &ours["hops"]), (&json!("relay"), &json!(null)));
    assert!(ours["text"].as_str().unwrap_or_default().starts_with("Someone at this event also"));
    other.wait_for("no_match", WITH_A_BOUNDARY)?;
    // Somebody without the room is nobody's peer.
    let mut outside = Program::start(&mut sighej(&[
        "run",
        "--open",
        "--json",
        "--ble",
        "off",
        "--no-mdns",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--relay",
        &hall.url(),
        "--interest",
        "devops",
    ]))?;
    wait_for_state(&mut outside, "up", WITH_A_BOUNDARY)?;
    outside.watch(Duration::from_secs(3));
    assert!(nudges(&outside) == 0 && !outside.has_seen("no_match"));
    assert_eq!([nudges(&one), nudges(&two), nudges(&other)], [1, 1, 0]);
    Ok(())
}

fn killed_and_back() -> Result<(), Failed> {
    let hall = Hall::open(&[])?;
    let link = hall.invite(hall.address)?;
    let mut one = apart(&link, &["devops"], &[])?;
    let mut two = apart(&link, &["devops"], &[])?;
    for program in [&mut one, &mut two] {
        program.wait_for("nudge", WITH_A_BOUNDARY)?;
    }
    let epochs = |program: &Program| program.seen().iter().filter(|line| line.event() == "epoch").count();
    let before = [&one, &two].map(epochs);
    let hall = hall.crash_and_return(Duration::from_secs(2))?;
    let back = Instant::now();
    for program in [&mut one, &mut two] {
        wait_for_state(program, "down", SOON)?;
        wait_for_state(program, "up", WITH_A_BOUNDARY)?;
    }
    let took = back.elapsed();
    eprintln!("both were back {:.1} s after the relay", took.as_secs_f64());
    // At a boundary between epochs they are silent first.
    assert!(took < SOON || [&one, &two].map(epochs) != before, "{took:?}");
    // A third finds both, so the room works; the two of before are not nudged about each other again.
    let mut three = apart(&link, &["devops", "chess"], &[])?;
    three.wait_for("nudge", WITH_A_BOUNDARY)?;
    three.wait_for("nudge", WITH_A_BOUNDARY)?;
    for program in [&mut one, &mut two] {
        program.wait_for("nudge", WITH_A_BOUNDARY)?;
        program.watch(Duration::from_secs(2));
    }
    assert_eq!([nudges(&one), nudges(&two), nudges(&three)], [2, 2, 2]);
    drop(hall);
    Ok(())
}

fn lost_and_back() -> Result<(), Failed> {
    let hall = Hall::open(&[])?;
    let cable = Cable::to(hall.address)?;
    let link = hall.invite(cable.entrance)?;
    let mut one = apart(&link, &["devops"], &[])?;
    wait_for_state(&mut one, "up", WITH_A_BOUNDARY)?;
    cable.cut();
    wait_for_state(&mut one, "down", SOON)?;
    // A boundary that falls in here makes it a new session, which the next cut resumes.
    let mut up = wait_for_state(&mut one, "up", WITH_A_BOUNDARY)?;
    if up.json["resumed"] != true {
        cable.cut();
        wait_for_state(&mut one, "down", SOON)?;
        up = wait_for_state(&mut one, "up", WITH_A_BOUNDARY)?;
    }
    assert_eq!(up.json["resumed"], true);
    let mut two = apart(&link, &["devops"], &[])?;
    for program in [&mut one, &mut two] {
        program.wait_for("nudge", WITH_A_BOUNDARY)?;
    }
    Ok(())
}

/// Two on one network, by each other's address.
fn on_a_network(relay: &[&str]) -> Result<[Program; 2], Failed> {
    let port = || Ok::<_, Failed>(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port());
    let listen = format!("/ip4/127.0.0.1/tcp/{}", port()?);
    let base = [
        "run",
        "--open",
        "--json",
        "--ble",
        "off",
        "--no-mdns",
        "--crowd-guard",
        "1",
        "--interest",
        "devops",
    ];
    let start = |more: &[&str]| Program::start(&mut sighej(&[&base[..], relay, more].concat()));
    let one = start(&["--listen", &listen])?;
    let two = start(&["--listen", "/ip4/127.0.0.1/tcp/0", "--peer", &listen])?;
    Ok([one, two])
}

fn unreachable() -> Result<(), Failed> {
    let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut both = on_a_network(&["--relay", &format!("ws://{nobody}")])?;
    for program in &mut both {
        let line =
            program.wait_until("unreachable", WITH_A_BOUNDARY, |line| is_state(line, "unreachable"))?;
        assert_eq!(line.json["code"], "unreachable");
    }
    for program in &mut both {
        let nudge = program.wait_for("nudge", WITH_A_BOUNDARY)?;
        assert_eq!(nudge.json["transport"], "lan");
    }
    Ok(())
}

fn both_ways() -> Result<(), Failed> {
    let hall = Hall::open(&[])?;
    let link = hall.invite(hall.address)?;
    let mut both = on_a_network(&["--relay", &link])?;
    for program in &mut both {
        program.wait_for("nudge", WITH_A_BOUNDARY)?;
    }
    for program in &mut both {
        program.watch(Duration::from_secs(20));
        assert_eq!(nudges(program), 1);
        assert!(program.seen().iter().any(|line| is_state(line, "up")));
    }
    Ok(())
}

fn pinned() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let link = invitation(folder.path(), &["--listen", "192.0.2.7:7411"])?;
    let data = "sighej-relay-data/tls-";
    let arguments =
        ["--tls-certificate", &format!("{data}certificate.pem"), "--tls-key", &format!("{data}key.pem")]
            .map(str::to_owned);
    let hall = Hall::open_in(folder, ([127, 0, 0, 1], 0).into(), arguments.to_vec())?;
    let link = link.replace("192.0.2.7:7411", &hall.address.to_string());
    assert!(link.starts_with("wss://") && link.contains("pin="));
    let mut one = apart(&link, &["devops"], &[])?;
    let mut two = apart(&link, &["devops"], &[])?;
    for program in [&mut one, &mut two] {
        program.wait_for("nudge", WITH_A_BOUNDARY)?;
    }
    // Another certificate, and none that anybody vouches for.
    let (address, rest) = link.split_once("pin=").ok_or("a pin")?;
    let wrong = format!("{address}pin={}{}", "0".repeat(64), &rest[64..]);
    let unpinned = format!("{address}{}", &rest[65..]);
    for (link, code) in [(wrong, "other_certificate"), (unpinned, "tls")] {
        let mut program = apart(&link, &["devops"], &[])?;
        let line = wait_for_state(&mut program, "unreachable", WITH_A_BOUNDARY)?;
        assert_eq!(line.json["code"], code);
        program.watch(Duration::from_secs(1));
        assert!(!program.seen().iter().any(|line| is_state(line, "up")));
    }
    Ok(())
}

fn other_version() -> Result<(), Failed> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 2048];
            // Whatever it asks for.
            let _asked = stream.read(&mut request);
            let _answered = stream.write_all(
                b"HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Protocol: sighej-relay.9\r\nContent-Length: 0\r\n\r\n",
            );
        }
    });
    let mut program = Program::start(&mut sighej(&[
        "run",
        "--open",
        "--json",
        "--ble",
        "off",
        "--no-mdns",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--relay",
        &format!("ws://{address}"),
        "--interest",
        "devops",
    ]))?;
    let line = wait_for_state(&mut program, "unreachable", WITH_A_BOUNDARY)?;
    assert_eq!(line.json["code"], "other_version");
    let reason = line.json["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("sighej-relay.9") && reason.contains("update"), "{reason}");
    Ok(())
}

fn usage() -> Result<(), Failed> {
    let secret = "a".repeat(32);
    let link = format!("ws://127.0.0.1:1#room={secret}");
    for (args, reason) in [
        (&["run", "--interest", "a", "--relay", "relay.example"][..], "begins with wss://"),
        (&["run", "--interest", "a", "--relay", "ws://relay.example"], "not encrypted"),
        (&["run", "--interest", "a", "--relay", "ws://127.0.0.1:1", "--room", "our-room"], "room's secret"),
        (&["run", "--interest", "a", "--relay", "ws://127.0.0.1:1", "--room", &secret], "room's secret"),
        (&["run", "--interest", "a", "--room", &secret], "--relay URL"),
        (&["run", "--interest", "a", "--room-file", "/dev/null"], "--relay URL"),
        (
            &["run", "--interest", "a", "--relay", "ws://127.0.0.1:1", "--room-file", "/none"],
            "--room-file /none",
        ),
        (
            &["run", "--interest", "a", "--relay", "ws://127.0.0.1:1", "--room-file", "/dev/zero"],
            "room's secret",
        ),
        (&["join", &link, "--interest", "a", "--room-file", "/dev/null"], "leave --room-file out"),
        (&["run", "--interest", "a", "--share-statistics"], "--relay URL"),
        (&["join", &link, "--interest", "a"], "room's secret"),
        (&["join", "wss://relay.example", "--interest", "a", "--relay", "wss://other.example"], "--relay"),
        (&["join", "wss://relay.example#pin=00", "--interest", "a"], "pin="),
    ] {
        let run = sighej(args).stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(reason), "{args:?}: {said}");
        assert!(run.stdout.is_empty());
    }
    Ok(())
}

fn room_of_its_own() -> Result<(), Failed> {
    let hall = Hall::open(&[])?;
    let link = hall.invite(hall.address)?;
    let (relay, room) = link.split_once("#room=").ok_or("a room")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("room");
    std::fs::write(&file, format!("{room}\n"))?;
    let mut by_file = apart(relay, &["devops"], &["--room-file", file.to_str().ok_or("a path")?])?;
    let start =
        ["run", "--relay", relay, "--open", "--json", "--no-lan", "--ble", "off", "--interest", "devops"];
    let mut by_variable = Program::start(sighej(&start).env("SIGHEJ_ROOM", room))?;
    for program in [&mut by_file, &mut by_variable] {
        program.wait_for("nudge", WITH_A_BOUNDARY)?;
    }
    let refused = sighej(&start).env("SIGHEJ_ROOM", "our-room").stdin(Stdio::null()).output()?;
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("SIGHEJ_ROOM") && !said.contains("our-room"), "{said}");
    Ok(())
}

fn secrecy() -> Result<(), Failed> {
    let hall = Hall::open(&[])?;
    let link = hall.invite(hall.address)?;
    let trace = |interests: &[&str]| -> Result<Program, Failed> {
        let mut args =
            vec!["join", link.as_str(), "--open", "--json", "--no-lan", "--ble", "off", "--interest"];
        args.extend_from_slice(interests);
        let mut command = sighej(&args);
        Ok(Program::start(command.env("SIGHEJ_LOG", "trace").env("RUST_LOG", "trace"))?)
    };
    let mut one = trace(&["devops", "restoring tractors"])?;
    let mut two = trace(&["restoring tractors", "knitting"])?;
    let epoch = one.wait_for("epoch", WITH_A_BOUNDARY)?.json["number"].as_u64().ok_or("a number")?;
    for program in [&mut one, &mut two] {
        program.wait_for("nudge", WITH_A_BOUNDARY)?;
    }
    // Time for the batches of counters to be written.
    thread::sleep(Duration::from_millis(1_500));
    let (log, disk) = hall.stop()?;
    assert!(log.contains("stopping"), "it logs");
    let mut places = vec![("the relay's log", log.into_bytes()), ("the relay's files", disk)];
    for program in [&mut one, &mut two] {
        program.signal("TERM")?;
        program.wait(SOON)?;
        places.push(("a node's log", program.errors(SOON)?.into_bytes()));
    }
    // How every commitment of the epoch begins, in the forms in which bytes get into texts and files.
    let mut commitment = vec![1];
    commitment.extend_from_slice(&u32::try_from(epoch)?.to_be_bytes());
    let hex: String = commitment.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{commitment:?}").trim_matches(['[', ']']).to_owned();
    let room = link.split_once("room=").ok_or("a room")?.1.to_owned();
    for (place, bytes) in &places {
        let text = bytes.to_ascii_lowercase();
        for what in ["devops", "tractors", "knitting", &room, &hex, &list] {
            let found = text.windows(what.len()).any(|window| window == what.as_bytes());
            assert!(!found, "{what} stands in {place}");
        }
    }
    Ok(())
}

fn statistics() -> Result<(), Failed> {
    let hall = Hall::open(&["--event", "A meeting", "--epsilon", "1.5"])?;
    let cable = Cable::to(hall.address)?;
    let link = hall.invite(cable.entrance)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("state/statistics");
    let file = file.to_str().ok_or("a path")?;
    let mut kept = Vec::new();
    for interests in [&["devops", "chess"][..], &["knitting"]] {
        let mut program = apart(&link, interests, &["--share-statistics", "--statistics-file", file])?;
        let offered = program.wait_for("statistics", WITH_A_BOUNDARY)?.json;
        assert_eq!((&offered["state"], &offered["name"]), (&json!("offered"), &json!("A meeting")));
        assert_eq!(offered["epsilon"], json!(1.5));
        assert_eq!(std::fs::read(file).ok(), kept.last().cloned(), "nothing is made before it is shown");
        let sent = program.wait_for("statistics", WITH_A_BOUNDARY)?.json;
        assert_eq!(sent["state"], "sent");
        kept.push(std::fs::read(file)?);
    }
    assert_eq!(kept[0], kept[1], "a node that starts again says the same, whatever its interests are by now");
    let text = kept[0].to_ascii_lowercase();
    assert!(!text.windows(6).any(|window| window == b"devops"));
    // A connection that carries a report carries nothing else: no WebSocket, and so no registration.
    let (reports, others): (Vec<_>, Vec<_>) =
        cable.said().into_iter().partition(|said| said.starts_with(b"POST "));
    assert_eq!(reports.len(), 2);
    let asks_for =
        |said: &[u8], what: &str| String::from_utf8_lossy(said).to_ascii_lowercase().contains(what);
    for said in &reports {
        assert!(!asks_for(said, "upgrade") && !asks_for(said, "get /"), "{}", String::from_utf8_lossy(said));
    }
    assert!(others.iter().any(|said| asks_for(said, "upgrade: websocket")), "the cable hears");
    assert!(!others.iter().any(|said| asks_for(said, "post /")), "no report on another connection");
    Ok(())
}
