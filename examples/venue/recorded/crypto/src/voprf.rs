//! The oblivious function, recorded: outputs are a hash of the public key and the input, so that both sides come to the same
//! without a product of a point. What a commitment shows is computed by the real one, from the same random bytes.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256, Sha512};
use sighej_crypto::voprf as real;
pub use sighej_crypto::voprf::{
    BatchError, ELEMENT_LEN, ElementError, InputError, OUTPUT_LEN, PROOF_LEN, ScalarError, VerifyError,
};

/// Random bytes of a proof's nonce.
const NONCE_LEN: usize = 32;

/// 32 bytes that are taken for a group element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element([u8; ELEMENT_LEN]);

impl Element {
    /// Takes any bytes but the identity's.
    ///
    /// # Errors
    /// [`ElementError::Identity`].
    pub fn decode(bytes: &[u8; ELEMENT_LEN]) -> Result<Self, ElementError> {
        if *bytes == [0; ELEMENT_LEN] { Err(ElementError::Identity) } else { Ok(Self(*bytes)) }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; ELEMENT_LEN] {
        &self.0
    }
}

/// A private input, and the real one that it is blinded as.
pub struct Input {
    bytes: Vec<u8>,
    real: real::Input,
}

impl Input {
    /// Takes the input.
    ///
    /// # Errors
    /// As the real one.
    pub fn new(bytes: &[u8]) -> Result<Self, InputError> {
        Ok(Self { bytes: bytes.to_vec(), real: real::Input::new(bytes)? })
    }
}

pub use real::Blinds;

/// An input, and what was sent for it.
pub struct BlindedInput {
    input: Vec<u8>,
    element: Element,
}

impl BlindedInput {
    /// The blinded element.
    #[must_use]
    pub fn element(&self) -> &Element {
        &self.element
    }

    /// The input.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        &self.input
    }
}

/// Blinds a batch, in order.
///
/// # Errors
/// As the real one.
pub fn blind_batch(inputs: Vec<Input>, blinds: Blinds) -> Result<Vec<BlindedInput>, BatchError> {
    let (bytes, inputs): (Vec<_>, Vec<_>) = inputs.into_iter().map(|input| (input.bytes, input.real)).unzip();
    let blinded = real::blind_batch(inputs, blinds)?;
    let elements = blinded.iter().map(|blinded| Element(*blinded.element().as_bytes()));
    Ok(bytes.into_iter().zip(elements).map(|(input, element)| BlindedInput { input, element }).collect())
}

/// The evaluating side's key, of which the public half is all that matters here.
pub struct SecretKey(PublicKey);

impl SecretKey {
    /// A fresh key.
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(PublicKey(Element(*real::SecretKey::random(rng).public_key().as_bytes())))
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0
    }

    /// Evaluates a batch, in order, and proves it.
    ///
    /// # Errors
    /// None: the sources that call this expect the real one's.
    pub fn evaluate_batch<R: CryptoRng + ?Sized>(
        &self,
        blinded: &[Element],
        rng: &mut R,
    ) -> Result<(Vec<[u8; ELEMENT_LEN]>, Proof), BatchError> {
        rng.fill_bytes(&mut [0; NONCE_LEN]);
        Ok((blinded.iter().map(|element| self.0.evaluated(element)).collect(), Proof([0; PROOF_LEN])))
    }

    /// The outputs for one's own inputs, in order.
    pub fn own_outputs<'a>(&self, inputs: impl IntoIterator<Item = &'a [u8]>) -> Vec<Output> {
        inputs.into_iter().map(|input| self.0.output(input)).collect()
    }
}

/// The key that an evaluation is checked under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(Element);

impl PublicKey {
    /// Takes 32 bytes.
    ///
    /// # Errors
    /// As [`Element::decode`].
    pub fn decode(bytes: &[u8; ELEMENT_LEN]) -> Result<Self, ElementError> {
        Element::decode(bytes).map(Self)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; ELEMENT_LEN] {
        self.0.as_bytes()
    }

    /// Whether `evaluated` is `blinded`, item by item, under this key.
    ///
    /// # Errors
    /// [`VerifyError::BadProof`].
    pub fn verify_batch(
        &self,
        blinded: &[Element],
        evaluated: &[Element],
        _: &Proof,
    ) -> Result<Verified, VerifyError> {
        let holds =
            blinded.iter().map(|element| Element(self.evaluated(element))).eq(evaluated.iter().copied());
        if holds { Ok(Verified(*self)) } else { Err(VerifyError::BadProof) }
    }

    fn evaluated(&self, blinded: &Element) -> [u8; ELEMENT_LEN] {
        Sha256::new().chain_update(self.as_bytes()).chain_update(blinded.0).finalize().into()
    }

    fn output(&self, input: &[u8]) -> Output {
        Output(Sha512::new().chain_update(self.as_bytes()).chain_update(input).finalize().into())
    }
}

/// An evaluation that was checked, by its key.
pub struct Verified(PublicKey);

/// 64 bytes where a proof would stand.
pub struct Proof([u8; PROOF_LEN]);

impl Proof {
    /// Takes any bytes.
    ///
    /// # Errors
    /// None: the sources that call this expect the real one's.
    pub fn decode(bytes: &[u8; PROOF_LEN]) -> Result<Self, ScalarError> {
        Ok(Self(*bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; PROOF_LEN] {
        self.0
    }
}

/// An output.
pub struct Output([u8; OUTPUT_LEN]);

impl Output {
    /// The 64 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; OUTPUT_LEN] {
        &self.0
    }
}

/// The outputs of an evaluation that was checked, in order.
///
/// # Errors
/// None: the sources that call this expect the real one's.
pub fn finalize_batch(blinded: &[BlindedInput], verified: &Verified) -> Result<Vec<Output>, BatchError> {
    Ok(blinded.iter().map(|blinded| verified.0.output(&blinded.input)).collect())
}
