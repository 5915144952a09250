//! TLS: a pinned certificate, or one that an authority of this machine vouches for.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Address, Trouble};

/// SHA-256 of a certificate: what an invitation carries as `pin=`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Pin([u8; 32]);

impl Pin {
    fn of(certificate: &CertificateDer<'_>) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

/// Opens TLS over a connection. A certificate that is not taken is named by its pin, so that it can be compared.
pub(super) async fn connect(
    stream: TcpStream,
    address: &Address,
    pin: Option<Pin>,
) -> Result<TlsStream<TcpStream>, Trouble> {
    let verifier = Arc::new(Verifier::new(pin));
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| Trouble::NoTls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::try_from(address.bare_host().to_owned()).map_err(|_| Trouble::UnknownHost)?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|_| match verifier.refused() {
        Some(seen) if pin.is_some() => Trouble::WrongCertificate { seen },
        Some(seen) => Trouble::UnknownCertificate { seen },
        None => Trouble::NoTls,
    })
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(ring::default_provider())))
}

/// The authorities that this machine trusts; none where it trusts nobody.
fn authorities() -> Option<Arc<WebPkiServerVerifier>> {
    static AUTHORITIES: OnceLock<Option<Arc<WebPkiServerVerifier>>> = OnceLock::new();
    let read = || {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().ok()
    };
    AUTHORITIES.get_or_init(read).clone()
}

#[derive(Debug)]
struct Verifier {
    pin: Option<Pin>,
    refused: Mutex<Option<Pin>>,
}

impl Verifier {
    fn new(pin: Option<Pin>) -> Self {
        Self { pin, refused: Mutex::new(None) }
    }

    fn refused(&self) -> Option<Pin> {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let seen = Pin::of(certificate);
        let verified = match self.pin {
            Some(pin) if pin == seen => Ok(ServerCertVerified::assertion()),
            Some(_) => Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
            None => match authorities() {
                Some(authorities) => authorities.verify_server_cert(certificate, between, name, ocsp, now),
                None => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
            },
        };
        if verified.is_err() {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &provider().signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

/// A text that is no pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pin has 64 hexadecimal digits")]
pub(crate) struct PinError;

impl FromStr for Pin {
    type Err = PinError;

    /// Spaces and colons between the digits are passed over.
    fn from_str(text: &str) -> Result<Self, PinError> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !b": ".contains(byte)).collect();
        let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut pin = [0; 32];
        if digits.len() != 2 * pin.len() {
            return Err(PinError);
        }
        for (byte, pair) in pin.iter_mut().zip(digits.chunks_exact(2)) {
            let &[high, low] = <&[u8; 2]>::try_from(pair).map_err(|_| PinError)?;
            *byte = nibble(high).zip(nibble(low)).map(|(high, low)| high << 4 | low).ok_or(PinError)?;
        }
        Ok(Self(pin))
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.to_string()
    }
}

impl TryFrom<String> for Pin {
    type Error = PinError;

    fn try_from(text: String) -> Result<Self, PinError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_people_copy_it() {
        let digits = "a7".repeat(32);
        let with_colons = ["A7"; 32].join(":");
        let pin: Pin = digits.parse().unwrap();
        assert_eq!((with_colons.parse(), pin.to_string()), (Ok(pin), digits));
        for bad in ["", "a7", &"g".repeat(64), &"0".repeat(65)] {
            assert_eq!(bad.parse::<Pin>(), Err(PinError), "{bad}");
        }
    }
}
