//! The program serves, over plain text and TLS, and ends as asked.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use sha2::{Digest, Sha256};
use sighej_relay::tls::Identity;
use sighej_relay_api::wire::{Bye, RelayMessage, SUBPROTOCOL};
use sighej_relay_lab::{Client, Device};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::process::{Running, output, stderr};

pub(crate) fn epoch() -> u32 {
    let utc = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    (utc.as_secs() / 600) as u32
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_and_ends_on_sigterm_with_a_word_to_its_clients() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    assert_eq!(running.scheme, "ws");
    assert!(running.folder.path().join("sighej-relay-data").is_dir(), "a database beside it");
    let mut client = Client::register(running.relay, &Device::new(1), epoch()).await.unwrap();
    let stopping = tokio::task::spawn_blocking(|| running.stop());
    let frame = client.next().await.unwrap();
    assert!(matches!(RelayMessage::decode(&frame), Ok(RelayMessage::Bye { why: Bye::Restart, .. })));
    drop(client);
    assert_eq!(stopping.await.unwrap().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_tls_to_whoever_pins_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let fingerprint = Identity::own(folder.path()).unwrap().fingerprint();
    let arguments = ["--tls-certificate", "tls-certificate.pem", "--tls-key", "tls-key.pem"];
    let running = Running::start(folder, &arguments);
    assert_eq!(running.scheme, "wss");
    let connect = async |pin| {
        let stream = TcpStream::connect(running.relay).await.unwrap();
        connector(pin).connect(ServerName::try_from("relay").unwrap(), stream).await
    };
    let mut client = Client::over(connect(fingerprint).await.unwrap(), SUBPROTOCOL).await.unwrap();
    let answer = client.prove(&Device::new(1), epoch()).await.unwrap();
    assert!(matches!(RelayMessage::decode(&answer), Ok(RelayMessage::Registered { resumed: false })));
    assert!(connect([0; 32]).await.is_err(), "another certificate is not taken");
    // Plain text is not understood there.
    assert!(Client::connect(running.relay).await.is_err());
}

#[test]
fn an_address_or_a_folder_that_cannot_be_had_is_named() {
    let running = Running::start(tempfile::tempdir().unwrap(), &[]);
    let taken = running.relay.to_string();
    let other = tempfile::tempdir().unwrap();
    let run = output(other.path(), &["--listen", &taken, "--admin-listen", "off"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stderr(&run).contains(&format!("cannot listen on {taken}")), "{}", stderr(&run));
    let run = output(running.folder.path(), &["--listen", "127.0.0.1:0", "--admin-listen", "off"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stderr(&run).contains("another relay uses the folder"), "{}", stderr(&run));
}

fn connector(pin: [u8; 32]) -> TlsConnector {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned(pin)))
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Takes one certificate.
#[derive(Debug)]
struct Pinned([u8; 32]);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if Sha256::digest(certificate)[..] == self.0 {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::General("another certificate".into()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
