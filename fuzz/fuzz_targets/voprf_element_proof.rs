//! Runs [`sighej_fuzz::crypto_targets::voprf_element_proof`] on whatever the fuzzer makes up.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sighej_fuzz::crypto_targets::voprf_element_proof(data));
