//! Whatever an edit says, its preview and then the preview of its inverse leave the facts as they were.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken scene is a failed test"
)]

use proptest::prelude::*;
use proptest::sample::select;
use rolecall_doctor::fix::edit::{Edit, TrustPolicyEdit, Variable};
use rolecall_doctor::fix::preview::preview;
use rolecall_model::document::Text;
use rolecall_model::evidence::Evidence;
use serde_json::json;

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": []}"#;
const POLICY: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;

const MANAGED: &str = "arn:aws:iam::111122223333:policy/inline";

/// Evidence that has a value in every place that an edit may change.
fn evidence() -> Evidence {
    let trust: serde_json::Value = serde_json::from_str(TRUST).unwrap();
    let policy: serde_json::Value = serde_json::from_str(POLICY).unwrap();
    let role = json!({"Role": {"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app",
        "MaxSessionDuration": 3600, "AssumeRolePolicyDocument": trust}});
    let provider =
        json!({"Url": "idp.example.com", "ClientIDList": ["a", "b"], "ThumbprintList": ["0".repeat(40)]});
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app\n  namespace: shop\n  annotations:\n    k: v\n";
    let pod = "apiVersion: v1\nkind: Deployment\nmetadata:\n  name: app\n  namespace: shop\nspec:\n  template:\n    spec:\n      serviceAccountName: app\n      containers:\n      - name: app\n        env:\n        - {name: A, value: x}\n        - {name: B, value: y}\n        - {name: C, value: z}\n";
    let inline = json!({"PolicyName": "inline", "PolicyDocument": policy, "RoleName": "app"});
    let managed = json!({"PolicyName": "inline", "PolicyArn": MANAGED, "PolicyDocument": policy});
    let files = [
        ("role.json", role.to_string()),
        ("provider.json", provider.to_string()),
        ("serviceaccount.yaml", account.to_owned()),
        ("deployment.yaml", pod.to_owned()),
        ("identity-policies.json", json!([inline, managed]).to_string()),
    ];
    let files: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    rolecall_collect::read_files(&files)
}

/// What edits may change, without the places where it stands.
fn state(evidence: &Evidence) -> String {
    let role = evidence.role.role.present();
    let trust = role.and_then(|role| role.trust.as_ref()).map(|trust| {
        evidence.documents.get(trust.document).unwrap().slice(trust.node.span).replace([' ', '\n'], "")
    });
    let provider = evidence.provider.detail.present().unwrap();
    let texts =
        |list: &Option<Vec<Text>>| list.iter().flatten().map(|text| text.value.clone()).collect::<Vec<_>>();
    let account = evidence.serviceaccount.account.present().unwrap();
    let mut annotations: Vec<_> =
        account.annotations.iter().map(|pair| (&pair.key.value, &pair.value.value)).collect();
    annotations.sort();
    let mut policies: Vec<_> = evidence
        .permission
        .identity
        .present()
        .into_iter()
        .flatten()
        .map(|policy| {
            let text = evidence.documents.get(policy.document).unwrap().slice(policy.node.span);
            (policy.name.as_ref().map(|name| &name.value), text.replace([' ', '\n'], ""))
        })
        .collect();
    policies.sort();
    let pod = evidence.pod.pod.present().unwrap();
    let env: Vec<_> = pod.containers[0]
        .env
        .iter()
        .map(|one| (&one.name.value, one.value.as_ref().map(|value| &value.value)))
        .collect();
    format!(
        "{trust:?} {:?} {:?} {:?} {annotations:?} {policies:?} {:?} {env:?}",
        role.and_then(|role| role.max_session.map(|(seconds, _)| seconds)),
        texts(&provider.client_ids),
        texts(&provider.thumbprints),
        pod.service_account.as_ref().map(|name| &name.value),
    )
}

fn edit() -> impl Strategy<Value = Edit> {
    let word = || "[a-z/*: \"\\\\$()-]{0,12}";
    let words = || prop::collection::vec(word(), 0..4);
    let policy = select(vec![
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*"}]}"#,
        "{}",
    ]);
    let policy_of_its_own = policy.clone();
    let name = select(vec![Some("inline"), Some("new")]);
    prop_oneof![
        policy.clone().prop_map(|after| Edit::SetTrustPolicy(TrustPolicyEdit {
            role: "app".into(),
            document: rolecall_model::document::DocumentId(0),
            changes: Vec::new(),
            before: TRUST.into(),
            after: after.into(),
        })),
        words().prop_map(|after| Edit::SetProviderAudiences {
            provider: "p".into(),
            before: vec!["a".into(), "b".into()],
            after,
        }),
        words().prop_map(|after| Edit::SetProviderThumbprints {
            provider: "p".into(),
            before: vec!["0".repeat(40)],
            after,
        }),
        (900..50_000_i64).prop_map(|after| Edit::SetMaxSessionDuration {
            role: "app".into(),
            before: 3600,
            after
        }),
        (name, prop::option::of(policy)).prop_map(|(name, after)| Edit::PutRolePolicy {
            role: "app".into(),
            name: name.unwrap().into(),
            before: (name == Some("inline")).then(|| POLICY.into()),
            after: after.map(str::to_owned),
        }),
        policy_of_its_own.prop_map(|after| Edit::SetManagedPolicy {
            policy: MANAGED.into(),
            before: POLICY.into(),
            after: after.into(),
        }),
        (select(vec!["k", "other"]), prop::option::of(word())).prop_map(|(key, after)| {
            Edit::AnnotateServiceAccount {
                namespace: "shop".into(),
                name: "app".into(),
                key: key.into(),
                before: (key == "k").then(|| "v".into()),
                after,
            }
        }),
        prop::option::of(word()).prop_map(|after| Edit::PatchPodTemplate {
            namespace: "shop".into(),
            kind: "Deployment".into(),
            name: "app".into(),
            before: Some("app".into()),
            after,
        }),
        prop::collection::vec((0..4_usize, prop::option::of(word())), 1..4).prop_map(|changes| {
            Edit::SetContainerEnv {
                namespace: "shop".into(),
                kind: "Deployment".into(),
                name: "app".into(),
                variables: changes
                    .into_iter()
                    .collect::<std::collections::BTreeMap<_, _>>()
                    .into_iter()
                    .map(|(place, after)| Variable {
                        container: "app".into(),
                        name: ["A", "B", "C", "D"][place].into(),
                        place,
                        before: ["x", "y", "z"].get(place).map(|value| (*value).to_owned()),
                        after,
                    })
                    .collect(),
            }
        }),
    ]
}

proptest! {
    #[test]
    fn an_edit_and_its_inverse_leave_everything_as_it_was(edit in edit()) {
        let before = evidence();
        let after = preview(&before, std::slice::from_ref(&edit));
        let back = preview(&after, &[edit.inverse().unwrap()]);
        prop_assert_eq!(state(&back), state(&before), "{:?}", edit);
    }
}
