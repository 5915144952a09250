//! Every finding of the doctor, from facts made by hand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot go on has failed")]

use std::{collections::BTreeSet, time::Duration};

use sighej_node::{
    doctor::{
        Clock, Finding, Firewall, Interface, Network, Port, Severity, Survey, Way, What,
        bluetooth::{
            Adapter, Advertising, Bluetooth, PrivacySetting, Roles, Service, Setting, Settings, ShownName,
            Stack, Switch, Version,
        },
        diagnose::{OLDEST_BLUEZ, OLDEST_TIME, can_meet, diagnose},
        words,
    },
    report::Lang,
};

/// A machine on which everything is as it should be.
fn healthy() -> Survey {
    let adapter = Adapter {
        name: "hci0".into(),
        powered: Some(true),
        low_energy: Some(Setting::On),
        privacy: Some(Setting::On),
        roles: Some(Roles { central: true, peripheral: true }),
        advertising: Some(Advertising { used: 0, free: 5 }),
        shown_name: Some(ShownName::Common),
        common_device_id: Some(true),
    };
    let settings = Settings {
        file: "/etc/bluetooth/main.conf".into(),
        readable: true,
        privacy: PrivacySetting::On,
        channels: Some(1),
        classic_only: false,
        newer_than_service: Some(false),
    };
    let wlan0 = Interface {
        name: "wlan0".into(),
        up: true,
        connected: true,
        ipv4: true,
        point_to_point: false,
        multicast: Some(true),
        joins: Some(true),
        hears: Some(true),
    };
    Survey {
        bluetooth: Bluetooth {
            service: Service::Answers(Some(Version(5, 66))),
            adapters: vec![adapter],
            settings,
            l2cap: Some(true),
            ..Bluetooth::unknown(Stack::BlueZ)
        },
        network: Network { interfaces: vec![wlan0], port: Some(Port::Shared), firewall: None },
        clock: Clock { utc: Some(OLDEST_TIME + Duration::from_secs(1)), synchronised: Some(true) },
    }
}

type Change = fn(&mut Survey);

fn adapter(survey: &mut Survey) -> &mut Adapter {
    &mut survey.bluetooth.adapters[0]
}

fn interface(survey: &mut Survey) -> &mut Interface {
    &mut survey.network.interfaces[0]
}

fn switch(survey: &mut Survey, name: &str, soft: bool, hard: bool) {
    survey.bluetooth.switches.push(Switch { name: name.into(), soft, hard });
    adapter(survey).powered = Some(false);
}

/// What is changed on a healthy machine, what is found then and about what, and whether people can still be met.
const CHANGES: &[(Change, &str, Option<&str>, bool)] = &[
    (|s| s.bluetooth = Bluetooth::unknown(Stack::Unknown), "bluetooth_unknown", None, true),
    (|s| s.bluetooth.service = Service::NoBus, "system_bus_missing", None, true),
    (|s| s.bluetooth.service = Service::NotRunning, "bluetooth_service_stopped", None, true),
    (|s| s.bluetooth.service = Service::Forbidden, "bluetooth_forbidden", None, true),
    (|s| s.bluetooth.service = Service::Silent, "bluetooth_service_silent", None, true),
    (|s| s.bluetooth.service = Service::Answers(Some(Version(4, 101))), "bluetooth_service_old", None, true),
    (|s| s.bluetooth.service = Service::Answers(Some(OLDEST_BLUEZ)), "bluetooth_service", None, true),
    (|s| s.bluetooth.settings.newer_than_service = Some(true), "bluetooth_settings_not_read", None, true),
    (|s| s.bluetooth.adapters.clear(), "adapter_missing", None, true),
    (|s| switch(s, "hci0", true, true), "rfkill_hard", Some("hci0"), true),
    (|s| switch(s, "thinkpad_bluetooth", true, false), "rfkill_soft", Some("thinkpad_bluetooth"), true),
    (|s| adapter(s).powered = Some(false), "adapter_off", Some("hci0"), true),
    (|s| adapter(s).low_energy = Some(Setting::Unsupported), "low_energy_missing", Some("hci0"), true),
    (
        |s| {
            adapter(s).low_energy = Some(Setting::Off);
            s.bluetooth.settings.classic_only = true;
        },
        "low_energy_off",
        Some("hci0"),
        true,
    ),
    (|s| adapter(s).advertising = None, "advertising_missing", Some("hci0"), true),
    (
        |s| adapter(s).advertising = Some(Advertising { used: 5, free: 0 }),
        "advertising_used_up",
        Some("hci0"),
        true,
    ),
    (
        |s| adapter(s).roles = Some(Roles { central: true, peripheral: false }),
        "central_only",
        Some("hci0"),
        true,
    ),
    (
        |s| adapter(s).roles = Some(Roles { central: false, peripheral: true }),
        "peripheral_only",
        Some("hci0"),
        true,
    ),
    (
        |s| {
            adapter(s).privacy = Some(Setting::Off);
            s.bluetooth.settings.privacy = PrivacySetting::Off;
        },
        "privacy_off",
        Some("hci0"),
        true,
    ),
    (|s| s.bluetooth.settings.privacy = PrivacySetting::Limited, "privacy_limited", Some("hci0"), true),
    (|s| adapter(s).privacy = Some(Setting::Off), "privacy_not_taken", Some("hci0"), true),
    (|s| adapter(s).privacy = Some(Setting::Unsupported), "privacy_unsupported", Some("hci0"), true),
    (|s| adapter(s).privacy = None, "privacy_unknown", Some("hci0"), true),
    (|s| s.bluetooth.settings.channels = None, "eatt_on", None, true),
    (|s| s.bluetooth.settings.channels = Some(3), "eatt_on", None, true),
    (|s| s.bluetooth.l2cap = Some(false), "l2cap_missing", None, true),
    (|s| adapter(s).shown_name = Some(ShownName::Host), "name_of_host", Some("hci0"), true),
    (|s| adapter(s).shown_name = Some(ShownName::User), "name_of_user", Some("hci0"), true),
    (|s| adapter(s).shown_name = Some(ShownName::Chosen), "name_chosen", Some("hci0"), true),
    (|s| adapter(s).common_device_id = Some(false), "device_id_own", Some("hci0"), true),
    (|s| s.network = Network::default(), "interface_missing", None, true),
    (|s| (interface(s).up, interface(s).connected) = (false, false), "interface_down", Some("wlan0"), true),
    (|s| interface(s).connected = false, "interface_unconnected", Some("wlan0"), true),
    (|s| interface(s).ipv4 = false, "interface_without_ipv4", Some("wlan0"), true),
    (|s| interface(s).point_to_point = true, "interface_tunnel", Some("wlan0"), true),
    (|s| interface(s).multicast = Some(false), "multicast_missing", Some("wlan0"), true),
    (|s| interface(s).joins = Some(false), "multicast_refused", Some("wlan0"), true),
    (|s| interface(s).hears = Some(false), "multicast_unheard", Some("wlan0"), true),
    (|s| s.network.port = Some(Port::Taken), "mdns_port_taken", None, true),
    (|s| s.network.port = Some(Port::Forbidden), "mdns_port_forbidden", None, true),
    (|s| s.network.firewall = Some(Firewall::Ufw), "firewall", None, true),
    (|s| s.clock.utc = None, "clock_unknown", None, false),
    (|s| s.clock.utc = Some(Duration::from_secs(3600)), "clock_wrong", None, false),
    (|s| s.clock.synchronised = Some(false), "clock_unsynchronised", None, true),
    (|s| s.clock.synchronised = None, "clock_unverified", None, true),
    (
        |s| {
            s.bluetooth.adapters.clear();
            s.network = Network::default();
        },
        "cannot_meet",
        None,
        false,
    ),
];

fn found<'a>(findings: &'a [Finding], code: &str) -> Option<&'a Finding> {
    findings.iter().find(|finding| finding.what.code() == code)
}

fn way(findings: &[Finding]) -> Option<(Way, bool)> {
    findings.iter().find_map(|finding| {
        if let What::CanMeet { bluetooth, network } = finding.what {
            Some((bluetooth, network))
        } else {
            None
        }
    })
}

#[test]
fn a_healthy_machine_has_nothing_to_mend() {
    let findings = diagnose(&healthy());
    assert!(findings.iter().all(|finding| finding.what.severity() == Severity::Ok), "{findings:?}");
    assert!(findings.iter().all(|finding| finding.remedy().is_none()));
    assert_eq!(way(&findings), Some((Way::Both, true)));
    assert_eq!(findings.last().map(|finding| finding.what.code()), Some("can_meet"));
}

#[test]
fn each_fault_is_found_where_it_is_and_nothing_else_with_it() {
    let expected_besides = |code: &str| -> &[&str] {
        match code {
            // A setting that was not read is a matter of its own, and so is the verdict.
            "cannot_meet" => &["adapter_missing", "interface_missing"],
            "interface_down" | "interface_unconnected" => &["interface_missing"],
            "clock_unknown" | "clock_wrong" => &["cannot_meet"],
            _ => &[],
        }
    };
    for (change, code, about, meets) in CHANGES {
        let mut survey = healthy();
        change(&mut survey);
        let findings = diagnose(&survey);
        let finding = found(&findings, code).unwrap_or_else(|| panic!("{code} is not found: {findings:?}"));
        assert_eq!(finding.about.as_deref(), *about, "{code}");
        assert_eq!(can_meet(&findings), *meets, "{code}: {findings:?}");
        for other in findings.iter().filter(|other| other.what.severity() > Severity::Ok) {
            let other = other.what.code();
            assert!(
                other == *code || expected_besides(code).contains(&other),
                "{code} comes with {other}: {findings:?}"
            );
        }
    }
}

#[test]
fn what_keeps_people_from_being_met_closes_that_way_alone() {
    let with = |change: Change| {
        let mut survey = healthy();
        change(&mut survey);
        way(&diagnose(&survey))
    };
    assert_eq!(with(|s| s.bluetooth.service = Service::NotRunning), Some((Way::None, true)));
    assert_eq!(with(|s| adapter(s).powered = Some(false)), Some((Way::None, true)));
    assert_eq!(with(|s| adapter(s).low_energy = Some(Setting::Off)), Some((Way::None, true)));
    assert_eq!(with(|s| adapter(s).advertising = None), Some((Way::FindsOnly, true)));
    assert_eq!(
        with(|s| adapter(s).roles = Some(Roles { central: false, peripheral: true })),
        Some((Way::FoundOnly, true))
    );
    for closed in [
        (|s| interface(s).hears = Some(false)) as Change,
        |s| interface(s).joins = Some(false),
        |s| interface(s).connected = false,
        |s| s.network.port = Some(Port::Taken),
    ] {
        assert_eq!(with(closed), Some((Way::Both, false)));
    }
    // One way is enough, and a second adapter helps.
    assert_eq!(
        with(|s| {
            let other = Adapter { name: "hci1".into(), ..adapter(s).clone() };
            adapter(s).powered = Some(false);
            s.bluetooth.adapters.push(other);
        }),
        Some((Way::Both, true))
    );
}

#[test]
fn a_switch_explains_why_its_adapter_is_off_and_no_other() {
    let mut survey = healthy();
    let other = Adapter { name: "hci1".into(), ..adapter(&mut survey).clone() };
    survey.bluetooth.adapters.push(other);
    switch(&mut survey, "hci1", true, false);
    let findings = diagnose(&survey);
    assert_eq!(found(&findings, "adapter_off").and_then(|finding| finding.about.as_deref()), Some("hci0"));
    survey.bluetooth.switches[0].name = "laptop_bluetooth".into();
    assert_eq!(
        found(&diagnose(&survey), "adapter_off"),
        None,
        "a switch of the laptop is above every adapter"
    );
}

#[test]
fn what_bluez_alone_has_is_not_asked_of_other_systems() {
    let mut survey = healthy();
    survey.bluetooth = Bluetooth {
        service: Service::Answers(None),
        adapters: vec![Adapter {
            name: "adapter 1".into(),
            powered: Some(true),
            roles: Some(Roles { central: true, peripheral: false }),
            ..Adapter::default()
        }],
        ..Bluetooth::unknown(Stack::CoreBluetooth)
    };
    let findings = diagnose(&survey);
    let worse: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.what.severity() > Severity::Ok)
        .map(|finding| finding.what.code())
        .collect();
    assert_eq!(worse, ["advertising_missing"]);
    assert_eq!(way(&findings), Some((Way::FindsOnly, true)));
}

#[test]
fn warnings_and_problems_have_a_remedy_or_say_what_to_do() {
    // Those that no command mends, and whose words must do.
    let by_hand = [
        "bluetooth_unknown",
        "adapter_missing",
        "rfkill_hard",
        "low_energy_missing",
        "advertising_missing",
        "central_only",
        "peripheral_only",
        "privacy_unsupported",
        "interface_missing",
        "mdns_port_forbidden",
        "cannot_meet",
    ];
    for (change, code, ..) in CHANGES {
        let mut survey = healthy();
        change(&mut survey);
        let findings = diagnose(&survey);
        let Some(finding) =
            found(&findings, code).filter(|finding| finding.what.severity() >= Severity::Warning)
        else {
            continue;
        };
        assert_eq!(finding.remedy().is_none(), by_hand.contains(code), "{code}");
    }
}

#[test]
fn a_remedy_names_the_file_that_the_service_reads() {
    let mut survey = healthy();
    survey.bluetooth.settings = Settings {
        file: "/run/other.conf".into(),
        privacy: PrivacySetting::Off,
        ..survey.bluetooth.settings
    };
    adapter(&mut survey).privacy = Some(Setting::Off);
    let findings = diagnose(&survey);
    let calm = words::calm(&findings, Lang::En);
    assert!(calm.contains("→ in /run/other.conf, under [General]: Privacy = device"), "{calm}");
    assert!(calm.contains("→ sudo systemctl restart bluetooth"), "{calm}");
    let json = words::as_json(found(&findings, "privacy_off").unwrap(), Lang::En);
    assert_eq!(json["remedy"]["lines"], serde_json::json!(["[General]", "Privacy = device"]));
    assert_eq!((&json["severity"], &json["about"]), (&"warning".into(), &"hci0".into()));
}

#[test]
fn every_finding_has_words_in_both_languages_and_a_line_in_the_documentation() {
    let documentation = include_str!("../../docs/doctor.md");
    let documented: BTreeSet<&str> =
        documentation.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let mut met = BTreeSet::new();
    let healthy_ones = CHANGES.iter().map(|(change, ..)| *change).chain([(|_| {}) as Change]);
    for change in healthy_ones {
        let mut survey = healthy();
        change(&mut survey);
        for finding in diagnose(&survey) {
            let code = finding.what.code();
            met.insert(code);
            let [english, danish] = Lang::ALL.map(|lang| words::meaning(&finding, lang));
            assert!(english.ends_with('.') && danish.ends_with('.'), "{code}: {english} {danish}");
            assert_ne!(english, danish, "{code}");
            if let Some(about) = &finding.about {
                assert!(english.contains(about) && danish.contains(about), "{code}: {english} {danish}");
            }
        }
    }
    assert_eq!(met, documented);
}
