//! What the webhook answers to pods, byte for byte (amazon-eks-pod-identity-webhook, handler; reference eks.md §3).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a broken case is a failed test")]
#![allow(clippy::type_complexity, reason = "tables of cases")]

use rolecall_engine::inject::annotations::{Account, ConfigMap};
use rolecall_engine::inject::{Configuration, Known, Plan, Reason, Treatment, patch, plan};
use rolecall_model::json::{Node, parse};

const ROLE: &str = "arn:aws:iam::111122223333:role/cart";

fn node(text: &str) -> Node {
    parse(text).root.unwrap()
}

fn account(configuration: &Configuration, more: &[(&str, &str)]) -> Account {
    let prefix = &configuration.annotation_prefix;
    let keys: Vec<(String, &str)> = [("role-arn", ROLE)]
        .iter()
        .chain(more)
        .map(|(key, value)| (format!("{prefix}/{key}"), *value))
        .collect();
    Account::read(keys.iter().map(|(key, value)| (key.as_str(), *value)), configuration)
}

fn patched(pod: &str, configuration: &Configuration, more: &[(&str, &str)]) -> String {
    let pod = node(pod);
    let account = account(configuration, more);
    let known = Known { namespace: "shop", account: Some(&account), ..Known::default() };
    match plan(&pod, &known, configuration) {
        Plan::Mutate(mutation) => patch::document(&patch::operations(&pod, &mutation)),
        other => panic!("{other:?}"),
    }
}

fn volume(audience: &str, seconds: i64) -> String {
    format!(
        r#"{{"name":"aws-iam-token","projected":{{"sources":[{{"serviceAccountToken":{{{audience}"expirationSeconds":{seconds},"path":"token"}}}}]}}}}"#
    )
}

const AUDIENCE: &str = r#""audience":"sts.amazonaws.com","#;
const IDENTITY: &str = r#"{"name":"AWS_ROLE_ARN","value":"arn:aws:iam::111122223333:role/cart"},{"name":"AWS_WEB_IDENTITY_TOKEN_FILE","value":"/var/run/secrets/eks.amazonaws.com/serviceaccount/token"}"#;
const MOUNT: &str = r#"{"name":"aws-iam-token","readOnly":true,"mountPath":"/var/run/secrets/eks.amazonaws.com/serviceaccount"}"#;

#[test]
fn a_plain_pod() {
    let pod = r#"{"metadata":{"name":"p"},"spec":{"serviceAccountName":"cart","containers":[{"image":"i","name":"c"}]}}"#;
    let wanted = format!(
        r#"[{{"op":"add","path":"/spec/volumes","value":[{}]}},{{"op":"add","path":"/spec/containers","value":[{{"name":"c","image":"i","env":[{IDENTITY}],"resources":{{}},"volumeMounts":[{MOUNT}]}}]}}]"#,
        volume(AUDIENCE, 86_400)
    );
    assert_eq!(patched(pod, &Configuration::default(), &[]), wanted);
}

#[test]
fn volumes_that_are_there_and_init_containers() {
    let pod = r#"{"spec":{"serviceAccountName":"cart","volumes":[{"name":"v"}],
        "initContainers":[{"name":"i"}],"containers":[{"name":"c","env":[{"name":"A","value":""}],
        "volumeMounts":[{"mountPath":"/v","name":"v"}],"stdin":false,"securityContext":{}}]}}"#;
    let wanted = format!(
        r#"[{{"op":"add","path":"/spec/volumes/0","value":{}}},{{"op":"add","path":"/spec/containers","value":[{{"name":"c","env":[{{"name":"A"}},{IDENTITY}],"resources":{{}},"volumeMounts":[{{"name":"v","mountPath":"/v"}},{MOUNT}],"securityContext":{{}}}}]}},{{"op":"add","path":"/spec/initContainers","value":[{{"name":"i","env":[{IDENTITY}],"resources":{{}},"volumeMounts":[{MOUNT}]}}]}}]"#,
        volume(AUDIENCE, 86_400)
    );
    assert_eq!(patched(pod, &Configuration::default(), &[]), wanted);
}

/// The variables that a container with these ones gets, and whether it gets the mount.
fn added(env: &[&str], configuration: &Configuration, more: &[(&str, &str)]) -> (Vec<String>, bool) {
    let set: Vec<String> = env.iter().map(|name| format!(r#"{{"name":"{name}","value":"x"}}"#)).collect();
    let pod = format!(
        r#"{{"spec":{{"serviceAccountName":"cart","containers":[{{"name":"c","env":[{}]}}]}}}}"#,
        set.join(",")
    );
    let account = account(configuration, more);
    let known = Known { namespace: "shop", account: Some(&account), ..Known::default() };
    let Plan::Mutate(mutation) = plan(&node(&pod), &known, configuration) else { panic!("not mutated") };
    match mutation.treatment("c") {
        Some(Treatment::Injected { env, mount }) => {
            (env.iter().map(|(name, value)| format!("{name}={value}")).collect(), *mount)
        }
        Some(Treatment::Complete) => (Vec::new(), false),
        other => panic!("{other:?}"),
    }
}

#[test]
fn groups_of_variables() {
    let eks = Configuration { region: "eu-west-1".into(), regional_sts: true, ..Configuration::default() };
    let identity = || {
        vec![
            format!("AWS_ROLE_ARN={ROLE}"),
            "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token".to_owned(),
        ]
    };
    let sts = || vec!["AWS_STS_REGIONAL_ENDPOINTS=regional".to_owned()];
    let region = || vec!["AWS_DEFAULT_REGION=eu-west-1".to_owned(), "AWS_REGION=eu-west-1".to_owned()];
    let table: [(&[&str], Vec<Vec<String>>, bool); 7] = [
        (&[], vec![sts(), region(), identity()], true),
        (&["AWS_REGION"], vec![sts(), identity()], true),
        (&["AWS_DEFAULT_REGION", "AWS_STS_REGIONAL_ENDPOINTS"], vec![identity()], true),
        (&["AWS_ROLE_ARN"], vec![sts(), region()], true),
        (&["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_REGION"], vec![sts()], true),
        // All three groups are there: even the mount stays away.
        (&["AWS_ROLE_ARN", "AWS_REGION", "AWS_STS_REGIONAL_ENDPOINTS"], vec![], false),
        // Pod Identity's variables are none of web identity's.
        (
            &["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_REGION", "AWS_STS_REGIONAL_ENDPOINTS"],
            vec![identity()],
            true,
        ),
    ];
    for (env, wanted, mount) in table {
        assert_eq!(added(env, &eks, &[]), (wanted.concat(), mount), "{env:?}");
    }
    let none = added(&[], &eks, &[("sts-regional-endpoints", "false")]);
    assert_eq!(none.0, [region(), identity()].concat());
    let own = added(&[], &Configuration::default(), &[("sts-regional-endpoints", "t")]);
    assert_eq!(own.0, [sts(), identity()].concat());
}

#[test]
fn life_and_audience_of_the_token() {
    let pod = |own: &str| {
        format!(
            r#"{{"metadata":{{"annotations":{{{own}}}}},"spec":{{"serviceAccountName":"cart","containers":[]}}}}"#
        )
    };
    let of_pod = |text: &str| format!(r#""eks.amazonaws.com/token-expiration":"{text}""#);
    let hour = Configuration { expiration: 3600, ..Configuration::default() };
    let table = [
        (String::new(), vec![], 3600),
        (String::new(), vec![("token-expiration", "7200")], 7200),
        (of_pod("1000"), vec![("token-expiration", "7200")], 1000),
        (of_pod("0"), vec![("token-expiration", "7200")], 600),
        (of_pod("soon"), vec![("token-expiration", "7200")], 7200),
        (of_pod("1000000"), vec![], 1_000_000),
    ];
    for (own, more, seconds) in table {
        let wanted = format!(
            r#"[{{"op":"add","path":"/spec/volumes","value":[{}]}},{{"op":"add","path":"/spec/containers","value":[]}}]"#,
            volume(AUDIENCE, seconds)
        );
        assert_eq!(patched(&pod(&own), &hour, &more), wanted, "{own} {more:?}");
    }
    let other = patched(&pod(""), &hour, &[("audience", "vault")]);
    assert!(other.contains(&volume(r#""audience":"vault","#, 3600)), "{other}");
    let none = patched(&pod(""), &hour, &[("audience", "")]);
    assert!(none.contains(&volume("", 3600)), "{none}");
}

#[test]
fn containers_that_are_listed_are_left_alone() {
    let pod = r#"{"metadata":{"annotations":{"eks.amazonaws.com/skip-containers":"side, other"}},
        "spec":{"serviceAccountName":"cart","containers":[{"name":"side"},{"name":"other"}]}}"#;
    let pod = node(pod);
    let configuration = Configuration::default();
    let account = account(&configuration, &[]);
    let known = Known { namespace: "shop", account: Some(&account), ..Known::default() };
    let Plan::Mutate(mutation) = plan(&pod, &known, &configuration) else { panic!("not mutated") };
    assert_eq!(mutation.treatment("side"), Some(&Treatment::Skipped));
    assert!(matches!(mutation.treatment("other"), Some(Treatment::Injected { .. })), "the blank counts");
}

#[test]
fn a_second_time_changes_nothing() {
    let pod = format!(
        r#"{{"spec":{{"serviceAccountName":"cart","volumes":[{}],"containers":[{{"name":"c","env":[{IDENTITY}],"resources":{{}},"volumeMounts":[{MOUNT}]}}]}}}}"#,
        volume(AUDIENCE, 86_400)
    );
    let pod = node(&pod);
    let configuration = Configuration::default();
    let account = account(&configuration, &[]);
    let known = Known { namespace: "shop", account: Some(&account), ..Known::default() };
    let Plan::Mutate(mutation) = plan(&pod, &known, &configuration) else { panic!("not mutated") };
    assert!(!mutation.changes());
    // A volume of that name is taken for its own, whatever it holds.
    let other = node(
        r#"{"spec":{"serviceAccountName":"cart","volumes":[{"name":"aws-iam-token","emptyDir":{}}],"containers":[{"name":"c"}]}}"#,
    );
    let Plan::Mutate(mutation) = plan(&other, &known, &configuration) else { panic!("not mutated") };
    assert!(!mutation.adds_volume && mutation.changes());
}

#[test]
fn windows_paths() {
    for selector in ["kubernetes.io/os", "beta.kubernetes.io/os"] {
        let pod = format!(
            r#"{{"spec":{{"serviceAccountName":"cart","nodeSelector":{{"{selector}":"windows"}},"containers":[{{"name":"c"}}]}}}}"#
        );
        let patch = patched(&pod, &Configuration::default(), &[]);
        assert!(
            patch.contains(r#""value":"C:\\var\\run\\secrets\\eks.amazonaws.com\\serviceaccount\\token""#),
            "{patch}"
        );
        assert!(patch.contains(MOUNT), "{patch}");
    }
}

#[test]
fn pod_identity_comes_first() {
    let pod = r#"{"metadata":{"labels":{"a":"b"}},"spec":{"serviceAccountName":"cart","containers":[{"name":"c"}]}}"#;
    let configuration = Configuration::default();
    let account = account(&configuration, &[]);
    let known = |drawn| Known {
        namespace: "shop",
        account: Some(&account),
        pod_identity: Some(drawn),
        ..Known::default()
    };
    let patch = |pod: &Node, drawn| match plan(pod, &known(drawn), &configuration) {
        Plan::Mutate(mutation) => patch::document(&patch::operations(pod, &mutation)),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        patch(&node(pod), 80_000),
        r#"[{"op":"add","path":"/metadata/labels/eks.amazonaws.com~1pod-identity","value":"enabled"},{"op":"add","path":"/spec/volumes","value":[{"name":"eks-pod-identity-token","projected":{"sources":[{"serviceAccountToken":{"audience":"pods.eks.amazonaws.com","expirationSeconds":80000,"path":"eks-pod-identity-token"}}]}}]},{"op":"add","path":"/spec/containers","value":[{"name":"c","env":[{"name":"AWS_CONTAINER_CREDENTIALS_FULL_URI","value":"http://169.254.170.23/v1/credentials"},{"name":"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE","value":"/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"}],"resources":{},"volumeMounts":[{"name":"eks-pod-identity-token","readOnly":true,"mountPath":"/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"}]}]}]"#
    );
    let bare = node(
        r#"{"metadata":{"annotations":{"eks.amazonaws.com/token-expiration":"3600"}},"spec":{"containers":[]}}"#,
    );
    let text = patch(&bare, 80_000);
    assert!(
        text.starts_with(
            r#"[{"op":"add","path":"/metadata/labels","value":{"eks.amazonaws.com/pod-identity":"enabled"}}"#
        ),
        "{text}"
    );
    assert!(text.contains(r#""expirationSeconds":3600"#), "only the default life is drawn anew: {text}");
}

#[test]
fn pods_that_are_left_alone() {
    let configuration = Configuration::default();
    let bare = Account::read([("eks.amazonaws.com/audience", "x")], &configuration);
    let pod = node(r#"{"spec":{"serviceAccountName":"cart","containers":[]}}"#);
    let ask = |pod: &Node, account: Option<&Account>, map: Option<&ConfigMap>| {
        let known = Known { namespace: "shop", account, config_map: map, pod_identity: None };
        plan(pod, &known, &configuration)
    };
    assert_eq!(ask(&pod, None, None), Plan::Leave(Reason::UnknownAccount));
    assert_eq!(ask(&pod, Some(&bare), None), Plan::Leave(Reason::NoRole));
    assert_eq!(ask(&node(r#"{"spec":{}}"#), None, None), Plan::Leave(Reason::NoServiceAccount));
    let map = ConfigMap::read(r#"{"*/cart":{"RoleARN":"r"}}"#, &configuration).unwrap();
    assert!(matches!(ask(&pod, Some(&bare), Some(&map)), Plan::Mutate(_)));
}

#[test]
fn pods_that_cannot_be_read() {
    let configuration = Configuration::default();
    let table = [
        ("[]", ""),
        (r#"{"spec":[]}"#, "/spec"),
        (r#"{"spec":{"containers":{}}}"#, "/spec/containers"),
        (r#"{"spec":{"containers":[1]}}"#, "/spec/containers/0"),
        (r#"{"spec":{"containers":[{"name":1}]}}"#, "/spec/containers/0/name"),
        (r#"{"spec":{"containers":[{"env":{}}]}}"#, "/spec/containers/0/env"),
        (r#"{"metadata":{"annotations":{"a":1}}}"#, "/metadata/annotations/a"),
        (r#"{"spec":{"serviceAccountName":{}}}"#, "/spec/serviceAccountName"),
    ];
    for (pod, pointer) in table {
        match plan(&node(pod), &Known::default(), &configuration) {
            Plan::Refuse(unread) => assert_eq!(unread.pointer, pointer, "{pod}"),
            other => panic!("{pod}: {other:?}"),
        }
    }
    let nulls = r#"{"metadata":null,"spec":{"containers":null,"volumes":null,"nodeSelector":null}}"#;
    assert_eq!(plan(&node(nulls), &Known::default(), &configuration), Plan::Leave(Reason::NoServiceAccount));
}
