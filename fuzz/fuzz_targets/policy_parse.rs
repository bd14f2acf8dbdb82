//! Policies of any text: they are read, validated for each use and compiled; places lie inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;
use rolecall_policy::validate::{Usage, validate};

fuzz_target!(|text: &str| {
    let policy = Policy::from_text(text);
    for usage in [Usage::Trust, Usage::Identity, Usage::Boundary, Usage::Session, Usage::Scp, Usage::Rcp] {
        for flaw in validate(&policy, usage) {
            assert!(text.get(flaw.span.range()).is_some(), "{flaw:?}");
        }
    }
    let _ = Compiled::compile(&[&policy]);
    let _ = Compiled::compile_resource_policies(&[&policy]);
});
