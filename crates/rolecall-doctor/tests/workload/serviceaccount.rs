//! The service account.

use super::*;

#[test]
fn annotation_missing() {
    let bare = || account("app", &[]);
    let association = || {
        let text =
            r#"{"associations": [{"clusterName": "c", "namespace": "shop", "serviceAccount": "app"}]}"#;
        ("association.json", text.to_owned())
    };
    table(
        "serviceaccount.annotation-missing",
        vec![
            ("the node's role signs", vec![denied(NODE), app_role(), bare(), bare_pod()], CERTAIN),
            (
                "no credentials",
                vec![error("Unable to locate credentials"), app_role(), bare(), bare_pod()],
                CERTAIN,
            ),
            ("no role was read", vec![denied(NODE), bare(), bare_pod()], LIKELY),
            ("no pod was read", vec![denied(NODE), app_role(), bare()], LIKELY),
            ("nothing was seen", vec![app_role(), bare(), bare_pod()], LIKELY),
            ("the account alone", vec![bare()], POSSIBLE),
            ("annotated", vec![denied(NODE), app_role(), annotated(), bare_pod()], None),
            ("set up by hand", vec![denied(NODE), app_role(), bare(), injected_pod()], None),
            ("by Pod Identity", vec![denied(NODE), bare(), bare_pod(), association()], None),
            (
                "a misspelt key is another cause",
                vec![denied(NODE), account("app", &[("eks.amazonaws.com/rolearn", ROLE_ARN)]), bare_pod()],
                None,
            ),
            (
                "the pod runs under another account",
                vec![denied(NODE), bare(), pod(PodSpec { account: "default", ..PodSpec::default() })],
                None,
            ),
            (
                "STS answered",
                vec![error("Not authorized to perform sts:AssumeRoleWithWebIdentity"), app_role(), bare()],
                None,
            ),
            (
                "only a way was missing",
                vec![
                    error("Connect timeout on endpoint URL: \"https://sts.eu-west-1.amazonaws.com/\""),
                    app_role(),
                    bare(),
                ],
                None,
            ),
        ],
    );
}

#[test]
fn annotation_on_the_pod_does_nothing() {
    let metadata = format!("  annotations:\n    eks.amazonaws.com/role-arn: {ROLE_ARN}\n");
    let files = vec![
        denied(NODE),
        app_role(),
        account("app", &[]),
        pod(PodSpec { metadata: &metadata, ..PodSpec::default() }),
    ];
    let finding = ask("serviceaccount.annotation-missing", &files).unwrap();
    assert!(finding.places.iter().any(|place| place.label.contains("on a pod")), "{finding:#?}");
    assert!(finding.fixes[0].commands[0].contains(ROLE_ARN));
}

#[test]
fn annotation_malformed() {
    let keyed = |key: &str| account("app", &[(key, ROLE_ARN)]);
    let mut rows: Vec<(&str, Files<'_>, Wanted)> = Vec::new();
    for key in [
        "eks.amazon.com/role-arn",
        "eks.amazonaws.com/role_arn",
        "eks.amazonaws.com/rolearn",
        "role-arn",
        "iam.amazonaws.com/role",
    ] {
        rows.push((key, vec![denied(NODE), app_role(), keyed(key), bare_pod()], CERTAIN));
        rows.push((key, vec![denied(NODE), app_role(), keyed(key)], LIKELY));
        rows.push((key, vec![denied(NODE), app_role(), keyed(key), injected_pod()], None));
    }
    let both =
        account("app", &[("eks.amazon.com/role-arn", ROLE_ARN), ("eks.amazonaws.com/role-arn", ROLE_ARN)]);
    rows.push(("the right key is there too", vec![denied(NODE), both, bare_pod()], None));
    rows.push((
        "other keys",
        vec![denied(NODE), account("app", &[("eks.amazonaws.com/audience", "x")]), bare_pod()],
        None,
    ));
    rows.push((
        "a prefix of one's own, webhook unread",
        vec![denied(NODE), keyed("irsa.example.com/role-arn"), bare_pod()],
        LIKELY,
    ));
    table("serviceaccount.annotation-malformed", rows);
}

#[test]
fn annotation_prefix_of_the_webhook() {
    let webhook = |arguments: &str| {
        let text = format!(
            "kind: Pod\nmetadata:\n  name: w\nspec:\n  containers:\n  - name: w\n    command: [/webhook{arguments}]\nstatus:\n  conditions:\n  - type: Ready\n    status: 'True'\n    lastTransitionTime: '2025-01-01T00:00:00Z'\n"
        );
        ("webhook-pod.yaml", text)
    };
    let own = || account("app", &[("irsa.example.com/role-arn", ROLE_ARN)]);
    table(
        "serviceaccount.annotation-malformed",
        vec![
            ("the webhook reads another prefix", vec![denied(NODE), own(), bare_pod(), webhook("")], CERTAIN),
            (
                "the webhook reads this prefix",
                vec![denied(NODE), own(), bare_pod(), webhook(", --annotation-prefix=irsa.example.com")],
                None,
            ),
            (
                "the default key under another prefix",
                vec![
                    denied(NODE),
                    annotated(),
                    bare_pod(),
                    webhook(", --annotation-prefix=irsa.example.com"),
                ],
                CERTAIN,
            ),
        ],
    );
}

#[test]
fn not_found() {
    let gone = || {
        ("serviceaccount.error", "Error from server (NotFound): serviceaccounts \"app\" not found".to_owned())
    };
    let event = "Error creating: pods \"app-1-\" is forbidden: error looking up service account shop/app: serviceaccount \"app\" not found";
    table(
        "serviceaccount.not-found",
        vec![
            ("looked up", vec![gone(), app_role()], CERTAIN),
            ("an event says so", vec![error(event)], CERTAIN),
            ("it is there", vec![denied(NODE), annotated(), app_role()], None),
            (
                "STS has seen a token of it",
                vec![error("Not authorized to perform sts:AssumeRoleWithWebIdentity"), gone()],
                None,
            ),
            (
                "looking was not allowed",
                vec![(
                    "serviceaccount.error",
                    "Error from server (Forbidden): serviceaccounts \"app\" is forbidden".to_owned(),
                )],
                None,
            ),
        ],
    );
}

#[test]
fn not_used() {
    let default = || pod(PodSpec { account: "default", ..PodSpec::default() });
    let elsewhere = || {
        let (name, text) = annotated();
        (name, text.replace("namespace: shop", "namespace: other"))
    };
    let beside = || ("serviceaccounts.yaml", annotated().1);
    let web = || pod(PodSpec { account: "web", ..PodSpec::default() });
    table(
        "serviceaccount.not-used",
        vec![
            (
                "nothing was seen, and the role trusts the other account",
                vec![app_role(), account("web", &[]), beside(), web()],
                CERTAIN,
            ),
            (
                "nothing was seen, and the role trusts this one",
                vec![role("system:serviceaccount:shop:web"), account("web", &[]), beside(), web()],
                None,
            ),
            (
                "nothing was seen, and the role trusts neither",
                vec![role("system:serviceaccount:shop:third"), account("web", &[]), beside(), web()],
                None,
            ),
            ("the pod runs under default", vec![denied(NODE), app_role(), annotated(), default()], CERTAIN),
            (
                "nothing says whom was refused",
                vec![
                    error(
                        "AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)",
                    ),
                    app_role(),
                    annotated(),
                    default(),
                ],
                CERTAIN,
            ),
            ("the trust policy tells", vec![denied(NODE), app_role(), default()], LIKELY),
            ("another namespace", vec![denied(NODE), app_role(), elsewhere(), bare_pod()], CERTAIN),
            ("it is used", vec![denied(NODE), app_role(), annotated(), bare_pod()], None),
            (
                "another name, not default",
                vec![denied(NODE), app_role(), pod(PodSpec { account: "web", ..PodSpec::default() })],
                POSSIBLE,
            ),
            (
                "the pod is injected",
                vec![denied(NODE), role("system:serviceaccount:shop:web"), injected_pod()],
                None,
            ),
            (
                "the role works",
                vec![
                    denied("arn:aws:sts::111122223333:assumed-role/app/botocore-session-1"),
                    app_role(),
                    annotated(),
                    default(),
                ],
                None,
            ),
        ],
    );
}
