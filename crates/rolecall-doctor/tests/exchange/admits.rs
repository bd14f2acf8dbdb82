//! Trust policies that admit more than meant, or will break.

use super::*;

fn trusting(condition: &str) -> Files<'static> {
    vec![role(&allow(condition))]
}

#[test]
fn no_subject() {
    let branch = "repo:org/app:ref:refs/heads/main";
    table(
        "trust.subject-unrestricted",
        vec![
            ("an audience alone", trusting(&on("StringEquals", "aud", "sts.amazonaws.com")), CERTAIN),
            ("no condition", trusting(""), CERTAIN),
            ("what is not", trusting(&on("StringNotEquals", "sub", branch)), CERTAIN),
            ("a subject", trusting(&on("StringEquals", "sub", branch)), None),
            ("a claim as good as a subject", trusting(&on("StringEquals", "repository_id", "7")), None),
            (
                "no OIDC provider",
                vec![role(
                    r#"{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
                )],
                None,
            ),
        ],
    );
}

#[test]
fn set_operators() {
    let branch = "repo:org/app:ref:refs/heads/main";
    table(
        "trust.set-operator-on-claim",
        vec![
            ("all values", trusting(&on("ForAllValues:StringEquals", "sub", branch)), CERTAIN),
            ("any value", trusting(&on("ForAnyValue:StringEquals", "sub", branch)), None),
            ("one value", trusting(&on("StringEquals", "sub", branch)), None),
            ("a claim of many values", trusting(&on("ForAllValues:StringEquals", "amr", "mfa")), None),
        ],
    );
}

#[test]
fn wide_subjects() {
    let like = |value: &str| trusting(&on("StringLike", "sub", value));
    table(
        "trust.subject-too-wide",
        vec![
            ("everybody", like("*"), CERTAIN),
            ("every repository of the owner", like("repo:org/*"), CERTAIN),
            ("owners that begin alike", like("repo:org*"), CERTAIN),
            ("one repository", like("repo:org/app:*"), None),
            ("a star that is no pattern", trusting(&on("StringEquals", "sub", "repo:org/*")), None),
        ],
    );
}

#[test]
fn pull_requests() {
    let like = |value: &str| trusting(&on("StringLike", "sub", value));
    table(
        "trust.pull-request-admitted",
        vec![
            ("everything of a repository", like("repo:org/app:*"), CERTAIN),
            ("branches", like("repo:org/app:ref:refs/heads/*"), None),
            ("exactly this text", trusting(&on("StringEquals", "sub", "repo:org/app:*")), None),
            ("wider patterns have a warning of their own", like("repo:org/*"), None),
        ],
    );
}

#[test]
fn dead_keys() {
    let with = |now: &str, operator: &str, claim: &str| {
        vec![("now.txt", now.to_owned()), role(&allow(&on(operator, claim, "x")))]
    };
    let (before, after) = ("2025-06-01T12:00:00Z", "2026-06-01T12:00:00Z");
    table(
        "trust.condition-key-dead",
        vec![
            ("a claim that is never a key", with(after, "StringEqualsIfExists", "run_id"), CERTAIN),
            ("a negation", with(after, "StringNotEquals", "run_id"), CERTAIN),
            ("a key that came later", with(before, "StringEqualsIfExists", "actor"), CERTAIN),
            ("a key by now", with(after, "StringEqualsIfExists", "actor"), None),
            ("it refuses, which is an error of its own", with(after, "StringEquals", "run_id"), None),
        ],
    );
}

#[test]
fn names_without_ids() {
    let with = |now: &str, value: &str| {
        vec![("now.txt", now.to_owned()), role(&allow(&on("StringEquals", "sub", value)))]
    };
    let (before, after) = ("2026-04-01T00:00:00Z", "2026-08-01T00:00:00Z");
    let names = "repo:org/app:ref:refs/heads/main";
    let both =
        format!(r#""StringEquals": {{"{GITHUB}:sub": ["{names}", "repo:org@1/app@2:ref:refs/heads/main"]}}"#);
    table(
        "trust.subject-renamable",
        vec![
            ("names alone", with(after, names), CERTAIN),
            ("before anybody could know", with(before, names), None),
            ("ids", with(after, "repo:org@1/app@2:ref:refs/heads/main"), None),
            ("both, while migrating", vec![("now.txt", after.to_owned()), role(&allow(&both))], None),
            ("nobody knows when", vec![role(&allow(&on("StringEquals", "sub", names)))], None),
        ],
    );
}
