//! Chains of roles: each side is mended where it is known to lack the assumption.

use rolecall_doctor::finding::Safety;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::fix::prove::Consequence;
use rolecall_doctor::report::diagnose;

use super::mending::{evidence, json, made as made_of};
use super::narrowing::{ALL, SESSION, entry, own_role, policies};
use super::*;

/// The second role, in an account, with these statements in its trust policy.
fn next(account: &str, statements: &str) -> File {
    let text = format!(
        r#"{{"Role": {{"RoleName": "next", "Arn": "arn:aws:iam::{account}:role/next",
          "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{statements}]}}}}}}"#
    );
    ("chained-role.json", text)
}

const OWN: &str = "111122223333";
const FOREIGN: &str = "444455556666";

fn chained(action: &str, account: &str, why: &str) -> File {
    error(&format!(
        "AccessDenied: User: {SESSION} is not authorized to perform: {action} on resource: \
         arn:aws:iam::{account}:role/next{why}"
    ))
}

#[test]
fn a_chain_is_mended_on_the_sides_that_lack_it() {
    let may = |effect: &str| {
        let statement = format!(r#"{{"Effect": "{effect}", "Action": "sts:AssumeRole", "Resource": "*"}}"#);
        policies(&entry("own", "", &statement))
    };
    let other = || policies(&entry("own", "", ALL));
    let trusts = |effect: &str, more: &str| {
        format!(
            r#"{{"Effect": "{effect}", "Principal": {{"AWS": "{ROLE_ARN}"}}, "Action": "sts:AssumeRole"{more}}}"#
        )
    };
    let nobody =
        r#"{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}"#;
    let external = r#", "Condition": {"StringEquals": {"sts:ExternalId": "x"}}"#;
    let (allow, admit) = ("put-role-policy app assume-next", "set-trust-policy next");
    let refused = |account: &str| chained("sts:AssumeRole", account, "");
    let said = || {
        chained("sts:AssumeRole", OWN, " because no identity-based policy allows the sts:AssumeRole action")
    };
    let rows: [(&str, Vec<File>, &[&str], Consequence); 12] = [
        (
            "the first",
            vec![refused(OWN), other(), next(OWN, &trusts("Allow", ""))],
            &[allow],
            Consequence::Granted,
        ),
        ("the second", vec![refused(OWN), may("Allow"), next(OWN, nobody)], &[admit], Consequence::Granted),
        ("both", vec![refused(OWN), other(), next(OWN, nobody)], &[allow, admit], Consequence::Granted),
        ("abroad", vec![refused(FOREIGN), may("Allow"), next(FOREIGN, nobody)], &[], Consequence::Granted),
        (
            "at home",
            vec![refused(FOREIGN), other(), next(FOREIGN, &trusts("Allow", ""))],
            &[allow],
            Consequence::Granted,
        ),
        (
            "home and abroad",
            vec![refused(FOREIGN), other(), next(FOREIGN, nobody)],
            &[],
            Consequence::Granted,
        ),
        ("the second is not read", vec![refused(OWN), other()], &[allow], Consequence::Unknown),
        ("AWS says it", vec![said()], &[allow], Consequence::Unknown),
        ("nobody says it", vec![refused(OWN)], &[], Consequence::Unknown),
        ("the first denies", vec![refused(OWN), may("Deny"), next(OWN, nobody)], &[], Consequence::Unknown),
        (
            "the second denies",
            vec![refused(OWN), other(), next(OWN, &trusts("Deny", ""))],
            &[],
            Consequence::Unknown,
        ),
        (
            "a condition",
            vec![refused(OWN), may("Allow"), next(OWN, &trusts("Allow", external))],
            &[],
            Consequence::Unknown,
        ),
    ];
    for (what, mut files, wanted, consequence) in rows {
        files.push(own_role());
        let made = made_of(&files);
        let edits = made.as_ref().map(|made| made.edits.as_slice()).unwrap_or_default();
        let shown: Vec<String> = edits.iter().map(of_a_chain).collect();
        assert_eq!(shown, wanted, "{what}");
        let Some(made) = made else { continue };
        assert_eq!((made.cause, made.safety), ("permission.chain", Safety::Review), "{what}");
        assert_eq!(made.consequence, consequence, "{what}: {}", made.title);
        let evidence = evidence(&files);
        let report = diagnose(&evidence);
        assert!(
            report.findings[0].fixes[0].reach.is_none(),
            "{what}: nothing is said of the first role's trust"
        );
        let advice = report.findings[0].fixes.len() - 1;
        assert_eq!(advice, usize::from(consequence == Consequence::Unknown), "{what}");
    }
}

fn of_a_chain(edit: &Edit) -> String {
    match edit {
        Edit::PutRolePolicy { role, name, before: None, after: Some(after) } => {
            assert!(after.contains(":role/next\""), "{after}");
            format!("put-role-policy {role} {name}")
        }
        Edit::SetTrustPolicy(edit) => {
            let statements = json(&edit.after)["Statement"].as_array().unwrap().clone();
            assert_eq!(statements.last().unwrap()["Principal"], json(&format!(r#"{{"AWS": "{ROLE_ARN}"}}"#)));
            format!("set-trust-policy {}", edit.role)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chain_with_tags_and_one_onto_itself() {
    let trust =
        format!(r#"{{"Effect": "Allow", "Principal": {{"AWS": "{ROLE_ARN}"}}, "Action": "sts:AssumeRole"}}"#);
    let files =
        [own_role(), chained("sts:TagSession", OWN, ""), policies(&entry("own", "", ALL)), next(OWN, &trust)];
    let made = made_of(&files).unwrap();
    assert_eq!(made.edits.len(), 2);
    let texts: Vec<String> = made.edits.iter().map(|edit| format!("{edit:?}")).collect();
    assert!(
        texts.iter().all(|text| text.contains("sts:AssumeRole") && text.contains("sts:TagSession")),
        "{texts:?}"
    );
    assert_eq!(made.consequence, Consequence::Granted);
    let (name, text) = chained("sts:AssumeRole", OWN, "");
    let itself = (name, text.replace("role/next", "role/app"));
    assert!(made_of(&[own_role(), itself, policies(&entry("own", "", ALL))]).is_none());
}
