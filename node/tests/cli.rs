//! The program as its users meet it: flags, output, commands, endings. Loopback alone, no mDNS.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot go on has failed")]

use std::{
    io::Read,
    net::TcpListener,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sighej_lab::Program;

/// The last 15 s of an epoch and its silence of up to 30 s may fall into any wait for a nudge.
const WITH_A_BOUNDARY: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(10);
const LISTEN: &str = "/ip4/127.0.0.1/tcp/0";

fn sighej(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sighej"));
    command.args(args).env_remove("SIGHEJ_LOG").env("NO_COLOR", "1");
    command
}

fn output(args: &[&str]) -> Output {
    sighej(args).stdin(Stdio::null()).output().unwrap()
}

/// An attendee on loopback.
fn attendee(args: &[&str]) -> Program {
    let mut all =
        vec!["run", "--json", "--ble", "off", "--no-mdns", "--listen", LISTEN, "--crowd-guard", "1"];
    all.extend_from_slice(args);
    Program::start(&mut sighej(&all)).unwrap()
}

fn address(started: &Value) -> String {
    started["listen"][0].as_str().unwrap().to_owned()
}

#[test]
fn wrong_usage_is_exit_code_2_with_a_reason_and_nothing_on_stdout() {
    let long = "x".repeat(65);
    let sensitive = sighej_catalogue::all().iter().find(|entry| entry.is_sensitive()).unwrap().id();
    let many: Vec<String> = (0..17).map(|n| format!("interest number {n}")).collect();
    let mut too_many = vec!["run", "--interest"];
    too_many.extend(many.iter().map(String::as_str));
    for (args, reason) in [
        (&["run"][..], "--interest"),
        (&["run", "--interest", "devops", "--opne"], "--opne"),
        (&["run", "--interest", "devops", "--listen", "127.0.0.1:80"], "127.0.0.1:80"),
        (&["run", "--interest", "devops", "--rssi-gate", "strong"], "dBm"),
        (&["run", "--interest", "devops", "--dwell", "-1"], "seconds"),
        (&["run", "--interest", "devops", "--ble", "a radio"], "hci0"),
        (&["run", "--interest", "devops", "--no-lan", "--no-mdns"], "--no-lan"),
        (&["run", "--interest", "devops", " "], "“ ”"),
        (&["run", "--interest", &long], &long),
        (&["run", "--interest", sensitive], "--allow-sensitive"),
        (&["run", "--interest", "devops", "--allow-sensitive", "kubernets"], "kubernetes"),
        (&too_many, "too many"),
        (&["doctor", "--mend"], "--mend"),
        (&["doctor", "--lang", "sv"], "sv"),
        (&["frolic"], "frolic"),
    ] {
        let output = output(args);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {errors}");
        assert!(errors.contains(reason), "{args:?}: {errors}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn help_names_every_command_flag_and_exit_code() {
    let help = |args: &[&str]| String::from_utf8(output(args).stdout).unwrap();
    for word in ["run", "interests", "demo", "doctor", "Exit codes", "SIGHEJ_LOG"] {
        assert!(help(&["--help"]).contains(word), "{word}");
    }
    for flag in
        ["open", "interest", "allow-sensitive", "lang", "json", "listen", "peer", "no-mdns", "crowd-guard"]
    {
        assert!(help(&["run", "--help"]).contains(&format!("--{flag}")), "{flag}");
    }
    for word in ["--json", "--lang", "can_meet", "cannot_meet"] {
        assert!(help(&["doctor", "--help"]).contains(word), "{word}");
    }
    for flag in ["dwell", "rssi-gate", "cool-down", "max-hops", "ble", "no-l2cap", "no-lan"] {
        assert!(help(&["run", "--help"]).contains(&format!("--{flag}")), "{flag}");
    }
}

#[test]
fn the_version_names_the_revision_of_the_protocol_that_the_specification_has() {
    let said = String::from_utf8(output(&["--version"]).stdout).unwrap();
    let specification = include_str!("../../docs/protocol/README.md");
    let revision = specification.lines().find_map(|line| line.strip_prefix("| Revision | ")).unwrap();
    let revision = revision.split(',').next().unwrap();
    assert_eq!(said, format!("sighej {} (protocol {revision})\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_and_man_pages_come_from_the_same_definitions_as_the_help() {
    let script = String::from_utf8(output(&["completions", "bash"]).stdout).unwrap();
    assert!(script.contains("--rssi-gate") && script.contains("doctor") && !script.contains("man-pages"));
    let folder = tempfile::tempdir().unwrap();
    let pages = output(&["man-pages", folder.path().to_str().unwrap()]);
    assert!(pages.status.success() && pages.stdout.is_empty());
    let page = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(page("sighej.1").contains("SIGHEJ_ROOM"));
    assert!(page("sighej-run.1").contains("crowd\\-guard"));
    let nowhere = output(&["man-pages", "/no/such/folder"]);
    assert_eq!(nowhere.status.code(), Some(1));
}

#[test]
fn interests_are_listed_and_searched() {
    let all = String::from_utf8(output(&["interests"]).stdout).unwrap();
    assert!(all.lines().count() > 500 && all.contains("devops") && all.contains("* sensitive"));
    let found = String::from_utf8(output(&["interests", "k8s", "--json"]).stdout).unwrap();
    let found: Value = serde_json::from_str(found.lines().next().unwrap()).unwrap();
    assert_eq!((&found["id"], &found["label"]), (&json!("kubernetes"), &json!("Kubernetes")));
    assert_eq!(output(&["interests", "no such thing"]).status.code(), Some(1));
}

#[test]
fn the_demo_shows_what_it_should_within_20_seconds() {
    let start = Instant::now();
    let output = output(&["demo", "--json"]);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();

    let (apart, nudges): (Vec<_>, Vec<_>) =
        of("nudge").into_iter().partition(|nudge| nudge["transport"] == "relay");
    assert_eq!((apart.len(), nudges.len()), (2, 2));
    assert!(apart.iter().all(|nudge| nudge["who"] == "Eva" || nudge["who"] == "Finn"));
    assert!(apart[0]["who"] != apart[1]["who"] && apart[0]["cue"] == apart[1]["cue"]);
    assert_eq!((&apart[0]["interests"], &apart[1]["interests"]), (&json!(["chess"]), &json!(["chess"])));
    let saw = of("relay_saw")[0];
    assert_eq!((&saw["devices"], &saw["compared"], &saw["found"]), (&json!(2), &json!(1), &json!([])));
    assert_ne!(nudges[0]["who"], nudges[1]["who"]);
    assert!(nudges.iter().all(|nudge| nudge["who"] == "Asta" || nudge["who"] == "Bo"));
    assert_eq!(nudges[0]["interests"], json!(["devops", "hardstyle"]));
    assert_eq!(nudges[0]["interests"], nudges[1]["interests"]);
    assert_eq!(nudges[0]["cue"], nudges[1]["cue"]);
    let eavesdropper = of("eavesdropper")[0];
    assert!(
        eavesdropper["bytes"].as_u64().unwrap() > 10_000 && eavesdropper["looked_for"].as_u64().unwrap() > 20
    );
    assert_eq!(eavesdropper["found"], json!([]));
    let over = of("demo_over")[0];
    assert_eq!(
        (&over["ok"], &over["messages"], &over["message_bytes"]),
        (&json!(true), &json!(15), &json!(10_116))
    );
}

#[test]
fn the_demo_is_told_to_people_too() {
    let text = String::from_utf8(output(&["demo", "--lang", "da"]).stdout).unwrap();
    assert_eq!(
        text.matches("En i nærheden arbejder også med DevOps og er til hardstyle.").count(),
        2,
        "{text}"
    );
    for part in [
        "crowd guard is 1",
        "Cleo: no nudge",
        "Dan: no nudge",
        "/multistream/",
        "none found",
        "What the relay saw of Eva and Finn",
        "seal 2 × 742",
        "As it should be",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn two_processes_are_nudged_with_equal_interests_and_equal_cue_and_log_none_of_it() {
    let mut one = Program::start(
        sighej(&[
            "run",
            "--json",
            "--ble",
            "off",
            "--no-mdns",
            "--listen",
            LISTEN,
            "--crowd-guard",
            "1",
            "--open",
        ])
        .args(["--interest", "k8s", "hardstyle", "my own thing"])
        .env("SIGHEJ_LOG", "trace"),
    )
    .unwrap();
    let started = one.wait_for("started", SOON).unwrap().json;
    // A boundary before the connection changes the port: the peer names it by hand.
    let mut two = attendee(&[
        "--open",
        "--peer",
        &address(&started),
        "--interest",
        "kubernetes",
        "My  own THING",
        "opera",
    ]);
    let Ok(theirs) = two.wait_for("nudge", WITH_A_BOUNDARY) else {
        let moved = one.seen().iter().filter(|line| line.event() == "listening").count();
        panic!("no nudge; the first process moved {moved} times");
    };
    let ours = one.wait_for("nudge", SOON).unwrap();
    assert_eq!(ours.json["interests"], json!(["kubernetes", "my own thing"]));
    assert_eq!(ours.json["interests"], theirs.json["interests"]);
    assert_eq!(ours.json["cue"], theirs.json["cue"]);
    assert_eq!(ours.json["text"], "Someone nearby also works with Kubernetes and is into my own thing");

    one.say(r#"{"cmd":"block"}"#).unwrap();
    assert_eq!(one.wait_for("done", SOON).unwrap().json["cmd"], "block");
    one.say(r#"{"cmd":"quit"}"#).unwrap();
    assert_eq!(one.wait_for("stopped", SOON).unwrap().json["reason"], "quit");
    assert_eq!(one.wait(SOON).unwrap().code(), Some(0));
    let logs = one.errors(SOON).unwrap();
    for secret in ["kubernetes", "k8s", "hardstyle", "own thing", "12D3Koo", "/p2p/"] {
        assert!(!logs.contains(secret), "{secret} in the logs: {logs}");
    }
}

#[test]
fn commands_are_followed_and_what_is_none_loses_nothing() {
    let mut program = attendee(&["--interest", "devops"]);
    let started = program.wait_for("started", SOON).unwrap().json;
    assert_eq!((&started["open"], &started["listen"]), (&json!(false), &json!([])));
    let mut say = |line: &str, event: &str| {
        program.say(line).unwrap();
        program.wait_until(event, SOON, |line| ["done", "error"].contains(&line.event())).map(|answer| {
            assert_eq!(answer.event(), event, "{line}: {}", answer.text);
            answer.json
        })
    };
    for wrong in ["open", r#"{"cmd":"opne"}"#, r#"{"cmd":"pause"}"#, r#"{"cmd":"pause","minutes":0}"#] {
        say(wrong, "error").unwrap();
    }
    assert!(say(r#"{"cmd":"block"}"#, "error").unwrap()["message"].as_str().unwrap().contains("no nudge"));
    say(r#"{"cmd":"close"}"#, "error").unwrap();
    say(r#"{"cmd":"open"}"#, "done").unwrap();
    say(r#"{"cmd":"pause","minutes":15}"#, "done").unwrap();
    say(r#"{"cmd":"resume"}"#, "done").unwrap();
    let refused = say(r#"{"cmd":"interests","interests":["chess",""]}"#, "error").unwrap();
    assert!(refused["message"].as_str().unwrap().contains("“”"));
    say(r#"{"cmd":"interests","interests":["chess"],"insist":true}"#, "done").unwrap();
    say(r#"{"cmd":"close"}"#, "done").unwrap();
    say(r#"{"cmd":"wipe"}"#, "done").unwrap();
    assert!(say(r#"{"cmd":"open"}"#, "error").unwrap()["message"].as_str().unwrap().contains("interests"));
    program.say(r#"{"cmd":"quit"}"#).unwrap();
    program.wait_for("stopped", SOON).unwrap();
    assert_eq!(program.wait(SOON).unwrap().code(), Some(0));
    assert!(
        program.seen().iter().all(|line| line.json.is_object() && line.json["t"].is_f64()),
        "nothing but events"
    );
    assert_eq!(program.errors(SOON).unwrap(), "");
}

#[test]
fn the_end_of_stdin_ends_the_commands_and_not_the_program() {
    let mut program = attendee(&["--open", "--interest", "devops"]);
    program.wait_for("started", SOON).unwrap();
    program.say(r#"{"cmd":"pause","minutes":1}"#).unwrap();
    program.close_stdin();
    program.wait_for("done", SOON).unwrap();
    assert!(program.wait(Duration::from_secs(1)).is_err(), "it runs on");
    program.signal("TERM").unwrap();
    assert_eq!(program.wait_for("stopped", SOON).unwrap().json["reason"], "terminated");
    assert_eq!(program.wait(SOON).unwrap().code(), Some(0));
}

#[test]
fn ctrl_c_ends_it_cleanly_open_or_not() {
    for open in [&["--open"][..], &[]] {
        let mut program = attendee(&[open, &["--interest", "devops"]].concat());
        program.wait_for("started", SOON).unwrap();
        program.signal("INT").unwrap();
        assert_eq!(program.wait_for("stopped", SOON).unwrap().json["reason"], "interrupted");
        assert_eq!(program.wait(SOON).unwrap().code(), Some(0));
    }
}

#[test]
fn a_node_that_nobody_watches_ends() {
    let mut child = sighej(&[
        "run",
        "--open",
        "--json",
        "--ble",
        "off",
        "--no-mdns",
        "--listen",
        LISTEN,
        "--interest",
        "devops",
    ])
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let end = Instant::now() + SOON;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < end, "it runs on though its reader is gone");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(0));
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(errors, "");
}

#[test]
fn an_address_that_is_taken_is_exit_code_1_with_advice() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("/ip4/127.0.0.1/tcp/{}", taken.local_addr().unwrap().port());
    let output =
        output(&["run", "--open", "--ble", "off", "--no-mdns", "--listen", &listen, "--interest", "devops"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--listen"));
}

#[test]
fn with_neither_network_nor_bluetooth_it_says_so_and_ends() {
    let output = output(&["run", "--open", "--ble", "off", "--no-lan", "--interest", "devops"]);
    assert_eq!(output.status.code(), Some(1));
    let reason = String::from_utf8(output.stderr).unwrap();
    assert!(reason.contains("--ble is off"), "{reason}");
}

#[test]
fn people_read_calm_lines() {
    let mut program = Program::start(&mut sighej(&[
        "run",
        "--open",
        "--ble",
        "off",
        "--no-mdns",
        "--listen",
        LISTEN,
        "--interest",
        "kubernets",
    ]))
    .unwrap();
    program.wait_until("a hint", SOON, |line| line.text.contains("Did you mean kubernetes?")).unwrap();
    program.signal("INT").unwrap();
    program.wait_until("an end", SOON, |line| line.text.contains("everything is forgotten")).unwrap();
    assert!(program.seen().iter().any(|line| line.text.contains("people nearby can be found")));
    assert!(program.seen().iter().all(|line| !line.text.starts_with('{')));
}
