//! Danish.

use super::english::name;
use crate::doctor::{Way, What, bluetooth::Version};

pub(super) fn meaning(what: &What, about: &str) -> String {
    match what {
        What::StackUnknown => "SigHej kender ingen Bluetooth på dette system: du møder kun folk over netværket.".into(),
        What::NoBus => "Her er ingen systembus, og Bluetooth nås ad den: i en container må værtens deles.".into(),
        What::ServiceStopped => "Systemets Bluetooth-tjeneste kører ikke: du møder ingen via Bluetooth.".into(),
        What::Forbidden => "Du må ikke bruge Bluetooth her: tillad det i systemets indstillinger, eller kom med i gruppen, der må, og log ind igen.".into(),
        What::ServiceSilent => "Systemets Bluetooth-tjeneste svarer ikke: du møder ingen via Bluetooth, før den gør.".into(),
        What::ServiceRuns(None) => "Systemets Bluetooth-tjeneste svarer.".into(),
        What::ServiceRuns(Some(Version(major, minor))) => {
            format!("Systemets Bluetooth-tjeneste svarer (BlueZ {major}.{minor}).")
        }
        What::ServiceOld(Version(major, minor)) => {
            format!("BlueZ {major}.{minor} er ældre end det, SigHej er prøvet med: Bluetooth kan fejle på sære måder.")
        }
        What::SettingsNotRead => "Bluetooths indstillinger er ændret, siden tjenesten startede: de gælder ikke endnu.".into(),
        What::NoAdapter => "Her er ingen Bluetooth-adapter: sæt en i, eller mød kun folk over netværket.".into(),
        What::BlockedHard => format!("Bluetooth er spærret af en tast eller i firmwaren ({about}): slå den til dér."),
        What::BlockedSoft => format!("Bluetooth er spærret af software, som i flytilstand ({about}): du møder ingen ad den vej."),
        What::AdapterOff => format!("{about} er slukket: du møder ingen ad den vej."),
        What::AdapterOn => format!("{about} er tændt."),
        What::LowEnergyMissing => format!("{about} kan ikke Bluetooth LE og kan ikke bruges; tag en anden adapter."),
        What::LowEnergyOff(_) => format!("Bluetooth LE er slået fra på {about}: du møder ingen ad den vej."),
        What::AdvertisingMissing => {
            format!("{about} kan ikke annoncere her: den finder andre, men de finder ikke den; to sådanne mødes aldrig.")
        }
        What::AdvertisingUsedUp => {
            format!("Andre programmer bruger alle annoncer på {about} eller har efterladt dem: andre kan ikke finde dig.")
        }
        What::Advertising(1) => format!("{about} kan annoncere: én annonce er ledig."),
        What::Advertising(free) => format!("{about} kan annoncere: {free} annoncer er ledige."),
        What::CentralOnly => format!("{about} kan kun forbinde sig, ikke forbindes til: to sådanne mødes aldrig."),
        What::PeripheralOnly => format!("{about} kan kun forbindes til, ikke forbinde sig: to sådanne mødes aldrig."),
        What::PrivacyOn => format!("{about} viser tilfældige adresser: ingen kan følge dig ved dem."),
        What::PrivacyOff(_) => {
            format!("{about} viser sin egen adresse, altid den samme: den, der lytter, kan følge dig fra sted til sted.")
        }
        What::PrivacyLimited(_) => {
            format!("{about} viser sin egen adresse, mens den er synlig: den, der lytter da, kan følge dig.")
        }
        What::PrivacyNotTaken => {
            format!("Indstillingerne beder om tilfældige adresser, men {about} viser sin egen: den, der lytter, kan følge dig.")
        }
        What::PrivacyUnsupported => {
            format!("{about} kan kun vise sin egen adresse: den, der lytter, kan følge dig; tag en anden adapter.")
        }
        What::PrivacyUnknown(_) => format!("Om {about} viser tilfældige adresser, vides ikke: stol ikke på det."),
        What::EattOn(_) => "Bluetooths indstillinger tillader flere attributkanaler ad gangen (EATT): så kan data fra en sammenligning gå tabt.".into(),
        What::EattOff => "Forbindelser har én attributkanal, som de skal (EATT er slået fra).".into(),
        What::L2cap => "L2CAP-kanaler kan fås: sammenligninger går den hurtige vej.".into(),
        What::L2capMissing => "L2CAP-kanaler kan ikke fås: sammenligninger går den langsomme vej (GATT).".into(),
        What::NameOfHost => format!("Navnet på {about} røber computerens: enhver, der forbinder sig, læser det."),
        What::NameOfUser => format!("Navnet på {about} røber dit: enhver, der forbinder sig, læser det."),
        What::NameChosen => format!("Navnet på {about} er dens eget: enhver, der forbinder sig, læser det og kan genkende den."),
        What::NameCommon => format!("Navnet på {about} er det samme som manges."),
        What::DeviceIdOwn(_) => format!("Enheds-id'et for {about} er ikke det sædvanlige: den, der forbinder sig, kan måske genkende den."),
        What::NoInterface => "Intet netværk er forbundet: du møder ingen over et. Gå på stedets wi-fi.".into(),
        What::InterfaceDown => format!("{about} er slukket: du møder ingen over den."),
        What::InterfaceUnconnected => {
            format!("{about} er ikke forbundet til noget: du møder ingen over den. Gå på et netværk, eller sæt kablet i.")
        }
        What::NoAddress => format!("{about} har ingen IPv4-adresse: du møder ingen over den, før netværket giver en."),
        What::Tunnel => format!("{about} er en tunnel: du møder ingen i nærheden over den."),
        What::NoMulticast => format!("{about} bærer ikke multicast: ingen findes over den."),
        What::JoinRefused => format!("{about} kommer ikke med i gruppen for multicast-DNS: ingen findes over den."),
        What::Unheard(_) => format!("En firewall holder multicast-DNS ude på {about}: ingen findes over den."),
        What::Multicast => format!("{about} bærer multicast: folk på dens netværk kan findes."),
        What::PortShared => "Porten for multicast-DNS (5353) deles.".into(),
        What::PortTaken => "Et andet program beholder porten for multicast-DNS (5353) for sig selv: afslut det; indtil da findes ingen.".into(),
        What::PortForbidden => "Dette program må ikke bruge porten for multicast-DNS (5353): kør det uden for sandkassen.".into(),
        What::FirewallOn(firewall) => format!(
            "En firewall er slået til ({}): hvor den afviser forbindelser udefra, møder du dem, der lukker din ind.",
            name(*firewall)
        ),
        What::ClockUnknown => "Klokken er ukendt: SigHej kan ikke åbne. Stil uret.".into(),
        What::ClockWrong => "Uret er år bagud: du skifter identitet, når ingen andre gør. Stil uret.".into(),
        What::ClockUnsynchronised => "Uret følger ingen tidsserver: går det minutter forkert, skifter du identitet i utakt.".into(),
        What::ClockUnverified => "Uret er stillet; om det går rigtigt, vides ikke. Sammenlign det med et andet.".into(),
        What::ClockSet => "Uret følger en tidsserver.".into(),
        What::CanMeet { bluetooth, network } => can_meet(*bluetooth, *network),
        What::CannotMeet => "Du kan ikke møde nogen, som det er nu: ret et af problemerne ovenfor.".into(),
    }
}

fn can_meet(bluetooth: Way, network: bool) -> String {
    let bluetooth = match bluetooth {
        Way::None => None,
        Way::FindsOnly => Some("via Bluetooth, hvor du finder dem"),
        Way::FoundOnly => Some("via Bluetooth, hvor de finder dig"),
        Way::Both => Some("via Bluetooth"),
    };
    let network = network.then_some("over lokalnettet");
    let ways: Vec<&str> = bluetooth.into_iter().chain(network).collect();
    format!("Du kan møde folk {}.", ways.join(" og "))
}
