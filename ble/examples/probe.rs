//! Tries this machine's radios against each other, through the traits alone: for the Bluetooth lab, where each
//! controller plays one device.
//!
//! ```text
//! probe meet --adapters hci0,hci1 --path gatt
//! probe survive --adapters hci0,hci1 --path l2cap      # prints `ready`, and waits for a radio to go and return
//! ```
//! One line of JSON for each figure, in milliseconds. The exit code tells whether everybody heard and reached everybody.
#![allow(clippy::print_stdout, reason = "it prints its figures")]

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use sighej_ble::{
    Adapter, AdvertSeen, Link, Path, PeerAddress, Presence, Radio, RadioEvent, Setup, system_radio,
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Everybody appears, hears everybody and echoes with everybody.
    Meet,
    /// The same; then waits until a radio went and returned, and does it again.
    Survive,
    /// Everybody appears under a token, and then under another.
    Rotate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Gatt,
    L2cap,
}

#[derive(Debug, Parser)]
struct Arguments {
    what: What,
    #[arg(long, value_delimiter = ',', default_value = "hci0,hci1")]
    adapters: Vec<String>,
    #[arg(long, default_value = "l2cap")]
    path: By,
    /// Echoes for each length.
    #[arg(long, default_value_t = 3)]
    echoes: u32,
}

/// One radio, and what it has heard and lived through.
struct Device {
    radio: Arc<dyn Radio>,
    heard: watch::Receiver<HashMap<Presence2, (PeerAddress, Instant)>>,
    lives: watch::Receiver<Lives>,
}

/// A presence as a key.
type Presence2 = [u8; 9];

#[derive(Clone, Copy, Debug, Default)]
struct Lives {
    down: u32,
    up: u32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut devices = Vec::new();
    for adapter in &arguments.adapters {
        let setup = Setup { adapter: Adapter::Named(adapter.clone()), l2cap: arguments.path == By::L2cap };
        devices.push(Device::open(setup).await?);
    }
    meet(&devices, 1, &arguments).await?;
    match arguments.what {
        What::Meet => {}
        What::Survive => {
            println!("ready");
            survive(&devices).await?;
            meet_again(&devices, 1, &arguments).await?;
        }
        What::Rotate => {
            for device in &devices {
                device.radio.fall_silent().await;
            }
            meet(&devices, 101, &arguments).await?;
        }
    }
    for device in &devices {
        device.radio.fall_silent().await;
    }
    println!("done");
    Ok(())
}

impl Device {
    async fn open(setup: Setup) -> Result<Device> {
        let radio = system_radio(setup).await?;
        let (hear, heard) = watch::channel(HashMap::new());
        let (live, lives) = watch::channel(Lives::default());
        let listening = Arc::clone(&radio);
        tokio::spawn(async move {
            while let Some(event) = listening.event().await {
                match event {
                    RadioEvent::Sighted(sighting) => {
                        if let AdvertSeen::Presence(Presence(presence)) = sighting.advert {
                            hear.send_modify(|heard: &mut HashMap<_, _>| {
                                heard.insert(presence, (sighting.address, Instant::now()));
                            });
                        }
                    }
                    RadioEvent::Accepted(link) => {
                        tokio::spawn(echo(link));
                    }
                    RadioEvent::Down(why) => {
                        println!("{{\"down\":\"{why}\"}}");
                        hear.send_modify(HashMap::clear);
                        live.send_modify(|lives| lives.down += 1);
                    }
                    RadioEvent::Up => live.send_modify(|lives| lives.up += 1),
                }
            }
        });
        Ok(Device { radio, heard, lives })
    }

    /// Waits until this presence was heard after `since`.
    async fn hears(&self, presence: Presence, since: Instant) -> Result<(PeerAddress, Instant)> {
        let mut heard = self.heard.clone();
        let known = |heard: &HashMap<Presence2, (PeerAddress, Instant)>| {
            heard.get(&presence.0).is_some_and(|(_, at)| *at >= since)
        };
        let heard = timeout(PATIENCE, heard.wait_for(known)).await.context("it hears nobody")??;
        heard.get(&presence.0).cloned().context("it was heard")
    }
}

async fn echo(link: Arc<dyn Link>) {
    while let Some(packet) = link.receive().await {
        if link.send(&packet).await.is_err() {
            break;
        }
    }
}

fn presence(number: u8, device: usize) -> Presence {
    let device = u8::try_from(device).unwrap_or(u8::MAX);
    Presence([0x11, number, device, 3, 4, 5, 6, 7, 8])
}

/// Everybody appears, and meets.
async fn meet(devices: &[Device], number: u8, arguments: &Arguments) -> Result<()> {
    let start = Instant::now();
    for (index, device) in devices.iter().enumerate() {
        let at = Instant::now();
        let ups = device.lives.borrow().up;
        if let Err(error) = device.radio.appear(presence(number, index)).await {
            println!("{{\"not_yet\":\"{error}\"}}");
            let mut lives = device.lives.clone();
            timeout(PATIENCE, lives.wait_for(|lives| lives.up > ups))
                .await
                .context("it does not come up")??;
        }
        figure("appear", at);
    }
    everybody(devices, number, start, arguments).await
}

/// Everybody meets whoever appears already.
async fn meet_again(devices: &[Device], number: u8, arguments: &Arguments) -> Result<()> {
    everybody(devices, number, Instant::now(), arguments).await
}

async fn everybody(devices: &[Device], number: u8, start: Instant, arguments: &Arguments) -> Result<()> {
    // First one way, then the other, all pairs at once.
    for upwards in [true, false] {
        let mut pairs = Vec::new();
        for from in 0..devices.len() {
            for to in (0..devices.len()).filter(|&to| to != from && (from < to) == upwards) {
                pairs.push(pair(&devices[from], presence(number, to), start, arguments));
            }
        }
        let results = futures::future::join_all(pairs).await;
        results.into_iter().collect::<Result<Vec<()>>>()?;
        figure(if upwards { "one_way" } else { "other_way" }, start);
    }
    Ok(())
}

async fn pair(from: &Device, to: Presence, start: Instant, arguments: &Arguments) -> Result<()> {
    let (mut address, at) = from.hears(to, start).await?;
    println!("{{\"heard_ms\":{:.1}}}", (at - start).as_secs_f64() * 1e3);
    let mut attempt = 0;
    loop {
        attempt += 1;
        match reach(from, &address, to, arguments).await {
            Ok(()) => return Ok(()),
            Err(error) if attempt < 5 => {
                println!("{{\"again\":\"{error}\"}}");
                sleep(Duration::from_millis(100)).await;
                (address, _) = from.hears(to, Instant::now()).await?;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn reach(from: &Device, address: &PeerAddress, to: Presence, arguments: &Arguments) -> Result<()> {
    let dialled = Instant::now();
    let link = from.radio.connect(address).await?;
    figure("connect", dialled);
    let wanted = if arguments.path == By::L2cap { Path::L2cap } else { Path::Gatt };
    if link.path() != wanted {
        println!("{{\"other_path\":\"{:?}\"}}", link.path());
    }
    for length in [1, 20, 200, link.max_packet()] {
        for round in 0..arguments.echoes {
            let packet: Vec<u8> =
                (0..length).map(|at| at.to_le_bytes()[0] ^ round.to_le_bytes()[0]).collect();
            let sent = Instant::now();
            link.send(&packet).await?;
            let back =
                timeout(PATIENCE, link.receive()).await.context("no echo came")?.context("the link ended")?;
            ensure!(back == packet, "the echo is another packet");
            if length == 200 {
                figure("echo_200", sent);
            }
        }
    }
    ensure!(link.send(&vec![0; link.max_packet() + 1]).await.is_err(), "a packet too long was taken");
    if link.presence().await? != to {
        bail!("it shows another presence to read");
    }
    link.close().await;
    Ok(())
}

/// Waits until at least one radio went, and all that went returned.
async fn survive(devices: &[Device]) -> Result<()> {
    let start = Instant::now();
    let survived = async {
        loop {
            let lives: Vec<Lives> = devices.iter().map(|device| *device.lives.borrow()).collect();
            let back = lives.iter().all(|lives| lives.up == lives.down + 1);
            if back && lives.iter().any(|lives| lives.down > 0) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, survived).await.context("no radio went and returned")?;
    figure("survived", start);
    Ok(())
}

fn figure(name: &str, since: Instant) {
    println!("{{\"{name}_ms\":{:.1}}}", since.elapsed().as_secs_f64() * 1e3);
}
