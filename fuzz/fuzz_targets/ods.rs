#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scorebook_fuzz::ods(data));
