//! What happened to a role: attempts, changes, and which change turned success into refusal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod story;

use rolecall_model::instant::Instant;
use rolecall_trail::attempts::{Attempt, groups};
use rolecall_trail::evidence;
use rolecall_trail::filter::Filter;
use rolecall_trail::record::Fields;
use rolecall_trail::timeline::{Entry, timeline, trust_at};
use story::{NOON, PROVIDER, ROLE, Story};

fn named(role: &str) -> Fields {
    Fields::new().text("roleName", role)
}

/// Alice works from 12:01 to 12:03; then the trust policy is replaced, among much that does not matter.
fn story() -> Story {
    let mut story = Story::default();
    let first = named("deployer").text("assumeRolePolicyDocument", r#"{"Statement":"first"}"#);
    story.iam(0, "CreateRole", first, None);
    story.exchange(1, "alice", None);
    story.exchange(2, "bob", Some("AccessDenied"));
    story.exchange(3, "alice", None);
    let second = named("deployer").text("policyDocument", r#"{"Statement":"second"}"#);
    story.iam(4, "UpdateAssumeRolePolicy", named("deployer"), Some("AccessDenied"));
    story.iam(5, "UpdateAssumeRolePolicy", named("other"), None);
    story.iam(6, "UpdateAssumeRolePolicy", second, None);
    story.iam(7, "PutRolePolicy", named("deployer").text("policyName", "p"), None);
    story.iam(8, "GetRole", named("deployer"), None);
    story.exchange(9, "alice", Some("AccessDenied"));
    story.exchange(10, "alice", Some("AccessDenied"));
    story
}

#[test]
fn the_change_between_is_named() {
    let story = story();
    for role in ["deployer", ROLE] {
        let timeline = timeline(&story.records, role);
        assert_eq!(timeline.turns.len(), 1);
        let turn = &timeline.turns[0];
        assert!(turn.is_loss() && turn.before.who == "alice");
        assert_eq!(turn.before.record.event_time, Instant(NOON + 180));
        let change = turn.change().unwrap();
        assert_eq!(
            (change.what.as_str(), change.time),
            ("the trust policy was replaced", Instant(NOON + 360))
        );
        assert_eq!(change.by, "arn:aws:iam::111122223333:user/terraform");
        let said: Vec<String> = timeline
            .entries
            .iter()
            .map(|entry| match entry {
                Entry::Attempts(run) => format!("{}×{} {:?}", run.last.who, run.count, run.last.code),
                Entry::Change(change) => change.name.clone(),
            })
            .collect();
        let wanted = [
            "CreateRole",
            "alice×2 None",
            "bob×1 Some(\"AccessDenied\")",
            "UpdateAssumeRolePolicy",
            "PutRolePolicy",
            "alice×2 Some(\"AccessDenied\")",
        ];
        assert_eq!(said, wanted);
    }
    assert!(timeline(&story.records, "arn:aws:iam::111122223333:role/deployer").turns.is_empty());
}

#[test]
fn changes_of_the_provider_count_where_it_is_the_callers() {
    for (url, counts) in [("https://idp.example.com/t1", true), ("https://idp.example.com", false)] {
        let mut story = Story::default();
        story.exchange(0, "alice", Some("AccessDenied"));
        story.iam(1, "CreateOpenIDConnectProvider", Fields::new().text("url", url), None);
        story.exchange(2, "alice", None);
        let timeline = timeline(&story.records, "deployer");
        assert!(!timeline.turns[0].is_loss());
        assert_eq!(timeline.turns[0].changes.len(), usize::from(counts), "{url}");
    }
}

#[test]
fn the_trust_policy_of_a_time() {
    let story = story();
    let table = [
        (-1, None),
        (60, Some("first")),
        (359, Some("first")),
        (360, Some("second")),
        (9999, Some("second")),
    ];
    for (seconds, wanted) in table {
        let found = trust_at(&story.records, "deployer", Instant(NOON + seconds));
        let trust = found.and_then(|change| change.trust);
        assert_eq!(trust, wanted.map(|text| format!(r#"{{"Statement":"{text}"}}"#)), "{seconds}");
    }
}

#[test]
fn attempts_that_are_alike_are_one_group() {
    let story = story();
    let groups = groups(&story.records);
    let said: Vec<(&str, usize, bool)> =
        groups.iter().map(|group| (group.last.who.as_str(), group.count, group.last.is_granted())).collect();
    assert_eq!(said, [("alice", 2, false), ("alice", 2, true), ("bob", 1, false)]);
    let alice = &groups[0].last;
    assert_eq!((alice.role(), alice.audience.as_deref()), ("deployer", Some("sts.amazonaws.com:x")));
    assert_eq!(alice.provider.as_deref(), Some(PROVIDER));
    assert!(Attempt::of(&story.records[0]).is_none());
    let mut changed = Story::default();
    changed.exchange(0, "alice", Some("AccessDenied"));
    changed.exchange(1, "alice", Some("AccessDenied"));
    changed.iam(2, "UpdateAssumeRolePolicy", named("deployer").text("policyDocument", "{}"), None);
    changed.iam(3, "UpdateAssumeRolePolicy", named("other").text("policyDocument", "{}"), None);
    (4..7).for_each(|minute| changed.exchange(minute, "alice", Some("AccessDenied")));
    let counts: Vec<usize> =
        rolecall_trail::attempts::groups(&changed.records).iter().map(|group| group.count).collect();
    assert_eq!(counts, [3, 2], "trust policies are told apart");
    let mut tokens = Story::default();
    (0..3).for_each(|minute| tokens.exchange(minute, "carol", Some("InvalidIdentityToken")));
    tokens.records[2].error_message = Some("Incorrect token audience".to_owned());
    let counts: Vec<usize> =
        rolecall_trail::attempts::groups(&tokens.records).iter().map(|group| group.count).collect();
    assert_eq!(counts, [1, 2], "sentences are told apart");
}

#[test]
fn evidence_of_an_attempt() {
    let story = story();
    let attempt = Attempt::of(story.records.last().unwrap()).unwrap();
    let files = evidence::then(&attempt, Some(r#"{"Statement":"second"}"#));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["cloudtrail.json", "now.txt", "role.json"]);
    assert!(files[0].1.contains("AccessDenied") && files[2].1.contains("\"second\""));
    assert!(!evidence::again(&attempt)[0].1.contains("errorCode"));
    let mut late = attempt;
    late.code = Some("ExpiredTokenException".to_owned());
    late.record.error_message = Some("Token expired: current date/time 2 must be before 1".to_owned());
    let files = evidence::then(&late, None);
    assert_eq!(files[2].0, "error.txt");
    assert_eq!(
        files[2].1,
        "An error occurred (ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: Token expired: \
         current date/time 2 must be before 1\n"
    );
}

#[test]
fn filters() {
    let story = story();
    let count = |filter: Filter| story.records.iter().filter(|record| filter.admits(record)).count();
    let some = |text: &str| Some(text.to_owned());
    let table = [
        (Filter::default(), 11),
        (Filter { name: some("CreateRole"), ..Filter::default() }, 1),
        (Filter { name: some("createrole"), ..Filter::default() }, 0),
        (Filter { source: some("sts"), ..Filter::default() }, 5),
        (Filter { source: some("sts.amazonaws.com"), refused: Some(true), ..Filter::default() }, 3),
        (Filter { user: some("alice"), ..Filter::default() }, 4),
        (Filter { user: some("terraform"), refused: Some(true), ..Filter::default() }, 1),
        (Filter { role: some("other"), ..Filter::default() }, 1),
        (Filter { role: some("deployer"), ..Filter::default() }, 10),
        (Filter { role: some(ROLE), source: some("sts"), ..Filter::default() }, 5),
        (Filter { access_key: some("AKIAEXAMPLE"), ..Filter::default() }, 6),
        (Filter { id: some(&story::id(3)), ..Filter::default() }, 1),
        (Filter { start: Some(Instant(NOON + 540)), ..Filter::default() }, 2),
        (Filter { end: Some(Instant(NOON)), ..Filter::default() }, 1),
        (Filter { region: some("eu-west-1"), ..Filter::default() }, 0),
        (Filter { account: some("111122223333"), code: some("AccessDenied"), ..Filter::default() }, 4),
    ];
    for (filter, wanted) in table {
        assert_eq!(count(filter.clone()), wanted, "{filter:?}");
    }
}
