//! Calls that the role's own policies deny, or that its boundary does not allow: narrowed by the one call.

use rolecall_doctor::finding::Safety;
use rolecall_doctor::fix::edit::Edit;
use rolecall_doctor::fix::prove::Consequence;

use super::mending::{Made, SUBJECT, json, made as made_of};
use super::*;

pub(super) const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/s";
const KEY: &str = "arn:aws:s3:::b/k";
const MANAGED: &str = "arn:aws:iam::111122223333:policy/team/limits";

fn denied_call(resource: &str, why: &str) -> File {
    error(&format!(
        "AccessDenied: User: {SESSION} is not authorized to perform: s3:GetObject on resource: {resource} {why}"
    ))
}

const BY_POLICY: &str = "with an explicit deny in an identity-based policy";
const BY_BOUNDARY: &str = "with an explicit deny in a permissions boundary";
const NO_BOUNDARY: &str = "because no permissions boundary allows the s3:GetObject action";

pub(super) fn policies(entries: &str) -> File {
    ("identity-policies.json", format!(r#"{{"policies": [{entries}]}}"#))
}

/// A policy of a list, with its ARN where it has one.
pub(super) fn entry(name: &str, arn: &str, statements: &str) -> String {
    let arn = if arn.is_empty() { String::new() } else { format!(r#""arn": "{arn}", "#) };
    format!(
        r#"{{"name": "{name}", {arn}"document": {{"Version": "2012-10-17", "Statement": [{statements}]}}}}"#
    )
}

pub(super) fn own_role() -> File {
    role(&allow(&on("StringEquals", "sub", SUBJECT)))
}

/// The statements of the one policy that the fix changes; none where it takes the policy away.
fn policy_afterwards(made: &Made) -> Option<Vec<serde_json::Value>> {
    let [edit] = made.edits.as_slice() else { panic!("{:?}", made.edits) };
    let after = match edit {
        Edit::PutRolePolicy { role, name, before: Some(_), after } => {
            assert_eq!((role.as_str(), name.as_str()), ("app", "own"));
            after.clone()?
        }
        Edit::SetManagedPolicy { policy, after, .. } => {
            assert_eq!(policy, MANAGED);
            after.clone()
        }
        other => panic!("{other:?}"),
    };
    Some(json(&after)["Statement"].as_array().unwrap().clone())
}

pub(super) const ALL: &str = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;

/// What a Deny says, and what it says afterwards; none where it stays as it is, and nobody narrows it.
const DENIES: [(&str, &str, &str, Option<&[&str]>); 12] = [
    (
        "every resource",
        KEY,
        r#""Action": "s3:GetObject", "Resource": "*""#,
        Some(&[r#""Action":"s3:GetObject","Effect":"Deny","NotResource":"arn:aws:s3:::b/k""#]),
    ),
    (
        "among other actions",
        KEY,
        r#""Action": ["s3:PutObject", "s3:getobject"], "Resource": "*""#,
        Some(&[
            r#""Action":["s3:PutObject"],"Effect":"Deny","Resource":"*""#,
            r#""Action":"s3:GetObject","Effect":"Deny","NotResource":"arn:aws:s3:::b/k""#,
        ]),
    ),
    ("this resource alone", KEY, r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k""#, Some(&[])),
    (
        "among other resources",
        KEY,
        r#""Action": "s3:GetObject", "Resource": ["arn:aws:s3:::b/k", "arn:aws:s3:::c/*"]"#,
        Some(&[r#""Action":"s3:GetObject","Effect":"Deny","Resource":["arn:aws:s3:::c/*"]"#]),
    ),
    (
        "among others on both sides",
        KEY,
        r#""Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::b/k", "arn:aws:s3:::c/*"]"#,
        Some(&[
            r#""Action":["s3:PutObject"],"Effect":"Deny","Resource":["arn:aws:s3:::b/k","arn:aws:s3:::c/*"]"#,
            r#""Action":"s3:GetObject","Effect":"Deny","Resource":"arn:aws:s3:::c/*""#,
        ]),
    ),
    (
        "all resources but some",
        KEY,
        r#""Action": "s3:GetObject", "NotResource": "arn:aws:s3:::c/*""#,
        Some(&[
            r#""Action":"s3:GetObject","Effect":"Deny","NotResource":["arn:aws:s3:::c/*","arn:aws:s3:::b/k"]"#,
        ]),
    ),
    (
        "all actions but some",
        KEY,
        r#""NotAction": "s3:PutObject", "Resource": "*""#,
        Some(&[
            r#""Effect":"Deny","NotAction":["s3:PutObject","s3:GetObject"],"Resource":"*""#,
            r#""Action":"s3:GetObject","Effect":"Deny","NotResource":"arn:aws:s3:::b/k""#,
        ]),
    ),
    (
        "a resource that AWS does not name",
        "*",
        r#""Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*""#,
        Some(&[r#""Action":["s3:PutObject"],"Effect":"Deny","Resource":"*""#]),
    ),
    ("and one action", "*", r#""Action": "s3:GetObject", "Resource": "*""#, Some(&[])),
    ("a pattern of actions", KEY, r#""Action": "s3:Get*", "Resource": "*""#, None),
    ("a pattern beside it", KEY, r#""Action": ["s3:GetObject", "s3:*"], "Resource": "*""#, None),
    ("a pattern of resources", KEY, r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*""#, None),
];

#[test]
fn a_deny_of_the_role_leaves_one_call_out() {
    for (what, resource, deny, wanted) in DENIES {
        for arn in ["", MANAGED] {
            let deny = format!(r#"{{"Sid": "No", "Effect": "Deny", {deny}}}"#);
            let list = policies(&entry("own", arn, &format!("{ALL}, {deny}")));
            let made = made_of(&[own_role(), denied_call(resource, BY_POLICY), list]);
            let Some(wanted) = wanted else {
                assert!(made.is_none(), "{what}");
                continue;
            };
            let made = made.unwrap_or_else(|| panic!("{what}: no edit"));
            assert_eq!((made.cause, made.safety), ("permission.explicit-deny", Safety::Review), "{what}");
            assert_eq!((made.consequence.clone(), made.others), (Consequence::Granted, false), "{what}");
            assert!(made.title.contains("statement `No`"), "{what}: {}", made.title);
            let after = policy_afterwards(&made).unwrap();
            assert_eq!(after.len(), 1 + wanted.len(), "{what}: {after:?}");
            for (statement, wanted) in after[1..].iter().zip(wanted) {
                let mut own = statement.clone();
                own.as_object_mut().unwrap().remove("Sid");
                assert_eq!(own, json(&format!("{{{wanted}}}")), "{what}");
            }
        }
    }
}

#[test]
fn which_policies_of_the_role_are_changed() {
    let deny = r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}"#;
    let aws = "arn:aws:iam::aws:policy/AWSDenyAll";
    let nameless = format!(r#"{{"document": {{"Version": "2012-10-17", "Statement": [{ALL}, {deny}]}}}}"#);
    let text = format!(
        r#"{{"name": "own", "document": "{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}"}}"#,
        deny.replace('"', "\\\"")
    );
    let allowing = entry("all", "", ALL);
    let rows: [(&str, String, usize); 7] = [
        ("AWS's own", entry("AWSDenyAll", aws, deny), 0),
        ("one of no name", nameless, 0),
        ("a text within a text", format!("{allowing}, {text}"), 0),
        ("the whole policy", format!("{allowing}, {}", entry("own", "", deny)), 1),
        ("a managed one cannot be empty", format!("{allowing}, {}", entry("own", MANAGED, deny)), 1),
        (
            "two of them",
            format!("{allowing}, {}, {}", entry("own", "", deny), entry("limits", MANAGED, deny)),
            2,
        ),
        ("one of two is AWS's own", format!("{}, {}", entry("own", "", deny), entry("x", aws, deny)), 0),
    ];
    for (what, entries, edits) in rows {
        let made = made_of(&[own_role(), denied_call(KEY, BY_POLICY), policies(&entries)]);
        assert_eq!(made.as_ref().map_or(0, |made| made.edits.len()), edits, "{what}");
        assert!(made.is_none_or(|made| made.consequence == Consequence::Granted), "{what}");
    }
    let alone = format!("{allowing}, {}", entry("own", "", deny));
    let made = made_of(&[own_role(), denied_call("*", BY_POLICY), policies(&alone)]).unwrap();
    assert_eq!(policy_afterwards(&made), None);
    let entries = format!("{allowing}, {}", entry("own", MANAGED, deny));
    assert!(made_of(&[own_role(), denied_call("*", BY_POLICY), policies(&entries)]).is_none());
    let (name, text) = denied_call(KEY, BY_POLICY);
    let unnamed = || (name, text.replace(&format!(" on resource: {KEY}"), ""));
    assert!(made_of(&[own_role(), unnamed(), policies(&alone)]).is_none(), "which resource is not known");
    let one = deny.replace("\"*\"", &format!("\"{KEY}\""));
    let entries = format!("{allowing}, {}", entry("own", "", &one));
    assert!(made_of(&[own_role(), unnamed(), policies(&entries)]).is_none(), "nor whether it is this one");
}

#[test]
fn a_boundary_allows_one_call_more() {
    let role_with = |arn: &str| {
        let (name, text) = own_role();
        let own =
            format!(r#""RoleName": "app", "PermissionsBoundary": {{"PermissionsBoundaryArn": "{arn}"}}"#);
        (name, text.replace(r#""RoleName": "app""#, &own))
    };
    let bare = |statements: &str| {
        ("boundary.json", format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#))
    };
    let listed = |arn: &str, statements: &str| {
        ("boundary.json", format!(r#"{{"policies": [{}]}}"#, entry(arn, "", statements)))
    };
    let put = r#"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}"#;
    let deny = r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}"#;
    let added = r#"{"Action":"s3:GetObject","Effect":"Allow","Resource":"arn:aws:s3:::b/k"}"#;
    let narrowed = r#"{"Action":"s3:GetObject","Effect":"Deny","NotResource":"arn:aws:s3:::b/k"}"#;
    let aws = "arn:aws:iam::aws:policy/PowerUserAccess";
    let all = || policies(&entry("all", "", ALL));
    type Row<'r> = (&'r str, Vec<File>, Option<Vec<&'r str>>);
    let rows: [Row<'_>; 8] = [
        (
            "named in its file",
            vec![own_role(), denied_call(KEY, NO_BOUNDARY), listed(MANAGED, put)],
            Some(vec![added]),
        ),
        (
            "named by the role",
            vec![role_with(MANAGED), denied_call(KEY, NO_BOUNDARY), bare(put)],
            Some(vec![added]),
        ),
        (
            "by the policies",
            vec![role_with(MANAGED), denied_call(KEY, ""), all(), bare(put)],
            Some(vec![added]),
        ),
        (
            "it denies",
            vec![role_with(MANAGED), denied_call(KEY, BY_BOUNDARY), bare(&format!("{ALL}, {deny}"))],
            Some(vec![narrowed]),
        ),
        (
            "it denies and does not allow",
            vec![role_with(MANAGED), denied_call(KEY, BY_BOUNDARY), bare(&format!("{put}, {deny}"))],
            Some(vec![narrowed, added]),
        ),
        ("nobody names it", vec![own_role(), denied_call(KEY, NO_BOUNDARY), bare(put)], None),
        ("AWS's own", vec![role_with(aws), denied_call(KEY, NO_BOUNDARY), bare(put)], None),
        ("it was not read", vec![role_with(MANAGED), denied_call(KEY, NO_BOUNDARY)], None),
    ];
    for (what, files, wanted) in rows {
        let made = made_of(&files);
        assert_eq!(made.is_some(), wanted.is_some(), "{what}");
        let (Some(made), Some(wanted)) = (made, wanted) else { continue };
        assert_eq!((made.cause, made.safety), ("permission.boundary", Safety::Review), "{what}");
        assert_eq!(made.consequence, Consequence::Granted, "{what}");
        assert!(made.title.contains("may be in force for others"), "{what}: {}", made.title);
        let wanted: Vec<_> = wanted.into_iter().map(json).collect();
        assert_eq!(policy_afterwards(&made).unwrap()[1..], wanted, "{what}");
    }
}

/// A condition of which nobody read whether it holds: a Deny may still apply, and an Allow is somebody's limit.
#[test]
fn conditions_that_are_not_known_to_hold() {
    let on = |effect: &str| {
        format!(
            r#"{{"Effect": "{effect}", "Action": "s3:GetObject", "Resource": "*",
              "Condition": {{"Bool": {{"aws:SecureTransport": "false"}}}}}}"#
        )
    };
    let plain = format!(r#"{{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "{KEY}"}}"#);
    let denied = |more: &str| {
        let entries = format!("{}, {}", entry("all", "", &format!("{ALL}{more}")), entry("own", "", &plain));
        made_of(&[own_role(), denied_call(KEY, BY_POLICY), policies(&entries)]).unwrap().consequence
    };
    assert_eq!(denied(""), Consequence::Granted);
    assert_eq!(denied(&format!(", {}", on("Deny"))), Consequence::Unknown);

    let put = r#"{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}"#;
    let no_policy = "because no identity-based policy allows the s3:GetObject action";
    let all = || policies(&entry("all", "", ALL));
    for (what, own, made) in
        [("another action", put.to_owned(), true), ("on a condition", on("Allow"), false)]
    {
        let of_role = vec![own_role(), denied_call(KEY, no_policy), policies(&entry("own", "", &own))];
        let boundary = ("boundary.json", format!(r#"{{"policies": [{}]}}"#, entry(MANAGED, "", &own)));
        for files in [of_role, vec![own_role(), denied_call(KEY, NO_BOUNDARY), all(), boundary]] {
            assert_eq!(made_of(&files).is_some(), made, "{what}");
            let finding =
                rolecall_doctor::report::diagnose(&super::mending::evidence(&files)).findings.remove(0);
            let shown = finding.places.iter().any(|place| place.label.contains("not known to hold"));
            assert_eq!(shown, !made, "{what}: {}", finding.title);
        }
    }
}

#[test]
fn what_iam_would_refuse_for_its_size() {
    let wide = |count: usize| {
        format!(r#"{{"Effect": "Allow", "Action": "s3:{}", "Resource": "*"}}"#, "x".repeat(count))
    };
    let deny = r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}"#;
    let own = |count| entry("own", "", &format!("{ALL}, {}, {deny}", wide(count)));
    let managed = |count| entry("own", MANAGED, &format!("{ALL}, {}, {deny}", wide(count)));
    let beside = |count| entry("beside", "", &wide(count));
    let inline = "Maximum policy size of 10240 bytes exceeded for role app";
    let rows = [
        ("an inline one of 8 KB", own(8_000), None),
        ("with a small neighbour", format!("{}, {}", own(7_000), beside(2_000)), None),
        ("with a large neighbour", format!("{}, {}", own(7_000), beside(3_200)), Some(inline)),
        ("with a managed neighbour", format!("{}, {}", own(9_000), entry("m", MANAGED, &wide(5_000))), None),
        ("a managed one", managed(5_000), None),
        ("a large managed one", managed(6_100), Some("Cannot exceed quota for PolicySize: 6144")),
    ];
    let obstacles = |files: &[File]| {
        let evidence = super::mending::evidence(files);
        let finding = rolecall_doctor::report::diagnose(&evidence).findings.remove(0);
        let fix = finding.fixes.into_iter().find(|fix| !fix.edits.is_empty()).unwrap();
        fix.obstacles
    };
    for (what, entries, wanted) in rows {
        let found = obstacles(&[own_role(), denied_call(KEY, BY_POLICY), policies(&entries)]);
        assert_eq!(found.first().map(String::as_str), wanted, "{what}: {found:?}");
    }
    let trusting = |more: usize| {
        let other = allow(&on("StringEquals", "sub", &format!("repo:other/{}", "x".repeat(more))));
        let deny = statement("Deny", GITHUB, &on("StringLike", "sub", "repo:org/app:*"));
        super::mending::trusting(&[allow(&on("StringLike", "sub", "repo:org/*")), other, deny])
    };
    let document =
        |files: &[File]| json(&files.last().unwrap().1)["Role"]["AssumeRolePolicyDocument"].to_string();
    let bare = document(&trusting(0)).len();
    let large = |all: usize| obstacles(&trusting(all - bare));
    assert_eq!(large(1_500), Vec::<String>::new());
    assert_eq!(large(2_040), ["Cannot exceed quota for ACLSizePerRole: 2048"]);
    assert_eq!(large(2_050), Vec::<String>::new(), "the quota was raised");
    assert_eq!(large(8_190), ["a trust policy takes 8192 characters at most"]);
}
