//! CloudTrail records of any text, as the doctor reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_doctor::report::diagnose;

fuzz_target!(|data: &[u8]| {
    let evidence = rolecall_collect::read_files(&[("cloudtrail.json".to_owned(), data.to_vec())]);
    let _ = diagnose(&evidence);
});
