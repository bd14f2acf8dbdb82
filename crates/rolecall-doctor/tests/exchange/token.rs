//! Tokens that STS refuses, whatever the role says.

use super::*;

fn header(text: &str) -> File {
    ("token.header.json", text.to_owned())
}

#[test]
fn algorithms() {
    let signed = |algorithm: &str| vec![header(&format!(r#"{{"alg": "{algorithm}", "kid": "k1"}}"#))];
    table(
        "token.algorithm-unsupported",
        vec![
            ("a shared secret", signed("HS256"), CERTAIN),
            ("none", signed("none"), CERTAIN),
            ("PSS", signed("PS256"), CERTAIN),
            ("Edwards curve", signed("EdDSA"), CERTAIN),
            ("letter case counts", signed("rs256"), CERTAIN),
            ("RSA", signed("RS256"), None),
            ("P-521", signed("ES512"), None),
            ("no algorithm is read", vec![header("{}")], None),
            ("no header is read", vec![claims("")], None),
        ],
    );
}

#[test]
fn types_of_claims() {
    let tags = |value: &str| {
        claims(&format!(r#""https://aws.amazon.com/tags": {{"principal_tags": {{"team": {value}}}}}"#))
    };
    table(
        "token.claim-type",
        vec![
            ("an instant as text", vec![claims(r#""exp": "1748782800""#)], CERTAIN),
            ("an instant with a fraction", vec![claims(r#""iat": 1748779140.5"#)], CERTAIN),
            ("a subject that is a number", vec![claims(r#""sub": 7"#)], CERTAIN),
            ("an audience among which is a number", vec![claims(r#""aud": ["a", 1]"#)], CERTAIN),
            ("a tag that is no array", vec![tags(r#""x""#)], CERTAIN),
            ("a tag of two values", vec![tags(r#"["x", "y"]"#)], CERTAIN),
            ("a tag as it should be", vec![tags(r#"["x"]"#)], None),
            ("several audiences", vec![claims(r#""aud": ["a", "b"]"#)], None),
            ("a claim that STS does not read", vec![claims(r#""run_id": 7"#)], None),
        ],
    );
}

#[test]
fn absent_claims() {
    let said = || error("InvalidIdentityToken: Missing a required claim: exp");
    let partly = ("token.claims.json", r#"{"sub": "x"}"#.to_owned());
    let no_expiry =
        ("token.claims.json", r#"{"iss": "https://a.example", "sub": "x", "aud": "y", "iat": 1}"#.to_owned());
    let azp_alone = (
        "token.claims.json",
        r#"{"iss": "https://a.example", "sub": "x", "azp": "y", "iat": 1, "exp": 2}"#.to_owned(),
    );
    table(
        "token.claim-missing",
        vec![
            ("STS says so", vec![said()], CERTAIN),
            ("STS says so, and it is seen", vec![said(), no_expiry.clone()], CERTAIN),
            ("it is seen alone", vec![no_expiry], LIKELY),
            ("claims pasted in part", vec![partly], None),
            ("azp stands for aud", vec![azp_alone], None),
            ("all are there", vec![claims("")], None),
        ],
    );
}

#[test]
fn too_early() {
    let not_before = |seconds: i64| vec![noon(), claims(&format!(r#""nbf": {}"#, NOON + seconds))];
    table(
        "token.not-yet-valid",
        vec![
            ("an hour ahead", not_before(3600), CERTAIN),
            ("issued ahead", vec![noon(), claims(&format!(r#""iat": {}"#, NOON + 900))], CERTAIN),
            ("STS says so", vec![error("InvalidIdentityToken: Token is not yet valid")], LIKELY),
            ("clocks a little apart", not_before(300), None),
            ("no instant of judgement", vec![claims(&format!(r#""nbf": {}"#, NOON + 3600))], None),
        ],
    );
}

#[test]
fn roles_that_the_token_is_for() {
    let request = || ("request.json", format!(r#"{{"RoleArn": "{ROLE_ARN}", "RoleSessionName": "s"}}"#));
    let listed = |role: &str| claims(&format!(r#""https://aws.amazon.com/roles": ["{role}"]"#));
    let other = "arn:aws:iam::111122223333:role/other";
    let said = "InvalidIdentityToken: the role is not in the claim https://aws.amazon.com/roles";
    table(
        "token.role-not-authorized",
        vec![
            ("another role is listed", vec![request(), listed(other)], CERTAIN),
            ("STS says so", vec![error(said)], LIKELY),
            ("this role is listed", vec![request(), listed(ROLE_ARN)], None),
            ("no role is listed", vec![request(), claims("")], None),
            ("nobody knows which role was asked for", vec![listed(other)], None),
        ],
    );
}

/// A token that was really signed, and the key it was signed with.
const HEADER: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0";
const CLAIMS: &str = r#"{"iss":"https://idp.example.com","sub":"app","aud":"sts.amazonaws.com","iat":1748779000,"exp":1748782600}"#;
const SIGNATURE: &str = "IfnmpZ1nCmzWhEbWBoMVXu3BFlRtRMnENs1E5ZvqmyoTvP6XO8vI75WvOkunYU8neLP5HCnshhJzfjcwwhy70dPVLPlCFM6ClIpR_ny23ejBnOGRnj0BNpJNqOqgx8NbPHMnMyOqndKHnx5xvIeSLK7hCweWcYV7xtOw5wiBB7qTECa86n0MvhG0DA1IkrAYOkm2SQTYLlTE0qmHYtOIpyIafwKGFgp3fp0ogiAeC21dkQg7sNmv8fjTg6_Pld83WtCxLq2i79vxl4HGexuD_Z8kGHooW2nZzrWTM2CZFKnN9UYjNcTs7uPjVUjKvntl0boqyv7eHAI_5tlVE9fE9A";
const MODULUS: &str = "tr2ppJVmjufkm9CVUByuRbmZk-l07SPyXTbqOvttdUCCUeq2WmAN9am1mQuDFAu5xwPWl3IS6wCWgCv-kJYFKhHH4BlW2N_kYsAz7DpBc8xNyQzLP5eQr8BKrfj6II26E981tpo6lBJ3AZWd_nKE_co-DZ5Zia2Pv5JEemn8u8ZuyyqF7mxLho6Os1P6-geJErLKYzTwQXMpYJPQ_UoMuje35TYhaX1TgFCcwWm9sMb_qoC-K9og-tWmplJfbgUmabeCrMKZpf8vPDPa9wCPx36aKA13ZuHK2LQIVUu3pOwcaFkqi0mkg1MPrkMNGX4pzNJLBULdNmHHhwRP6MRUiQ";

#[test]
fn signatures() {
    use base64::Engine as _;
    let token = |claims: &str| {
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
        ("token.txt", format!("{HEADER}.{claims}.{SIGNATURE}"))
    };
    let keys = |key_id: &str| {
        let key = format!(r#"{{"kty": "RSA", "kid": "{key_id}", "n": "{MODULUS}", "e": "AQAB"}}"#);
        ("jwks.json", format!(r#"{{"keys": [{key}]}}"#))
    };
    let changed = || token(&CLAIMS.replace("app", "apq"));
    let said = || error("InvalidIdentityToken: The web identity token provided could not be validated");
    table(
        "token.signature-invalid",
        vec![
            ("one letter of the claims was changed", vec![noon(), changed(), keys("k1")], CERTAIN),
            ("STS says so", vec![said()], LIKELY),
            ("the token as it was signed", vec![noon(), token(CLAIMS), keys("k1")], None),
            ("the key is another one", vec![noon(), changed(), keys("k2")], None),
            ("no keys are read", vec![noon(), changed()], None),
        ],
    );
}

#[test]
fn discovery_documents() {
    let document = |issuer: &str, keys: &str| {
        ("discovery.json", format!(r#"{{"issuer": "{issuer}", "jwks_uri": "{keys}"}}"#))
    };
    let own = &format!("https://{GITHUB}");
    let keys = &format!("https://{GITHUB}/.well-known/jwks");
    let said =
        || error("InvalidIdentityToken: Couldn't retrieve verification key from your identity provider");
    let slash = &format!("https://{GITHUB}/");
    table(
        "issuer.discovery-invalid",
        vec![
            ("a slash too many", vec![claims(""), document(slash, keys)], LIKELY),
            ("and STS found no key", vec![said(), claims(""), document(slash, keys)], CERTAIN),
            ("keys in the clear", vec![claims(""), document(own, "http://a.example/keys")], LIKELY),
            ("no keys", vec![("discovery.json", format!(r#"{{"issuer": "{own}"}}"#))], LIKELY),
            (
                "no issuer",
                vec![("discovery.json", r#"{"jwks_uri": "https://a.example"}"#.to_owned())],
                LIKELY,
            ),
            ("as it should be", vec![claims(""), document(own, keys)], None),
            ("it was not read", vec![said(), claims("")], None),
        ],
    );
}
