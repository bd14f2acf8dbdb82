//! Key sets: which key a token gets, and whether its signature verifies.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken case is a failed test"
)]

use rolecall_engine::token::jwks::{Algorithm, KeyFlaw, KeySet};
use rolecall_engine::token::jwt;
use rolecall_model::json::parse;
use rolecall_testkit::token::{Signer, jwks};
use serde_json::{Value, json};

fn set(value: &Value) -> KeySet {
    KeySet::read(&parse(&value.to_string()).root.unwrap())
}

fn flaw(value: &Value, key_id: &str, algorithm: Algorithm) -> Option<KeyFlaw> {
    set(value).find(key_id, algorithm).err()
}

#[test]
fn signatures_verify_with_their_own_key_alone() {
    let signers = [Signer::rsa("a").unwrap(), Signer::other_rsa("b").unwrap(), Signer::p256("c").unwrap()];
    let set = set(&jwks(&[&signers[0], &signers[1], &signers[2]]));
    let claims = json!({"sub": "x"});
    for (signer, (key, algorithm)) in
        signers.iter().zip([("a", Algorithm::Rs256), ("b", Algorithm::Rs256), ("c", Algorithm::Es256)])
    {
        let text = signer.sign(&claims).unwrap();
        let token = jwt::parse(&text).unwrap();
        for (id, of) in [("a", Algorithm::Rs256), ("b", Algorithm::Rs256), ("c", Algorithm::Es256)] {
            assert_eq!(
                set.find(id, of).unwrap().verifies(&token),
                id == key && of == algorithm,
                "{key} {id}"
            );
        }
        let (signed, _) = text.rsplit_once('.').unwrap();
        let empty = format!("{signed}.");
        assert!(!set.find(key, algorithm).unwrap().verifies(&jwt::parse(&empty).unwrap()));
    }
}

#[test]
fn every_rsa_digest() {
    let signer = Signer::rsa("a").unwrap();
    let mut key = signer.jwk();
    key.as_object_mut().unwrap().remove("alg");
    let set = set(&json!({"keys": [key]}));
    for (name, algorithm) in Algorithm::ALL.into_iter().take(3) {
        let text = signer.sign_with(&json!({"alg": name, "kid": "a"}), &json!({"sub": "x"})).unwrap();
        let token = jwt::parse(&text).unwrap();
        for (_, other) in Algorithm::ALL.into_iter().take(3) {
            assert_eq!(set.find("a", other).unwrap().verifies(&token), other == algorithm, "{name}");
        }
    }
}

#[test]
fn why_there_is_no_key() {
    let rsa = Signer::rsa("a").unwrap().jwk();
    let with = |key: &str, value: Value| {
        let mut changed = rsa.clone();
        changed.as_object_mut().unwrap().insert(key.into(), value);
        json!({ "keys": [changed] })
    };
    let of = |value: &Value| flaw(value, "a", Algorithm::Rs256);
    let unfit = |found: Option<KeyFlaw>| matches!(found, Some(KeyFlaw::Unfit(_)));
    assert_eq!(of(&json!({})), Some(KeyFlaw::NotAKeySet));
    assert_eq!(of(&json!([])), Some(KeyFlaw::NotAKeySet));
    assert_eq!(of(&json!({"keys": []})), Some(KeyFlaw::NotFound));
    assert_eq!(of(&with("kid", json!("b"))), Some(KeyFlaw::NotFound));
    assert_eq!(of(&with("kid", json!(1))), Some(KeyFlaw::NotFound));
    assert_eq!(of(&json!({"keys": [{"kty": "RSA"}]})), Some(KeyFlaw::LacksKeyId));
    assert_eq!(of(&json!({"keys": [{"kty": "RSA", "kid": "a"}]})), Some(KeyFlaw::NoMaterial));
    assert!(unfit(of(&with("use", json!("enc")))));
    assert!(unfit(of(&with("alg", json!("RS512")))));
    assert!(unfit(of(&with("n", json!("AQAB")))), "too short");
    assert!(unfit(of(&with("n", json!("=")))));
    assert!(unfit(of(&with("kty", json!("oct")))));
    assert!(unfit(flaw(&with("use", json!("sig")), "a", Algorithm::Es256)));
    let many: Vec<Value> = (0..101).map(|at| json!({"kty": "RSA", "kid": format!("k{at}")})).collect();
    assert_eq!(of(&json!({ "keys": many })), Some(KeyFlaw::TooMany));
    // A key of the token's kind comes before another of the same id.
    let both = json!({"keys": [Signer::p256("a").unwrap().jwk(), rsa]});
    assert_eq!(of(&both), None);
    assert_eq!(flaw(&both, "a", Algorithm::Es256), None);
}
