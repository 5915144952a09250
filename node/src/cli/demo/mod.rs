//! `sighej demo`: four attendees in one process, over real sockets, with an eavesdropper on every cable; and two more who have
//! no direct link, with the relay between them.

mod attendee;
mod cast;
mod eavesdropper;
mod proxy;
#[cfg(feature = "demo-relay")]
mod relayed;
#[cfg(not(feature = "demo-relay"))]
#[path = "unrelayed.rs"]
mod relayed;
mod show;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sighej_node::{NodeEvent, Traffic, Utc};
use tokio::time::sleep_until;

use self::{attendee::Attendee, cast::Cast, eavesdropper::Findings, relayed::Seen, show::Show};
use super::{Ended, args::Demo};

/// Where in an epoch the demo begins, so that no boundary falls into it.
const INTO_EPOCH: Duration = Duration::from_secs(120);
/// Length of an epoch.
const EPOCH_SECS: u64 = 600;
/// By then it has shown what it should, or has failed.
const AT_MOST: Duration = Duration::from_secs(15);
/// How long it goes on afterwards, to show that nothing else comes.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// What came of it.
struct Outcome {
    /// What the relay saw, where there is one, and what of the interests was found in it.
    relay: Option<(Seen, Findings)>,
    /// One line for each thing that should have been shown and was not.
    failures: Vec<String>,
    traffic: Traffic,
    findings: Findings,
}

/// Plays, tells what everybody saw, and fails where it is not what it should be.
pub(crate) async fn run(args: Demo) -> Result<(), Ended> {
    let mut show = Show::new(&args);
    show.introduce(cast::ROLES.iter().chain(&relayed::ROLES))?;
    let mut cast = Cast::assemble(&Utc::starting_at(time_of_day(SystemTime::now()))).await?;
    play(&mut cast, &mut show).await?;
    let outcome = judge(&cast).await?;
    show.conclude(&cast, &outcome)?;
    for attendee in &cast.attendees {
        attendee.node.stop().await;
    }
    if let Some(hall) = cast.hall {
        hall.close().await;
    }
    if outcome.failures.is_empty() {
        Ok(())
    } else {
        Err(Ended::failed(format!("the demo did not show what it should: {}", outcome.failures.join("; "))))
    }
}

/// The demo's own time of day: of this very epoch, which the relay's clock must know, and far from its ends.
fn time_of_day(now: SystemTime) -> Duration {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_secs(since.as_secs() / EPOCH_SECS * EPOCH_SECS) + INTO_EPOCH
}

async fn play(cast: &mut Cast, show: &mut Show) -> Result<(), Ended> {
    let start = Instant::now();
    for attendee in &cast.attendees {
        attendee.open().await?;
    }
    let mut end = start + AT_MOST;
    let mut complete = false;
    loop {
        let (index, event) = tokio::select! {
            event = cast.next_event() => event,
            () = sleep_until(end.into()) => return Ok(()),
        };
        cast.follow(index, &event);
        cast.attendees[index].saw(&event, start);
        show.event(cast.attendees[index].role.name, &event, start.elapsed())?;
        if !complete && cast.is_complete() {
            complete = true;
            end = end.min(Instant::now() + AFTERWARDS);
        }
    }
}

async fn judge(cast: &Cast) -> Result<Outcome, Ended> {
    let captures = cast.captures();
    let mut secrets = eavesdropper::secrets(cast::ROLES.iter().chain(&relayed::ROLES), cast.epoch);
    let relay = cast.hall.as_ref().map(|hall| {
        let seen = hall.seen();
        let findings = eavesdropper::search(&seen.captures, &secrets);
        (seen, findings)
    });
    eavesdropper::word_of_ours(&mut secrets);
    let findings = eavesdropper::search(&captures, &secrets);
    let mut failures = cast.failures();
    if let Some((seen, findings)) = &relay {
        failures.extend(seen.failures());
        if !findings.found.is_empty() {
            failures.push(format!("in what the relay saw there is {}", findings.found.join(", ")));
        }
    }
    if !findings.found.is_empty() {
        failures.push(format!("the eavesdropper found {}", findings.found.join(", ")));
    }
    if !findings.sees_libp2p {
        failures.push("the eavesdropper recorded no handshake".into());
    }
    let mut traffic = Traffic::default();
    for attendee in &cast.attendees {
        let own = attendee.traffic().await?;
        traffic.messages_sent += own.messages_sent;
        traffic.bytes_sent += own.bytes_sent;
    }
    Ok(Outcome { failures, relay, traffic, findings })
}

/// The events of all attendees in one stream, each with its attendee's place.
async fn first_event(attendees: &mut [Attendee]) -> (usize, NodeEvent) {
    let waiting = attendees.iter_mut().enumerate().map(|(index, attendee)| {
        Box::pin(async move {
            match attendee.node.event().await {
                Some(event) => (index, event),
                None => std::future::pending().await,
            }
        })
    });
    futures::future::select_all(waiting).await.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_time_of_day_is_of_this_epoch_and_far_from_a_boundary() {
        for since in [1_800_000_000, 1_800_000_001, 1_800_000_599] {
            let time = time_of_day(UNIX_EPOCH + Duration::from_secs(since)).as_secs();
            assert_eq!(time / EPOCH_SECS, since / EPOCH_SECS);
            let into = time % EPOCH_SECS;
            assert!(into > 60 && into + AT_MOST.as_secs() < EPOCH_SECS - 60);
        }
    }
}
