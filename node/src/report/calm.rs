//! Events as lines for people.

use sighej_ble::RadioError;
use sighej_engine::{Alone, Bye, ClosedWhy, Event, GateReason, Nudge, Reach, RelayDown, RelayEvent};

use super::{Lang, danish, sentence};
use crate::{NodeEvent, RadioState};

/// One or more lines about an event, or nothing where it concerns nobody but programs.
pub fn calm(event: &NodeEvent, lang: Lang, colours: bool) -> Option<String> {
    match event {
        NodeEvent::Listening(_) | NodeEvent::LinkUp(_) | NodeEvent::LinkDown(_) => None,
        NodeEvent::Radio(state) => Some(radio(state, lang)),
        NodeEvent::ListenFailed { address, reason } => Some(match lang {
            Lang::En => format!("Cannot listen at {address}: {reason}."),
            Lang::Da => format!("Kan ikke lytte på {address}: {reason}."),
        }),
        NodeEvent::RelayUnreachable(reason) => Some(match lang {
            Lang::En => capitalised(&reason.to_string()),
            Lang::Da => danish::no_relay(reason),
        }),
        NodeEvent::Engine(event) => engine(event, lang, colours),
    }
}

fn relay(event: RelayEvent) -> Option<String> {
    Some(match event {
        RelayEvent::Up { resumed: false } => "At the relay: people out of reach can be found, too.".into(),
        RelayEvent::Up { resumed: true } => "Back at the relay.".into(),
        // Said with the next epoch's `Up`.
        RelayEvent::Down(RelayDown::Said(Bye::EpochOver)) => return None,
        RelayEvent::Down(why) => format!("Not at the relay any more: {why}."),
        RelayEvent::ClockOff { ahead_secs } => format!(
            "Your clock and the relay's differ by {} seconds. Set the clock: whose epochs differ is found by nobody.",
            ahead_secs.unsigned_abs()
        ),
        RelayEvent::RoomRefused(_) => "The room is full; it is asked again.".into(),
    })
}

fn radio(state: &RadioState, lang: Lang) -> String {
    match (state, lang) {
        (RadioState::Up, Lang::En) => "Bluetooth is on.".into(),
        (RadioState::Up, Lang::Da) => "Bluetooth er slået til.".into(),
        (RadioState::Down(why), _) => radio_error(why, lang),
    }
}

/// Why a radio does not work, and what to do.
pub fn radio_error(why: &RadioError, lang: Lang) -> String {
    match lang {
        Lang::En => capitalised(&why.to_string()),
        Lang::Da => danish::radio(why),
    }
}

fn engine(event: &Event, lang: Lang, colours: bool) -> Option<String> {
    Some(match (event, lang) {
        (Event::Nudge(nudge), _) => card(nudge, lang, colours),
        (Event::Relay(event), Lang::En) => return relay(*event),
        (Event::Relay(event), Lang::Da) => return danish::relay(*event),
        // That somebody is near has just been said.
        (Event::Waiting(Alone::FindingOut), _) => return None,
        (Event::Waiting(alone), Lang::En) => capitalised(&alone.to_string()),
        (Event::Waiting(alone), Lang::Da) => danish::alone(*alone),
        (Event::Closed(why), Lang::En) => closed(*why).into(),
        (Event::Closed(why), Lang::Da) => danish::closed(*why).into(),
        (Event::Withheld { gate, .. }, Lang::En) => withheld(*gate),
        (Event::Withheld { gate, .. }, Lang::Da) => danish::withheld(*gate),
        (Event::Opened, Lang::En) => "Open: people nearby can be found, and can find you.".into(),
        (Event::Opened, Lang::Da) => "Åben: du kan finde folk i nærheden, og de kan finde dig.".into(),
        (Event::Epoch { .. }, Lang::En) => "A fresh identity, until the next one.".into(),
        (Event::Epoch { .. }, Lang::Da) => "En frisk identitet, indtil den næste.".into(),
        (Event::PeerSeen { near_now, .. }, Lang::En) => format!("Somebody is near ({near_now} now)."),
        (Event::PeerSeen { near_now, .. }, Lang::Da) => format!("Der er nogen i nærheden ({near_now} nu)."),
        (Event::PeerLost { near_now }, Lang::En) => format!("Somebody has left ({near_now} now)."),
        (Event::PeerLost { near_now }, Lang::Da) => format!("Nogen er gået ({near_now} nu)."),
        (Event::NoMatch { .. }, Lang::En) => "Compared with somebody: nothing to tell.".into(),
        (Event::NoMatch { .. }, Lang::Da) => "Sammenlignet med nogen: intet at fortælle.".into(),
        (Event::ExchangeFailed { reason, .. }, Lang::En) => {
            format!("A comparison did not come to its end: {reason}.")
        }
        (Event::ExchangeFailed { reason, .. }, Lang::Da) => {
            format!("En sammenligning blev ikke færdig: {}.", danish::failure(*reason))
        }
    })
}

/// A nudge as a card: the cue, the sentence, and what to do with them.
pub fn card(nudge: &Nudge, lang: Lang, colours: bool) -> String {
    let cue = nudge.cue;
    let (colour, name, look) = match lang {
        Lang::En => (cue.colour.name_en, cue.name, "Look around for a screen that shows the same."),
        Lang::Da => (cue.colour.name_da, cue.name_da, "Se dig om efter en skærm, der viser det samme."),
    };
    let look = match (nudge.reach, lang) {
        (Reach::InRange | Reach::Hops(_), _) => look.to_owned(),
        (Reach::Relay, Lang::En) => format!("Found through the relay, and perhaps not in sight. {look}"),
        (Reach::Relay, Lang::Da) => format!("Fundet gennem relæet, og måske ikke i syne. {look}"),
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

fn closed(why: ClosedWhy) -> &'static str {
    match why {
        ClosedWhy::Asked => "Closed: nothing is sent, and nobody can find you.",
        ClosedWhy::Paused => "Paused: nothing is sent until the pause is over.",
        ClosedWhy::SessionOver => "The session is over; everything of it is forgotten.",
        ClosedWhy::Wiped => "Everything is forgotten.",
        ClosedWhy::NoClock => "Closed: the time of day is not known. Set the clock, then open again.",
        ClosedWhy::Overrun => "Closed: this device was too slow to keep up.",
    }
}

fn withheld(gate: GateReason) -> String {
    format!("Compared with somebody without looking at the outcome: {gate}.")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
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
    fn reasons_are_sentences() {
        assert_eq!(
            capitalised(&Alone::CrowdGuard { more: 2 }.to_string()),
            "Waiting for 2 more people nearby."
        );
        assert_eq!(danish::alone(Alone::CrowdGuard { more: 2 }), "Venter på 2 mere i nærheden.");
    }
}
