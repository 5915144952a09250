//! Runs [`sighej_fuzz::crypto_targets::exchange_initiator`] on whatever the fuzzer makes up.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sighej_fuzz::crypto_targets::exchange_initiator(data));
