//! Calls of a role that was assumed: the layer that refused them, by AWS's words or by the policies themselves.

use super::*;

fn denied(because: &str) -> File {
    denied_to("arn:aws:sts::111122223333:assumed-role/app/s", because)
}

fn denied_to(caller: &str, because: &str) -> File {
    error(&format!(
        "AccessDenied: User: {caller} is not authorized to perform: s3:GetObject on resource: \
         \"arn:aws:s3:::b/k\"{because}"
    ))
}

fn policy(effect: &str, action: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}", "Action": "{action}", "Resource": "*"}}]}}"#
    )
}

fn file(name: &'static str, effect: &str, action: &str) -> File {
    (name, policy(effect, action))
}

fn own_role() -> File {
    role(&allow(&on("StringLike", "sub", "repo:org/app:*")))
}

fn allowed() -> File {
    file("identity-policies.json", "Allow", "s3:*")
}

/// Each layer: its slug, the file of its policies, and AWS's words.
const LAYERS: [(&str, &str, &str); 6] = [
    (
        "permission.explicit-deny",
        "identity-policies.json",
        " with an explicit deny in an identity-based policy",
    ),
    (
        "permission.boundary",
        "boundary.json",
        " because no permissions boundary allows the s3:GetObject action",
    ),
    ("permission.scp", "scp.json", " with an explicit deny in a service control policy"),
    (
        "permission.session-policy",
        "session-policy.json",
        " because no session policy allows the s3:GetObject action",
    ),
    (
        "permission.vpc-endpoint",
        "vpc-endpoint-policy.json",
        " because no VPC endpoint policy allows the s3:GetObject action",
    ),
    (
        "permission.resource-policy",
        "resource-policy.json",
        " with an explicit deny in a resource-based policy",
    ),
];

#[test]
fn a_layer_by_the_words_of_aws() {
    for (slug, _, words) in LAYERS {
        let others = LAYERS.iter().filter(|(other, _, _)| *other != slug);
        let mut rows: Vec<(&str, Files<'_>, Wanted)> = vec![
            ("AWS names the layer", vec![own_role(), denied(words)], CERTAIN),
            ("AWS names nothing", vec![own_role(), denied("")], None),
            (
                "somebody else is refused",
                vec![own_role(), denied_to("arn:aws:sts::111122223333:assumed-role/nodes/i-0", words)],
                None,
            ),
        ];
        rows.extend(others.map(|(other, _, words)| (*other, vec![own_role(), denied(words)], None)));
        table(slug, rows);
    }
}

#[test]
fn a_layer_by_its_policies() {
    for (slug, name, _) in LAYERS {
        let principal = if slug == "permission.resource-policy" { r#""Principal": "*", "# } else { "" };
        let one = |effect: &str, action: &str| {
            format!(r#"{{{principal}"Effect": "{effect}", "Action": "{action}", "Resource": "*"}}"#)
        };
        let denying = |action: &str| {
            let statements = format!("{}, {}", one("Allow", "s3:*"), one("Deny", action));
            let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
            let files = vec![own_role(), denied(""), (name, policy), allowed()];
            if name == "identity-policies.json" { files.into_iter().take(3).collect() } else { files }
        };
        table(
            slug,
            vec![
                ("a Deny of the call", denying("s3:GetObject"), CERTAIN),
                ("a Deny of another call", denying("s3:PutObject"), None),
            ],
        );
    }
}

#[test]
fn nothing_allows() {
    table(
        "permission.action-missing",
        vec![
            (
                "AWS says so",
                vec![own_role(), denied(" because no identity-based policy allows the s3:GetObject action")],
                CERTAIN,
            ),
            (
                "the policies say so",
                vec![own_role(), denied(""), file("identity-policies.json", "Allow", "s3:PutObject")],
                CERTAIN,
            ),
            ("no policy was read", vec![own_role(), denied("")], POSSIBLE),
            (
                "a Deny does it",
                vec![own_role(), denied(""), file("identity-policies.json", "Deny", "s3:*")],
                None,
            ),
        ],
    );
}
