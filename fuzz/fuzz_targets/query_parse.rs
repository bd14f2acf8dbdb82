//! Requests of AWS's Query and JSON protocols: told, constrained and refused without a look at who sent them.
//!
//! The input is method, path, query and one header a line; after an empty line the body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_wire::answer::Format;
use rolecall_wire::fault::Fault;
use rolecall_wire::http::{Answer, Head};
use rolecall_wire::query::Params;
use rolecall_wire::service::{Protocol, Service, told_from};
use rolecall_wire::{constraint, json, operation};

fuzz_target!(|text: &str| {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let mut line = || lines.next().unwrap_or_default();
    let (method, path, query) = (line(), line(), line());
    let headers: Vec<(&str, &[u8])> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name, value.as_bytes())).collect();
    let head = Head { method, path, query, headers: &headers };
    if let Err((service, fault)) = ask(&head, body.as_bytes()) {
        let answer = fault.render(service, Format::asked(&head), "c6104cbe-af31-11e0-8154-cbc7ccf896c7");
        assert!((400..=599).contains(&answer.status));
        sound(&answer);
    }
});

fn ask(head: &Head<'_>, body: &[u8]) -> Result<(), (Service, Fault)> {
    let params = Params::of_request(head, body).map_err(|fault| (Service::Sts, fault))?;
    for (name, value) in params.iter() {
        assert!(params.get(name).is_some_and(|first| first == value || params.iter().any(|(again, other)| again == name && other == first)));
    }
    let service = told_from(head, &params).ok_or((Service::Sts, Fault::undetermined()))?;
    let (operation, labels) = operation::asked(service, head, &params).map_err(|fault| (service, fault))?;
    let wrong = |fault| (service, fault);
    if service.protocol() == Protocol::Query {
        return constraint::check(operation, &params).map_err(wrong);
    }
    let input = json::read(operation, &labels, &params, body).map_err(wrong)?;
    constraint::check_json(operation, &input).map_err(wrong)
}

/// An answer says in what form it is, and has that form.
fn sound(answer: &Answer) {
    let text = std::str::from_utf8(&answer.body).expect("answers are text");
    if answer.content_type.contains("xml") {
        roxmltree::Document::parse(text).expect("answers in XML can be read");
    } else {
        serde_json::from_str::<serde_json::Value>(text).expect("answers in JSON can be read");
    }
}
