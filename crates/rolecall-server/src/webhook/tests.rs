//! Reviews in, reviews out: what is admitted, with what patch, and what is told where something fails.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rolecall_engine::inject::annotations::ConfigMap;
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

use super::accounts::{Cache, Change, Seen};
use super::review::NoReview;
use super::*;
use crate::random::Seeded;

const ROLE: &str = "arn:aws:iam::111122223333:role/cart";

fn cache(role: &str) -> Cache {
    let cache = Cache::new(Configuration::default(), None);
    let annotations = vec![("eks.amazonaws.com/role-arn".to_owned(), role.to_owned())];
    let cart = Seen { namespace: "shop".into(), name: "cart".into(), annotations };
    let bare = Seen { namespace: "shop".into(), name: "bare".into(), annotations: Vec::new() };
    for change in [Change::Listing, Change::Listed(cart), Change::Listed(bare), Change::Complete] {
        cache.take(change);
    }
    cache
}

fn webhook(cache: Cache) -> (Webhook, Receiver<Notice>) {
    let (notices, told) = Notices::new();
    let webhook = Webhook {
        configuration: Configuration::default(),
        accounts: Arc::new(cache),
        grace: Duration::ZERO,
        limits: http::limits(),
        metrics: Metrics::default(),
        notices,
        key_pair: Arc::default(),
        random: Arc::new(Seeded::new(7)),
    };
    (webhook, told)
}

fn review(account: &str) -> Value {
    json!({
        "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
        "request": {"uid": "u-1", "namespace": "shop", "operation": "CREATE", "object": {
            "metadata": {"name": "p", "namespace": "elsewhere"},
            "spec": {"serviceAccountName": account, "containers": [{"name": "c", "image": "i"}]},
        }},
    })
}

async fn answered(webhook: &Webhook, review: &Value) -> Value {
    serde_json::from_str(&webhook.answer(review.to_string().as_bytes()).await.unwrap()).unwrap()
}

fn patch_of(answer: &Value) -> Option<Value> {
    let encoded = answer.pointer("/response/patch")?.as_str()?;
    Some(serde_json::from_slice(&STANDARD.decode(encoded).unwrap()).unwrap())
}

#[tokio::test]
async fn a_pod_gets_what_it_lacks() {
    let (webhook, mut told) = webhook(cache(ROLE));
    for version in ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] {
        let mut review = review("cart");
        review["apiVersion"] = json!(version);
        let answer = answered(&webhook, &review).await;
        assert_eq!(answer["apiVersion"], version);
        assert_eq!(answer["kind"], "AdmissionReview");
        let response = answer["response"].as_object().unwrap();
        assert_eq!(response.keys().collect::<Vec<_>>(), ["uid", "allowed", "patch", "patchType"]);
        assert_eq!((&response["uid"], &response["allowed"]), (&json!("u-1"), &json!(true)));
        assert_eq!(response["patchType"], "JSONPatch");
        let patch = patch_of(&answer).unwrap();
        assert_eq!(patch[0]["path"], "/spec/volumes");
        assert_eq!(patch[1]["value"][0]["env"][0], json!({"name": "AWS_ROLE_ARN", "value": ROLE}));
    }
    assert_eq!(webhook.metrics.count(Outcome::Mutated), 2);
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn pods_are_left_alone_without_a_patch() {
    let (webhook, mut told) = webhook(cache(ROLE));
    for (account, outcome) in [("bare", Outcome::NoRole), ("", Outcome::NoServiceAccount)] {
        let answer = answered(&webhook, &review(account)).await;
        assert_eq!(answer["response"], json!({"uid": "u-1", "allowed": true}), "{account}");
        assert_eq!(webhook.metrics.count(outcome), 1, "{account}");
    }
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn what_fails_admits_the_pod_and_is_told() {
    let (webhook, mut told) = webhook(cache(ROLE));
    let answer = answered(&webhook, &review("nobody")).await;
    assert_eq!(answer["response"]["allowed"], true);
    assert!(patch_of(&answer).is_none());
    assert!(answer["response"]["warnings"][0].as_str().unwrap().contains("`shop/nobody` is not known"));
    let notice = told.try_recv().unwrap();
    assert_eq!(
        (notice.reason, notice.kind, notice.name.as_str()),
        ("ServiceAccountUnknown", "ServiceAccount", "nobody")
    );

    let mut unreadable = review("cart");
    unreadable["request"]["object"]["spec"]["containers"] = json!({"name": "c"});
    let answer = answered(&webhook, &unreadable).await;
    assert_eq!(answer["response"]["allowed"], true);
    assert!(answer["response"]["warnings"][0].as_str().unwrap().contains("`/spec/containers`"));
    assert_eq!(told.try_recv().unwrap().reason, "PodUnreadable");

    let mut empty = review("cart");
    empty["request"]["object"] = Value::Null;
    assert_eq!(answered(&webhook, &empty).await["response"]["allowed"], true);
    assert_eq!(webhook.metrics.count(Outcome::Unreadable), 2);
    told.try_recv().unwrap();

    // A dry run has no side effects.
    let mut dry = review("nobody");
    dry["request"]["dryRun"] = json!(true);
    assert!(answered(&webhook, &dry).await["response"]["warnings"].is_array());
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn a_malformed_role_is_injected_as_it_is_and_told() {
    let (webhook, mut told) = webhook(cache("role/cart"));
    let answer = answered(&webhook, &review("cart")).await;
    assert_eq!(patch_of(&answer).unwrap()[1]["value"][0]["env"][0]["value"], "role/cart");
    assert_eq!(told.try_recv().unwrap().reason, "RoleArnMalformed");
}

#[tokio::test]
async fn config_map_and_pod_identity_are_heeded() {
    let known = cache(ROLE);
    known.set_config_map(ConfigMap::read(r#"{"*/bare":{"RoleARN":"r"}}"#, &Configuration::default()).ok());
    known.set_pod_identities(HashSet::from([("shop".to_owned(), "cart".to_owned())]));
    let (webhook, _told) = webhook(known);
    let bare = patch_of(&answered(&webhook, &review("bare")).await).unwrap();
    assert_eq!(bare[1]["value"][0]["env"][0]["value"], "r");
    let cart = patch_of(&answered(&webhook, &review("cart")).await).unwrap();
    assert_eq!(cart[0]["path"], "/metadata/labels");
    let token = &cart[1]["value"][0]["projected"]["sources"][0]["serviceAccountToken"];
    assert!((DRAWN.0..=DRAWN.1).contains(&token["expirationSeconds"].as_i64().unwrap()), "{token}");
}

#[tokio::test]
async fn bodies_that_are_no_review() {
    let (webhook, _told) = webhook(cache(ROLE));
    let table = [
        (&b""[..], NoReview::Json),
        (b"{", NoReview::Json),
        (b"[]", NoReview::Json),
        (b"\xff", NoReview::Json),
        (b"{}", NoReview::Kind),
        (
            br#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2","request":{"uid":"u"}}"#,
            NoReview::Kind,
        ),
        (br#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}"#, NoReview::Request),
        (
            br#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":""}}"#,
            NoReview::Request,
        ),
    ];
    for (body, wanted) in table {
        assert_eq!(webhook.answer(body).await, Err(wanted), "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn roles_of_the_right_form() {
    for role in
        [ROLE, "arn:aws-cn:iam::111122223333:role/a/b", "arn:aws-us-gov:iam::111122223333:role/x+=,.@-_"]
    {
        assert!(is_role_arn(role), "{role}");
    }
    for role in [
        "",
        "cart",
        "arn:aws:iam::1111:role/x",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:user/x",
        "arn:aws:iam:us-east-1:111122223333:role/x",
        "arn:AWS:iam::111122223333:role/x",
        "arn:aws:iam::111122223333:role/a b",
    ] {
        assert!(!is_role_arn(role), "{role}");
    }
}
