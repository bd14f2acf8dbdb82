//! One web identity exchange, decided with all of its facts at hand: `cargo bench -p rolecall-benches --bench exchange`.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench that cannot be set up has no figures"
)]

use std::hint::black_box;

use divan::Bencher;
use rolecall_engine::exchange::{Answer, decide, examine};
use rolecall_engine::token::jwks::KeySet;
use rolecall_engine::token::jwt;
use rolecall_engine::world::{Given, Provider, Request, Role, Token, World};
use rolecall_model::instant::Instant;
use rolecall_model::json;
use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;
use rolecall_testkit::token::{Signer, jwks};
use serde_json::json;

const NOW: i64 = 1_790_000_000;
const ROLE: &str = "arn:aws:iam::111122223333:role/cart";
const ISSUER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";

struct Setup {
    token: String,
    jwks: String,
    trust: Compiled,
}

fn setup(signer: &Signer) -> Setup {
    let claims = json!({
        "aud": ["sts.amazonaws.com"], "exp": NOW + 80_000, "iat": NOW - 100, "nbf": NOW - 100,
        "iss": format!("https://{ISSUER}"), "jti": "7b2f5c2e-0000-4000-8000-000000000001",
        "kubernetes.io": {
            "namespace": "shop", "node": {"name": "ip-10-0-1-7.eu-west-1.compute.internal", "uid": "7b2f5c2e-0000-4000-8000-000000000002"},
            "pod": {"name": "cart-6c9d", "uid": "7b2f5c2e-0000-4000-8000-000000000003"},
            "serviceaccount": {"name": "cart", "uid": "7b2f5c2e-0000-4000-8000-000000000004"}
        },
        "sub": "system:serviceaccount:shop:cart"
    });
    let (aud, sub) = (format!("{ISSUER}:aud"), format!("{ISSUER}:sub"));
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}")},
        "Condition": {"StringEquals": {aud: "sts.amazonaws.com", sub: "system:serviceaccount:shop:cart"}}
    }]});
    let other = Signer::other_rsa("other").unwrap();
    Setup {
        token: signer.sign(&claims).unwrap(),
        jwks: jwks(&[&other, signer]).to_string(),
        trust: Compiled::compile_resource_policies(&[&Policy::from_text(&trust.to_string())]),
    }
}

impl Setup {
    fn world<'a>(&'a self, keys: &'a KeySet) -> World<'a> {
        World {
            now: Given::Known(Instant(NOW)),
            provider: Given::Known(Provider { client_ids: Given::Known(vec!["sts.amazonaws.com"]) }),
            keys: Given::Known(keys),
            role: Given::Known(Role {
                arn: ROLE,
                trust: Given::Known(&self.trust),
                max_session: Given::Known(3600),
                tags: &[],
            }),
            rcp: Given::Known(&[]),
        }
    }

    fn request(&self) -> Request<'_> {
        Request {
            role_arn: Given::Known(ROLE),
            session_name: Given::Known("botocore-session-1790000000"),
            duration: Given::Absent,
            token: Token::Raw(&self.token),
            policy: None,
            source_ip: Some("192.0.2.7"),
            region: Some("eu-west-1"),
            context: &[],
        }
    }

    fn keys(&self) -> KeySet {
        KeySet::read(&json::parse(&self.jwks).root.unwrap())
    }
}

fn decided(bencher: Bencher<'_, '_>, signer: &Signer) {
    let setup = setup(signer);
    let keys = setup.keys();
    let (world, request) = (setup.world(&keys), setup.request());
    match decide(&world, &request) {
        Answer::Granted(_) => {}
        other => panic!("not granted: {other:?}"),
    }
    bencher.bench_local(|| decide(black_box(&world), black_box(&request)));
}

#[divan::bench]
fn rs256(bencher: Bencher<'_, '_>) {
    decided(bencher, &Signer::rsa("key").unwrap());
}

#[divan::bench]
fn es256(bencher: Bencher<'_, '_>) {
    decided(bencher, &Signer::p256("key").unwrap());
}

/// The signature alone, for what is left when it is taken off.
#[divan::bench]
fn rs256_signature_alone(bencher: Bencher<'_, '_>) {
    let setup = setup(&Signer::rsa("key").unwrap());
    let keys = setup.keys();
    let token = jwt::parse(&setup.token).unwrap();
    let key = keys.find("key", rolecall_engine::token::jwks::Algorithm::Rs256).unwrap();
    assert!(key.verifies(&token));
    bencher.bench_local(|| black_box(key).verifies(black_box(&token)));
}

#[divan::bench]
fn parsing_the_token(bencher: Bencher<'_, '_>) {
    let setup = setup(&Signer::rsa("key").unwrap());
    bencher.bench_local(|| jwt::parse(black_box(&setup.token)).is_ok());
}

#[divan::bench]
fn with_every_step_examined(bencher: Bencher<'_, '_>) {
    let setup = setup(&Signer::rsa("key").unwrap());
    let keys = setup.keys();
    let (world, request) = (setup.world(&keys), setup.request());
    bencher.bench_local(|| examine(black_box(&world), black_box(&request)));
}

#[divan::bench]
fn making_a_key_set_ready(bencher: Bencher<'_, '_>) {
    let setup = setup(&Signer::rsa("key").unwrap());
    bencher.bench_local(|| black_box(&setup).keys());
}

fn main() {
    divan::main();
}
