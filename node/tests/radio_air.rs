//! Whole nodes over an air in memory, in virtual time: what the radio alone, a bad radio and a small one come to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests; whatever is not awaited fails them"
)]

mod air;

use std::{collections::BTreeSet, time::Duration};

use air::{Attendee, MIDDLE_OF_AN_EPOCH, Room};
use sighej_node::{
    Alone, Event, Failure, GateReason, Intent, NodeConfig, NodeEvent, RadioState, Transport,
    ble::{
        Abilities, Radio, RadioError,
        air::{Conditions, Station},
    },
};
use tokio::time::{Instant, sleep};

/// Dwell, the higher token's wait, and the exchange.
const SOON: Duration = Duration::from_secs(15);
/// The bytes of one exchange, both ways.
const EXCHANGE: u64 = 3_372;

fn bare() -> Station {
    let abilities = Abilities { advertises: true, service_data: false, l2cap: false };
    Station { abilities, ..Station::default() }
}

#[tokio::test(start_paused = true)]
async fn two_are_nudged_by_bluetooth_alone_and_see_the_same() {
    let room = Room::new(1, Conditions::default());
    let mut one = room.open(&["devops", "hardstyle", "chess"]).await;
    let mut two = room.open(&["hardstyle", "devops"]).await;
    let (ours, theirs) = (one.nudge(SOON).await, two.nudge(SOON).await);
    assert_eq!(ours.interests.len(), 2);
    assert_eq!((&ours.interests, ours.cue), (&theirs.interests, theirs.cue));
    assert_eq!((ours.transport, theirs.transport), (Transport::Ble, Transport::Ble));
}

#[tokio::test(start_paused = true)]
async fn what_passes_on_the_air_is_lean_and_the_same_whether_or_not_anything_is_shared() {
    let mut lengths = BTreeSet::new();
    for interests in [["devops", "chess"], ["opera", "jazz"]] {
        let room = Room::new(2, Conditions::default());
        let mut one = room.open(&["devops"]).await;
        let two = room.open(&interests).await;
        one.until(SOON, |event| air::ends(event).then_some(())).await;
        sleep(Duration::from_secs(5)).await;
        let (ours, theirs) = (one.node.traffic().await.unwrap(), two.node.traffic().await.unwrap());
        assert_eq!(ours.bytes_sent + theirs.bytes_sent, EXCHANGE);
        let on_the_air = ours.radio.bytes_sent + theirs.radio.bytes_sent;
        assert!(on_the_air * 100 <= EXCHANGE * 115, "{on_the_air} bytes for {EXCHANGE}");
        assert_eq!(on_the_air, one.remote.tally().packet_bytes + two.remote.tally().packet_bytes);
        lengths.insert(on_the_air);
    }
    assert_eq!(lengths.len(), 1, "{lengths:?}");
}

#[tokio::test(start_paused = true)]
async fn who_is_not_open_sends_nothing_and_who_closes_stops() {
    let room = Room::new(3, Conditions::default());
    let closed = room.enter(&["devops"], Station::default());
    let mut open = room.open(&["devops"]).await;
    sleep(Duration::from_secs(30)).await;
    assert_eq!(closed.remote.tally(), Default::default());
    let alone = open.node.status().await.unwrap().alone;
    assert_eq!(alone, Some(Alone::NothingHeard));
    open.node.intend(sighej_node::Intent::Close).await.unwrap();
    open.until(SOON, |event| matches!(event, NodeEvent::Engine(Event::Closed(_))).then_some(())).await;
    let said = open.remote.tally();
    assert!(said.adverts > 200);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(open.remote.tally(), said);
}

#[tokio::test(start_paused = true)]
async fn lossy_air_small_packets_and_disorder_delay_a_nudge_and_no_more() {
    for (seed, mtu) in [(1, 23), (2, 23), (3, 64), (4, 247)] {
        let conditions = Conditions {
            advert_loss: 0.3,
            packet_loss: 0.1,
            overtaken: 0.15,
            repeated: 0.1,
            wavering: 5,
            ..Conditions::default()
        };
        let room = Room::new(seed, conditions);
        let station = Station { mtu, ..Station::default() };
        let mut one = room.open_at(&["devops"], station).await;
        let mut two = room.open_at(&["devops"], station).await;
        let (ours, theirs) = (one.nudge(6 * SOON).await, two.nudge(6 * SOON).await);
        assert_eq!((&ours.interests, ours.cue), (&theirs.interests, theirs.cue));
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_lost_at_any_packet_is_dialled_again_and_nobody_is_nudged_twice() {
    let mut lost = 0;
    for packets in 0..10 {
        let room = Room::new(packets, Conditions::default());
        let station = Station { mtu: 517, ..Station::default() };
        let mut one = room.open_at(&["devops"], station).await;
        let mut two = room.open_at(&["devops"], station).await;
        room.air.break_links_after(packets);
        // Where the last message is lost, one of them is told with the repeat.
        let within = Duration::from_secs(300);
        let (ours, theirs) = (one.nudge(within).await, two.nudge(within).await);
        assert_eq!((&ours.interests, ours.cue), (&theirs.interests, theirs.cue));
        sleep(Duration::from_secs(60)).await;
        assert_eq!([one.nudges_so_far().await, two.nudges_so_far().await], [0, 0], "a second nudge");
        lost += usize::from(one.lost_link || two.lost_link);
    }
    assert!(lost >= 6, "{lost} of 10 links were lost within an exchange");
}

#[tokio::test(start_paused = true)]
async fn a_boundary_changes_token_and_address_together_after_a_silence() {
    let room = Room::at(4, Conditions::default(), MIDDLE_OF_AN_EPOCH + 600 - 200 - 20);
    let ear = room.ear().await;
    let mut one = room.open(&["devops"]).await;
    let mut two = room.open(&["devops"]).await;
    sleep(Duration::from_secs(80)).await;
    let heard = ear.heard();
    for identity in &heard {
        let (mut tokens, mut addresses) = (0, 0);
        for other in &heard {
            tokens += usize::from(other.presence.token() == identity.presence.token());
            addresses += usize::from(other.address == identity.address);
        }
        assert_eq!((tokens, addresses), (1, 1), "neither outlives the other");
    }
    assert_eq!(heard.len(), 4, "two devices, two identities each");
    let (before, after) = heard.split_at(2);
    let last = before.iter().map(|identity| identity.last).min().unwrap();
    let first = after.iter().map(|identity| identity.first).min().unwrap();
    assert!(first - last >= Duration::from_secs(5), "{:?}", first - last);
    // Too late for an exchange before, they meet in the new epoch.
    one.nudge(SOON).await;
    two.nudge(SOON).await;
}

#[tokio::test(start_paused = true)]
async fn a_device_whose_adverts_are_bare_is_read_and_met() {
    for (seed, stations) in [(5, [bare(), Station::default()]), (6, [bare(), bare()])] {
        let room = Room::new(seed, Conditions::default());
        let mut one = room.open_at(&["devops"], stations[0]).await;
        let mut two = room.open_at(&["devops"], stations[1]).await;
        let (ours, theirs) = (one.nudge(3 * SOON).await, two.nudge(3 * SOON).await);
        assert_eq!((&ours.interests, ours.cue), (&theirs.interests, theirs.cue));
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_that_cannot_advertise_finds_others() {
    let room = Room::new(7, Conditions::default());
    let abilities = Abilities { advertises: false, service_data: false, l2cap: false };
    let mut hidden = room.open_at(&["devops"], Station { abilities, ..Station::default() }).await;
    let mut shown = room.open(&["devops"]).await;
    // The one who hears nobody has no crowd, and so withholds.
    let gate = GateReason::CrowdGuard;
    let withheld = |event: &NodeEvent| match event {
        NodeEvent::Engine(Event::Withheld { gate: reason, .. }) => Some(*reason),
        _ => None,
    };
    assert_eq!(shown.until(SOON, withheld).await, gate);
    let no_match =
        |event: &NodeEvent| matches!(event, NodeEvent::Engine(Event::NoMatch { .. })).then_some(());
    hidden.until(SOON, no_match).await;
    assert_eq!(hidden.remote.tally().adverts, 0);
}

#[tokio::test(start_paused = true)]
async fn a_radio_that_goes_is_told_and_its_return_brings_the_pair_together() {
    let room = Room::new(8, Conditions::default());
    let mut one = room.open(&["devops"]).await;
    one.until(SOON, state(RadioState::Up)).await;
    one.remote.power_off();
    one.until(SOON, state(RadioState::Down(RadioError::PoweredOff))).await;
    let mut two = room.open(&["devops"]).await;
    sleep(Duration::from_secs(20)).await;
    one.remote.power_on();
    one.until(SOON, state(RadioState::Up)).await;
    let (ours, theirs) = (one.nudge(SOON).await, two.nudge(SOON).await);
    assert_eq!(ours.cue, theirs.cue);
}

fn state(wanted: RadioState) -> impl Fn(&NodeEvent) -> Option<()> {
    move |event| matches!(event, NodeEvent::Radio(state) if *state == wanted).then_some(())
}

#[tokio::test(start_paused = true)]
async fn a_radio_that_goes_in_the_middle_of_an_exchange_leaves_the_others_well() {
    let room = Room::new(9, Conditions::default());
    let mut one = room.open(&["devops"]).await;
    let gone = room.open(&["devops"]).await;
    while gone.remote.tally().packets < 2 {
        sleep(Duration::from_millis(1)).await;
    }
    gone.remote.power_off();
    let lost = |event: &NodeEvent| match event {
        NodeEvent::Engine(Event::ExchangeFailed { reason: Failure::LinkLost, .. }) => Some(()),
        _ => None,
    };
    one.until(SOON, lost).await;
    let mut two = room.open(&["devops"]).await;
    let (ours, theirs) = (one.nudge(SOON).await, two.nudge(SOON).await);
    assert_eq!(ours.cue, theirs.cue);
}

#[tokio::test(start_paused = true)]
async fn in_a_room_of_four_exactly_the_pairs_that_share_something_are_nudged() {
    let room = Room::new(10, Conditions::default());
    let interests = [&["devops", "chess"][..], &["chess", "opera"], &["opera"], &["knitting"]];
    let mut all: Vec<Attendee> = Vec::new();
    for own in interests {
        all.push(room.open(own).await);
    }
    sleep(Duration::from_secs(60)).await;
    let mut nudges = Vec::new();
    for attendee in &mut all {
        nudges.push(attendee.nudges_so_far().await);
    }
    assert_eq!(nudges, [1, 2, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn strengths_that_waver_across_the_gate_make_nobody_near() {
    // 12 dB to either side of -94: one advert in eight is above the gate of -85.
    let room = Room::new(12, Conditions { range: 100.0, wavering: 12, ..Conditions::default() });
    let at_once = |config: &mut NodeConfig| config.engine.dwell = Duration::ZERO;
    let mut one = room.enter_with(&["devops"], Station::default(), at_once);
    let far = Station { position: (56.0, 0.0), ..Station::default() };
    let mut two = room.enter_with(&["devops"], far, at_once);
    for attendee in [&one, &two] {
        attendee.node.intend(Intent::Open).await.unwrap();
    }
    sleep(Duration::from_secs(30)).await;
    for attendee in [&mut one, &mut two] {
        let seen = attendee.seen().await;
        assert!(
            !seen.iter().any(|event| matches!(event, NodeEvent::Engine(Event::PeerSeen { .. }))),
            "{seen:?}"
        );
    }
    two.remote.move_to((2.0, 0.0));
    let (ours, theirs) = (one.nudge(SOON).await, two.nudge(SOON).await);
    assert_eq!(ours.cue, theirs.cue);
}

#[tokio::test(start_paused = true)]
async fn strangers_that_stay_silent_or_send_garbage_hold_few_places_and_not_for_long() {
    let room = Room::new(11, Conditions::default());
    let mut one = room.open_at(&["devops"], Station { links: 64, ..Station::default() }).await;
    let stranger = room.ear().await;
    let presence = stranger.first_heard().await;
    let start = Instant::now();
    let mut silent = Vec::new();
    for _ in 0..12 {
        let link = stranger.radio.connect(&presence).await.unwrap();
        silent.push(tokio::spawn(async move {
            assert_eq!(link.receive().await, None, "closed without a word");
            Instant::now()
        }));
    }
    let mut held = 0;
    for closed in silent {
        held += usize::from(closed.await.unwrap() - start > Duration::from_secs(5));
    }
    assert!((1..=8).contains(&held), "{held} places at once");
    assert!(start.elapsed() < Duration::from_secs(13), "{:?}", start.elapsed());

    for garbage in [vec![0; 20], vec![0, 0x80, 9, 9, 9], vec![0xff; 200], vec![7, 3, 1]] {
        let link = stranger.radio.connect(&presence).await.unwrap();
        link.send(&garbage).await.unwrap();
        while link.receive().await.is_some() {}
    }
    let mut two = room.open(&["devops"]).await;
    let (ours, theirs) = (one.nudge(2 * SOON).await, two.nudge(2 * SOON).await);
    assert_eq!(ours.cue, theirs.cue);
}
