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

/// A statement of a trust policy that leaves it to the account's own policies.
fn to_the_account() -> String {
    format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::{OWN}:root"}}, "Action": "sts:AssumeRole"}}"#
    )
}

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
    let rows: [(&str, Vec<File>, &[&str], Consequence); 14] = [
        (
            "the first",
            vec![refused(OWN), other(), next(OWN, &to_the_account())],
            &[allow],
            Consequence::Granted,
        ),
        (
            "neither",
            vec![refused(OWN), may("Allow"), next(OWN, &to_the_account())],
            &[],
            Consequence::Granted,
        ),
        (
            "the second is enough",
            vec![refused(OWN), other(), next(OWN, &trusts("Allow", ""))],
            &[],
            Consequence::Granted,
        ),
        ("the second", vec![refused(OWN), may("Allow"), next(OWN, nobody)], &[admit], Consequence::Granted),
        ("both", vec![refused(OWN), other(), next(OWN, nobody)], &[admit], Consequence::Granted),
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
    assert_eq!(made.edits.len(), 1);
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

/// What else than the two sides refuses it, or a condition of somebody's: an Allow more would not help, or undo that.
#[test]
fn a_chain_that_another_policy_refuses_is_left_as_it_is() {
    let said = |why: &str| chained("sts:AssumeRole", OWN, why);
    let boundary = |statement: &str| {
        ("boundary.json", format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#))
    };
    let assume =
        |more: &str| format!(r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"{more}}}"#);
    let external = r#", "Condition": {"StringEquals": {"sts:ExternalId": "abc"}}"#;
    let lacks = || policies(&entry("own", "", ALL));
    let identity = " because no identity-based policy allows the sts:AssumeRole action";
    let rows: [(&str, Vec<File>, Option<Consequence>, &str); 8] = [
        ("nothing else", vec![said(identity), lacks()], Some(Consequence::Granted), ""),
        (
            "AWS names an SCP",
            vec![said(" with an explicit deny in a service control policy"), lacks()],
            None,
            "change a service control policy",
        ),
        (
            "AWS names the boundary",
            vec![said(" because no permissions boundary allows the sts:AssumeRole action"), lacks()],
            None,
            "change the first role's permissions boundary",
        ),
        (
            "AWS names a Deny",
            vec![said(" with an explicit deny in an identity-based policy"), lacks()],
            None,
            "change a Deny in the first role's policies",
        ),
        (
            "the boundary does not allow it",
            vec![said(""), lacks(), boundary(ALL)],
            None,
            "change the first role's permissions boundary",
        ),
        ("it does", vec![said(""), lacks(), boundary(&assume(""))], Some(Consequence::Granted), ""),
        ("it may", vec![said(""), lacks(), boundary(&assume(external))], Some(Consequence::Unknown), ""),
        (
            "the first allows it on a condition",
            vec![said(identity), policies(&entry("own", "", &assume(external)))],
            None,
            "allow `sts:AssumeRole` on the second role",
        ),
    ];
    for (what, mut files, wanted, advice) in rows {
        files.extend([own_role(), next(OWN, &to_the_account())]);
        let consequence = made_of(&files).map(|made| made.consequence);
        assert_eq!(consequence, wanted, "{what}");
        let finding = diagnose(&evidence(&files)).findings.remove(0);
        assert_eq!(finding.cause, "permission.chain", "{what}");
        assert!(finding.fixes[0].title.starts_with(advice), "{what}: {}", finding.fixes[0].title);
    }
}
