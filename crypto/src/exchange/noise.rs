//! Noise_XX_25519_ChaChaPoly_BLAKE2s by `snow`, with the caller's randomness (specification, section 5.1).

use rand_core::CryptoRng;
use snow::{
    Builder, HandshakeState, TransportState,
    params::{CipherChoice, DHChoice, HashChoice},
    resolvers::{CryptoResolver, DefaultResolver},
    types::{Cipher, Dh, Hash, Random},
};
use zeroize::Zeroizing;

use crate::{
    Token, VERSION,
    epoch::EpochSecrets,
    error::{ApiMisuse, ExchangeError, InvalidMessage},
    label::PROLOGUE,
};

use super::{
    Role,
    messages::{MAC, Message},
};

const PATTERN: &str = "Noise_XX_25519_ChaChaPoly_BLAKE2s";

/// The handshake, messages 1 to 3.
pub(super) struct Handshake(HandshakeState);

/// The session after it, messages 4 and 5.
pub(super) struct Session(TransportState);

impl Handshake {
    /// Starts a session towards, or as, the responder with this token.
    pub(super) fn new<R: CryptoRng + ?Sized>(
        role: Role,
        me: &EpochSecrets,
        responder: Token,
        rng: &mut R,
    ) -> Result<Self, ExchangeError> {
        let mut ephemeral = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *ephemeral);
        let mut prologue = PROLOGUE.prefix();
        prologue.push(VERSION);
        prologue.extend_from_slice(responder.as_bytes());
        let built = PATTERN.parse().and_then(|params| {
            let builder = Builder::with_resolver(params, Box::new(Resolver(ephemeral)))
                .local_private_key(me.noise_key())?
                .prologue(&prologue)?;
            match role {
                Role::Initiator => builder.build_initiator(),
                Role::Responder => builder.build_responder(),
            }
        });
        built.map(Self).map_err(|_| ApiMisuse::Noise.into())
    }

    /// Seals the next message.
    pub(super) fn write(&mut self, message: Message, payload: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        seal(message, |out| self.0.write_message(payload, out))
    }

    /// Opens the next message.
    pub(super) fn read(&mut self, message: Message, bytes: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        open(message, bytes, |payload| self.0.read_message(bytes, payload))
    }

    /// Whether the peer's Noise static key is this one.
    pub(super) fn remote_is(&self, key: &[u8; 32]) -> bool {
        self.0.get_remote_static() == Some(key)
    }

    /// Ends the handshake: the session, and the handshake's hash `h`. The hash is public: no secret is derived from it.
    pub(super) fn finish(self) -> Result<(Session, [u8; 32]), ExchangeError> {
        let mut h = [0; 32];
        h.copy_from_slice(self.0.get_handshake_hash());
        let session = self.0.into_transport_mode().map_err(|_| ApiMisuse::Noise)?;
        Ok((Session(session), h))
    }
}

impl Session {
    /// Seals a message.
    pub(super) fn write(&mut self, message: Message, payload: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        seal(message, |out| self.0.write_message(payload, out))
    }

    /// Opens a message.
    pub(super) fn read(&mut self, message: Message, bytes: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        open(message, bytes, |payload| self.0.read_message(bytes, payload))
    }
}

/// Makes room for a message, and lets `snow` write it.
fn seal(
    message: Message,
    write: impl FnOnce(&mut [u8]) -> Result<usize, snow::Error>,
) -> Result<Vec<u8>, ExchangeError> {
    // `snow` wants room for an authentication tag even where message 1 has none.
    let mut out = vec![0; message.len() + MAC];
    let written = write(&mut out).map_err(|_| ApiMisuse::Noise)?;
    out.truncate(written);
    debug_assert_eq!(written, message.len());
    Ok(out)
}

/// Checks a message's length, and lets `snow` read it into its payload.
fn open(
    message: Message,
    bytes: &[u8],
    read: impl FnOnce(&mut [u8]) -> Result<usize, snow::Error>,
) -> Result<Vec<u8>, ExchangeError> {
    if bytes.len() != message.len() {
        return Err(InvalidMessage::Length { expected: message.len(), got: bytes.len() }.into());
    }
    let mut payload = vec![0; message.len()];
    let len = read(&mut payload).map_err(|_| ExchangeError::Decryption)?;
    payload.truncate(len);
    Ok(payload)
}

/// `snow`'s own primitives, and for randomness the 32 bytes of this session's ephemeral key.
struct Resolver(Zeroizing<[u8; 32]>);

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Ephemeral(Some(self.0.clone()))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        DefaultResolver.resolve_dh(choice)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

/// Gives the ephemeral key's bytes once: a second draw would repeat them, so it fails.
struct Ephemeral(Option<Zeroizing<[u8; 32]>>);

impl Random for Ephemeral {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), snow::Error> {
        let key = self.0.take().ok_or(snow::Error::Rng)?;
        if dest.len() != key.len() {
            return Err(snow::Error::Rng);
        }
        dest.copy_from_slice(&*key);
        Ok(())
    }
}
