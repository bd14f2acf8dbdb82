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
                vec![("serviceaccount.yaml", account("shop", "orders", true)), ("deployment.yaml", template(kind))],
                None,
            ),
        ]);
    }
}
