//! What a registered session costs in memory that does nothing.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use sighej_relay_api::wire::SUBPROTOCOL;
use sighej_relay_lab::{Client, Device};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{CONNECTED, Outcome, lost::epoch, server::Server};

enum Held {
    Plain(Box<Client<TcpStream>>),
    Tls(Box<Client<TlsStream<TcpStream>>>),
}

/// KiB of the server's memory for one session.
pub(crate) async fn kib(mut server: Server) -> Outcome<f64> {
    let connector = if server.is_tls { Some(connector()?) } else { None };
    // What the first connections bring into being is not theirs.
    let mut held = vec![connect(&server, connector.as_ref(), 0).await?];
    let before = tokio::task::block_in_place(|| server.used())?;
    for number in 1..=CONNECTED {
        held.push(connect(&server, connector.as_ref(), number as u64).await?);
    }
    let after = tokio::task::block_in_place(|| server.used())?;
    let kept = held.iter().map(|held| match held {
        Held::Plain(client) => std::mem::size_of_val(&**client),
        Held::Tls(client) => std::mem::size_of_val(&**client),
    });
    assert!(kept.sum::<usize>() > 0, "all of them are still connected");
    Ok((after.resident_kib - before.resident_kib) as f64 / CONNECTED as f64)
}

async fn connect(server: &Server, tls: Option<&TlsConnector>, number: u64) -> Outcome<Held> {
    let device = Device::new(number);
    let Some(tls) = tls else {
        return Ok(Held::Plain(Box::new(Client::register(server.address, &device, epoch()).await?)));
    };
    let stream = TcpStream::connect(server.address).await?;
    stream.set_nodelay(true)?;
    let stream = tls.connect(ServerName::try_from("localhost")?, stream).await?;
    let mut client = Client::over(stream, SUBPROTOCOL).await?;
    client.prove(&device, epoch()).await?;
    Ok(Held::Tls(Box::new(client)))
}

fn connector() -> Outcome<TlsConnector> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Takes any certificate: memory is measured here, and nobody is there to be mistaken for another.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
