//! What a stranger's controller can do to those who meet, and what it gets to know.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use sighej_ble_lab::{Failed, Inside, Lab, LabTrial};
use sighej_lab::Program;
use sighej_node::ble::{
    advert::{PACKET_CHARACTERISTIC, TOKEN_CHARACTERISTIC},
    wire::Fragmenter,
};
use tokio::time::sleep;

use crate::{
    room::{MID_EPOCH, SOON, end, nudged_alike, open},
    stranger::{Stranger, WRITE, WRITE_COMMAND},
};

/// What a stranger may make a program's memory grow by, in KiB.
const GROWTH_KIB: usize = 16 * 1024;
/// The longest that a device leaves a place to somebody who says nothing: 10 s for a first message, 5 s for a connection that no
/// link needs, and what the system takes over it.
const SILENT_STAY: Duration = Duration::from_secs(25);
/// Of the vendors' list: the Linux Foundation, which every BlueZ names.
const LINUX_FOUNDATION: &[u8] = &[0x02, 0x6b, 0x1d];

const GAP_NAME: u128 = 0x2a00;
const PNP_ID: u128 = 0x2a50;
const CHARACTERISTIC: u128 = 0x2803;

pub(crate) fn trials() -> Vec<LabTrial> {
    let lab = |controllers| Lab::new(controllers).clock(MID_EPOCH);
    vec![
        // Four of five runs on a busy machine. Where BlueZ has no time, registrations that were given up stay with it, until it has
        // no place for another advert.
        lab(5).trial("a_strangers_garbage_keeps_nobody_from_meeting", garbage).unmet(),
        lab(3).trial("a_strangers_flood_of_fragments_is_bounded", flood),
        lab(6).trial("a_stranger_who_stays_silent_is_thrown_out", silent),
        lab(4).trial("strangers_who_hold_every_place_keep_nobody_from_meeting", every_place).unmet(),
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
    others_still_meet(strangers, || {
        let mut pair = (open(2, &["knitting"], &[])?, open(3, &["knitting"], &[])?);
        nudged_alike(&mut pair.0, &mut pair.1, &["knitting"])?;
        Ok(vec![pair.0, pair.1])
    })
}

fn flood(_: &Inside) -> Result<(), Failed> {
    let strangers = vec![AtWork::begin(2, async |stranger, works| {
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
    others_still_meet(strangers, || Ok(Vec::new()))
}

/// Strangers are at work on somebody. Another comes: these two meet as if nothing were, and so do those beside them. One
/// `bluetoothd` serves the whole lab, so those beside are few, and none where the strangers keep it busy.
fn others_still_meet(
    strangers: Vec<AtWork>,
    beside: fn() -> Result<Vec<Program>, Failed>,
) -> Result<(), Failed> {
    let mut one = open(0, &["devops", "opera"], &[])?;
    one.wait_until("on the air", SOON, |line| line.json["state"] == "up")?;
    let before = memory_kib(&one)?;
    strangers.iter().try_for_each(|stranger| stranger.go())?;
    thread::sleep(Duration::from_secs(3));
    let mut two = open(1, &["devops", "chess"], &[])?;
    let beside = beside()?;
    nudged_alike(&mut one, &mut two, &["devops"])?;
    strangers.iter().try_for_each(|stranger| stranger.go())?;
    for stranger in strangers {
        stranger.stop()?;
    }
    assert!(memory_kib(&one)? < before + GROWTH_KIB, "from {before} KiB to {} KiB", memory_kib(&one)?);
    [one, two].into_iter().chain(beside).try_for_each(end)
}

fn silent(_: &Inside) -> Result<(), Failed> {
    let mut one = open(0, &["devops"], &[])?;
    one.wait_until("on the air", SOON, |line| line.json["state"] == "up")?;
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
    let mut pair = (open(1, &["knitting"], &[])?, open(2, &["knitting"], &[])?);
    nudged_alike(&mut pair.0, &mut pair.1, &["knitting"])?;
    for stay in stays {
        let stayed = stay.join().map_err(|_| "the stranger panicked")??;
        assert!(stayed < SILENT_STAY, "it stayed for {stayed:?}");
    }
    [one, pair.0, pair.1].into_iter().try_for_each(end)
}

fn every_place(_: &Inside) -> Result<(), Failed> {
    let hold = async |stranger: &Stranger, works: &dyn Fn()| {
        let held = stranger.channels(64).await?;
        works();
        // Until it is thrown out of all of them.
        for channel in held {
            while channel.recv(&mut [0; 512]).await? > 0 {}
        }
        Ok(())
    };
    let strangers = (2..4).map(|controller| AtWork::begin(controller, hold)).collect();
    others_still_meet(strangers, || Ok(Vec::new()))
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

/// A stranger who misbehaves again and again, in a thread of its own, until it is stopped.
struct AtWork {
    done: Arc<AtomicBool>,
    /// How often it came to where it can do harm.
    times: Arc<AtomicU32>,
    may_begin: Arc<AtomicBool>,
    thread: JoinHandle<Result<(), Failed>>,
}

impl AtWork {
    /// Ready on a controller. What it does says when it has come to where it can do harm.
    fn begin<M>(controller: u8, mut misbehave: M) -> AtWork
    where
        M: AsyncFnMut(&Stranger, &dyn Fn()) -> Result<(), Failed> + Send + 'static,
    {
        let (done, may_begin) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let times = Arc::<AtomicU32>::default();
        let shared = (Arc::clone(&done), Arc::clone(&may_begin), Arc::clone(&times));
        let thread = thread::spawn(move || {
            let (done, may_begin, times) = shared;
            block_on(async {
                let stranger = Stranger::on(controller).await?;
                let works = || {
                    times.fetch_add(1, Relaxed);
                };
                let again_and_again = async {
                    loop {
                        if may_begin.load(Relaxed) {
                            // Being thrown out is what it is after; it comes again.
                            let _thrown_out = misbehave(&stranger, &works).await;
                        }
                        sleep(Duration::from_millis(50)).await;
                    }
                };
                let told_to_stop = async {
                    while !done.load(Relaxed) {
                        sleep(Duration::from_millis(50)).await;
                    }
                };
                tokio::select! {
                    () = again_and_again => {}
                    () = told_to_stop => {}
                }
                Ok(())
            })
        });
        AtWork { done, times, may_begin, thread }
    }

    /// Lets it loose, and returns once it has come to where it can do harm, once more.
    fn go(&self) -> Result<(), Failed> {
        self.may_begin.store(true, Relaxed);
        let (before, mut waited) = (self.times.load(Relaxed), Duration::ZERO);
        while self.times.load(Relaxed) == before {
            if waited > SOON {
                return Err("the stranger gets nowhere, and so shows nothing".into());
            }
            thread::sleep(Duration::from_millis(20));
            waited += Duration::from_millis(20);
        }
        Ok(())
    }

    fn stop(self) -> Result<(), Failed> {
        self.done.store(true, Relaxed);
        self.thread.join().map_err(|_| "the stranger panicked")?
    }
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

fn block_on<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

fn memory_kib(program: &Program) -> Result<usize, Failed> {
    let status = fs::read_to_string(format!("/proc/{}/status", program.id()))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(resident.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?.parse()?)
}
