//! Denials and limits that somebody meant, narrowed by the one caller or call: just so far, and where that can be told.

use rolecall_doctor::finding::Safety;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::fix::prove::Consequence;
use rolecall_doctor::report::diagnose;
use rolecall_model::evidence::Evidence;

use super::*;

pub(super) const SUBJECT: &str = "repo:org/app:ref:refs/heads/main";

/// A fix that was made of the primary finding.
pub(super) struct Made {
    pub cause: &'static str,
    pub title: String,
    pub safety: Safety,
    pub edits: Vec<Edit>,
    pub consequence: Consequence,
    /// Who beside the caller gains or loses.
    pub others: bool,
}

pub(super) fn evidence(files: &[File]) -> Evidence {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes())).collect();
    rolecall_collect::read_files(&files)
}

/// The first fix of the primary finding; none where it is advice.
pub(super) fn made(files: &[File]) -> Option<Made> {
    let evidence = evidence(files);
    let report = diagnose(&evidence);
    let finding = report.findings.first()?;
    let fix = finding.fixes.first().filter(|fix| !fix.edits.is_empty())?;
    assert_eq!(fix.obstacles, Vec::<String>::new());
    Some(Made {
        cause: finding.cause,
        title: fix.title.clone(),
        safety: fix.safety,
        edits: fix.edits.clone(),
        consequence: fix.proof.as_ref()?.consequence.clone(),
        others: fix.reach.as_ref().is_some_and(|reach| reach.is_more_than_the_caller()),
    })
}

pub(super) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// The statements afterwards, blanks left out.
fn statements(made: &Made) -> String {
    let [Edit::SetTrustPolicy(edit)] = made.edits.as_slice() else { panic!("{:?}", made.edits) };
    let after: serde_json::Value = serde_json::from_str(&edit.after).unwrap();
    after["Statement"].as_array().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A year later, when STS offers further claims of GitHub's.
pub(super) fn trusting(statements: &[String]) -> Vec<File> {
    let noon = NOON + 365 * 86_400;
    let times = format!(r#""iat": {}, "exp": {}"#, noon - 60, noon + 600);
    let provider = format!(r#"{{"Url": "{GITHUB}", "ClientIDList": ["sts.amazonaws.com"]}}"#);
    let arn = format!("arn:aws:iam::111122223333:oidc-provider/{GITHUB}");
    vec![
        refused(),
        claims(&format!(r#"{times}, "environment": "staging""#)),
        ("now.txt", "2026-06-01T12:00:00Z\n".to_owned()),
        ("provider.json", provider),
        ("providers.json", format!(r#"{{"OpenIDConnectProviderList": [{{"Arn": "{arn}"}}]}}"#)),
        role(&statements.join(", ")),
    ]
}

#[test]
fn a_deny_of_the_trust_policy_leaves_one_caller_out() {
    let all = allow(&on("StringLike", "sub", "repo:org/*"));
    let deny = |condition: &str| statement("Deny", GITHUB, condition);
    let sub = |operator: &str, values: &str| format!(r#""{operator}": {{"{GITHUB}:sub": {values}}}"#);
    let me = format!("\"{SUBJECT}\"");
    let rows = [
        ("nobody is named", deny(""), Some(sub("StringNotEquals", &me))),
        (
            "a pattern",
            deny(&on("StringLike", "sub", "repo:org/app:*")),
            Some(format!("{},{}", sub("StringLike", "\"repo:org/app:*\""), sub("StringNotEquals", &me))),
        ),
        (
            "others are exempt",
            deny(&on("StringNotEquals", "sub", "repo:org/b:x")),
            Some(sub("StringNotEquals", &format!("[\"repo:org/b:x\",{me}]"))),
        ),
        (
            "among others",
            deny(&sub("StringEquals", &format!("[{me}, \"repo:org/b:x\"]"))),
            Some(sub("StringEquals", "[\"repo:org/b:x\"]")),
        ),
        ("alone", deny(&on("StringEquals", "sub", SUBJECT)), None),
        (
            "alone, with its audience",
            deny(&format!(
                r#""StringEquals": {{"{GITHUB}:sub": {me}, "{GITHUB}:aud": "sts.amazonaws.com"}}"#
            )),
            None,
        ),
        (
            "alone, or without a subject",
            deny(&on("StringEqualsIfExists", "sub", SUBJECT)),
            Some(format!("{},{}", sub("StringEqualsIfExists", &me), sub("StringNotEquals", &me))),
        ),
    ];
    for (what, denying, wanted) in rows {
        let made = made(&trusting(&[all.clone(), denying])).unwrap_or_else(|| panic!("{what}: no edit"));
        assert_eq!((made.cause, made.safety), ("trust.explicit-deny", Safety::Review), "{what}");
        assert_eq!((made.consequence.clone(), made.others), (Consequence::Granted, false), "{what}");
        assert!(made.title.contains(SUBJECT) && made.title.contains("statement 2"), "{what}: {}", made.title);
        let after = statements(&made);
        let left: Vec<&str> = after.lines().collect();
        match wanted {
            Some(wanted) => {
                let wanted = wanted.replace(": ", ":");
                assert!(left[1].contains(&format!("\"Condition\":{{{wanted}}}")), "{what}: {}", left[1]);
            }
            None => assert_eq!(left.len(), 1, "{what}: {after}"),
        }
    }
}

#[test]
fn a_deny_that_asks_for_more_than_the_subject_is_left_to_its_author() {
    let all = allow(&on("StringLike", "sub", "repo:org/*"));
    let me = on("StringEquals", "sub", SUBJECT);
    let two = format!(r#""StringEquals": {{"{GITHUB}:sub": ["{SUBJECT}", "repo:org/b:x"]}}"#);
    let rows = [
        ("a workflow", on("StringNotLike", "job_workflow_ref", "org/ci/*")),
        ("an environment of this subject", format!("{me}, {}", on("StringLike", "environment", "stag*"))),
        ("among others", format!("{two}, {}", on("StringNotEquals", "environment", "prod"))),
        ("another audience", format!("{me}, {}", on("StringNotEquals", "aud", "vault"))),
        ("a date", format!(r#"{me}, "DateGreaterThan": {{"aws:CurrentTime": "2025-01-01T00:00:00Z"}}"#)),
    ];
    for (what, condition) in rows {
        let plain = statement("Deny", GITHUB, &me);
        let guard = statement("Deny", GITHUB, &condition);
        for denying in [vec![guard.clone()], vec![plain, guard]] {
            let files = trusting(&[vec![all.clone()], denying].concat());
            let finding = diagnose(&evidence(&files)).findings.remove(0);
            assert_eq!(finding.cause, "trust.explicit-deny", "{what}");
            assert!(finding.fixes[0].edits.is_empty(), "{what}: {}", finding.fixes[0].title);
            assert!(finding.notes.iter().any(|note| note.contains("presents this subject")), "{what}");
        }
    }
}

#[test]
fn every_deny_that_applies_is_narrowed() {
    let all = allow(&on("StringLike", "sub", "repo:org/*"));
    let deny = |condition: &str| statement("Deny", GITHUB, condition);
    let three = [
        deny(&on("StringEquals", "sub", SUBJECT)),
        all.clone(),
        deny(&on("StringLike", "sub", "repo:org/app:*")),
        deny(&on("StringEquals", "sub", SUBJECT)),
        deny(&on("StringEquals", "sub", "repo:org/b:x")),
    ];
    let made = made(&trusting(&three)).unwrap();
    assert_eq!(made.consequence, Consequence::Granted, "{}", made.title);
    assert_eq!(statements(&made).lines().count(), 3);
    let unknown = vec![refused(), role(&three.join(", "))];
    assert!(super::mending::made(&unknown).is_none_or(|made| made.cause != "trust.explicit-deny"));
}

#[test]
fn a_limit_is_widened_by_what_the_call_has_to_show() {
    let main = on("StringLike", "sub", "repo:org/app:*");
    let me = on("StringEquals", "sub", SUBJECT);
    let past = r#""DateLessThan": {"aws:CurrentTime": "2025-01-01T00:00:00Z"}"#;
    let office = r#""IpAddress": {"aws:SourceIp": "198.51.100.0/24"}"#;
    let named = "name `staging` beside";
    let out = "take out the limit that somebody set by `DateLessThan` on `aws:CurrentTime`";
    let any = on("ForAnyValue:StringEquals", "environment", "p");
    let every = on("ForAllValues:StringEquals", "environment", "p");
    let prod = on("StringEquals", "environment", "prod");
    let two = format!(r#""StringEquals": {{"{GITHUB}:sub": ["{SUBJECT}", "repo:org/b:x"]}}"#);
    let rows: [(&str, String, Option<&str>); 12] = [
        ("a claim", format!("{me}, {}", on("StringLike", "environment", "prod")), Some(named)),
        ("a claim of any value", format!("{me}, {any}"), Some(named)),
        ("a claim of all values", format!("{me}, {every}"), Some(named)),
        ("a claim, for others too", format!("{main}, {prod}"), None),
        ("a claim of any value, for others too", format!("{main}, {any}"), None),
        ("a claim, for two subjects", format!("{two}, {any}"), None),
        ("the subject alone", format!("{me}, {past}"), Some(out)),
        ("any of a repository", format!("{main}, {past}"), None),
        ("a pattern that is none", format!("{}, {past}", on("StringEqualsIfExists", "sub", SUBJECT)), None),
        (
            "negated",
            format!("{me}, {}", on("StringNotEquals", "environment", "staging")),
            Some("take out the limit"),
        ),
        (
            "no key",
            format!("{me}, \"Null\": {{\"{GITHUB}:environment\": \"true\"}}"),
            Some("take out the limit"),
        ),
        ("an address that nobody saw", format!("{main}, {office}"), None),
    ];
    for (what, condition, wanted) in rows {
        let made = made(&trusting(&[allow(&condition)]));
        let title = made.as_ref().map(|made| made.title.clone());
        assert_eq!(title.is_some(), wanted.is_some(), "{what}: {title:?}");
        let (Some(made), Some(wanted)) = (made, wanted) else { continue };
        assert!(made.title.contains(wanted), "{what}: {}", made.title);
        assert_eq!((made.cause, made.safety), ("trust.condition-other", Safety::Review), "{what}");
        assert_eq!((made.consequence, made.others), (Consequence::Granted, false), "{what}");
    }
}
