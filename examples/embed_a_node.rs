//! A node inside one's own program: two of them here, which meet over loopback, so that there is something to see.
//!
//! ```sh
//! cargo run --release --bin embed-a-node
//! ```
//!
//! An app does the same with one node: start it, tell it what the attendee wants, and show what it says.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use sighej_node::{
    Config, Event, Intent, LanConfig, Multiaddr, Node, NodeConfig, NodeEvent, Nudge, Profile, Utc,
    report::{self, Lang},
};
use tokio::time::timeout;

/// Two minutes into an epoch. An app leaves `utc` alone and gets the system's clock; here no boundary, with its half a
/// minute of silence, shall fall into the example.
const TIME_OF_DAY: Duration = Duration::from_secs(2_900_000 * 600 + 120);
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> Result<()> {
    let utc = Utc::starting_at(TIME_OF_DAY);

    // 1. What the attendee typed becomes a profile. It is checked here, and an error says what to change.
    let mut ours = Node::start(config(&["k8s", "bouldering"], &[], &utc)?)?;

    // 2. A node starts closed: it sends nothing, and answers nobody, before its attendee has consented.
    ours.intend(Intent::Open).await?;
    let address = listening(&mut ours).await?;
    say(&format!("our node is open, and listens at {address}"));

    // 3. Somebody else arrives. (On a real network, mDNS finds them.)
    let mut theirs = Node::start(config(&["Kubernetes", "opera"], &[address], &utc)?)?;
    theirs.intend(Intent::Open).await?;

    // 4. Events come until the node ends; a nudge is the one that matters.
    let (our_nudge, their_nudge) = tokio::join!(nudge(&mut ours), nudge(&mut theirs));
    let (our_nudge, their_nudge) = (our_nudge?, their_nudge?);
    say(&format!("\nour screen:{}", report::card(&our_nudge, Lang::En, false)));
    say(&format!("their screen:{}", report::card(&their_nudge, Lang::Da, false)));
    if our_nudge.cue != their_nudge.cue || our_nudge.interests != their_nudge.interests {
        bail!("both screens must show the same");
    }

    // 5. The attendee decides again at any time. A block holds for the session, whatever identity the other takes.
    ours.intend(Intent::Block(our_nudge.id)).await?;
    say(&format!("and why is nobody else found? {}", why_alone(&ours).await?));

    // 6. When this returns, nothing is on the air any more, and all secrets are wiped.
    ours.stop().await;
    theirs.stop().await;
    Ok(())
}

/// Loopback alone, and no mDNS: this example must not speak on the network of whoever runs it.
fn config(interests: &[&str], peers: &[Multiaddr], utc: &Utc) -> Result<NodeConfig> {
    let nothing_sensitive: [&str; 0] = [];
    let profile = Profile::choose(interests, &nothing_sensitive)?;
    Ok(NodeConfig {
        // With a single other person near, the usual crowd guard of 3 would wait for more.
        engine: Config { interests: profile.interests().clone(), crowd_guard: 1, ..Config::default() },
        lan: Some(LanConfig {
            listen: vec!["/ip4/127.0.0.1/tcp/0".parse()?],
            peers: peers.to_vec(),
            mdns: false,
            ..LanConfig::default()
        }),
        // A phone's app brings its own implementation of `sighej_node::ble::Radio`.
        radio: None,
        relay: None,
        utc: utc.clone(),
    })
}

async fn listening(node: &mut Node) -> Result<Multiaddr> {
    while let Some(event) = timeout(PATIENCE, node.event()).await? {
        match event {
            NodeEvent::Listening(address) => return Ok(address),
            NodeEvent::ListenFailed { address, reason } => bail!("cannot listen at {address}: {reason}"),
            NodeEvent::LinkUp(_)
            | NodeEvent::LinkDown(_)
            | NodeEvent::Radio(_)
            | NodeEvent::RelayUnreachable(_)
            | NodeEvent::Engine(_) => {}
        }
    }
    bail!("the node has ended")
}

async fn nudge(node: &mut Node) -> Result<Nudge> {
    while let Some(event) = timeout(PATIENCE, node.event()).await.context("no nudge came")? {
        if let NodeEvent::Engine(Event::Nudge(nudge)) = event {
            return Ok(nudge);
        }
    }
    bail!("the node has ended")
}

async fn why_alone(node: &Node) -> Result<String> {
    let reason = node.status().await?.alone;
    Ok(reason.map_or("there is no reason: somebody was".into(), |reason| reason.to_string()))
}

#[expect(clippy::print_stdout, reason = "what a teaching program prints is all of it")]
fn say(line: &str) {
    println!("{line}");
}
