//! What can go wrong between this program and a relay, by whose fault it is.

use thiserror::Error;

use super::{AddressError, Pin};

/// Why there is no answer. The screens say it in the admin's language ([`crate::words`]); this is the English of files.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Trouble {
    /// The address is none.
    #[error("{0}")]
    Address(AddressError),
    /// The text is no token.
    #[error("this is no admin token")]
    NoToken,
    /// No such name.
    #[error("no machine is called that")]
    UnknownHost,
    /// Nobody listens there.
    #[error("nobody listens at this address")]
    Refused,
    /// The network does not lead there, or the connection broke.
    #[error("the relay cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("the relay does not answer")]
    Silent,
    /// What answers speaks no TLS.
    #[error("what answers there speaks no TLS")]
    NoTls,
    /// Nobody vouches for the certificate, and it is not pinned.
    #[error("nobody vouches for the relay's certificate {seen}")]
    UnknownCertificate {
        /// The one that was shown.
        seen: Pin,
    },
    /// Another certificate than the pinned one.
    #[error("the relay shows another certificate, {seen}, than the pinned one")]
    WrongCertificate {
        /// The one that was shown.
        seen: Pin,
    },
    /// The relay does not know the token.
    #[error("the relay does not know this token")]
    WrongToken,
    /// What answers is no admin listener.
    #[error("what answers there is not a relay's admin listener")]
    NoRelay,
    /// The relay is older than this program understands.
    #[error("the relay's version {version} is too old")]
    TooOld {
        /// Its version.
        version: String,
    },
    /// A relay's answer in a form that this program does not know.
    #[error("the relay's answer cannot be read")]
    Unreadable,
    /// The relay said no, in its own words.
    #[error("{0}")]
    Said(String),
}

impl Trouble {
    /// Whether asking again may help without anybody doing anything.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::UnknownHost | Self::Refused | Self::Unreachable | Self::Silent | Self::Said(_) => true,
            Self::Address(_)
            | Self::NoToken
            | Self::NoTls
            | Self::UnknownCertificate { .. }
            | Self::WrongCertificate { .. }
            | Self::WrongToken
            | Self::NoRelay
            | Self::TooOld { .. }
            | Self::Unreadable => false,
        }
    }

    /// The certificate that was shown and not taken.
    pub(crate) fn seen(&self) -> Option<Pin> {
        match self {
            Self::UnknownCertificate { seen } | Self::WrongCertificate { seen } => Some(*seen),
            Self::Address(_)
            | Self::NoToken
            | Self::UnknownHost
            | Self::Refused
            | Self::Unreachable
            | Self::Silent
            | Self::NoTls
            | Self::WrongToken
            | Self::NoRelay
            | Self::TooOld { .. }
            | Self::Unreadable
            | Self::Said(_) => None,
        }
    }
}
