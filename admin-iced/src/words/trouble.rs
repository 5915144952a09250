//! What is wrong, and what to do about it, in the admin's language.

use super::{Lang, Word};
use crate::client::{AddressError, OLDEST_RELAY, Trouble};

/// Two sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    /// What is wrong.
    pub(crate) what: String,
    /// What to do next.
    pub(crate) then: String,
}

/// The words for a trouble.
pub(crate) fn advice(trouble: &Trouble, lang: Lang) -> Advice {
    let plain = |what, then| Advice { what: lang.say(what).to_owned(), then: lang.say(then).to_owned() };
    match trouble {
        Trouble::Address(AddressError::Host) => plain(Word::AddressHost, Word::AddressHostDo),
        Trouble::Address(AddressError::Devices) => plain(Word::AddressDevices, Word::AddressDevicesDo),
        Trouble::Address(AddressError::Pin) => plain(Word::AddressPin, Word::AddressPinDo),
        Trouble::Address(AddressError::PlainText) => plain(Word::AddressPlain, Word::AddressPlainDo),
        Trouble::NoToken => plain(Word::NoToken, Word::NoTokenDo),
        Trouble::UnknownHost => plain(Word::UnknownHost, Word::UnknownHostDo),
        Trouble::Refused => plain(Word::Refused, Word::RefusedDo),
        Trouble::Unreachable => plain(Word::Unreachable, Word::UnreachableDo),
        Trouble::Silent => plain(Word::Silent, Word::SilentDo),
        Trouble::NoTls => plain(Word::NoTls, Word::NoTlsDo),
        Trouble::UnknownCertificate { .. } => plain(Word::UnknownCertificate, Word::UnknownCertificateDo),
        Trouble::WrongCertificate { .. } => plain(Word::WrongCertificate, Word::WrongCertificateDo),
        Trouble::WrongToken => plain(Word::WrongToken, Word::WrongTokenDo),
        Trouble::NoRelay => plain(Word::NoRelay, Word::NoRelayDo),
        Trouble::TooOld { version } => {
            let (major, minor) = OLDEST_RELAY;
            Advice {
                what: lang.fill(Word::TooOld, &[version]),
                then: lang.fill(Word::TooOldDo, &[&format!("{major}.{minor}")]),
            }
        }
        Trouble::Unreadable => plain(Word::Unreadable, Word::UnreadableDo),
        Trouble::Said(said) => {
            Advice { what: lang.fill(Word::Said, &[said]), then: lang.say(Word::SaidDo).to_owned() }
        }
    }
}
