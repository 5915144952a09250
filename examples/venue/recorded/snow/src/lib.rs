//! `snow`, with key agreements that are hashes of both public keys: whoever listens can compute them. For simulations alone.

pub use snow::*;

/// `snow`'s resolvers, the default one with another key agreement.
pub mod resolvers {
    pub use snow::resolvers::CryptoResolver;
    use snow::{
        params::{CipherChoice, DHChoice, HashChoice},
        types::{Cipher, Dh, Hash, Random},
    };

    /// The primitives by default.
    #[derive(Debug, Default)]
    pub struct DefaultResolver;

    impl CryptoResolver for DefaultResolver {
        fn resolve_rng(&self) -> Option<Box<dyn Random>> {
            snow::resolvers::DefaultResolver.resolve_rng()
        }

        fn resolve_dh(&self, _: &DHChoice) -> Option<Box<dyn Dh>> {
            Some(Box::<super::Agreement>::default())
        }

        fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
            snow::resolvers::DefaultResolver.resolve_hash(choice)
        }

        fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
            snow::resolvers::DefaultResolver.resolve_cipher(choice)
        }
    }
}

const LEN: usize = 32;

#[derive(Default)]
struct Agreement {
    secret: [u8; LEN],
    public: [u8; LEN],
}

impl types::Dh for Agreement {
    fn name(&self) -> &'static str {
        "25519"
    }

    fn pub_len(&self) -> usize {
        LEN
    }

    fn priv_len(&self) -> usize {
        LEN
    }

    /// A static key: its public half stands in the commitment, and so is the real one.
    fn set(&mut self, secret: &[u8]) {
        self.secret.copy_from_slice(secret);
        self.public = recorded_x25519::public(self.secret);
    }

    /// An ephemeral key: its public half is nobody's to compare.
    fn generate(&mut self, rng: &mut dyn types::Random) -> Result<(), Error> {
        rng.try_fill_bytes(&mut self.secret)?;
        self.public = recorded_x25519::agreed(&self.secret, &self.secret);
        Ok(())
    }

    fn pubkey(&self) -> &[u8] {
        &self.public
    }

    fn privkey(&self) -> &[u8] {
        &self.secret
    }

    fn dh(&self, public: &[u8], out: &mut [u8]) -> Result<(), Error> {
        let public = public.get(..LEN).and_then(|bytes| bytes.try_into().ok()).ok_or(Error::Dh)?;
        out.get_mut(..LEN).ok_or(Error::Dh)?.copy_from_slice(&recorded_x25519::agreed(&self.public, public));
        Ok(())
    }
}
