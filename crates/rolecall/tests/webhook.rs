//! `rolecall webhook --review`: files in, answers out (docs/webhook-review.md).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod binary;

use binary::run;
use serde_json::Value;

const MANIFESTS: &str = "
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ServiceAccount
  metadata: {name: cart, namespace: shop, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/cart'}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: d, namespace: shop}
  spec: {template: {spec: {serviceAccountName: cart, containers: [{name: c}]}}}
- apiVersion: batch/v1
  kind: CronJob
  metadata: {name: j, namespace: shop}
  spec: {jobTemplate: {spec: {template: {spec: {serviceAccountName: other, containers: [{name: c}]}}}}}
---
kind: AdmissionReview
apiVersion: admission.k8s.io/v1
request: {uid: u, namespace: shop, object: {spec: {serviceAccountName: cart, containers: []}}}
";

#[test]
fn manifests() {
    let done = run(&["webhook", "--review", "-", "--sts-regional-endpoint"], MANIFESTS);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0][1]["value"][0]["env"][0]["name"], "AWS_STS_REGIONAL_ENDPOINTS");
    assert_eq!(lines[1], serde_json::json!([]));
    assert!(done.stderr.contains("`shop/other` is not known"), "{}", done.stderr);
    assert_eq!(lines[2]["response"]["uid"], "u");
    assert_eq!(lines[2]["response"]["patchType"], "JSONPatch");
}

#[test]
fn lines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.jsonl");
    let account = r#""serviceaccount":{"metadata":{"name":"a","annotations":{"x.io/role-arn":"r"}}}"#;
    let pod = r#""pod":{"spec":{"serviceAccountName":"a","containers":[]}}"#;
    let cases = [
        format!(
            r#"{{"id":"1","flags":{{"annotation-prefix":"x.io","token-expiration":60}},{account},{pod}}}"#
        ),
        format!(r#"{{"id":"2","flags":["--annotation-prefix","x.io"],{account},{pod}}}"#),
        format!(r#"{{"id":"3",{account},{pod}}}"#),
        format!(r#"{{"id":"4","configmap":{{"*/a":{{"RoleARN":"m"}}}},{pod}}}"#),
        format!(
            r#"{{"id":"5","identities":[{{"namespace":"n","serviceAccount":"a"}}],"namespace":"n",{pod}}}"#
        ),
        format!(r#"{{"id":"6","flags":{{"nonsense":1}},{pod}}}"#),
        r#"{"id":"7"}"#.to_owned(),
        "no case".to_owned(),
    ];
    std::fs::write(&file, cases.join("\n")).unwrap();
    let done = run(&["webhook", "--review", file.to_str().unwrap()], "");
    assert_eq!(done.code, 2);
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seconds = |line: &Value| {
        line["patch"][0]["value"][0]["projected"]["sources"][0]["serviceAccountToken"]["expirationSeconds"]
            .clone()
    };
    assert_eq!((seconds(&lines[0]), seconds(&lines[1])), (600.into(), 86_400.into()), "{lines:#?}");
    assert_eq!(lines[2], serde_json::json!({"id": "3", "allowed": true, "patch": null, "warning": null}));
    assert_eq!(seconds(&lines[3]), 86_400);
    assert_eq!(lines[4]["patch"][0]["path"], "/metadata/labels");
    for (at, wanted) in [(5, "unexpected argument"), (6, "neither `pod` nor `review`"), (7, "no JSON object")]
    {
        assert!(lines[at]["error"].as_str().unwrap().contains(wanted), "{}", lines[at]);
    }
    assert_eq!(lines.len(), 8);
}

#[test]
fn files_that_ask_nothing() {
    let done = run(&["webhook", "--review", "-"], "kind: ServiceAccount\n");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("no pod and no AdmissionReview"), "{}", done.stderr);
    let done = run(&["webhook", "--review", "-", "--compose-role-arn"], MANIFESTS);
    assert!(done.stderr.contains("--compose-role-arn-account"), "{}", done.stderr);
}
