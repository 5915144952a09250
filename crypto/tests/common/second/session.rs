//! Specification, section 5.1: a Noise session with any payload, over any prologue, with a given ephemeral key.

use snow::{
    Builder, HandshakeState, TransportState,
    params::{CipherChoice, DHChoice, HashChoice},
    resolvers::{CryptoResolver, DefaultResolver},
    types::{Cipher, Dh, Hash, Random},
};

use super::{Bytes32, array, labels};

/// A session, in its handshake or after it.
pub(crate) struct Session {
    handshake: Option<HandshakeState>,
    transport: Option<TransportState>,
    h: Bytes32,
}

impl Session {
    pub(crate) fn initiator(x: &Bytes32, ephemeral: &Bytes32, responder: &[u8; 8]) -> Self {
        Self::new(builder(x, ephemeral, &prologue(1, responder)).build_initiator().unwrap())
    }

    pub(crate) fn responder(x: &Bytes32, ephemeral: &Bytes32, own: &[u8; 8]) -> Self {
        Self::new(builder(x, ephemeral, &prologue(1, own)).build_responder().unwrap())
    }

    /// An initiator of another protocol version.
    pub(crate) fn of_version(version: u8, x: &Bytes32, ephemeral: &Bytes32, responder: &[u8; 8]) -> Self {
        Self::new(builder(x, ephemeral, &prologue(version, responder)).build_initiator().unwrap())
    }

    fn new(handshake: HandshakeState) -> Self {
        Self { handshake: Some(handshake), transport: None, h: [0; 32] }
    }

    /// Seals the next message.
    pub(crate) fn write(&mut self, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0; payload.len() + 200];
        let len = match (&mut self.handshake, &mut self.transport) {
            (Some(noise), _) => noise.write_message(payload, &mut out),
            (None, noise) => noise.as_mut().unwrap().write_message(payload, &mut out),
        };
        out.truncate(len.unwrap());
        self.leave_handshake();
        out
    }

    /// Opens the next message.
    pub(crate) fn read(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        let mut out = vec![0; message.len()];
        let len = match (&mut self.handshake, &mut self.transport) {
            (Some(noise), _) => noise.read_message(message, &mut out),
            (None, noise) => noise.as_mut().unwrap().read_message(message, &mut out),
        };
        out.truncate(len.ok()?);
        self.leave_handshake();
        Some(out)
    }

    /// The handshake's hash, once message 3 is through.
    pub(crate) fn h(&self) -> Bytes32 {
        assert!(self.transport.is_some());
        self.h
    }

    fn leave_handshake(&mut self) {
        if let Some(done) = self.handshake.take_if(|noise| noise.is_handshake_finished()) {
            self.h = array(done.get_handshake_hash(), 0);
            self.transport = Some(done.into_transport_mode().unwrap());
        }
    }
}

/// The prologue of a version.
fn prologue(version: u8, responder: &[u8; 8]) -> Vec<u8> {
    [&labels::label("sighej/1 prologue"), &[version][..], responder].concat()
}

fn builder<'a>(x: &'a Bytes32, ephemeral: &'a Bytes32, prologue: &'a [u8]) -> Builder<'a> {
    Builder::with_resolver("Noise_XX_25519_ChaChaPoly_BLAKE2s".parse().unwrap(), Box::new(Resolver))
        .local_private_key(x)
        .unwrap()
        .fixed_ephemeral_key_for_testing_only(ephemeral)
        .prologue(prologue)
        .unwrap()
}

/// The default primitives, and no randomness: every key is given.
struct Resolver;

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(NoRandomness))
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

struct NoRandomness;

impl Random for NoRandomness {
    fn try_fill_bytes(&mut self, _dest: &mut [u8]) -> Result<(), snow::Error> {
        Err(snow::Error::Rng)
    }
}
