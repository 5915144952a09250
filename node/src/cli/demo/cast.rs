//! Who plays, and the cables between them.

use std::net::SocketAddr;

use sighej_node::{Event, NodeEvent, Nudge, Reach, Utc};

use super::{
    attendee::{Attendee, Role, socket},
    first_event,
    proxy::{Capture, Proxy},
    relayed::{self, Hall},
};
use crate::cli::Ended;

/// Two who match, one who shares nothing, and one who would match but is not open.
pub(super) const ROLES: [Role; 4] = [
    Role { name: "Asta", interests: &["devops", "hardstyle", "sourdough"], open: true },
    Role { name: "Bo", interests: &["Hardstyle", "dev ops", "chess"], open: true },
    Role { name: "Cleo", interests: &["knitting", "birdwatching", "opera"], open: true },
    Role { name: "Dan", interests: &["devops", "hardstyle"], open: false },
];
const ASTA: usize = 0;
const BO: usize = 1;
const CLEO: usize = 2;
const DAN: usize = 3;
/// Who dials whom. Dan is told two addresses, and Asta is told Dan's.
const CABLES: [(usize, usize); 6] =
    [(ASTA, BO), (ASTA, CLEO), (BO, CLEO), (ASTA, DAN), (DAN, BO), (DAN, CLEO)];
/// What Asta and Bo share, by id.
const SHARED: [&str; 2] = ["devops", "hardstyle"];

/// Everybody, and every cable.
pub(super) struct Cast {
    pub(super) attendees: Vec<Attendee>,
    cables: Vec<Proxy>,
    /// The relay of those who come behind the others, who have no cables.
    pub(super) hall: Option<Hall>,
    /// The epoch of the demo, once somebody has said it.
    pub(super) epoch: Option<u32>,
}

impl Cast {
    pub(super) async fn assemble(utc: &Utc) -> Result<Cast, Ended> {
        let mut cables = Vec::new();
        for _ in CABLES {
            cables.push(
                Proxy::open()
                    .await
                    .map_err(|error| Ended::failed(format!("no sockets on loopback: {error}")))?,
            );
        }
        let mut attendees = Vec::new();
        for (place, role) in ROLES.iter().enumerate() {
            let dials: Vec<SocketAddr> = CABLES
                .iter()
                .zip(&cables)
                .filter(|((from, _), _)| *from == place)
                .map(|(_, cable)| cable.entrance())
                .collect();
            attendees.push(Attendee::start(role, &dials, utc.clone())?);
        }
        let hall = Hall::open().await?;
        for (role, way) in relayed::ROLES.iter().zip(hall.as_ref().map_or(Ok(Vec::new()), Hall::ways)?) {
            attendees.push(Attendee::start_apart(role, way, utc.clone())?);
        }
        Ok(Cast { attendees, cables, hall, epoch: None })
    }

    pub(super) async fn next_event(&mut self) -> (usize, NodeEvent) {
        first_event(&mut self.attendees).await
    }

    /// Leads the cables to where somebody listens now.
    pub(super) fn follow(&mut self, place: usize, event: &NodeEvent) {
        if let NodeEvent::Listening(address) = event
            && let Some(exit) = socket(address)
        {
            let to_them = CABLES.iter().zip(&self.cables).filter(|((_, to), _)| *to == place);
            to_them.for_each(|(_, cable)| cable.leads_to(exit));
        } else if let NodeEvent::Engine(Event::Epoch { number }) = event {
            self.epoch = Some(*number);
        }
    }

    /// Whether everything that should be shown has been.
    pub(super) fn is_complete(&self) -> bool {
        let [asta, bo, cleo, _, apart @ ..] = self.attendees.as_slice() else { return false };
        let told = apart.iter().all(|attendee| !attendee.nudges.is_empty());
        told && !asta.nudges.is_empty() && !bo.nudges.is_empty() && cleo.without >= 2
    }

    pub(super) fn captures(&self) -> Vec<Capture> {
        self.cables.iter().map(Proxy::capture).collect()
    }

    /// The recordings with both names.
    pub(super) fn named_captures(&self) -> Vec<(&'static str, &'static str, Capture)> {
        let named = |((from, to), cable): (&(usize, usize), &Proxy)| {
            (ROLES[*from].name, ROLES[*to].name, cable.capture())
        };
        CABLES.iter().zip(&self.cables).map(named).collect()
    }

    /// What is not as it should be.
    pub(super) fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        let mut must = |holds: bool, failure: &str| {
            if !holds {
                failures.push(failure.to_owned());
            }
        };
        let [asta, bo, cleo, dan, apart @ ..] = self.attendees.as_slice() else {
            return vec!["somebody is missing".into()];
        };
        must(asta.nudges.len() == 1 && bo.nudges.len() == 1, "Asta and Bo were not nudged once each");
        if let ([(_, hers)], [(_, his)]) = (asta.nudges.as_slice(), bo.nudges.as_slice()) {
            must(hers.interests == his.interests, "Asta and Bo see different interests");
            must(
                hers.interests.iter().map(sighej_crypto::Interest::as_str).eq(SHARED),
                "Asta and Bo see wrong interests",
            );
            must(hers.cue == his.cue, "Asta and Bo see different cues");
        }
        for attendee in apart {
            let shared = |nudge: &Nudge| {
                nudge.interests.iter().map(sighej_crypto::Interest::as_str).eq(relayed::SHARED)
                    && nudge.reach == Reach::Relay
            };
            let told = matches!(attendee.nudges.as_slice(), [(_, nudge)] if shared(nudge));
            must(told, "Eva and Finn were not nudged once each, through the relay");
        }
        if let [eva, finn] = apart {
            let cues = [eva, finn].map(|attendee| attendee.nudges.first().map(|(_, nudge)| nudge.cue));
            must(cues[0] == cues[1], "Eva and Finn see different cues");
        }
        must(cleo.nudges.is_empty(), "Cleo was nudged");
        must(cleo.without >= 2, "Cleo was not compared with both others");
        must(dan.nudges.is_empty(), "Dan was nudged");
        for ((from, to), cable) in CABLES.iter().zip(&self.cables) {
            let capture = cable.capture();
            must(*from != DAN || capture.connections == 0, "Dan dialled, though he is not open");
            must(*to != DAN || capture.back.total == 0, "Dan answered, though he is not open");
        }
        failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interest_of_the_demo_is_in_the_catalogue_and_none_is_sensitive() {
        for text in ROLES.iter().chain(&relayed::ROLES).flat_map(|role| role.interests) {
            let canonical = sighej_crypto::Interest::parse(text).unwrap();
            let entry = sighej_catalogue::resolve(canonical.as_str()).unwrap_or_else(|| panic!("{text}"));
            assert!(!entry.is_sensitive(), "{text}");
        }
    }
}
