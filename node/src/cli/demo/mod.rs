//! `sighej demo`: four attendees in one process, over real sockets, with an eavesdropper on every cable.

mod attendee;
mod cast;
mod eavesdropper;
mod proxy;
mod show;

use std::time::{Duration, Instant};

use sighej_node::{NodeEvent, Traffic, Utc};
use tokio::time::sleep_until;

use self::{attendee::Attendee, cast::Cast, eavesdropper::Findings, show::Show};
use super::{Ended, args::Demo};

/// The demo's own time of day: two minutes into an epoch, so that no boundary falls into it.
const TIME_OF_DAY: Duration = Duration::from_secs(2_900_000 * 600 + 120);
/// By then it has shown what it should, or has failed.
const AT_MOST: Duration = Duration::from_secs(15);
/// How long it goes on afterwards, to show that nothing else comes.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// What came of it.
struct Outcome {
    /// One line for each thing that should have been shown and was not.
    failures: Vec<String>,
    traffic: Traffic,
    findings: Findings,
}

/// Plays, tells what everybody saw, and fails where it is not what it should be.
pub(crate) async fn run(args: Demo) -> Result<(), Ended> {
    let mut show = Show::new(&args);
    show.introduce(&cast::ROLES)?;
    let mut cast = Cast::assemble(&Utc::starting_at(TIME_OF_DAY)).await?;
    play(&mut cast, &mut show).await?;
    let outcome = judge(&cast).await?;
    show.conclude(&cast, &outcome)?;
    for attendee in &cast.attendees {
        attendee.node.stop().await;
    }
    if outcome.failures.is_empty() {
        Ok(())
    } else {
        Err(Ended::failed(format!("the demo did not show what it should: {}", outcome.failures.join("; "))))
    }
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
    let findings = eavesdropper::search(&captures, &eavesdropper::secrets(&cast::ROLES, cast.epoch));
    let mut failures = cast.failures();
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
    Ok(Outcome { failures, traffic, findings })
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
    fn the_demos_time_of_day_is_far_from_a_boundary() {
        let into = TIME_OF_DAY.as_secs() % 600;
        assert!(into > 60 && into + AT_MOST.as_secs() < 600 - 60);
    }
}
