//! Manifests as charts and `kubectl` give them.

use super::*;

fn template(kind: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: orders\n  namespace: shop\nspec:\n  template:\n    spec:\n      serviceAccountName: orders\n      containers:\n      - name: app\n        image: orders:1\n"
    )
}

#[test]
fn templates_are_not_injected_and_that_is_no_fault() {
    for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
        let chart = format!("---\n# Source: a\n{}---\n{}", account("shop", "orders", true), template(kind));
        rows(vec![
            ("a chart", vec![now(), role(&statement()), claims(), ("manifest.yaml", chart)], None),
            (
                "two files",
                vec![
                    ("serviceaccount.yaml", account("shop", "orders", true)),
                    ("deployment.yaml", template(kind)),
                ],
                None,
            ),
        ]);
    }
}

#[test]
fn of_several_accounts_the_pods_own_one_counts() {
    let list = |items: &[String]| items.join("---\n");
    let (orders, default) = (account("shop", "orders", true), account("shop", "default", false));
    let elsewhere = account("default", "orders", true);
    let bare = account("shop", "orders", false);
    let folder = |accounts: String, pod: String, error: Vec<(&'static str, String)>| {
        let mut files =
            vec![now(), role(&statement()), ("serviceaccounts.yaml", accounts), ("pod.yaml", pod)];
        files.extend(error);
        files
    };
    rows(vec![
        ("healthy", folder(list(&[default.clone(), orders.clone()]), pod("orders", INJECTED), vec![]), None),
        (
            "the pod runs under default",
            folder(list(&[default, orders]), pod("default", ""), vec![node_denied()]),
            Some("serviceaccount.not-used"),
        ),
        (
            "its own lacks the annotation, one elsewhere has it",
            folder(list(&[elsewhere, bare]), pod("orders", ""), vec![node_denied()]),
            Some("serviceaccount.annotation-missing"),
        ),
    ]);
}

#[test]
fn json_of_kubectl_reads_like_yaml() {
    let json = |text: &str| {
        let nodes = rolecall_collect::parse_yaml(text).0;
        format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{}]}}", json_of(&nodes[0]))
    };
    let files = vec![
        now(),
        role(&statement()),
        node_denied(),
        ("serviceaccounts.json", json(&account("shop", "orders", true))),
        ("pods.json", json(&pod("default", ""))),
    ];
    rows(vec![("two lists", files, Some("serviceaccount.not-used"))]);
}
