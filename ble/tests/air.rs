//! The air in memory keeps the promises of `Radio` and `Link`, and does to a program what a real air would.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot go on has failed")]

use std::{sync::Arc, time::Duration};

use sighej_ble::{
    Abilities, AdvertSeen, Link, LinkError, Path, Presence, Radio, RadioError, RadioEvent, Sighting,
    air::{Air, AirRadio, Conditions, Station},
    wire::{Fragmenter, Reassembly},
};
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

fn presence(token: u8, flags: u8) -> Presence {
    Presence([0x10 | flags, token, token, token, token, token, token, token, token])
}

fn gatt() -> Abilities {
    Abilities { l2cap: false, ..Station::default().abilities }
}

async fn sighting(radio: &AirRadio) -> Sighting {
    loop {
        match timeout(10 * SECOND, radio.event()).await.unwrap().unwrap() {
            RadioEvent::Sighted(sighting) => return sighting,
            RadioEvent::Accepted(_) | RadioEvent::Down(_) | RadioEvent::Up => {}
        }
    }
}

async fn accepted(radio: &AirRadio) -> Arc<dyn Link> {
    loop {
        match timeout(10 * SECOND, radio.event()).await.unwrap().unwrap() {
            RadioEvent::Accepted(link) => return link,
            RadioEvent::Sighted(_) | RadioEvent::Down(_) | RadioEvent::Up => {}
        }
    }
}

/// The next that is no sighting.
async fn news(radio: &AirRadio) -> RadioEvent {
    loop {
        match timeout(10 * SECOND, radio.event()).await.unwrap().unwrap() {
            RadioEvent::Sighted(_) => {}
            event @ (RadioEvent::Accepted(_) | RadioEvent::Down(_) | RadioEvent::Up) => return event,
        }
    }
}

async fn hears_nothing(radio: &AirRadio) -> bool {
    while let Ok(Some(_)) = timeout(Duration::from_millis(1), radio.event()).await {}
    timeout(5 * SECOND, radio.event()).await.is_err()
}

/// Two radios that appear.
async fn pair(air: &Air, stations: [Station; 2]) -> [Arc<AirRadio>; 2] {
    let [one, other] = stations.map(|station| air.radio(station));
    one.appear(presence(1, 0)).await.unwrap();
    other.appear(presence(2, 0)).await.unwrap();
    [one, other]
}

/// And a link between them: the ends of who dialled and who accepted.
async fn linked(one: &AirRadio, other: &AirRadio) -> [Arc<dyn Link>; 2] {
    let heard = sighting(one).await;
    let dialled = one.connect(&heard.address).await.unwrap();
    [dialled, accepted(other).await]
}

#[tokio::test(start_paused = true)]
async fn both_hear_each_other_and_the_strength_says_how_near() {
    let air = Air::new(1, Conditions::default());
    let far = Station { position: (10.0, 0.0), ..Station::default() };
    let [one, other] = pair(&air, [Station::default(), far]).await;
    let heard = sighting(&one).await;
    assert_eq!(heard.advert, AdvertSeen::Presence(presence(2, 0)));
    assert_eq!(heard.rssi, Some(-79));
    assert_eq!(sighting(&other).await.advert, AdvertSeen::Presence(presence(1, 0)));
    air.set_conditions(Conditions { knows_strength: false, ..Conditions::default() });
    sighting(&one).await;
    assert_eq!(sighting(&one).await.rssi, None);
}

#[tokio::test(start_paused = true)]
async fn out_of_range_nothing_is_heard_and_links_break() {
    let air = Air::new(1, Conditions::default());
    let [one, other] = pair(&air, [Station::default(); 2]).await;
    let [dialled, accepted] = linked(&one, &other).await;
    other.remote().move_to((31.0, 0.0));
    assert_eq!(dialled.send(&[1]).await, Err(LinkError::Gone));
    assert_eq!((dialled.receive().await, accepted.receive().await), (None, None));
    assert!(hears_nothing(&one).await);
    assert_eq!(one.connect(&dialled.peer()).await.err(), Some(RadioError::Unreachable));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_on_the_air_before_a_radio_appears_and_after_it_fell_silent() {
    let air = Air::new(1, Conditions::default());
    let [one, other] = [(); 2].map(|()| air.radio(Station::default()));
    one.appear(presence(1, 0)).await.unwrap();
    sleep(SECOND).await;
    assert_eq!(other.remote().tally(), Default::default());
    assert!(hears_nothing(&other).await, "nor does it listen");
    other.appear(presence(2, 0)).await.unwrap();
    let [dialled, _accepted] = linked(&other, &one).await;
    other.fall_silent().await;
    let tally = other.remote().tally();
    assert!(tally.adverts > 0);
    assert_eq!(dialled.send(&[1]).await, Err(LinkError::Gone));
    assert!(hears_nothing(&one).await);
    assert_eq!(other.remote().tally(), tally);
    drop(other);
}

#[tokio::test(start_paused = true)]
async fn a_new_token_comes_under_a_fresh_address_without_links_and_new_flags_do_not() {
    let air = Air::new(1, Conditions::default());
    let [one, other] = pair(&air, [Station::default(); 2]).await;
    let [dialled, accepted] = linked(&one, &other).await;
    let address = dialled.peer();
    other.appear(presence(2, 1)).await.unwrap();
    while sighting(&one).await.advert != AdvertSeen::Presence(presence(2, 1)) {}
    assert_eq!(sighting(&one).await.address, address);
    dialled.send(&[7]).await.unwrap();
    assert_eq!(accepted.receive().await, Some(vec![7]));

    other.appear(presence(3, 0)).await.unwrap();
    assert_eq!(accepted.receive().await, None);
    while sighting(&one).await.advert != AdvertSeen::Presence(presence(3, 0)) {}
    assert_ne!(sighting(&one).await.address, address);
}

#[tokio::test(start_paused = true)]
async fn the_shorter_mtu_counts_by_gatt_and_l2cap_is_taken_where_both_can() {
    let air = Air::new(1, Conditions::default());
    let short = Station { abilities: gatt(), mtu: 23, ..Station::default() };
    let [one, other] = pair(&air, [Station::default(), short]).await;
    let [dialled, accepted] = linked(&one, &other).await;
    assert_eq!((dialled.path(), dialled.max_packet()), (Path::Gatt, 18));
    assert_eq!(accepted.send(&[0; 19]).await, Err(LinkError::TooLong(19)));
    let third = air.radio(Station::default());
    third.appear(presence(3, 0)).await.unwrap();
    let heard = loop {
        let heard = sighting(&third).await;
        if heard.advert == AdvertSeen::Presence(presence(1, 0)) {
            break heard;
        }
    };
    let dialled = third.connect(&heard.address).await.unwrap();
    assert_eq!((dialled.path(), dialled.max_packet()), (Path::L2cap, 512));
}

#[tokio::test(start_paused = true)]
async fn a_platform_without_service_data_is_bare_and_its_token_is_read_over_a_link() {
    let air = Air::new(1, Conditions::default());
    let bare = Abilities { service_data: false, l2cap: false, advertises: true };
    let [one, other] =
        pair(&air, [Station::default(), Station { abilities: bare, ..Station::default() }]).await;
    assert_eq!(sighting(&one).await.advert, AdvertSeen::Bare);
    let [dialled, accepted] = linked(&one, &other).await;
    assert_eq!(dialled.presence().await, Ok(presence(2, 0)));
    assert_eq!(accepted.presence().await, Err(LinkError::NotSigHej));
}

#[tokio::test(start_paused = true)]
async fn a_platform_that_cannot_advertise_finds_others_and_is_not_found() {
    let air = Air::new(1, Conditions::default());
    let mute = Abilities { advertises: false, service_data: false, l2cap: false };
    let [one, other] =
        pair(&air, [Station { abilities: mute, ..Station::default() }, Station::default()]).await;
    let [dialled, accepted] = linked(&one, &other).await;
    dialled.send(&[1, 2]).await.unwrap();
    assert_eq!(accepted.receive().await, Some(vec![1, 2]));
    assert!(hears_nothing(&other).await);
    assert_eq!(other.connect(&accepted.peer()).await.err(), Some(RadioError::Unreachable));
}

#[tokio::test(start_paused = true)]
async fn a_radio_switched_off_says_so_and_comes_back_as_it_was_told_last() {
    let air = Air::new(1, Conditions::default());
    let [one, other] = pair(&air, [Station::default(); 2]).await;
    let [dialled, _accepted] = linked(&one, &other).await;
    other.remote().power_off();
    assert!(matches!(news(&other).await, RadioEvent::Down(RadioError::PoweredOff)));
    assert_eq!(dialled.receive().await, None);
    assert_eq!(other.appear(presence(4, 0)).await, Err(RadioError::PoweredOff));
    assert!(hears_nothing(&one).await);
    other.remote().power_on();
    assert!(matches!(news(&other).await, RadioEvent::Up));
    let heard = sighting(&one).await;
    assert_eq!(heard.advert, AdvertSeen::Presence(presence(4, 0)));
    assert_ne!(heard.address, dialled.peer());
}

#[tokio::test(start_paused = true)]
async fn links_beyond_what_a_device_can_hold_come_to_nothing_until_one_is_gone() {
    let air = Air::new(1, Conditions::default());
    let [one, other] = pair(&air, [Station::default(), Station { links: 1, ..Station::default() }]).await;
    let [dialled, accepted] = linked(&one, &other).await;
    let peer = dialled.peer();
    assert_eq!(one.connect(&peer).await.err(), Some(RadioError::Unreachable));
    drop(accepted);
    assert!(one.connect(&peer).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_controller_connects_to_one_device_at_a_time_and_shares_its_airtime() {
    let air = Air::new(1, Conditions { airtime: Duration::from_millis(10), ..Conditions::default() });
    let [one, other] = pair(&air, [Station::default(); 2]).await;
    let heard = sighting(&one).await;
    let start = Instant::now();
    let (first, second) = tokio::join!(one.connect(&heard.address), one.connect(&heard.address));
    assert_eq!(start.elapsed(), 2 * Conditions::default().connecting);
    let (first, second) = (first.unwrap(), second.unwrap());
    let start = Instant::now();
    let (sent, also_sent) = tokio::join!(first.send(&[1]), second.send(&[2]));
    assert_eq!((sent, also_sent), (Ok(()), Ok(())));
    assert_eq!(start.elapsed(), Duration::from_millis(20));
    drop(other);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_before_a_close_arrives_and_a_sender_waits_for_a_slow_receiver() {
    let air = Air::new(1, Conditions::default());
    let [one, other] = pair(&air, [Station::default(); 2]).await;
    let [dialled, accepted] = linked(&one, &other).await;
    let mut sent = 0;
    while timeout(SECOND, dialled.send(&[sent])).await.is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 32);
    dialled.close().await;
    for expected in 0..sent {
        assert_eq!(accepted.receive().await, Some(vec![expected]));
    }
    assert_eq!(accepted.receive().await, None);
}

#[tokio::test(start_paused = true)]
async fn sightings_that_nobody_takes_are_lost_oldest_first_and_an_accepted_link_is_not() {
    let air = Air::new(1, Conditions::default());
    let [one, other] = pair(&air, [Station::default(); 2]).await;
    let heard = sighting(&one).await;
    let _dialled = one.connect(&heard.address).await.unwrap();
    sleep(60 * SECOND).await;
    let mut sightings = 0;
    let mut links = 0;
    while let Ok(Some(event)) = timeout(Duration::ZERO, other.event()).await {
        match event {
            RadioEvent::Sighted(_) => sightings += 1,
            RadioEvent::Accepted(_) => links += 1,
            RadioEvent::Down(_) | RadioEvent::Up => panic!("nothing of the kind happened"),
        }
    }
    assert_eq!((sightings, links), (64, 1));
}

#[tokio::test(start_paused = true)]
async fn messages_cross_an_air_that_loses_repeats_and_reorders() {
    let conditions = Conditions {
        advert_loss: 0.5,
        packet_loss: 0.2,
        overtaken: 0.2,
        repeated: 0.2,
        latency: Duration::from_micros(500),
        ..Conditions::default()
    };
    for seed in 0..20 {
        let air = Air::new(seed, conditions);
        let short = Station { abilities: gatt(), mtu: 100, ..Station::default() };
        let [one, other] = pair(&air, [short; 2]).await;
        let [dialled, accepted] = linked(&one, &other).await;
        let messages: Vec<Vec<u8>> = (0..20_u8).map(|n| vec![n; 700]).collect();
        let mut fragmenter = Fragmenter::new(dialled.max_packet());
        let packets: Vec<_> = messages.iter().flat_map(|m| fragmenter.packets(m).unwrap()).collect();
        let sending = async {
            for packet in &packets {
                dialled.send(packet).await.unwrap();
            }
            dialled.close().await;
        };
        let receiving = async {
            let mut reassembly = Reassembly::new();
            let (mut arrived, mut received) = (Vec::new(), Vec::new());
            while let Some(packet) = accepted.receive().await {
                arrived.extend(reassembly.take(&packet).unwrap());
                received.push(packet);
            }
            (arrived, received)
        };
        let ((), (arrived, received)) = tokio::join!(sending, receiving);
        assert_eq!(arrived, messages, "seed {seed}");
        assert!(received.len() > packets.len(), "some came twice");
        assert!(!received.starts_with(&packets), "some came late");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_on_which_everything_is_lost_breaks_and_so_does_one_told_to_break() {
    let air = Air::new(1, Conditions::default());
    let [one, other] = pair(&air, [Station::default(); 2]).await;
    let [dialled, accepted] = linked(&one, &other).await;
    air.break_links_after(2);
    assert_eq!(dialled.send(&[1]).await, Ok(()));
    let _ = accepted.send(&[2]).await;
    assert_eq!((dialled.send(&[3]).await, dialled.receive().await), (Err(LinkError::Gone), None));

    let [dialled, accepted] = linked(&one, &other).await;
    air.set_conditions(Conditions { packet_loss: 1.0, ..Conditions::default() });
    assert_eq!(dialled.send(&[1]).await, Err(LinkError::Gone));
    assert_eq!(accepted.receive().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_run_repeats_itself_from_its_seed() {
    let run = |seed| async move {
        let conditions = Conditions { advert_loss: 0.3, wavering: 8, ..Conditions::default() };
        let air = Air::new(seed, conditions);
        let [one, _other] = pair(&air, [Station::default(); 2]).await;
        let mut heard = Vec::new();
        let start = Instant::now();
        for _ in 0..50 {
            let sighting = sighting(&one).await;
            heard.push((start.elapsed(), sighting.rssi, sighting.address));
        }
        heard
    };
    let first = run(5).await;
    assert!(first.iter().any(|(_, rssi, _)| *rssi != first[0].1), "strengths waver");
    assert_eq!(first, run(5).await);
    assert_ne!(first, run(6).await);
}
