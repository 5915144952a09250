//! Events as lines for people.

use sighej_ble::RadioError;
use sighej_engine::{Alone, ClosedWhy, Event, Failure, GateReason, Nudge, Reach, RelayDown, RelayEvent};
use sighej_relay_api::wire::{Bye, SUBPROTOCOL};

use super::{
    Lang, cue_names, sentence,
    words::{Words, words},
};
use crate::{
    NodeEvent, RadioState,
    message_file::fill,
    relay::{Offer, RelayError, StatisticsError},
};

/// One or more lines about an event, or nothing where it concerns nobody but programs.
pub fn calm(event: &NodeEvent, lang: Lang, colours: bool) -> Option<String> {
    let words = words(lang);
    match event {
        NodeEvent::Listening(_) | NodeEvent::LinkUp(_) | NodeEvent::LinkDown(_) => None,
        NodeEvent::Radio(RadioState::Up) => Some(words.radio_up.clone()),
        NodeEvent::Radio(RadioState::Down(why)) => Some(radio_error(why, lang)),
        NodeEvent::ListenFailed { address, reason } => {
            let address = address.to_string();
            Some(fill(&words.listen_failed, &[("address", &address), ("reason", reason)]))
        }
        NodeEvent::RelayUnreachable(reason) => Some(no_relay(reason, words)),
        NodeEvent::Engine(event) => engine(event, lang, colours),
    }
}

/// Why a radio does not work, and what to do.
pub fn radio_error(why: &RadioError, lang: Lang) -> String {
    let words = words(lang);
    match why {
        RadioError::NoAdapter(Some(name)) => fill(&words.radio_none_named, &[("name", name)]),
        RadioError::NoAdapter(None) => words.radio_none.clone(),
        RadioError::PoweredOff => words.radio_off.clone(),
        RadioError::Forbidden(why) => fill(&words.radio_forbidden, &[("why", why)]),
        RadioError::NoService(why) => fill(&words.radio_no_service, &[("why", why)]),
        RadioError::CannotAdvertise => words.radio_cannot_advertise.clone(),
        RadioError::Unreachable => words.radio_unreachable.clone(),
        RadioError::TimedOut(what) => fill(&words.radio_timed_out, &[("why", what)]),
        RadioError::Platform(why) => fill(&words.radio_failed, &[("why", why)]),
    }
}

/// That the system shows one address all day, and what mends it.
pub fn not_private(lang: Lang) -> &'static str {
    &words(lang).radio_not_private
}

/// That this device finds others and is not found, and what that means.
pub fn cannot_advertise(lang: Lang) -> &'static str {
    &words(lang).radio_cannot_advertise
}

/// What a relay asks for, before anything is sent.
pub fn offer(offer: &Offer, lang: Lang) -> String {
    let (epsilon, factor) = (offer.epsilon().to_string(), format!("{:.0}", offer.epsilon().exp()));
    let values = [("event", offer.event()), ("epsilon", epsilon.as_str()), ("factor", factor.as_str())];
    fill(&words(lang).statistics_offered, &values)
}

/// What became of it.
pub fn shared(outcome: Result<(), &StatisticsError>, lang: Lang) -> String {
    let words = words(lang);
    match outcome {
        Ok(()) => words.statistics_sent.clone(),
        Err(why) => not_shared(why, words),
    }
}

fn not_shared(why: &StatisticsError, words: &Words) -> String {
    let reason = match why {
        // A sentence of its own.
        StatisticsError::Relay(why) => return no_relay(why, words),
        StatisticsError::NoEvent => words.statistics_no_event.clone(),
        StatisticsError::BadOffer(why) => fill(&words.statistics_bad_offer, &[("why", why)]),
        StatisticsError::Refused(code) => fill(&words.statistics_refused, &[("code", &code.to_string())]),
        StatisticsError::Busy => words.statistics_busy.clone(),
        StatisticsError::Diary(why) => fill(&words.statistics_diary, &[("why", &why.to_string())]),
        StatisticsError::File { path, reason } => {
            let values = [("file", &*path.to_string_lossy()), ("why", &*reason.to_string())];
            fill(&words.statistics_file, &values)
        }
        StatisticsError::Held { path } => fill(&words.statistics_held, &[("file", &path.to_string_lossy())]),
        StatisticsError::System => words.statistics_system.clone(),
    };
    fill(&words.statistics_not_sent, &[("reason", &reason)])
}

fn no_relay(reason: &RelayError, words: &Words) -> String {
    match reason {
        RelayError::Unreachable(why) => fill(&words.relay_unreachable, &[("why", &why.to_string())]),
        RelayError::TimedOut => words.relay_timed_out.clone(),
        RelayError::OtherCertificate => words.relay_other_certificate.clone(),
        RelayError::Tls(why) => fill(&words.relay_tls, &[("why", &why.to_string())]),
        RelayError::OtherVersion { theirs } => {
            fill(&words.relay_other_version, &[("theirs", theirs), ("ours", SUBPROTOCOL)])
        }
        RelayError::NoRelay(why) => fill(&words.relay_none, &[("why", why)]),
    }
}

fn engine(event: &Event, lang: Lang, colours: bool) -> Option<String> {
    let words = words(lang);
    let near = |text: &str, n: usize| fill(text, &[("n", &n.to_string())]);
    Some(match event {
        Event::Nudge(nudge) => card(nudge, lang, colours),
        Event::Relay(event) => return relay(*event, words),
        Event::Waiting(why) => return alone(*why, words),
        Event::Closed(why) => closed(*why, words).clone(),
        Event::Withheld { gate, .. } => fill(&words.withheld, &[("reason", withheld(*gate, words))]),
        Event::Opened => words.opened.clone(),
        Event::Epoch { .. } => words.epoch.clone(),
        Event::PeerSeen { near_now, .. } => near(&words.seen, *near_now),
        Event::PeerLost { near_now } => near(&words.lost, *near_now),
        Event::NoMatch { .. } => words.no_match.clone(),
        Event::ExchangeFailed { reason, .. } => fill(&words.failed, &[("reason", failed(*reason, words))]),
    })
}

fn alone(why: Alone, words: &Words) -> Option<String> {
    Some(match why {
        // That somebody is near has just been said.
        Alone::FindingOut => return None,
        Alone::NotOpen => words.alone_not_open.clone(),
        Alone::Paused => words.alone_paused.clone(),
        Alone::BetweenEpochs => words.alone_between.clone(),
        Alone::NothingHeard => words.alone_nothing_heard.clone(),
        Alone::TooFar => words.alone_too_far.clone(),
        Alone::CrowdGuard { more: 1 } => words.alone_crowd_one.clone(),
        Alone::CrowdGuard { more } => fill(&words.alone_crowd, &[("n", &more.to_string())]),
        Alone::CoolDown => words.alone_cool_down.clone(),
        Alone::QuietHours => words.alone_quiet.clone(),
        Alone::BudgetSpent => words.alone_budget.clone(),
        Alone::NothingShared => words.alone_nothing_shared.clone(),
    })
}

fn closed(why: ClosedWhy, words: &Words) -> &String {
    match why {
        ClosedWhy::Asked => &words.closed_asked,
        ClosedWhy::Paused => &words.closed_paused,
        ClosedWhy::SessionOver => &words.closed_session_over,
        ClosedWhy::Wiped => &words.closed_wiped,
        ClosedWhy::NoClock => &words.closed_no_clock,
        ClosedWhy::Overrun => &words.closed_overrun,
    }
}

fn withheld(gate: GateReason, words: &Words) -> &String {
    match gate {
        GateReason::Closing => &words.withheld_closing,
        GateReason::Blocked => &words.withheld_blocked,
        GateReason::LateAborts => &words.withheld_late_aborts,
        GateReason::Met => &words.withheld_met,
        GateReason::AlreadyNudged => &words.withheld_already_nudged,
        GateReason::CrowdGuard => &words.withheld_crowd,
        GateReason::CoolDown => &words.withheld_cool_down,
        GateReason::QuietHours => &words.withheld_quiet,
    }
}

fn failed(why: Failure, words: &Words) -> &String {
    match why {
        Failure::Exchange(_)
        | Failure::OutOfTurn
        | Failure::BadPresence
        | Failure::TokenChanged
        | Failure::OwnToken
        | Failure::NotHeard
        | Failure::TokenTaken => &words.failed_protocol,
        Failure::Relay(_) | Failure::RelayOutOfTurn | Failure::FalseRoom => &words.failed_relay,
        Failure::RelayEnded => &words.failed_relay_ended,
        Failure::OtherVersion => &words.failed_version,
        Failure::Ended => &words.failed_ended,
        Failure::Exhausted => &words.failed_exhausted,
        Failure::TooFar => &words.failed_too_far,
        Failure::NotReady => &words.failed_not_ready,
        Failure::Refused => &words.failed_refused,
        Failure::LeftEarly | Failure::LateAbort => &words.failed_left,
        Failure::LinkLost => &words.failed_link,
        Failure::Unreachable => &words.failed_unreachable,
        Failure::BudgetSpent => &words.failed_budget,
        Failure::Busy => &words.failed_busy,
        Failure::BadMesh => &words.failed_mesh,
        Failure::MeshFlood => &words.failed_mesh_flood,
        Failure::Crossed => &words.failed_crossed,
    }
}

fn relay(event: RelayEvent, words: &Words) -> Option<String> {
    Some(match event {
        RelayEvent::Up { resumed: false } => words.relay_up.clone(),
        RelayEvent::Up { resumed: true } => words.relay_back.clone(),
        // Said with the next epoch's `Up`.
        RelayEvent::Down(RelayDown::Said(Bye::EpochOver)) => return None,
        RelayEvent::Down(why) => fill(&words.relay_down, &[("reason", &relay_down(why, words))]),
        RelayEvent::ClockOff { ahead_secs } => {
            fill(&words.relay_clock_off, &[("seconds", &ahead_secs.unsigned_abs().to_string())])
        }
        RelayEvent::RoomRefused(_) => words.relay_room_refused.clone(),
    })
}

fn relay_down(why: RelayDown, words: &Words) -> String {
    let text = match why {
        RelayDown::Misbehaved(fault) => {
            return fill(&words.relay_misbehaved, &[("detail", &fault.to_string())]);
        }
        RelayDown::Lost => &words.relay_lost,
        RelayDown::Silent => &words.relay_silent,
        RelayDown::Said(bye) => match bye {
            Bye::Restart => &words.relay_restart,
            Bye::EpochOver => &words.relay_epoch_over,
            Bye::Replaced => &words.relay_replaced,
            Bye::Malformed => &words.relay_malformed,
            Bye::BadRegistration => &words.relay_bad_registration,
            Bye::WrongEpoch => &words.relay_wrong_epoch,
            Bye::Flood => &words.relay_flood,
            Bye::Slow => &words.relay_slow,
            Bye::Full => &words.relay_full,
            Bye::IdTaken => &words.relay_id_taken,
            Bye::Idle => &words.relay_idle,
        },
    };
    text.clone()
}

/// A nudge as a card: the cue, the sentence, and what to do with them.
pub fn card(nudge: &Nudge, lang: Lang, colours: bool) -> String {
    let cue = nudge.cue;
    let (colour, name) = cue_names(cue, lang);
    let words = words(lang);
    let look = match nudge.reach {
        Reach::InRange | Reach::Hops(_) => words.card_look.clone(),
        Reach::Relay => format!("{} {}", words.card_relay, words.card_look),
    };
    let bar = if colours {
        let (red, green, blue) = cue.colour.rgb;
        format!("\x1b[48;2;{red};{green};{blue}m  \x1b[0m")
    } else {
        "┃".into()
    };
    format!(
        "\n  {bar}  {}  {colour} · {name}\n  {bar}\n  {bar}  {}.\n  {bar}  {look}\n",
        cue.emoji,
        sentence(nudge, lang)
    )
}

#[cfg(test)]
mod tests {
    use sighej_crypto::{COLOURS, Cue, EMOJI, Interest, RHYTHMS};
    use sighej_engine::{NudgeId, Reach, Transport};

    use super::*;

    fn nudge() -> Nudge {
        let (emoji, name, name_da) = EMOJI[0];
        Nudge {
            id: NudgeId(0),
            interests: vec![Interest::parse("devops").unwrap()],
            cue: Cue { colour: &COLOURS[1], emoji, name, name_da, rhythm: &RHYTHMS[0] },
            transport: Transport::Lan,
            reach: Reach::InRange,
        }
    }

    #[test]
    fn a_card_shows_cue_and_sentence_in_the_readers_language() {
        let english = card(&nudge(), Lang::En, false);
        assert!(english.contains("sky blue") && english.contains("Someone nearby also works with DevOps."));
        assert!(!english.contains('\x1b'));
        let danish = card(&nudge(), Lang::Da, true);
        assert!(danish.contains("himmelblå") && danish.contains("En i nærheden arbejder også med DevOps."));
        assert!(danish.contains("48;2;86;180;233"));
    }

    #[test]
    fn what_happened_is_told_in_the_readers_language() {
        let waiting = NodeEvent::Engine(Event::Waiting(Alone::CrowdGuard { more: 2 }));
        assert_eq!(calm(&waiting, Lang::En, false).unwrap(), "Waiting for 2 more people nearby.");
        assert_eq!(calm(&waiting, Lang::Da, false).unwrap(), "Venter på 2 mere i nærheden.");
        let reason = Failure::Crossed;
        let failed = NodeEvent::Engine(Event::ExchangeFailed { transport: Transport::Lan, reason });
        let said = calm(&failed, Lang::Da, false).unwrap();
        assert!(said.contains("begge begyndte") && !said.contains(&reason.to_string()), "{said}");
        let down = NodeEvent::Engine(Event::Relay(RelayEvent::Down(RelayDown::Said(Bye::Full))));
        assert_eq!(
            calm(&down, Lang::Da, false).unwrap(),
            "Ikke længere ved relæet: det er fuldt; der spørges igen senere."
        );
    }

    #[test]
    fn a_report_that_was_not_sent_says_why() {
        let said = shared(Err(&StatisticsError::NoEvent), Lang::Da);
        assert_eq!(said, "Statistik: relæet tæller intet arrangement nu: intet sendes.");
    }
}
