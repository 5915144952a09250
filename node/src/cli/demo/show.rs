//! The demo on standard output.

use std::time::Duration;

use serde_json::{Value, json};
use sighej_node::{
    Event, NodeEvent, RelayEvent,
    report::{self, Lang},
};

use super::{Outcome, attendee::Role, cast::Cast, eavesdropper::hexdump, proxy::Capture};
use crate::cli::{Ended, args::Demo, colours, output::Output};

/// Lines of hexadecimal that are shown of a recording.
const DUMPED: usize = 6;

/// Where the demo is told.
pub(super) struct Show {
    output: Output,
    json: bool,
    lang: Lang,
    colours: bool,
}

impl Show {
    pub(super) fn new(args: &Demo) -> Show {
        Show { output: Output::default(), json: args.json, lang: args.lang.into(), colours: colours() }
    }

    pub(super) fn introduce<'a>(&mut self, roles: impl IntoIterator<Item = &'a Role>) -> Result<(), Ended> {
        if self.json {
            for role in roles {
                self.say(json!({"event": "attendee", "who": role.name, "interests": role.interests, "open": role.open}))?;
            }
            return self.say(json!({"event": "demo", "crowd_guard": 1, "usual_crowd_guard": 3}));
        }
        self.lines(&[
            "Attendees in this process, each a whole node, over real sockets on 127.0.0.1.",
            "Every cable runs through a proxy that records it: the eavesdropper.",
            "Eva and Finn have no cable to anybody: they were given a room at a relay, which runs in here, too.",
            "",
        ])?;
        for role in roles {
            let state = if role.open { "open    " } else { "not open" };
            self.output.line(&format!("  {:5} {state}  {}", role.name, role.interests.join(", ")))?;
        }
        self.lines(&[
            "",
            "Said openly: the crowd guard is 1 here. Otherwise no nudge comes before 3 people are near,",
            "since among few it would point at one person.",
            "",
            "What happens",
        ])
    }

    pub(super) fn event(&mut self, who: &str, event: &NodeEvent, at: Duration) -> Result<(), Ended> {
        if self.json {
            let mut object = report::json(event, self.lang);
            object["who"] = who.into();
            object["t"] = json!(at.as_secs_f64());
            return self.say(object);
        }
        // The demo has a time of day of its own.
        if matches!(event, NodeEvent::Engine(Event::Relay(RelayEvent::ClockOff { .. }))) {
            return Ok(());
        }
        let line = if let NodeEvent::Engine(Event::Nudge(_)) = event {
            Some("is nudged".into())
        } else if let NodeEvent::Engine(Event::Epoch { .. } | Event::Waiting(_)) = event {
            None
        } else {
            report::calm(event, self.lang, false)
        };
        match line {
            Some(line) => Ok(self.output.line(&format!("  {:>6.0} ms  {who:5} {line}", millis(at)))?),
            None => Ok(()),
        }
    }

    pub(super) fn conclude(&mut self, cast: &Cast, outcome: &Outcome) -> Result<(), Ended> {
        let captures = cast.named_captures();
        if self.json {
            return self.conclude_json(cast, outcome, &captures);
        }
        self.output.line("\nWhat each saw")?;
        for attendee in &cast.attendees {
            let name = attendee.role.name;
            if attendee.nudges.is_empty() {
                let why = if attendee.role.open { "nothing shared" } else { "not open" };
                self.output.line(&format!("\n  {name}: no nudge ({why})."))?;
            }
            for (at, nudge) in &attendee.nudges {
                let linked = attendee.linked.unwrap_or_default();
                let since_link = millis(at.saturating_sub(linked));
                self.output.line(&format!(
                    "\n  {name}, {:.0} ms after opening, {since_link:.0} ms after the connection:",
                    millis(*at)
                ))?;
                self.output.line(report::card(nudge, self.lang, self.colours).trim_end())?;
            }
        }
        self.wire(outcome, &captures)?;
        self.eavesdropper(outcome, &captures)?;
        self.relay(outcome)?;
        let verdict =
            if outcome.failures.is_empty() { "\nAs it should be." } else { "\nNot as it should be." };
        self.lines(&[verdict, "Next: `sighej run --help`, on two machines of one network."])
    }

    fn wire(&mut self, outcome: &Outcome, captures: &[(&str, &str, Capture)]) -> Result<(), Ended> {
        let traffic = &outcome.traffic;
        self.output.line(&format!(
            "\nOn the wire\n\n  Exchanges: {} messages, {} bytes. One takes 5 messages of fixed sizes, whatever anybody holds.",
            traffic.messages_sent, traffic.bytes_sent
        ))?;
        for (from, to, capture) in captures.iter().filter(|(_, _, capture)| capture.connections > 0) {
            let (forth, back) = (capture.forth.total, capture.back.total);
            let answer = if back == 0 { "  nobody answers" } else { "" };
            self.output.line(&format!(
                "  {from:5} → {to:5} {forth:6} bytes   {to:>5} → {from:5} {back:6} bytes{answer}"
            ))?;
        }
        self.lines(&["  libp2p, its encryption and its handshakes included. Whoever counts bytes cannot tell who was nudged."])
    }

    fn eavesdropper(&mut self, outcome: &Outcome, captures: &[(&str, &str, Capture)]) -> Result<(), Ended> {
        let findings = &outcome.findings;
        let total: usize =
            captures.iter().map(|(_, _, capture)| capture.forth.total + capture.back.total).sum();
        self.output.line(&format!("\nWhat the eavesdropper has: {total} bytes, which begin so\n"))?;
        if let Some((from, to, capture)) = captures.first() {
            for (title, direction) in
                [(format!("{from} → {to}"), &capture.forth), (format!("{to} → {from}"), &capture.back)]
            {
                self.output.line(&format!("  {title}"))?;
                for line in hexdump(direction, DUMPED) {
                    self.output.line(&format!("    {line}"))?;
                }
            }
        }
        self.lines(&["", "  Readable: that two devices speak libp2p. Everything after that is encrypted."])?;
        let found = if findings.found.is_empty() { "none".to_owned() } else { findings.found.join(", ") };
        Ok(self.output.line(&format!(
            "  Looked for {} things (every name of every interest, the beginning of a commitment, our own name): {found} found.",
            findings.looked_for
        ))?)
    }

    /// What the relay had in its hands, which is all that anybody who runs one can have.
    fn relay(&mut self, outcome: &Outcome) -> Result<(), Ended> {
        let Some((seen, findings)) = &outcome.relay else { return Ok(()) };
        self.output.line(&format!("\nWhat the relay saw of Eva and Finn: {} bytes\n", seen.bytes))?;
        self.output.line(&format!(
            "  Devices, by hashes that change with every epoch: {}…   Rooms: {}…",
            seen.ids.join("…, "),
            seen.rooms.join("…, ")
        ))?;
        let frames: Vec<String> =
            seen.frames.iter().map(|(name, count, bytes)| format!("{name} {count} × {bytes}")).collect();
        self.output.line(&format!("  Messages and their bytes: {}.", frames.join(", ")))?;
        for (items, told) in &seen.compared {
            let outcome = if *told { "so it told both" } else { "so it told both that there is nothing" };
            self.output.line(&format!(
                "  It compared 16 keyed values of one with 16 of the other: {items} in common, {outcome}."
            ))?;
        }
        let found = if findings.found.is_empty() { "none".to_owned() } else { findings.found.join(", ") };
        Ok(self.output.line(&format!("  Looked for {} things in it: {found} found.", findings.looked_for))?)
    }

    fn conclude_json(
        &mut self,
        cast: &Cast,
        outcome: &Outcome,
        captures: &[(&str, &str, Capture)],
    ) -> Result<(), Ended> {
        for (from, to, capture) in captures {
            self.say(json!({
                "event": "cable", "from": from, "to": to, "connections": capture.connections,
                "bytes_forth": capture.forth.total, "bytes_back": capture.back.total,
                "begins": hexdump(&capture.forth, DUMPED),
            }))?;
        }
        self.say(json!({
            "event": "eavesdropper",
            "bytes": captures.iter().map(|(_, _, capture)| capture.forth.total + capture.back.total).sum::<usize>(),
            "looked_for": outcome.findings.looked_for,
            "found": outcome.findings.found,
        }))?;
        if let Some((seen, findings)) = &outcome.relay {
            let frames: Vec<Value> = seen
                .frames
                .iter()
                .map(|(name, count, bytes)| json!({"name": name, "count": count, "bytes": bytes}))
                .collect();
            self.say(json!({
                "event": "relay_saw", "bytes": seen.bytes, "devices": seen.ids.len(), "rooms": seen.rooms.len(),
                "frames": frames, "compared": seen.compared.len(), "looked_for": findings.looked_for,
                "found": findings.found,
            }))?;
        }
        let nudge_ms = cast
            .attendees
            .iter()
            .flat_map(|attendee| &attendee.nudges)
            .map(|(at, _)| millis(*at))
            .reduce(f64::max);
        self.say(json!({
            "event": "demo_over",
            "ok": outcome.failures.is_empty(),
            "failures": outcome.failures,
            "messages": outcome.traffic.messages_sent,
            "message_bytes": outcome.traffic.bytes_sent,
            "both_nudged_ms": nudge_ms,
        }))
    }

    fn say(&mut self, value: Value) -> Result<(), Ended> {
        Ok(self.output.json(&value)?)
    }

    fn lines(&mut self, lines: &[&str]) -> Result<(), Ended> {
        lines.iter().try_for_each(|line| Ok(self.output.line(line)?))
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
