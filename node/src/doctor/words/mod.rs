//! Findings in words, and as JSON lines.

mod danish;
mod english;

use serde_json::{Value, json};

use super::{Area, Finding, Remedy, Severity, Way, What};
use crate::report::Lang;

/// What a finding means for the attendee, and, where no command mends it, what does: one or two sentences.
#[must_use]
pub fn meaning(finding: &Finding, lang: Lang) -> String {
    let about = finding.about.as_deref().unwrap_or_default();
    match lang {
        Lang::En => english::meaning(&finding.what, about),
        Lang::Da => danish::meaning(&finding.what, about),
    }
}

/// All of it for people: by area, each finding with its mark, and below it what mends it.
#[must_use]
pub fn calm(findings: &[Finding], lang: Lang) -> String {
    let mut lines = Vec::new();
    let mut area = None;
    for finding in findings {
        if area.replace(finding.what.area()) != Some(finding.what.area()) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.push(heading(finding.what.area(), lang).to_owned());
        }
        lines.push(format!("  {:8} {}", mark(finding.what.severity(), lang), meaning(finding, lang)));
        for step in finding.remedy().iter().flat_map(|remedy| steps(remedy, lang)) {
            lines.push(format!("           → {step}"));
        }
    }
    lines.join("\n")
}

/// One finding for programs.
#[must_use]
pub fn as_json(finding: &Finding, lang: Lang) -> Value {
    let what = &finding.what;
    let remedy = finding.remedy().map(|remedy| {
        json!({
            "file": remedy.lines.as_ref().map(|lines| lines.file.to_string_lossy()),
            "lines": remedy.lines.as_ref().map(|lines| [lines.group, lines.line]),
            "command": remedy.command,
        })
    });
    let mut object = json!({
        "code": what.code(),
        "severity": severity(what.severity()),
        "area": area(what.area()),
        "about": finding.about,
        "meaning": meaning(finding, lang),
        "remedy": remedy,
    });
    if let What::CanMeet { bluetooth, network } = what {
        object["bluetooth"] = way(*bluetooth).into();
        object["network"] = (*network).into();
    }
    object
}

fn steps(remedy: &Remedy, lang: Lang) -> Vec<String> {
    let lines = remedy.lines.as_ref().map(|lines| {
        let file = lines.file.display();
        match lang {
            Lang::En => format!("in {file}, under {}: {}", lines.group, lines.line),
            Lang::Da => format!("i {file}, under {}: {}", lines.group, lines.line),
        }
    });
    lines.into_iter().chain(remedy.command.clone()).collect()
}

fn mark(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (Severity::Ok, _) => "ok",
        (Severity::Note, _) => "note",
        (Severity::Warning, Lang::En) => "warning",
        (Severity::Warning, Lang::Da) => "advarsel",
        (Severity::Problem, _) => "problem",
    }
}

fn heading(area: Area, lang: Lang) -> &'static str {
    match (area, lang) {
        (Area::Bluetooth, _) => "Bluetooth",
        (Area::Network, Lang::En) => "Local network",
        (Area::Network, Lang::Da) => "Lokalnet",
        (Area::Clock, Lang::En) => "Clock",
        (Area::Clock, Lang::Da) => "Ur",
        (Area::Overall, Lang::En) => "Altogether",
        (Area::Overall, Lang::Da) => "Alt i alt",
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Ok => "ok",
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Problem => "problem",
    }
}

fn area(area: Area) -> &'static str {
    match area {
        Area::Bluetooth => "bluetooth",
        Area::Network => "network",
        Area::Clock => "clock",
        Area::Overall => "overall",
    }
}

fn way(way: Way) -> &'static str {
    match way {
        Way::None => "none",
        Way::FindsOnly => "finds_only",
        Way::FoundOnly => "found_only",
        Way::Both => "both",
    }
}
