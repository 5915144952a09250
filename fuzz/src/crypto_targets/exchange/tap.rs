//! Someone who holds both devices' Noise keys, by plain `snow`: opens every message, and seals whatever it likes in its
//! place. This carries a fuzzer past the encryption, to the decoders behind it.
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use sighej_crypto::{Token, VERSION};
use snow::{
    Builder, HandshakeState, TransportState,
    params::{CipherChoice, DHChoice, HashChoice},
    resolvers::{CryptoResolver, DefaultResolver},
    types::{Cipher, Dh, Hash, Random},
};

use super::super::devices::Seeds;

/// Longest message that Noise allows.
const MAX_MESSAGE: usize = 65_535;

/// Both ends of a session, followed message by message.
pub(super) struct Tap {
    initiator: End,
    responder: End,
    initiator_speaks: bool,
}

impl Tap {
    /// Follows a session towards the responder with this token.
    pub(super) fn new(initiator: Seeds, responder: Seeds, heard: Token) -> Self {
        Self {
            initiator: End::new(true, initiator, heard),
            responder: End::new(false, responder, heard),
            initiator_speaks: true,
        }
    }

    /// Opens an honest message, has its payload altered, and seals it again. An unaltered one comes out as it was.
    pub(super) fn rewrite(&mut self, message: &[u8], alter: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let receiver = if self.initiator_speaks { &mut self.responder } else { &mut self.initiator };
        let payload = receiver.read(message);
        let altered = alter(&payload);
        let sealed = self.seal(&altered);
        assert_eq!(
            altered == payload,
            sealed == message,
            "the session is the one that the specification names"
        );
        sealed
    }

    /// Follows an honest message and returns its payload.
    pub(super) fn pass(&mut self, message: &[u8]) -> Vec<u8> {
        let mut inside = Vec::new();
        self.rewrite(message, |payload| {
            inside = payload.to_vec();
            payload.to_vec()
        });
        inside
    }

    /// Lets a receiver follow, whose sender is not part of the session.
    pub(super) fn hear(&mut self, message: &[u8]) {
        let receiver = if self.initiator_speaks { &mut self.responder } else { &mut self.initiator };
        receiver.read(message);
        self.initiator_speaks = !self.initiator_speaks;
    }

    /// Seals a payload as the next message.
    pub(super) fn seal(&mut self, payload: &[u8]) -> Vec<u8> {
        let sender = if self.initiator_speaks { &mut self.initiator } else { &mut self.responder };
        self.initiator_speaks = !self.initiator_speaks;
        sender.write(payload)
    }
}

/// One end: a handshake, until it is over.
enum End {
    Handshake(Box<HandshakeState>),
    Session(Box<TransportState>),
    Over,
}

impl End {
    fn new(initiates: bool, seeds: Seeds, heard: Token) -> Self {
        let label = b"sighej/1 prologue";
        let prologue = [&[label.len() as u8], &label[..], &[VERSION], heard.as_bytes()].concat();
        let key = first_draw(seeds.epoch);
        let params = "Noise_XX_25519_ChaChaPoly_BLAKE2s".parse().expect("a pattern that snow knows");
        let builder = Builder::with_resolver(params, Box::new(Resolver(first_draw(seeds.session))))
            .local_private_key(&key)
            .and_then(|builder| builder.prologue(&prologue))
            .expect("each is set once");
        let built = if initiates { builder.build_initiator() } else { builder.build_responder() };
        Self::Handshake(Box::new(built.expect("all that the pattern needs is there")))
    }

    fn read(&mut self, message: &[u8]) -> Vec<u8> {
        let mut payload = vec![0; MAX_MESSAGE];
        let len = match self {
            Self::Handshake(state) => state.read_message(message, &mut payload),
            Self::Session(state) => state.read_message(message, &mut payload),
            Self::Over => Err(snow::Error::Input),
        };
        payload.truncate(len.expect("an honest message opens"));
        self.go_on();
        payload
    }

    fn write(&mut self, payload: &[u8]) -> Vec<u8> {
        let mut message = vec![0; MAX_MESSAGE];
        let len = match self {
            Self::Handshake(state) => state.write_message(payload, &mut message),
            Self::Session(state) => state.write_message(payload, &mut message),
            Self::Over => Err(snow::Error::Input),
        };
        message.truncate(len.expect("a payload of a few kilobytes fits"));
        self.go_on();
        message
    }

    fn go_on(&mut self) {
        *self = match std::mem::replace(self, Self::Over) {
            Self::Handshake(state) if state.is_handshake_finished() => {
                Self::Session(Box::new(state.into_transport_mode().expect("the handshake is finished")))
            }
            same @ (Self::Handshake(_) | Self::Session(_) | Self::Over) => same,
        };
    }
}

fn first_draw(seed: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

/// `snow`'s own primitives, with a known ephemeral key.
struct Resolver([u8; 32]);

impl CryptoResolver for Resolver {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Known(self.0)))
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

struct Known([u8; 32]);

impl Random for Known {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), snow::Error> {
        dest.copy_from_slice(&self.0[..dest.len()]);
        Ok(())
    }
}
