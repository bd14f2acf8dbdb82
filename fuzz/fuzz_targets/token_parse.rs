//! Tokens and key sets of any text: they are read, and an exchange with them is decided as it is examined.
//!
//! The input is a token, and after an empty line a key set.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall_engine::exchange::{Answer, decide, examine};
use rolecall_engine::token::jwks::KeySet;
use rolecall_engine::verdict::{Missing, Outcome};
use rolecall_engine::world::{Given, Provider, Request, Role, Token, World};
use rolecall_model::instant::Instant;
use rolecall_model::json::parse;
use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;

const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Principal":"*"}}"#;

fuzz_target!(|text: &str| {
    let (token, set) = text.split_once("\n\n").unwrap_or((text, ""));
    let keys = parse(set).root.map(|root| KeySet::read(&root));
    let trust = Compiled::compile_resource_policies(&[&Policy::from_text(TRUST)]);
    let world = World {
        now: Given::Known(Instant(1_790_000_000)),
        provider: Given::Known(Provider { client_ids: Given::Known(vec!["sts.amazonaws.com"]) }),
        keys: keys.as_ref().map_or(Given::Unread, Given::Known),
        role: Given::Known(Role {
            arn: ROLE,
            trust: Given::Known(&trust),
            max_session: Given::Known(3600),
            tags: &[],
        }),
        rcp: Given::Absent,
    };
    let request = Request {
        role_arn: Given::Known(ROLE),
        session_name: Given::Known("session"),
        duration: Given::Absent,
        token: Token::Raw(token),
        policy: None,
        source_ip: None,
        region: None,
        context: &[],
    };
    let verdict = examine(&world, &request);
    match (decide(&world, &request), verdict.first_obstacle().map(|step| &step.outcome)) {
        (Answer::Granted(_), None) => {}
        (Answer::Refused(refusal), Some(Outcome::Refuse(wanted))) => assert_eq!(refusal, *wanted),
        (Answer::NeedsKeys { .. }, Some(Outcome::Undetermined(Missing::Keys))) => {}
        (Answer::Undetermined(missing), Some(Outcome::Undetermined(wanted))) => assert_eq!(missing, *wanted),
        (decided, examined) => panic!("{decided:?} and {examined:?}"),
    }
});
