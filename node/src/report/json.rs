//! Events as JSON objects with the field `event`.

use serde_json::{Value, json};
use sighej_ble::RadioError;
use sighej_crypto::{Cue, Interest};
use sighej_engine::{
    Alone, Bye, ClosedWhy, Event, GateReason, Nudge, Reach, Refusal, RelayDown, RelayEvent, Transport,
};

use super::{Lang, sentence};
use crate::{NodeEvent, RadioState};

/// An event as one object. Fields beside `event` are described in the node's page of the documentation.
pub fn json(event: &NodeEvent, lang: Lang) -> Value {
    match event {
        NodeEvent::Listening(address) => json!({"event": "listening", "address": address.to_string()}),
        NodeEvent::ListenFailed { address, reason } => {
            json!({"event": "listen_failed", "address": address.to_string(), "reason": reason})
        }
        NodeEvent::LinkUp(via) => json!({"event": "link_up", "transport": word(*via)}),
        NodeEvent::LinkDown(via) => json!({"event": "link_down", "transport": word(*via)}),
        NodeEvent::Radio(RadioState::Up) => json!({"event": "radio", "state": "up"}),
        NodeEvent::Radio(RadioState::Down(why)) => {
            json!({"event": "radio", "state": "down", "reason": why.to_string(), "code": radio_word(why)})
        }
        NodeEvent::RelayUnreachable(reason) => json!({
            "event": "relay", "state": "unreachable", "reason": reason.to_string(), "code": reason.code(),
        }),
        NodeEvent::Engine(event) => engine(event, lang),
    }
}

fn relay(event: RelayEvent) -> Value {
    match event {
        RelayEvent::Up { resumed } => json!({"event": "relay", "state": "up", "resumed": resumed}),
        RelayEvent::Down(why) => json!({
            "event": "relay", "state": "down", "reason": why.to_string(), "code": down_word(why),
        }),
        RelayEvent::ClockOff { ahead_secs } => {
            json!({"event": "relay", "state": "clock_off", "ahead_s": ahead_secs})
        }
        RelayEvent::RoomRefused(why) => {
            json!({"event": "relay", "state": "room_refused", "code": refusal_word(why)})
        }
    }
}

fn down_word(why: RelayDown) -> &'static str {
    match why {
        RelayDown::Lost => "lost",
        RelayDown::Silent => "silent",
        RelayDown::Misbehaved(_) => "misbehaved",
        RelayDown::Said(why) => match why {
            Bye::Restart => "restart",
            Bye::EpochOver => "epoch_over",
            Bye::Replaced => "replaced",
            Bye::Malformed => "malformed",
            Bye::BadRegistration => "bad_registration",
            Bye::WrongEpoch => "wrong_epoch",
            Bye::Flood => "flood",
            Bye::Slow => "slow",
            Bye::Full => "full",
            Bye::IdTaken => "id_taken",
            Bye::Idle => "idle",
        },
    }
}

fn refusal_word(why: Refusal) -> &'static str {
    match why {
        Refusal::Absent => "absent",
        Refusal::AlreadyPaired => "already_paired",
        Refusal::TooMany => "too_many",
        Refusal::Busy => "busy",
        Refusal::OneSelf => "oneself",
    }
}

fn engine(event: &Event, lang: Lang) -> Value {
    match event {
        Event::Opened => json!({"event": "opened"}),
        Event::Closed(why) => json!({"event": "closed", "why": closed(*why)}),
        Event::Epoch { number } => json!({"event": "epoch", "number": number}),
        Event::PeerSeen { transport, near_now } => {
            json!({"event": "peer_seen", "transport": word(*transport), "near": near_now})
        }
        Event::PeerLost { near_now } => json!({"event": "peer_lost", "near": near_now}),
        Event::ExchangeFailed { transport, reason } => json!({
            "event": "exchange_failed",
            "transport": word(*transport),
            "reason": reason.to_string(),
            "code": format!("{reason:?}"),
        }),
        Event::NoMatch { transport } => json!({"event": "no_match", "transport": word(*transport)}),
        Event::Withheld { transport, gate } => {
            json!({"event": "withheld", "transport": word(*transport), "gate": gate_word(*gate)})
        }
        Event::Nudge(nudge) => nudge_json(nudge, lang),
        Event::Waiting(alone) => waiting(*alone),
        Event::Relay(event) => relay(*event),
    }
}

/// A nudge: what is shared (by id, or as typed), the sentence, and the cue that both screens show.
pub fn nudge_json(nudge: &Nudge, lang: Lang) -> Value {
    let interests: Vec<&str> = nudge.interests.iter().map(Interest::as_str).collect();
    let hops = match nudge.reach {
        Reach::InRange => Some(0),
        Reach::Hops(hops) => Some(hops),
        Reach::Relay => None,
    };
    json!({
        "event": "nudge",
        "nudge": nudge.id.0,
        "interests": interests,
        "text": sentence(nudge, lang),
        "cue": cue_json(nudge.cue),
        "transport": word(nudge.transport),
        "hops": hops,
    })
}

/// A cue, in English whatever the language, so that two screens can be compared.
pub fn cue_json(cue: Cue) -> Value {
    let (red, green, blue) = cue.colour.rgb;
    json!({
        "colour": cue.colour.name_en,
        "rgb": format!("#{red:02x}{green:02x}{blue:02x}"),
        "emoji": cue.emoji,
        "name": cue.name,
    })
}

fn waiting(alone: Alone) -> Value {
    let (reason, more) = match alone {
        Alone::NotOpen => ("not_open", None),
        Alone::Paused => ("paused", None),
        Alone::BetweenEpochs => ("between_epochs", None),
        Alone::NothingHeard => ("nothing_heard", None),
        Alone::TooFar => ("too_far", None),
        Alone::CrowdGuard { more } => ("crowd_guard", Some(more)),
        Alone::CoolDown => ("cool_down", None),
        Alone::QuietHours => ("quiet_hours", None),
        Alone::BudgetSpent => ("budget_spent", None),
        Alone::FindingOut => ("finding_out", None),
        Alone::NothingShared => ("nothing_shared", None),
    };
    let mut event = json!({"event": "waiting", "reason": reason, "text": alone.to_string()});
    if let Some(more) = more {
        event["more"] = more.into();
    }
    event
}

fn closed(why: ClosedWhy) -> &'static str {
    match why {
        ClosedWhy::Asked => "asked",
        ClosedWhy::Paused => "paused",
        ClosedWhy::SessionOver => "session_over",
        ClosedWhy::Wiped => "wiped",
        ClosedWhy::NoClock => "no_clock",
        ClosedWhy::Overrun => "overrun",
    }
}

fn gate_word(gate: GateReason) -> &'static str {
    match gate {
        GateReason::Closing => "closing",
        GateReason::Blocked => "blocked",
        GateReason::LateAborts => "late_aborts",
        GateReason::Met => "met",
        GateReason::AlreadyNudged => "already_nudged",
        GateReason::CrowdGuard => "crowd_guard",
        GateReason::CoolDown => "cool_down",
        GateReason::QuietHours => "quiet_hours",
    }
}

/// Why a radio does not work, as one word.
pub fn radio_word(why: &RadioError) -> &'static str {
    match why {
        RadioError::NoAdapter(_) => "no_adapter",
        RadioError::PoweredOff => "powered_off",
        RadioError::Forbidden(_) => "forbidden",
        RadioError::NoService(_) => "no_service",
        RadioError::CannotAdvertise => "cannot_advertise",
        RadioError::Unreachable => "unreachable",
        RadioError::TimedOut(_) => "timed_out",
        RadioError::Platform(_) => "platform",
    }
}

fn word(transport: Transport) -> &'static str {
    match transport {
        Transport::Ble => "ble",
        Transport::Lan => "lan",
        Transport::Relay => "relay",
        Transport::Mesh => "mesh",
    }
}

#[cfg(test)]
mod tests {
    use sighej_crypto::{COLOURS, EMOJI, RHYTHMS};
    use sighej_engine::{Failure, NudgeId};

    use super::*;

    #[test]
    fn a_nudge_has_interests_text_and_cue() {
        let (emoji, name, name_da) = EMOJI[0];
        let nudge = Nudge {
            id: NudgeId(7),
            interests: ["devops", "hardstyle"].map(|text| Interest::parse(text).unwrap()).into(),
            cue: Cue { colour: &COLOURS[0], emoji, name, name_da, rhythm: &RHYTHMS[0] },
            transport: Transport::Lan,
            reach: Reach::InRange,
        };
        let event = json(&NodeEvent::Engine(Event::Nudge(nudge)), Lang::En);
        assert_eq!(event["event"], "nudge");
        assert_eq!(event["interests"], json!(["devops", "hardstyle"]));
        assert_eq!(event["text"], "Someone nearby also works with DevOps and enjoys hardstyle");
        assert_eq!(event["cue"], json!({"colour": "orange", "rgb": "#e69f00", "emoji": emoji, "name": name}));
    }

    #[test]
    fn a_failure_says_why() {
        let failed = Event::ExchangeFailed { transport: Transport::Lan, reason: Failure::LinkLost };
        let event = json(&NodeEvent::Engine(failed), Lang::En);
        assert_eq!(event["event"], "exchange_failed");
        assert_eq!(event["reason"], "the connection was lost");
        assert_eq!(event["code"], "LinkLost");
    }

    #[test]
    fn a_radio_that_is_down_says_why() {
        let down = NodeEvent::Radio(RadioState::Down(RadioError::PoweredOff));
        let event = json(&down, Lang::En);
        assert_eq!((&event["state"], &event["code"]), (&json!("down"), &json!("powered_off")));
        assert!(event["reason"].as_str().unwrap().contains("switch it on"));
    }

    #[test]
    fn the_crowd_guard_says_how_many_more() {
        let event = json(&NodeEvent::Engine(Event::Waiting(Alone::CrowdGuard { more: 2 })), Lang::En);
        assert_eq!((&event["reason"], &event["more"]), (&json!("crowd_guard"), &json!(2)));
    }
}
