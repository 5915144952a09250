//! Flags over environment over file, and every error with its place.

use std::fs;

use sighej_relay::config::{Config, SETTINGS, Sources, example};

use crate::process::{output, program, stderr};

fn folder(file: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("relay.toml"), file).unwrap();
    folder
}

#[test]
fn a_flag_goes_before_a_variable_and_a_variable_before_the_file() {
    let folder = folder("sessions = 10\npairs = 10\nroom-members = 10\n");
    let variables = [("SIGHEJ_RELAY_SESSIONS", "20"), ("SIGHEJ_RELAY_PAIRS", "20"), ("OTHER", "x")];
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    let flags = [("sessions", "30".to_owned())];
    let sources = Sources::collect(flags, variables, Some(folder.path().join("relay.toml"))).unwrap();
    let limits = Config::read(&sources).unwrap().limits;
    assert_eq!((limits.sessions, limits.pairs, limits.room_members), (30, 20, 10));
}

#[test]
fn every_error_is_named_with_its_line_its_variable_or_its_flag() {
    let folder = folder("# settings\nlisten = \"nowhere\"\n\nsessions = 0\nepsilon = 9\nlog = [1, {}]\n");
    let run = program(folder.path())
        .args(["--config", "relay.toml", "--pairs", "many"])
        .env("SIGHEJ_RELAY_LOG_FORMAT", "xml")
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(stderr(&run).contains("relay.toml:6: log: expected: LEVEL, such as info"), "{}", stderr(&run));
    fs::write(
        folder.path().join("relay.toml"),
        "# settings\nlisten = \"nowhere\"\n\nsessions = 0\nepsilon = 9\ntls-key = \"key.pem\"\n",
    )
    .unwrap();
    let run = program(folder.path())
        .args(["--config", "relay.toml", "--pairs", "many"])
        .env("SIGHEJ_RELAY_LOG_FORMAT", "xml")
        .output()
        .unwrap();
    let said = stderr(&run);
    for wanted in [
        "relay.toml:2: listen: \"nowhere\": invalid socket address syntax; expected: ADDRESS:PORT",
        "relay.toml:4: sessions: 0 is not between 1 and",
        "relay.toml:5: epsilon:",
        "relay.toml:6: tls-key: a key needs its certificate",
        "SIGHEJ_RELAY_LOG_FORMAT: log-format: \"xml\" is none of: text, json",
        "--pairs: pairs: \"many\": invalid digit",
    ] {
        assert!(said.contains(wanted), "{wanted:?} is missing in\n{said}");
    }
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty());
}

#[test]
fn what_is_no_setting_is_told_with_what_may_be_meant() {
    let folder = folder("listen = \"127.0.0.1:0\"\nadmin_listen = \"off\"\n");
    let run = output(folder.path(), &["--config", "relay.toml"]);
    assert!(
        stderr(&run)
            .contains("relay.toml:2: there is no setting called admin_listen; did you mean admin-listen?")
    );
    fs::write(folder.path().join("relay.toml"), "listen = 127.0.0.1\n").unwrap();
    assert!(stderr(&output(folder.path(), &["--config", "relay.toml"])).contains("relay.toml:1: "));
    assert!(stderr(&output(folder.path(), &["--config", "none.toml"])).contains("none.toml: cannot be read"));
    let run = program(folder.path()).env("SIGHEJ_RELAY_LISTN", "x").output().unwrap();
    assert!(stderr(&run).contains("SIGHEJ_RELAY_LISTN: there is no such setting"));
    assert_eq!(output(folder.path(), &["--listn", "x"]).status.code(), Some(2));
}

#[test]
fn the_help_names_every_command_and_every_setting() {
    let folder = tempfile::tempdir().unwrap();
    let run = output(folder.path(), &["--help"]);
    let text = String::from_utf8(run.stdout).unwrap();
    let settings = SETTINGS.iter().map(|setting| format!("--{} ", setting.key));
    let commands = ["invite", "admin-token", "example-config", "--config"].map(str::to_owned);
    for wanted in settings.chain(commands) {
        assert!(text.contains(&wanted), "{wanted:?} is missing in\n{text}");
    }
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn on_this_machine_it_speaks_plain_text_and_elsewhere_tls_unless_told_otherwise() {
    for (listen, forced, is_plain) in [
        ("127.0.0.1:7411", "false", true),
        ("[::1]:7411", "false", true),
        ("192.0.2.7:7411", "false", false),
        ("0.0.0.0:7411", "false", false),
        ("[::]:7411", "false", false),
        ("192.0.2.7:7411", "true", true),
    ] {
        let flags = [("listen", listen.to_owned()), ("plain-text", forced.to_owned())];
        let config = Config::read(&Sources::collect(flags, [], None).unwrap()).unwrap();
        assert_eq!(config.is_plain(config.listen), is_plain, "{listen}, forced: {forced}");
    }
}

#[test]
fn the_example_says_the_defaults_and_nothing_else() {
    let bare = Config::read(&Sources::collect([], [], None).unwrap()).unwrap();
    let set: String = example()
        .lines()
        .map(|line| {
            let is_optional = SETTINGS
                .iter()
                .any(|setting| setting.default.is_none() && line.starts_with(&format!("#{} ", setting.key)));
            let is_setting = line.starts_with('#') && !line.starts_with("# ") && !is_optional;
            format!("{}\n", if is_setting { &line[1..] } else { line })
        })
        .collect();
    let folder = folder(&set);
    let sources = Sources::collect([], [], Some(folder.path().join("relay.toml"))).unwrap();
    assert_eq!(format!("{:?}", Config::read(&sources).unwrap()), format!("{bare:?}"));
    let printed = output(folder.path(), &["example-config"]);
    assert_eq!(String::from_utf8(printed.stdout).unwrap(), example());
    let deployed = include_str!("../../../deploy/sighej-relay.toml");
    assert_eq!(deployed, example(), "deploy/sighej-relay.toml is what `sighej-relay example-config` prints");
}
