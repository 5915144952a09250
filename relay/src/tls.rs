//! TLS: the operator's certificate, or one that the relay makes for itself and whose fingerprint its clients pin.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::NoServerSessionStorage,
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// The relay's own certificate and key, in its data folder.
const OWN_CERTIFICATE: &str = "tls-certificate.pem";
const OWN_KEY: &str = "tls-key.pem";
/// What it is made out to. Clients pin it, and look at no name.
const OWN_NAME: &str = "sighej-relay";

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which one.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// A file holds no PEM of the expected kind.
    #[error("{path}: no {what} in PEM form there ({reason})")]
    Pem {
        /// Which one.
        path: PathBuf,
        /// What should be in it.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// Certificate and key do not belong together, or are of a kind that is not understood.
    #[error("{path}: {reason}; give the certificate and its own key, both in PEM form")]
    Refused {
        /// The certificate's file.
        path: PathBuf,
        /// Why not.
        reason: rustls::Error,
    },
    /// No certificate could be made.
    #[error("no certificate could be made: {0}")]
    Making(#[from] rcgen::Error),
}

/// A certificate with its key.
#[derive(Clone)]
pub struct Identity {
    config: Arc<ServerConfig>,
    fingerprint: [u8; 32],
}

impl Identity {
    /// The operator's.
    ///
    /// # Errors
    /// [`TlsError`], with the file that is at fault.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let pem = |path: &Path, what, reason: rustls::pki_types::pem::Error| {
            let path = path.to_owned();
            if let rustls::pki_types::pem::Error::Io(error) = reason {
                TlsError::File { path, error }
            } else {
                TlsError::Pem { path, what, reason: reason.to_string() }
            }
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|reason| pem(certificate, "certificate", reason))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|reason| pem(key, "private key", reason))?;
        let Some(first) = chain.first() else {
            let reason = "the file holds none".to_owned();
            return Err(TlsError::Pem { path: certificate.to_owned(), what: "certificate", reason });
        };
        let fingerprint = Sha256::digest(first).into();
        let config = server_config(chain, key)
            .map_err(|reason| TlsError::Refused { path: certificate.to_owned(), reason })?;
        Ok(Self { config: Arc::new(config), fingerprint })
    }

    /// The relay's own, out of its data folder; made and put there where there is none yet.
    ///
    /// # Errors
    /// [`TlsError`], with the file that is at fault.
    pub fn own(data: &Path) -> Result<Self, TlsError> {
        let (certificate, key) = (data.join(OWN_CERTIFICATE), data.join(OWN_KEY));
        if !(certificate.exists() && key.exists()) {
            make(&certificate, &key)?;
        }
        Self::load(&certificate, &key)
    }

    /// What clients pin: SHA-256 of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// For the listener.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

/// A device has another identity each epoch: a session that could be resumed would link them.
fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// The key first: a certificate is there only with its key.
fn make(certificate: &Path, key: &Path) -> Result<(), TlsError> {
    let pair = KeyPair::generate()?;
    let mut params = CertificateParams::new([OWN_NAME.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, OWN_NAME);
    let made = params.self_signed(&pair)?;
    let written = |path: &Path, result: io::Result<()>| {
        result.map_err(|error| TlsError::File { path: path.to_owned(), error })
    };
    written(key, write_private(key, pair.serialize_pem().as_bytes()))?;
    written(certificate, fs::write(certificate, made.pem()))
}

/// Writes a file that nobody else may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_certificate_is_made_once_and_its_key_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = Identity::own(folder.path()).unwrap();
        let second = Identity::own(folder.path()).unwrap();
        assert_eq!(first.fingerprint(), second.fingerprint());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(OWN_KEY)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        Identity::own(folder.path()).unwrap();
        let (certificate, key) = (folder.path().join(OWN_CERTIFICATE), folder.path().join(OWN_KEY));
        let said = |certificate: &Path, key: &Path| Identity::load(certificate, key).unwrap_err().to_string();
        assert!(said(&folder.path().join("none.pem"), &key).contains("none.pem: No such file"));
        assert!(said(&key, &key).contains("tls-key.pem: no certificate in PEM form"));
        assert!(said(&certificate, &certificate).contains("tls-certificate.pem: no private key"));
        let other = tempfile::tempdir().unwrap();
        Identity::own(other.path()).unwrap();
        assert!(said(&certificate, &other.path().join(OWN_KEY)).contains("its own key"));
    }
}
