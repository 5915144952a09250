//! Runs [`sighej_fuzz::relay_targets::wire_relay`] on whatever the fuzzer makes up.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sighej_fuzz::relay_targets::wire_relay(data));
