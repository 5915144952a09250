//! The lab itself: what passes between controllers, and what a test can do to them.

mod bench;

use std::{process::ExitCode, time::Duration};

use bench::{Bench, SERVICE, soon};
use sighej_ble_lab::{Failed, Inside, Lab, LabError, LabTrial, Role, run};

fn main() -> ExitCode {
    run(vec![
        Lab::new(2).trial("one_is_heard_connected_to_and_read_by_another", meeting),
        Lab::new(2).trial("an_l2cap_channel_carries_bytes", channel),
        Lab::new(2)
            .without_l2cap()
            .trial("without_l2cap_a_channel_is_refused_and_the_link_stays", no_channel),
        Lab::new(2).trial("two_that_dial_each_other_at_once_both_get_an_answer", both_dial),
        Lab::new(2).trial("one_out_of_range_is_not_heard_and_loses_its_link", out_of_range),
        Lab::new(2).trial("a_controller_is_heard_as_strongly_as_the_lab_says", strength),
        Lab::new(2).trial("a_controller_is_switched_off_and_on", power),
        Lab::new(2).trial("a_controller_is_pulled_out_and_put_in", unplugged),
        Lab::new(2).trial("bluetoothd_is_restarted_under_a_running_program", restarted),
        Lab::new(1).clock(1_800_000_000).trial("the_clock_is_the_labs_own", clock),
        Lab::new(6).trial("six_controllers_hear_each_other", six),
        LabTrial::outside("several_programs_have_outputs_and_exit_codes_of_their_own", together),
        LabTrial::outside("a_lab_that_takes_too_long_is_ended_and_leaves_no_process", too_long),
        LabTrial::outside("labs_run_side_by_side", side_by_side),
        LabTrial::outside("what_is_written_inside_does_not_reach_the_machine", throw_away),
    ])
}

fn meeting(lab: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let one = Bench::peripheral("hci0", b"\x10token").await?;
        let two = Bench::central("hci1").await?;
        let peer = two.hear().await?;
        soon("connecting", peer.connect()).await?;
        assert_eq!(two.read(&peer).await?, b"\x10token");
        soon("disconnecting", peer.disconnect()).await?;
        drop(one);
        Ok(())
    })?;
    let capture = lab.capture()?;
    let adverts = capture.adverts();
    let heard =
        adverts.iter().find(|advert| advert.structure(0x21).is_some()).ok_or("the advert was captured")?;
    assert!(heard.random && heard.heard_by == 1 && heard.rssi.is_none());
    let uuid: Vec<u8> = SERVICE.as_bytes().iter().rev().copied().collect();
    assert!(heard.structure(0x21).is_some_and(|data| data.starts_with(&uuid)));
    let links = capture.links();
    let [one, two] = [0, 1].map(|controller| links.iter().find(|link| link.controller == controller));
    let (Some(one), Some(two)) = (one, two) else { return Err("the link shows at both ends".into()) };
    assert_eq!((one.role, two.role), (Role::Peripheral, Role::Central));
    assert_eq!((&one.sent, &one.received), (&two.received, &two.sent));
    assert!(two.sent.att_packets() > 3 && two.sent.channel_packets() == 0);
    assert!(one.down.is_some());
    Ok(())
}

fn channel(lab: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let one = Bench::peripheral("hci0", b"x").await?;
        let two = Bench::central("hci1").await?;
        let peer = two.hear().await?;
        let sent: Vec<u8> = (0..5_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let (took, _) = tokio::try_join!(one.take(sent.len()), two.give(&peer, &sent))?;
        assert!(took == sent, "what was sent arrives");
        Ok(())
    })?;
    let links = lab.capture()?.links();
    let link = links.iter().find(|link| link.controller == 0).ok_or("there was a link")?;
    assert!(link.received.channel_bytes() >= 5_000);
    Ok(())
}

fn no_channel(_: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let one = Bench::peripheral("hci0", b"x").await?;
        let two = Bench::central("hci1").await?;
        let peer = two.hear().await?;
        soon("connecting", peer.connect()).await?;
        let refused = tokio::select! {
            refused = two.give(&peer, b"unwanted") => refused,
            // It waits as long for a channel as the other for an answer: that none came is no channel.
            Ok(_) = one.take(1) => return Err("a channel was accepted".into()),
        };
        assert!(refused.is_err());
        assert_eq!(two.read(&peer).await?, b"x");
        Ok(())
    })
}

fn both_dial(_: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let one = Bench::both("hci0").await?;
        let two = Bench::both("hci1").await?;
        let (to_two, to_one) = tokio::try_join!(one.hear(), two.hear())?;
        // Each waits for the other's advert, and the kernel does not advertise while it connects: an attempt may be vain,
        // but it ends when it is told to.
        tokio::try_join!(bench::dial(&to_two), bench::dial(&to_one))?;
        // What came of a vain attempt may still be on its way.
        bench::until("nobody is connected for a second", async || {
            tokio::try_join!(one.leave(), two.leave())?;
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(!one.is_connected().await? && !two.is_connected().await?)
        })
        .await
    })
}

fn out_of_range(lab: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let one = Bench::peripheral("hci0", b"x").await?;
        let two = Bench::central("hci1").await?;
        let peer = two.hear().await?;
        soon("connecting", peer.connect()).await?;
        lab.away(0)?;
        bench::until("the link breaks", async || Ok(!peer.is_connected().await?)).await?;
        let _scan = two.listen().await?;
        let before = lab.capture()?.adverts().len();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(lab.capture()?.adverts().len(), before, "nothing is heard");
        lab.back(0)?;
        let _one = one.again().await?;
        bench::until("it is heard again", async || Ok(lab.capture()?.adverts().len() > before)).await
    })
}

fn strength(lab: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let _one = Bench::peripheral("hci0", b"x").await?;
        let two = Bench::central("hci1").await?;
        two.hear().await?;
        let _scan = two.listen().await?;
        lab.rssi(0, Some(-83))?;
        let heard =
            async || Ok(lab.capture()?.adverts().last().is_some_and(|advert| advert.rssi == Some(-83)));
        bench::until("it is heard at -83 dBm", heard).await
    })
}

fn power(lab: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let one = Bench::peripheral("hci0", b"x").await?;
        let two = Bench::central("hci1").await?;
        let peer = two.hear().await?;
        soon("connecting", peer.connect()).await?;
        lab.power(0, false)?;
        bench::until("the link breaks", async || Ok(!peer.is_connected().await?)).await?;
        lab.power(0, true)?;
        let one = one.again().await?;
        let (two, _gone) = (two.again().await?, peer);
        two.hear().await?;
        drop(one);
        Ok(())
    })
}

fn unplugged(lab: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let one = Bench::peripheral("hci0", b"x").await?;
        let two = Bench::central("hci1").await?;
        let peer = two.hear().await?;
        soon("connecting", peer.connect()).await?;
        lab.unplug(0)?;
        bench::until("the link breaks", async || Ok(!peer.is_connected().await?)).await?;
        bench::until("the adapter is gone", async || Ok(bench::adapters().await? == ["hci1"])).await?;
        drop(one);
        lab.plug()?;
        bench::until("the adapter is there", async || Ok(bench::adapters().await?.len() == 2)).await?;
        let _one = Bench::peripheral("hci0", b"y").await?;
        let two = two.again().await?;
        let peer = two.hear().await?;
        soon("connecting", peer.connect()).await?;
        assert_eq!(two.read(&peer).await?, b"y");
        assert!(lab.unplug(5).is_err(), "there is no such controller");
        Ok(())
    })
}

fn restarted(lab: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let one = Bench::peripheral("hci0", b"x").await?;
        let two = Bench::central("hci1").await?;
        two.hear().await?;
        lab.restart_bluetoothd()?;
        // Adverts and services die with the service that held them.
        let _one = one.again().await?;
        let two = two.again().await?;
        let peer = two.hear().await?;
        soon("connecting", peer.connect()).await?;
        assert_eq!(two.read(&peer).await?, b"x");
        Ok(())
    })
}

fn clock(lab: &Inside) -> Result<(), Failed> {
    let now = || std::time::SystemTime::UNIX_EPOCH.elapsed().map(|time| time.as_secs());
    assert!((1_800_000_000..1_800_000_060).contains(&now()?));
    lab.set_clock(1_900_000_000)?;
    assert!((1_900_000_000..1_900_000_060).contains(&now()?));
    Ok(())
}

fn six(lab: &Inside) -> Result<(), Failed> {
    bench::block_on(async {
        let names = ["hci0", "hci1", "hci2", "hci3", "hci4", "hci5"];
        let (mut all, mut scans) = (Vec::new(), Vec::new());
        for name in names {
            let bench = Bench::both(name).await?;
            scans.push(bench.listen().await?);
            all.push(bench);
        }
        let everybody = async || {
            let mut pairs = std::collections::BTreeSet::new();
            for advert in lab.capture()?.adverts() {
                pairs.insert((advert.heard_by, advert.address));
            }
            Ok((0..6).all(|ear| pairs.iter().filter(|(heard_by, _)| *heard_by == ear).count() >= 5))
        };
        bench::until("everybody hears everybody", everybody).await
    })
}

fn together() -> Result<(), Failed> {
    let outcome = Lab::new(1).run_together(&[
        ("one", &["sh", "-c", "echo 'to whom it may concern'; exit 3"]),
        ("two", &["sh", "-c", "sleep 0.2; echo late >&2"]),
    ])?;
    assert_eq!((outcome.code(), outcome.code_of("one"), outcome.code_of("two")), (1, Some(3), Some(0)));
    assert_eq!((&*outcome.output_of("one"), &*outcome.errors_of("one")), ("to whom it may concern\n", ""));
    assert_eq!((&*outcome.output_of("two"), &*outcome.errors_of("two")), ("", "late\n"));
    Ok(())
}

fn too_long() -> Result<(), Failed> {
    let ended = Lab::new(1).time_limit(Duration::from_secs(6)).run("sleep", &["60"]);
    let Err(LabError::TimedOut(_, folder)) = ended else { return Err(format!("{ended:?}").into()) };
    let folder = folder.display().to_string();
    let running = std::fs::read_dir("/proc")?.flatten().filter(|process| {
        std::fs::read(process.path().join("cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&folder))
    });
    assert_eq!(running.count(), 0, "every process of the lab is gone");
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

fn side_by_side() -> Result<(), Failed> {
    let labs: Vec<_> = (0..3)
        .map(|number: u8| {
            std::thread::spawn(move || {
                let outcome =
                    Lab::new(2).run("sh", &["-c", &format!("ls /sys/class/bluetooth; exit {number}")])?;
                assert_eq!(outcome.output(), "hci0\nhci1\n", "the output is no terminal");
                Ok::<_, LabError>(outcome.code() == number.into())
            })
        })
        .collect();
    for lab in labs {
        assert!(lab.join().map_err(|_| "a lab's thread panicked")??);
    }
    Ok(())
}

fn throw_away() -> Result<(), Failed> {
    let path = std::env::temp_dir().join(format!("sighej-ble-lab-canary-{}", std::process::id()));
    let inside = path.display().to_string();
    let outcome = Lab::new(1).run("sh", &["-c", &format!("echo here >{inside}; cat {inside}; hostname")])?;
    assert_eq!((outcome.code(), &*outcome.output()), (0, "here\nlab\n"));
    assert!(!path.exists());
    Ok(())
}
