//! The ring: what is found, page by page, and what goes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_model::instant::Instant;
use rolecall_trail::record::*;
use rolecall_trail::ring::{Attribute, Bounds, Query, Ring};

/// Which records a query must find, by their number.
type Holds = fn(i64) -> bool;

const ACCOUNT: &str = "111122223333";

fn record(number: i64, account: &str) -> Record {
    let event_id = format!("event-{number}");
    let request_id = format!("request-{number}");
    let call = Call {
        time: Instant(1000 + number),
        source: if number % 2 == 0 { "sts.amazonaws.com" } else { "iam.amazonaws.com" },
        name: if number % 3 == 0 { "GetRole" } else { "AssumeRole" },
        region: if number % 5 == 0 { "us-east-1" } else { "eu-west-1" },
        address: "203.0.113.10",
        user_agent: "test",
        request_id: &request_id,
        event_id: &event_id,
        account,
        read_only: number % 2 == 0,
    };
    let subject = format!("subject-{}", number % 7);
    let identity = Identity::web_identity(&WebIdentity { provider: "p", audience: "a", subject: &subject });
    let key = format!("ASIA{}", number % 4);
    let user = Fields::new().text("assumedRoleId", "AROA1:s").text("arn", "arn:aws:sts::1:assumed-role/r/s");
    let response = Fields::new()
        .object("credentials", &Fields::new().text("accessKeyId", &key))
        .object("assumedRoleUser", &user);
    let role = format!("arn:aws:iam::{account}:role/ci/r{}", number % 2);
    Record::new(&call, identity).response(response).resource(account, "AWS::IAM::Role", &role)
}

fn push(ring: &Ring, number: i64, account: &str) {
    let record = record(number, account);
    let json = record.to_json();
    ring.push(&record, json);
}

/// Numbers 0 to 99, every tenth in another account.
fn filled() -> Ring {
    let ring = Ring::new(Bounds::default());
    for number in 0..100 {
        push(&ring, number, if number % 10 == 9 { "444455556666" } else { ACCOUNT });
    }
    ring
}

fn numbers(ring: &Ring, query: &Query<'_>) -> Vec<i64> {
    let found = ring.search(query);
    assert_eq!(found.next, None);
    found.entries.iter().map(|entry| entry.time.0 - 1000).collect()
}

#[test]
fn attributes() {
    let ring = filled();
    let role = "arn:aws:iam::111122223333:role/ci/r1";
    let table: [(Attribute, &str, Holds); 14] = [
        (Attribute::EventId, "event-7", |n| n == 7),
        (Attribute::EventId, "event-9", |_| false),
        (Attribute::EventName, "GetRole", |n| n % 3 == 0),
        (Attribute::EventName, "getrole", |_| false),
        (Attribute::ReadOnly, "true", |n| n % 2 == 0),
        (Attribute::ReadOnly, "false", |n| n % 2 == 1),
        (Attribute::Username, "subject-3", |n| n % 7 == 3),
        (Attribute::EventSource, "iam.amazonaws.com", |n| n % 2 == 1),
        (Attribute::AccessKeyId, "ASIA2", |n| n % 4 == 2),
        (Attribute::ResourceType, "AWS::STS::AssumedRole", |_| true),
        (Attribute::ResourceType, "AWS::IAM::User", |_| false),
        (Attribute::ResourceName, role, |n| n % 2 == 1),
        (Attribute::ResourceName, "r1", |n| n % 2 == 1),
        (Attribute::ResourceName, "ASIA2", |n| n % 4 == 2),
    ];
    for (attribute, value, holds) in table {
        let query =
            Query { account: ACCOUNT, attribute: Some((attribute, value)), limit: 1000, ..Query::default() };
        let expected: Vec<_> = (0..100).rev().filter(|n| n % 10 != 9 && holds(*n)).collect();
        assert_eq!(numbers(&ring, &query), expected, "{attribute:?} {value}");
        let name = format!("{attribute:?}");
        assert_eq!(Attribute::named(&name), Some(attribute));
    }
    assert_eq!(Attribute::named("eventId"), None);
}

#[test]
fn accounts_regions_and_times() {
    let ring = filled();
    let all = Query { account: ACCOUNT, limit: 1000, ..Query::default() };
    let table: [(Query<'_>, Holds); 5] = [
        (all, |n| n % 10 != 9),
        (Query { account: "444455556666", ..all }, |n| n % 10 == 9),
        (Query { account: "777788889999", ..all }, |_| false),
        (Query { region: Some("us-east-1"), ..all }, |n| n % 10 != 9 && n % 5 == 0),
        (Query { start: Some(Instant(1010)), end: Some(Instant(1020)), ..all }, |n| {
            n % 10 != 9 && (10..=20).contains(&n)
        }),
    ];
    for (query, holds) in table {
        let expected: Vec<_> = (0..100).rev().filter(|n| holds(*n)).collect();
        assert_eq!(numbers(&ring, &query), expected, "{query:?}");
    }
}

#[test]
fn pages_go_on_where_they_ended_while_records_come_and_go() {
    let ring = Ring::new(Bounds { count: 5000, ..Bounds::default() });
    for number in 0..5000 {
        push(&ring, number, ACCOUNT);
    }
    let mut query = Query { account: ACCOUNT, limit: 700, ..Query::default() };
    let mut seen = Vec::new();
    loop {
        let found = ring.search(&query);
        seen.extend(found.entries.iter().map(|entry| entry.time.0 - 1000));
        // Each page, a new record comes and the oldest goes.
        push(&ring, 10_000, ACCOUNT);
        let Some(next) = found.next else { break };
        query.before = Some(next);
    }
    let gone = 5000 - seen.len() as i64;
    assert!((1..10).contains(&gone), "{gone}");
    assert_eq!(seen, (gone..5000).rev().collect::<Vec<_>>());
}

#[test]
fn a_page_that_just_ends_has_no_next() {
    let ring = filled();
    let query = Query { account: ACCOUNT, limit: 90, ..Query::default() };
    assert_eq!(numbers(&ring, &query).len(), 90);
    let found = ring.search(&Query { limit: 89, ..query });
    assert_eq!((found.entries.len(), found.next.is_some()), (89, true));
    let rest = ring.search(&Query { before: found.next, ..query });
    assert_eq!((rest.entries.len(), rest.next), (1, None));
}

#[test]
fn by_either_id_within_the_account() {
    let ring = filled();
    for id in ["event-42", "request-42"] {
        assert_eq!(ring.by_id(ACCOUNT, id).unwrap().time.0, 1042, "{id}");
        assert!(ring.by_id("444455556666", id).is_none(), "{id}");
    }
    assert!(ring.by_id(ACCOUNT, "event-100").is_none());
    let entry = ring.by_id(ACCOUNT, "event-42").unwrap();
    assert_eq!(entry.record().unwrap(), record(42, ACCOUNT));
    let resources = entry.resources();
    let expected = [
        ("AWS::IAM::Role", "arn:aws:iam::111122223333:role/ci/r0"),
        ("AWS::IAM::AccessKey", "ASIA2"),
        ("AWS::STS::AssumedRole", "arn:aws:sts::1:assumed-role/r/s"),
        ("AWS::STS::AssumedRole", "AROA1:s"),
    ];
    assert_eq!(resources, expected.map(|(kind, name)| (kind.to_owned(), name.to_owned())));
}

#[test]
fn bounds() {
    let size = {
        let ring = Ring::new(Bounds { bytes: 1 << 20, ..Bounds::default() });
        for number in 0..5000 {
            push(&ring, number, ACCOUNT);
        }
        (1 << 20) / ring.len()
    };
    assert!((800..3000).contains(&size), "an entry is taken to hold {size} bytes");
    let table = [
        (Bounds { count: 10, ..Bounds::default() }, 10),
        (Bounds { age: 20, ..Bounds::default() }, 21),
        (Bounds { count: 0, ..Bounds::default() }, 0),
        (Bounds { bytes: 1, ..Bounds::default() }, 0),
    ];
    for (bounds, left) in table {
        let ring = Ring::new(bounds);
        for number in 0..100 {
            push(&ring, number, ACCOUNT);
        }
        assert_eq!(ring.len(), left, "{bounds:?}");
        assert_eq!(ring.by_id(ACCOUNT, "event-99").is_some(), left > 0);
        assert!(ring.by_id(ACCOUNT, "event-1").is_none() && ring.by_id(ACCOUNT, "request-1").is_none());
        assert_eq!(ring.is_empty(), left == 0);
    }
}

#[test]
fn an_id_given_twice_leads_to_the_newer() {
    let ring = Ring::new(Bounds { count: 2, ..Bounds::default() });
    for number in [1, 1, 2] {
        push(&ring, number, ACCOUNT);
    }
    // The first of the two has gone; its going does not take the other's id away.
    assert!(ring.by_id(ACCOUNT, "event-1").is_some());
}
