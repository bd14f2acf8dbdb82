//! Files under names that nobody foresaw.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rolecall_collect::read_files;
use rolecall_model::evidence::Evidence;

const TRUST: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
const POLICY: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;
const ROLE: &str = r#"{"Role": {"RoleName": "a", "Arn": "arn:aws:iam::111122223333:role/a"}}"#;
const CLAIMS: &str = r#"{"iss": "https://a.example", "sub": "x", "aud": "y"}"#;
const POD: &str =
    r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": []}}"#;

fn read(files: &[(&str, &str)]) -> Evidence {
    let files: Vec<_> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    read_files(&files)
}

#[test]
fn shapes_and_words_tell_what_names_do_not() {
    type IsFilled = fn(&Evidence) -> bool;
    let filled: [(&str, &str, IsFilled); 13] = [
        ("deploy-role.json", ROLE, |e| e.role.role.present().is_some()),
        ("assume-role-policy.json", TRUST, |e| e.role.role.present().is_some()),
        ("decoded.json", CLAIMS, |e| e.token.claims.present().is_some()),
        ("jwt.txt", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", |e| e.token.raw.present().is_some()),
        ("pods.json", POD, |e| e.pod.pod.present().is_some()),
        ("inline-policy.json", POLICY, |e| e.permission.identity.present().is_some()),
        ("permissions-boundary.json", POLICY, |e| e.permission.boundary.present().is_some()),
        ("root-scp.json", POLICY, |e| e.permission.scp.present().is_some()),
        ("s3-bucket-policy.json", TRUST, |e| e.permission.resource.present().is_some()),
        ("printenv.txt", "AWS_REGION=eu-west-1\nPATH=/bin\n", |e| e.caller.environment.present().is_some()),
        ("kubectl-logs.txt", "caused by: Incorrect token audience\n", |e| !e.attempt.observations.is_empty()),
        ("stderr.log", "Incorrect token audience\n", |e| e.attempt.observations[0].headline),
        (
            "whoami.json",
            r#"{"UserId": "A:b", "Account": "1", "Arn": "arn:aws:iam::111122223333:user/b"}"#,
            |e| !e.attempt.identities.is_empty(),
        ),
    ];
    for (name, text, is_filled) in filled {
        let evidence = read(&[(name, text)]);
        assert!(is_filled(&evidence), "{name}");
        assert!(evidence.unknown_files.is_empty(), "{name}");
    }
}

#[test]
fn what_tells_nothing_is_named_and_left_alone() {
    for (name, text) in [
        ("notes.md", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        ("data.json", r#"{"some": "thing"}"#),
        ("statement.json", POLICY),
        ("main.tf", "resource {}"),
    ] {
        assert_eq!(read(&[(name, text)]).unknown_files, [name], "{name}");
    }
}

#[test]
fn a_known_name_is_never_displaced() {
    let other = r#"{"Role": {"RoleName": "b", "Arn": "arn:aws:iam::111122223333:role/b"}}"#;
    let evidence = read(&[("a-role.json", other), ("role.json", ROLE)]);
    assert_eq!(evidence.role.role.present().unwrap().arn.value, "arn:aws:iam::111122223333:role/a");
    assert_eq!(evidence.role.others[0].arn.value, "arn:aws:iam::111122223333:role/b");
    let evidence =
        read(&[("a-claims.json", r#"{"iss": "i", "sub": "other"}"#), ("token.claims.json", CLAIMS)]);
    assert_eq!(evidence.token.claims.present().unwrap().text("sub").unwrap().value, "x");
    assert_eq!(evidence.unknown_files, ["a-claims.json"]);
}
