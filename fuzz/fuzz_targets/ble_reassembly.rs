//! Runs [`sighej_fuzz::ble_targets::ble_reassembly`] on whatever the fuzzer makes up.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sighej_fuzz::ble_targets::ble_reassembly(data));
