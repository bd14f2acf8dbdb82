//! Pasted texts: errors, logs, variables, whatever they look like. No session credential of the text reaches a document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_doctor::report::diagnose;

fuzz_target!(|data: &[u8]| {
    let evidence = rolecall_collect::read_text("pasted", data);
    let _ = diagnose(&evidence);
    if let Ok(text) = rolecall_collect::decode(data) {
        let struck = rolecall_collect::redact(&text);
        assert_eq!(struck.len(), text.len(), "places stay where they were");
    }
});
