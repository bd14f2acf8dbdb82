//! Trust policies in the shapes in which people have them at hand.

use super::*;

#[test]
fn a_trust_policy_alone_is_held_against_the_token() {
    let alone = |namespace: &str| {
        let text = trust(&statement()).replace(":shop:", &format!(":{namespace}:"));
        vec![now(), error(DENIED), claims(), ("role.json", text)]
    };
    rows(vec![
        ("another namespace", alone("default"), Some("trust.subject-mismatch")),
        ("it admits", alone("shop"), None),
    ]);
}

#[test]
fn a_role_for_pod_identity_admits_no_web_identity() {
    let service = r#"{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}"#;
    let account = || ("serviceaccount.yaml", account("shop", "orders", true));
    rows(vec![
        (
            "STS refused a web identity",
            vec![now(), error(DENIED), role(service), account(), claims()],
            Some("trust.no-federated-principal"),
        ),
        ("nothing was seen", vec![now(), role(service)], None),
    ]);
}
