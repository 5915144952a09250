//! The reasons in Danish; the engine itself speaks English.

use sighej_ble::RadioError;
use sighej_engine::{Alone, Bye, ClosedWhy, Failure, GateReason, RelayDown, RelayEvent};

use crate::relay::RelayError;

pub(super) fn alone(alone: Alone) -> String {
    match alone {
        Alone::NotOpen => "Denne enhed er ikke åben; åbn den for at blive fundet.".into(),
        Alone::Paused => "På pause.".into(),
        Alone::BetweenEpochs => "Skifter identitet; tilbage om et øjeblik.".into(),
        Alone::NothingHeard => "Har ikke hørt nogen endnu; den, der ikke er åben, kan ikke høres.".into(),
        Alone::TooFar => "Der er nogen, men for langt væk, eller lige kommet.".into(),
        Alone::CrowdGuard { more: 1 } => "Venter på én mere i nærheden.".into(),
        Alone::CrowdGuard { more } => format!("Venter på {more} mere i nærheden."),
        Alone::CoolDown => "Du fik et prik for lidt siden; det næste kommer måske snart.".into(),
        Alone::QuietHours => "Det er din stille tid.".into(),
        Alone::BudgetSpent => "Du har mødt så mange fremmede, som beskyttelsen tillader lige nu.".into(),
        Alone::FindingOut => "Der er nogen i nærheden; finder ud af det.".into(),
        Alone::NothingShared => "Ingen i nærheden deler en interesse med dig indtil videre.".into(),
    }
}

pub(super) fn radio(why: &RadioError) -> String {
    let doctor = "kør `sighej doctor`";
    match why {
        RadioError::NoAdapter(Some(name)) => {
            format!("Ingen Bluetooth-adapter ved navn {name}: sæt den i, eller {doctor}.")
        }
        RadioError::NoAdapter(None) => format!("Ingen Bluetooth-adapter: sæt en i, eller {doctor}."),
        RadioError::PoweredOff => format!("Bluetooth er slået fra: slå det til, eller {doctor}."),
        RadioError::Forbidden(words) => format!("Programmet må ikke bruge Bluetooth: {words}; {doctor}."),
        RadioError::NoService(words) => {
            format!("Systemets Bluetooth-tjeneste svarer ikke: {words}; {doctor}.")
        }
        RadioError::CannotAdvertise => {
            "Computeren kan ikke vise sig: den kan finde andre, men andre kan ikke finde den.".into()
        }
        RadioError::Unreachable => "Den anden enhed kunne ikke nås.".into(),
        RadioError::TimedOut(what) => format!("Bluetooth svarede ikke i tide ({what})."),
        RadioError::Platform(words) => format!("Bluetooth fejlede: {words}."),
    }
}

pub(super) fn closed(why: ClosedWhy) -> &'static str {
    match why {
        ClosedWhy::Asked => "Lukket: intet sendes, og ingen kan finde dig.",
        ClosedWhy::Paused => "På pause: intet sendes, før pausen er forbi.",
        ClosedWhy::SessionOver => "Sessionen er slut; alt fra den er glemt.",
        ClosedWhy::Wiped => "Alt er glemt.",
        ClosedWhy::NoClock => "Lukket: klokken er ukendt. Stil uret, og åbn igen.",
        ClosedWhy::Overrun => "Lukket: denne enhed kunne ikke følge med.",
    }
}

pub(super) fn withheld(gate: GateReason) -> String {
    let reason = match gate {
        GateReason::Closing => "denne enhed er ved at lukke",
        GateReason::Blocked => "du har blokeret personen",
        GateReason::LateAborts => "den anden gik to gange før den sidste besked",
        GateReason::Met => "I har mødt hinanden",
        GateReason::AlreadyNudged => "du har fået det at vide",
        GateReason::CrowdGuard => "der er for få i nærheden",
        GateReason::CoolDown => "det sidste prik er for kort tid siden",
        GateReason::QuietHours => "det er din stille tid",
    };
    format!("Sammenlignet med nogen uden at se på udfaldet: {reason}.")
}

pub(super) fn no_relay(reason: &RelayError) -> String {
    match reason {
        RelayError::Unreachable(_) => "Relæet kan ikke nås; resten virker, og det prøves igen.".into(),
        RelayError::TimedOut => "Relæet svarede ikke i tide; resten virker, og det prøves igen.".into(),
        RelayError::OtherCertificate => {
            "Relæet viser et andet certifikat end linket nævner; bed om et nyt link.".into()
        }
        RelayError::Tls(why) => format!("Relæets kryptering kan ikke stoles på ({why}); brug hele linket."),
        RelayError::OtherVersion { theirs } => {
            format!("Relæet taler {theirs}, som denne enhed ikke gør: opdatér den ældste af de to.")
        }
        RelayError::NoRelay(why) => format!("Der svarer intet relæ på denne adresse ({why})."),
    }
}

pub(super) fn relay(event: RelayEvent) -> Option<String> {
    Some(match event {
        RelayEvent::Up { resumed: false } => "Ved relæet: også folk uden for rækkevidde kan findes.".into(),
        RelayEvent::Up { resumed: true } => "Tilbage ved relæet.".into(),
        RelayEvent::Down(RelayDown::Said(Bye::EpochOver)) => return None,
        RelayEvent::Down(why) => format!("Ikke længere ved relæet: {}.", relay_down(why)),
        RelayEvent::ClockOff { ahead_secs } => format!(
            "Dit ur og relæets er {} sekunder fra hinanden. Stil uret: ellers finder ingen dig.",
            ahead_secs.unsigned_abs()
        ),
        RelayEvent::RoomRefused(_) => "Rummet er fuldt; der spørges igen.".into(),
    })
}

fn relay_down(why: RelayDown) -> &'static str {
    match why {
        RelayDown::Lost => "forbindelsen blev afbrudt",
        RelayDown::Silent => "det svarede ikke i tide",
        RelayDown::Misbehaved(_) => "det brød protokollen; brug et andet relæ",
        RelayDown::Said(bye) => match bye {
            Bye::Restart => "det starter igen",
            Bye::EpochOver => "epoken er forbi",
            Bye::Replaced => "en anden forbindelse fra denne enhed tog pladsen",
            Bye::Malformed => "det forstår ikke denne enhed; opdatér den ældste af de to",
            Bye::BadRegistration => "det afviste denne enhed; opdatér den ældste af de to",
            Bye::WrongEpoch => "dit ur og relæets er en epoke fra hinanden; stil uret",
            Bye::Flood => "denne enhed sagde for meget på én gang",
            Bye::Slow => "denne enhed læste for langsomt",
            Bye::Full => "det er fuldt; der spørges igen senere",
            Bye::IdTaken => "andre står under denne enheds navn; næste epoke giver et nyt",
            Bye::Idle => "denne enhed meldte sig for sent",
        },
    }
}

pub(super) fn failure(why: Failure) -> &'static str {
    match why {
        Failure::Exchange(_)
        | Failure::OutOfTurn
        | Failure::BadPresence
        | Failure::TokenChanged
        | Failure::OwnToken
        | Failure::NotHeard
        | Failure::TokenTaken => "den anden brød protokollen",
        Failure::Relay(_) | Failure::RelayOutOfTurn | Failure::FalseRoom => "noget gennem relæet var forkert",
        Failure::RelayEnded => "den anden gik, eller var for længe om det",
        Failure::OtherVersion => "den anden taler en anden version; opdatér den ældste af de to",
        Failure::Ended => "den anden brød protokollen før og får intet svar i denne epoke",
        Failure::Exhausted => "den anden har fået alle sine sammenligninger i denne epoke",
        Failure::TooFar => "den anden er for langt væk, eller lige kommet",
        Failure::NotReady => "den anden var ikke klar; der prøves igen senere",
        Failure::Refused => "den anden ville ikke",
        Failure::LeftEarly | Failure::LateAbort => "den anden gik før slutningen",
        Failure::LinkLost => "forbindelsen blev afbrudt",
        Failure::Unreachable => "den anden kunne ikke nås",
        Failure::BudgetSpent => "denne enhed har mødt så mange fremmede, som den må lige nu",
        Failure::Busy => "for mange sammenligninger på én gang",
        Failure::BadMesh => "en nabo brød nettets regler",
        Failure::MeshFlood => "en nabo siger for meget om andre",
        Failure::Crossed => "begge begyndte på én gang; den anden sammenligning går videre",
    }
}
