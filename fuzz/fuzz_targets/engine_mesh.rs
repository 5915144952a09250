//! Runs [`sighej_fuzz::engine_targets::engine_mesh`] on whatever the fuzzer makes up.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sighej_fuzz::engine_targets::engine_mesh(data));
