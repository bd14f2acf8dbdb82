//! Folders of any content: they are read and diagnosed, every place lies inside its document, every fix is written out.
//!
//! The input is files, each begun by a line `%%% NAME`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_doctor::finding::Place;
use rolecall_doctor::fix::files::files;
use rolecall_doctor::fix::render::Notation;
use rolecall_doctor::report::diagnose;

fn folder(data: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"%%% ") {
            Some(name) if found.len() < 32 => {
                found.push((String::from_utf8_lossy(name).trim().to_owned(), Vec::new()));
            }
            _ => {
                if let Some((_, bytes)) = found.last_mut() {
                    bytes.extend_from_slice(line);
                }
            }
        }
    }
    found
}

fuzz_target!(|data: &[u8]| {
    let evidence = rolecall_collect::read_files(&folder(data));
    let report = diagnose(&evidence);
    for finding in &report.findings {
        for place in &finding.places {
            let Place { at, .. } = place;
            let document = report.documents.get(at.document).expect("a document of the case");
            assert!(document.text.get(at.span.range()).is_some(), "{}: {at:?}", finding.cause);
        }
        for fix in &finding.fixes {
            for notation in Notation::ALL {
                let _ = report.render(fix, notation);
            }
            let _ = files(&evidence, &fix.edits);
        }
    }
});
