//! Sources of any text: a change never panics, is made only where a second run finds nothing to do, and a refusal changes
//! nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_doctor::fix::edit::{Edit, TrustPolicyEdit};
use rolecall_model::document::DocumentId;
use rolecall_model::evidence::Evidence;
use rolecall_sources::folder::{SourceFile, Sources};
use rolecall_sources::plan::{Outcome, make};

const BEFORE: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "p"}, "Action": "a", "Condition": {"StringEquals": {"k:sub": "s"}}}]}"#;
const AFTER: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "p"}, "Action": "a", "Condition": {"StringLike": {"k:sub": ["s", "t"]}}}]}"#;

fn edits() -> [Edit; 4] {
    let text = |text: &str| text.to_owned();
    [
        Edit::SetTrustPolicy(TrustPolicyEdit {
            role: text("r"),
            document: DocumentId(0),
            changes: Vec::new(),
            before: text(BEFORE),
            after: text(AFTER),
        }),
        Edit::SetMaxSessionDuration { role: text("r"), before: 3600, after: 7200 },
        Edit::SetProviderAudiences { provider: text("p"), before: vec![text("a")], after: vec![text("a"), text("b")] },
        Edit::AnnotateServiceAccount {
            namespace: text("n"),
            name: text("r"),
            key: text("k"),
            before: None,
            after: Some(text("v")),
        },
    ]
}

fuzz_target!(|input: (u8, &str)| {
    let name = ["x.tf", "x.yaml", "x.json"][usize::from(input.0) % 3];
    let file = SourceFile { name: name.to_owned(), text: input.1.to_owned() };
    let evidence = Evidence::unread();
    for edit in edits() {
        let mut sources = Sources { files: vec![file.clone()], ..Sources::default() };
        match make(&mut sources, &evidence, &edit) {
            Ok(Outcome::Changed { .. }) => {
                let again = make(&mut sources, &evidence, &edit);
                assert!(matches!(again, Ok(Outcome::Stands { .. })), "{again:?}");
            }
            Ok(_) | Err(_) => assert_eq!(sources.files, [file.clone()]),
        }
    }
});
