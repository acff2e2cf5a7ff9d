//! See `sessio_fuzz_tests::TARGETS`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sessio_fuzz_tests::check("record", bytes));
