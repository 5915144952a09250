//! What may happen around two who meet: a radio that goes, a system's service that is started again, the end of an epoch, a
//! program that is killed.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sighej_ble_lab::{Advert, Failed, Inside, Lab, LabTrial};
use sighej_node::ble::advert::PACKET_CHARACTERISTIC;

use crate::{
    room::{A_WHILE, MID_EPOCH, SOON, count, end, nudged_alike, open, said},
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

/// Nobody keeps still after a nudge.
pub(crate) const COOL: &[&str] = &["--cool-down", "0"];

pub(crate) fn trials() -> Vec<LabTrial> {
    let lab = |controllers| Lab::new(controllers).clock(MID_EPOCH);
    vec![
        lab(2).trial("a_controller_switched_off_mid_exchange_comes_back_and_meets", switched_off),
        lab(2).trial("an_adapter_pulled_out_and_put_in_again_meets_again", pulled_out),
        lab(3).trial("bluetoothd_is_started_again_under_running_nodes", restarted),
        Lab::new(3)
            .clock(BOUNDARY - 20)
            .trial("at_a_boundary_links_end_and_address_and_token_change", boundary),
        lab(3).trial("one_killed_and_started_again_meets_again_and_the_rest_go_on", killed),
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

fn pulled_out(lab: &Inside) -> Result<(), Failed> {
    let mut one = open(0, &["devops", "opera"], COOL)?;
    let mut two = open(1, &["devops", "chess"], COOL)?;
    nudged_alike(&mut one, &mut two, &["devops"])?;
    two.kill()?;
    lab.unplug(0)?;
    one.wait_until("the adapter is gone", SOON, |line| line.json["state"] == "down")?;
    one.wait_for("peer_lost", SOON)?;
    lab.plug()?;
    one.wait_until("the radio is back", SOON, |line| line.json["state"] == "up")?;
    let mut three = open(1, &["devops", "chess"], COOL)?;
    nudged_alike(&mut one, &mut three, &["devops"])?;
    end(one)?;
    end(three)
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
pub(crate) fn payloads(adverts: &[Advert]) -> Result<BTreeSet<Vec<u8>>, Failed> {
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

/// The lab's time of day.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn sleep_until(unix: u64) {
    thread::sleep(Duration::from_secs(unix).saturating_sub(now()));
}
