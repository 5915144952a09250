//! The doctor on a real Bluetooth stack: what it says of settings that give away, of an adapter that is off or gone, of a service that
//! does not run or may not be spoken to; and that following its remedy mends it.
//!
//! The lab has no network but loopback, so that Bluetooth alone decides the exit code.

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs,
        process::{Command, ExitCode, Stdio},
        time::{Duration, Instant},
    };

    use serde_json::Value;
    use sighej_ble_lab::{Failed, Inside, Lab, run};
    use sighej_lab::Program;
    use sighej_node::doctor::bluetooth;

    /// The longest that a survey may take; see `PATIENCE` of each part.
    const VISIT: Duration = Duration::from_secs(15);

    pub(super) fn main() -> ExitCode {
        run(vec![
            Lab::new(2).trial("a_machine_as_it_should_be_is_well_and_nothing_is_on_the_air", well),
            Lab::new(1).trial("settings_that_give_away_are_found_and_the_remedy_mends_them", settings),
            Lab::new(1).trial("an_adapter_that_is_off_is_found_and_the_remedy_mends_it", off),
            Lab::new(1).trial("a_service_that_does_not_run_is_found_and_not_started_by_looking", stopped),
            Lab::new(1).trial("a_service_that_hangs_holds_nobody_up", hanging),
            Lab::new(1).trial("a_user_who_may_not_is_told_so_and_the_kernel_still_answers", forbidden),
            Lab::new(1).trial("an_adapter_that_is_pulled_out_is_missed", gone),
        ])
    }

    /// What the doctor says inside, and its exit code.
    struct Visit {
        code: Option<i32>,
        findings: Vec<Value>,
    }

    impl Visit {
        fn new() -> Result<Visit, Failed> {
            Visit::by(&mut Command::new(env!("CARGO_BIN_EXE_sighej")))
        }

        fn by(command: &mut Command) -> Result<Visit, Failed> {
            let start = Instant::now();
            let output =
                command.args(["doctor", "--json"]).stdin(Stdio::null()).stderr(Stdio::null()).output()?;
            assert!(start.elapsed() < VISIT, "it took {:?}", start.elapsed());
            let text = String::from_utf8(output.stdout)?;
            let findings = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
            Ok(Visit { code: output.status.code(), findings })
        }

        fn has(&self, code: &str) -> bool {
            self.findings.iter().any(|finding| finding["code"] == code)
        }

        fn find(&self, code: &str) -> Result<&Value, Failed> {
            let found = self.findings.iter().find(|finding| finding["code"] == code);
            found.ok_or_else(|| format!("{code} was not found: {:?}", self.findings).into())
        }

        /// Everything of Bluetooth that is not as it should be.
        fn faults(&self) -> Vec<&str> {
            let bluetooth = self.findings.iter().filter(|finding| finding["area"] == "bluetooth");
            bluetooth
                .filter(|finding| finding["severity"] != "ok")
                .filter_map(|finding| finding["code"].as_str())
                .collect()
        }

        fn command(&self, code: &str) -> Result<String, Failed> {
            let command = self.find(code)?["remedy"]["command"].as_str().ok_or("there is a command")?;
            Ok(command.trim_start_matches("sudo ").to_owned())
        }
    }

    fn lab(words: &[&str]) -> Result<(), Failed> {
        done("lab", Command::new("lab").args(words))
    }

    fn shell(script: &str) -> Result<(), Failed> {
        done(script, Command::new("sh").args(["-c", script]))
    }

    fn done(what: &str, command: &mut Command) -> Result<(), Failed> {
        if command.status()?.success() { Ok(()) } else { Err(format!("{what} failed").into()) }
    }

    fn privacy(adapter: Option<&str>) -> Result<Option<bool>, Failed> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(bluetooth::privacy(adapter)))
    }

    fn well(lab: &Inside) -> Result<(), Failed> {
        lab.power(0, true)?;
        lab.power(1, true)?;
        let visit = Visit::new()?;
        assert_eq!(visit.faults(), [""; 0], "{:?}", visit.findings);
        for code in ["adapter_on", "advertising", "privacy_on", "name_common"] {
            visit.find(code)?;
            let about: Vec<&Value> = visit
                .findings
                .iter()
                .filter(|finding| finding["code"] == code)
                .map(|finding| &finding["about"])
                .collect();
            assert_eq!(about, ["hci0", "hci1"], "{code}");
        }
        for code in ["bluetooth_service", "l2cap", "eatt_off"] {
            visit.find(code)?;
        }
        assert!(visit.find("bluetooth_service")?["meaning"].to_string().contains("5.66"));
        let verdict = visit.find("can_meet")?;
        assert_eq!((&verdict["bluetooth"], &verdict["network"]), (&"both".into(), &false.into()));
        assert_eq!(visit.code, Some(0));
        assert_eq!(
            [privacy(None)?, privacy(Some("hci1"))?, privacy(Some("hci7"))?],
            [Some(true), Some(true), None]
        );
        assert_eq!(lab.capture()?.adverts().len(), 0, "nothing is on the air");
        Ok(())
    }

    /// The lab's own settings, from which each start of the service makes its file.
    fn settings_of(lab: &Inside) -> std::path::PathBuf {
        lab.folder().join("main.conf")
    }

    fn settings(inside: &Inside) -> Result<(), Failed> {
        let good = fs::read_to_string(settings_of(inside))?;
        let bad = "[General]\nControllerMode = le\nName = lab\nDeviceID = bluetooth:1234:5678:0001\n[Policy]\nAutoEnable = true\n";
        fs::write(settings_of(inside), bad)?;
        lab(&["bluetoothd", "restart"])?;
        inside.power(0, true)?;
        let visit = Visit::new()?;
        let mut faults = visit.faults();
        faults.sort_unstable();
        assert_eq!(faults, ["device_id_own", "eatt_on", "name_of_host", "privacy_off"]);
        assert_eq!(privacy(Some("hci0"))?, Some(false));
        warned_of_its_address()?;
        let remedy = &visit.find("privacy_off")?["remedy"];
        assert_eq!(remedy["file"], "/etc/bluetooth/main.conf");
        assert_eq!(remedy["lines"], serde_json::json!(["[General]", "Privacy = device"]));

        // The name changes at once; the rest of the advice waits for a restart, and that is said.
        shell(&visit.command("name_of_host")?)?;
        // Times of files and processes are compared with two seconds' slack.
        std::thread::sleep(Duration::from_secs(4));
        fs::write(
            "/etc/bluetooth/main.conf",
            "[General]\nControllerMode = le\nPrivacy = device\n[GATT]\nChannels = 1\n",
        )?;
        let mut faults = Visit::new()?.faults().into_iter().map(str::to_owned).collect::<Vec<_>>();
        faults.sort_unstable();
        assert_eq!(faults, ["bluetooth_settings_not_read", "device_id_own", "privacy_not_taken"]);

        fs::write(settings_of(inside), good)?;
        lab(&["bluetoothd", "restart"])?;
        inside.power(0, true)?;
        assert_eq!(Visit::new()?.faults(), [""; 0]);
        Ok(())
    }

    /// Whoever runs the program is told so, before anything is on the air.
    fn warned_of_its_address() -> Result<(), Failed> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sighej"));
        command.args(["run", "--json", "--no-lan", "--ble", "hci0", "--interest", "devops"]);
        let mut program = Program::start(&mut command)?;
        let warning = program.wait_for("warning", VISIT)?.json;
        assert_eq!(warning["code"], "privacy_off");
        assert!(warning["text"].as_str().is_some_and(|text| text.contains("Privacy = device")));
        Ok(program.kill()?)
    }

    fn off(inside: &Inside) -> Result<(), Failed> {
        inside.power(0, false)?;
        let visit = Visit::new()?;
        assert_eq!(visit.faults(), ["adapter_off"]);
        assert_eq!(visit.code, Some(1));
        shell(&visit.command("adapter_off")?)?;
        let visit = Visit::new()?;
        assert_eq!((visit.faults(), visit.code), (vec![], Some(0)));
        Ok(())
    }

    fn stopped(inside: &Inside) -> Result<(), Failed> {
        lab(&["bluetoothd", "stop"])?;
        for _ in 0..2 {
            let visit = Visit::new()?;
            assert!(visit.has("bluetooth_service_stopped"), "{:?}", visit.findings);
            assert_eq!(visit.code, Some(1));
            assert_eq!(visit.find("privacy_on")?["about"], "hci0");
        }
        lab(&["bluetoothd", "start"])?;
        inside.power(0, true)?;
        assert_eq!(Visit::new()?.code, Some(0));
        Ok(())
    }

    fn hanging(inside: &Inside) -> Result<(), Failed> {
        inside.power(0, true)?;
        let service = fs::read_to_string("/run/bluetoothd.pid")?.trim().to_owned();
        shell(&format!("kill -STOP {service}"))?;
        let visit = Visit::new()?;
        assert!(visit.has("bluetooth_service_silent"), "{:?}", visit.findings);
        assert_eq!(visit.find("adapter_on")?["about"], "hci0", "the kernel answers");
        assert_eq!(visit.code, Some(1));
        shell(&format!("kill -CONT {service}"))?;
        assert_eq!(Visit::new()?.code, Some(0));
        Ok(())
    }

    fn forbidden(inside: &Inside) -> Result<(), Failed> {
        inside.power(0, true)?;
        let file = inside.folder().join("dbus.conf");
        let policy = "<policy user=\"nobody\"><deny send_destination=\"org.bluez\"/></policy></busconfig>";
        fs::write(&file, fs::read_to_string(&file)?.replace("</busconfig>", policy))?;
        shell(
            "dbus-send --system --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
             org.freedesktop.DBus.ReloadConfig >/dev/null",
        )?;
        let nobody =
            ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", env!("CARGO_BIN_EXE_sighej")];
        let visit = Visit::by(Command::new("setpriv").args(nobody))?;
        assert_eq!(visit.faults(), ["bluetooth_forbidden"]);
        assert_eq!(visit.find("privacy_on")?["about"], "hci0", "the kernel is asked without privileges");
        assert_eq!(visit.code, Some(1));
        assert_eq!(Visit::new()?.code, Some(0), "root may");
        Ok(())
    }

    fn gone(inside: &Inside) -> Result<(), Failed> {
        inside.unplug(0)?;
        let deadline = Instant::now() + Duration::from_secs(5);
        while privacy(Some("hci0"))?.is_some() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        let visit = Visit::new()?;
        assert_eq!(visit.faults(), ["adapter_missing"]);
        assert_eq!(visit.code, Some(1));
        inside.plug()?;
        Ok(())
    }
}
