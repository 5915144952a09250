//! From facts to findings; pure.

mod bluetooth;
mod clock;
mod network;

pub use bluetooth::OLDEST_BLUEZ;
pub use clock::OLDEST_TIME;

use super::{Finding, Severity, Survey, Way, What};

/// Everything that the facts say, in the order in which it is told: Bluetooth, network, clock; the last one says whether
/// people can be met, and how.
#[must_use]
pub fn diagnose(survey: &Survey) -> Vec<Finding> {
    let mut findings = Vec::new();
    bluetooth::diagnose(&survey.bluetooth, &mut findings);
    network::diagnose(&survey.network, &mut findings);
    findings.push(about_nothing(clock::diagnose(&survey.clock)));
    findings.push(about_nothing(verdict(survey, &findings)));
    findings
}

/// Whether people can be met somehow, by what [`diagnose`](fn@diagnose) found.
#[must_use]
pub fn can_meet(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| matches!(finding.what, What::CanMeet { .. }))
}

fn verdict(survey: &Survey, findings: &[Finding]) -> What {
    let (bluetooth, network) = (bluetooth::way(&survey.bluetooth), network::is_usable(&survey.network));
    let clock = findings.iter().any(|finding| {
        finding.what.severity() == Severity::Problem && finding.what.area() == super::Area::Clock
    });
    if clock || (bluetooth == Way::None && !network) {
        What::CannotMeet
    } else {
        What::CanMeet { bluetooth, network }
    }
}

fn about_nothing(what: What) -> Finding {
    Finding { about: None, what }
}
