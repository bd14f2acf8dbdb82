//! A request and a policy: decision and trace agree, and the policy printed and read again decides the same.
//!
//! The input is lines: action, resource, principal, keys as `key=value` (`key` alone was not read), an empty line, and the
//! policy.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_model::json::{parse, write};
use rolecall_policy::compile::Compiled;
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;
use rolecall_policy::request::{Principal, PrincipalKind, Request};
use rolecall_policy::trace::Outcome;

fn decide(policy: &Policy, request: &Request<'_>) -> [Outcome; 2] {
    [Compiled::compile(&[policy]), Compiled::compile_resource_policies(&[policy])].map(|compiled| {
        let decided = compiled.decide(request);
        let traced = compiled.trace(request);
        assert_eq!(decided.outcome, traced.outcome);
        decided.outcome
    })
}

fuzz_target!(|text: &str| {
    let Some((head, policy)) = text.split_once("\n\n") else { return };
    let mut lines = head.lines();
    let (Some(action), Some(resource), Some(name)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    let mut context = Context::new();
    for line in lines.take(16) {
        match line.split_once('=') {
            Some((key, value)) if value.contains(',') => {
                context.set_multivalued(key, value.split(',').map(str::to_owned));
            }
            Some((key, value)) => context.set(key, [value.to_owned()]),
            None => context.set_unknown(line),
        }
    }
    let names = [name];
    let principal = Principal { kind: PrincipalKind::Federated, names: &names, bounded: false };
    let request = Request { principal, action, resource: Some(resource), context: &context };
    let outcome = decide(&Policy::from_text(policy), &request);
    let parsed = parse(policy);
    if let Some(root) = parsed.root.filter(|_| parsed.flaws.is_empty()) {
        let mut printed = String::new();
        write::compact(&root, &mut printed);
        assert_eq!(decide(&Policy::from_text(&printed), &request), outcome, "{printed}");
    }
});
