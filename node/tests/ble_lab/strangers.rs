//! What a stranger's controller can do to those who meet, and what it gets to know.

use std::{
    fs,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use sighej_ble_lab::{Failed, Inside, Lab, LabTrial};
use sighej_node::ble::{
    advert::{PACKET_CHARACTERISTIC, TOKEN_CHARACTERISTIC},
    wire::Fragmenter,
};

use crate::{
    attack::{AtWork, Attack, block_on, bounded},
    room::{MID_EPOCH, SOON, end, links, nudged_alike, open},
    stranger::{Stranger, WRITE, WRITE_COMMAND},
};

/// The longest that a device leaves a place to somebody who says nothing: 10 s for a first message, 5 s for a connection that no
/// link needs, and what the system takes over it.
const SILENT_STAY: Duration = Duration::from_secs(25);
/// Once strangers have left, those whom they kept apart meet within this: the system takes seconds to end a link, and a dial that came to
/// nothing is made again after 5 s.
const RECOVERS_WITHIN: Duration = Duration::from_secs(30);
/// How many links a controller has room for, where strangers hold them all.
const PLACES: u8 = 2;
/// Of the vendors' list: the Linux Foundation, which every BlueZ names.
const LINUX_FOUNDATION: &[u8] = &[0x02, 0x6b, 0x1d];

const GAP_NAME: u128 = 0x2a00;
const PNP_ID: u128 = 0x2a50;
const CHARACTERISTIC: u128 = 0x2803;

pub(crate) fn trials() -> Vec<LabTrial> {
    let lab = |controllers| Lab::new(controllers).clock(MID_EPOCH);
    vec![
        lab(5).trial("a_strangers_garbage_keeps_nobody_from_meeting", garbage),
        lab(5).trial("a_strangers_flood_of_fragments_is_bounded_and_keeps_nobody_from_meeting", flood),
        lab(6).trial("strangers_who_stay_silent_are_thrown_out_and_keep_nobody_from_meeting", silent),
        lab(6).trial("strangers_who_hold_every_place_keep_nobody_from_meeting", every_place),
        lab(2).trial("a_connected_stranger_reads_neither_host_nor_owner", names),
    ]
}

fn garbage(_: &Inside) -> Result<(), Failed> {
    let strangers = vec![AtWork::begin(4, async |stranger, works| {
        let mut noise = Noise(1);
        let mut att = stranger.connect().await?;
        let packets = att.handle(PACKET_CHARACTERISTIC)?;
        att.subscribe(packets).await?;
        // Values of no link, and too short ones.
        for length in [0, 1, 3, 200, 509] {
            att.write(packets, &noise.bytes(length)).await?;
        }
        att.write(packets, &[7, 9]).await?;
        works();
        // Packets of its link: whatever comes out of it breaks a rule at once, or lies in wait for the rest.
        for _ in 0..200 {
            let value = [&[7, 9], &noise.bytes(100)[..]].concat();
            att.write(packets, &value).await?;
        }
        Ok(())
    })];
    others_still_meet(strangers, Attack::goes_on)
}

fn flood(_: &Inside) -> Result<(), Failed> {
    let strangers = vec![AtWork::begin(4, async |stranger, works| {
        let mut att = stranger.connect().await?;
        let packets = att.handle(PACKET_CHARACTERISTIC)?;
        att.subscribe(packets).await?;
        att.write(packets, &[7, 9]).await?;
        works();
        // Message after message of which the first fragment never comes.
        let mut fragmenter = Fragmenter::new(500);
        for _ in 0..1_000 {
            for packet in fragmenter.packets(&[1; 2_000])?.iter().skip(1) {
                let value = [&[7, 9], &packet[..]].concat();
                // First as it should be, then without waiting for anybody.
                if !att.write(packets, &value).await? {
                    for code in [WRITE_COMMAND, WRITE].repeat(200) {
                        att.say(&[&[code], &packets.to_le_bytes()[..], &value].concat()).await?;
                    }
                }
            }
        }
        Ok(())
    })];
    // It crashes bluetoothd, its own as well in the lab, and then may get nowhere for a while. It tries on; nobody waits for it.
    others_still_meet(strangers, |_| Ok(()))
}

/// Strangers are at work on somebody. Meanwhile two meet beside them, of whom the strangers want nothing, and another comes
/// whom the one attacked meets. `goes_on` makes sure that the strangers are still at it.
fn others_still_meet(
    strangers: Vec<AtWork>,
    goes_on: fn(&Attack) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut attack = Attack::begin(strangers)?;
    attack.two_beside_it_meet()?;
    goes_on(&attack)?;
    let mut two = open(1, &["devops", "chess"], &[])?;
    nudged_alike(&mut attack.one, &mut two, &["devops"])?;
    goes_on(&attack)?;
    end(two)?;
    end(attack.over()?)
}

/// Three hold a place each and say nothing. The one whom they hold, and two beside it, all meet each other.
fn silent(_: &Inside) -> Result<(), Failed> {
    let attendee = |controller| open(controller, &["knitting"], &["--cool-down", "0"]);
    let mut one = attendee(0)?;
    one.wait_until("on the air", SOON, |line| line.json["state"] == "up")?;
    let before = one.memory_kib()?;
    let (here, comes) = mpsc::channel();
    let stays: Vec<_> = [0, 1, 2]
        .map(|how| {
            let here = here.clone();
            thread::spawn(move || {
                block_on(async {
                    let stranger = Stranger::on(how + 3).await?;
                    let mut att = stranger.connect().await?;
                    let packets = att.handle(PACKET_CHARACTERISTIC)?;
                    // Connected and nothing else; subscribed as well; with a link as well.
                    if how > 0 {
                        att.subscribe(packets).await?;
                    }
                    if how > 1 && !att.write(packets, &[7, 9]).await? {
                        return Err("the link was refused".into());
                    }
                    here.send(())?;
                    Ok(att.stay().await)
                })
            })
        })
        .into();
    drop(here);
    for _ in &stays {
        // One that failed says so below.
        let _failed = comes.recv_timeout(SOON);
    }
    let mut three = [one, attendee(1)?, attendee(2)?];
    for program in &mut three {
        for _ in 0..2 {
            assert_eq!(program.wait_for("nudge", SOON)?.json["interests"], serde_json::json!(["knitting"]));
        }
    }
    for stay in stays {
        let stayed = stay.join().map_err(|_| "the stranger panicked")??;
        assert!(stayed < SILENT_STAY, "it stayed for {stayed:?}");
    }
    bounded(&three[0], before)?;
    three.into_iter().try_for_each(end)
}

/// Two strangers hold both places that a controller has. While they are at it nobody else can be connected with; others meet
/// all the same, and so does the one attacked once they have left.
fn every_place(lab: &Inside) -> Result<(), Failed> {
    let hold = async |stranger: &Stranger, works: &dyn Fn()| {
        let held = stranger.channels(64).await?;
        works();
        // Until it is thrown out of all of them.
        for channel in held {
            while channel.recv(&mut [0; 512]).await? > 0 {}
        }
        Ok(())
    };
    lab.places(0, PLACES)?;
    let strangers = [4, 5].map(|controller| AtWork::begin(controller, hold)).into();
    let attack = Attack::begin(strangers)?;
    until_every_place_is_held(lab)?;
    let mut two = open(1, &["devops", "chess"], &[])?;
    attack.two_beside_it_meet()?;
    let (mut one, over) = (attack.over()?, Instant::now());
    nudged_alike(&mut one, &mut two, &["devops"])?;
    assert!(over.elapsed() < RECOVERS_WITHIN, "it took {:?} to meet again", over.elapsed());
    end(one)?;
    end(two)
}

fn until_every_place_is_held(lab: &Inside) -> Result<(), Failed> {
    let begin = Instant::now();
    while links(lab, 0)?.iter().filter(|link| link.down.is_none()).count() < PLACES.into() {
        if begin.elapsed() > SOON {
            return Err("a place stays free, and so nothing is shown".into());
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn names(_: &Inside) -> Result<(), Failed> {
    let mut one = open(0, &["devops"], &[])?;
    one.wait_until("on the air", SOON, |line| line.json["state"] == "up")?;
    let (name, pnp, all) = block_on(async {
        let mut att = Stranger::on(1).await?.connect().await?;
        let mut all = Vec::new();
        for (handle, kind) in att.attributes.clone() {
            if let Some(value) = att.read(handle).await? {
                all.push((kind, value));
            }
        }
        let of = |wanted: u128| {
            let mut found = all.iter().filter(|(kind, _)| *kind == wanted).map(|(_, value)| value.clone());
            found.next().ok_or("it is there to be read")
        };
        let token = of(TOKEN_CHARACTERISTIC)?;
        assert_eq!((token.len(), token[0] >> 4), (9, 1), "so this is read from the program itself");
        Ok((of(GAP_NAME)?, of(PNP_ID)?, all))
    })?;
    assert_eq!(name, b"Bluetooth", "everybody's name");
    assert_eq!(&pnp[..3], LINUX_FOUNDATION, "everybody's vendor, where BlueZ is the system");
    let host = fs::read_to_string("/proc/sys/kernel/hostname")?;
    let owner = std::env::var("HOME").unwrap_or_default();
    let owner = owner.rsplit('/').next().unwrap_or_default();
    for secret in [host.trim(), owner] {
        for (kind, value) in &all {
            let text = String::from_utf8_lossy(value).to_lowercase();
            assert!(secret.is_empty() || !text.contains(secret), "attribute {kind:#x} names {secret}");
        }
    }
    assert!(all.iter().filter(|(kind, _)| *kind == CHARACTERISTIC).count() >= 4, "all of it was looked at");
    end(one)
}

/// Bytes without a pattern, the same in each run.
struct Noise(u64);

impl Noise {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut next = || {
            // Knuth's constants.
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0.to_be_bytes()[0]
        };
        (0..length).map(|_| next()).collect()
    }
}
