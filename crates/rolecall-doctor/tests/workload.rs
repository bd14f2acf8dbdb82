//! Causes on the workload's side, each with evidence that shows it and with near misses that do not.
//!
//! Evidence is written as a folder would hold it and read by rolecall-collect; every check is asked by its slug, so that
//! the order of the catalogue does not matter here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ask;
#[path = "workload/caller.rs"]
mod caller;
#[path = "workload/endpoint.rs"]
mod endpoint;
#[path = "workload/laws.rs"]
mod laws;
#[path = "workload/maker.rs"]
mod maker;
#[path = "workload/mending.rs"]
mod mending;
#[path = "workload/pod.rs"]
mod pod;
#[path = "workload/serviceaccount.rs"]
mod serviceaccount;
#[path = "workload/token.rs"]
mod token;

use ask::{CERTAIN, Files, LIKELY, POSSIBLE, Wanted, ask, table};
use rolecall_doctor::catalogue;

const ROLE_ARN: &str = "arn:aws:iam::111122223333:role/app";
const TOKEN_FILE: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";
const NODE: &str = "arn:aws:sts::111122223333:assumed-role/nodes/i-0123456789abcdef0";

/// A refusal of that caller by a service.
fn denied(caller: &str) -> (&'static str, String) {
    let text = format!(
        "AccessDenied: User: {caller} is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" \
         because no identity-based policy allows the s3:GetObject action"
    );
    ("error.txt", text)
}

/// An error text.
fn error(text: &str) -> (&'static str, String) {
    ("error.txt", text.to_owned())
}

/// The role, trusting that account of an EKS cluster.
fn role(subject: &str) -> (&'static str, String) {
    let provider = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    let text = format!(
        r#"{{"Role": {{"RoleName": "app", "Arn": "{ROLE_ARN}", "CreateDate": "2025-03-01T00:00:00Z",
          "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow",
            "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{provider}"}},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {{"StringEquals": {{"{provider}:sub": "{subject}"}}}}}}]}}}}}}"#
    );
    ("role.json", text)
}

/// The role as meant for `shop/app`.
fn app_role() -> (&'static str, String) {
    role("system:serviceaccount:shop:app")
}

/// A service account `shop/NAME` with these lines below `annotations:`.
fn account(name: &str, annotations: &[(&str, &str)]) -> (&'static str, String) {
    let mut text = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n  namespace: shop\n  creationTimestamp: '2025-03-02T00:00:00Z'\n"
    );
    if !annotations.is_empty() {
        text.push_str("  annotations:\n");
        for (key, value) in annotations {
            text.push_str(&format!("    {key}: {value}\n"));
        }
    }
    ("serviceaccount.yaml", text)
}

/// The account as it should be.
fn annotated() -> (&'static str, String) {
    account("app", &[("eks.amazonaws.com/role-arn", ROLE_ARN)])
}

/// What a pod has beside its name.
#[derive(Clone, Copy)]
struct PodSpec<'a> {
    account: &'a str,
    created: &'a str,
    metadata: &'a str,
    env: &'a [(&'a str, &'a str)],
    mounts: &'a str,
    spec: &'a str,
    image: &'a str,
}

impl Default for PodSpec<'_> {
    fn default() -> Self {
        PodSpec {
            account: "app",
            created: "2025-05-30T00:00:00Z",
            metadata: "",
            env: &[],
            mounts: "",
            spec: "",
            image: "registry.example.com/app:1",
        }
    }
}

const INJECTED_ENV: &[(&str, &str)] =
    &[("AWS_ROLE_ARN", ROLE_ARN), ("AWS_WEB_IDENTITY_TOKEN_FILE", TOKEN_FILE)];
const MOUNT: &str = "    volumeMounts:\n    - name: aws-iam-token\n      mountPath: /var/run/secrets/eks.amazonaws.com/serviceaccount\n";
const VOLUME: &str = "  volumes:\n  - name: aws-iam-token\n    projected:\n      sources:\n      - serviceAccountToken:\n          audience: sts.amazonaws.com\n          expirationSeconds: 86400\n          path: token\n";

fn pod(spec: PodSpec<'_>) -> (&'static str, String) {
    let PodSpec { account, created, metadata, env, mounts, spec, image } = spec;
    let mut text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app-1\n  namespace: shop\n  creationTimestamp: '{created}'\n{metadata}spec:\n  serviceAccountName: {account}\n{spec}  containers:\n  - name: app\n    image: {image}\n"
    );
    if !env.is_empty() {
        text.push_str("    env:\n");
        for (name, value) in env {
            text.push_str(&format!("    - name: {name}\n      value: {value}\n"));
        }
    }
    text.push_str(mounts);
    ("pod.yaml", text)
}

/// A pod without anything injected.
fn bare_pod() -> (&'static str, String) {
    pod(PodSpec::default())
}

/// A pod as the webhook leaves it.
fn injected_pod() -> (&'static str, String) {
    pod(PodSpec { env: INJECTED_ENV, mounts: MOUNT, spec: VOLUME, ..PodSpec::default() })
}

/// An environment.
fn env(variables: &[(&str, &str)]) -> (&'static str, String) {
    ("env.txt", variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect())
}
