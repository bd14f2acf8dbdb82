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
            ("a page in its place", vec![("discovery.json", "<html>sign in</html>".to_owned())], LIKELY),
            ("another cluster's", vec![cluster(own), document("https://idp.example.com", keys)], LIKELY),
            ("the cluster's own", vec![cluster(own), document(own, keys)], None),
            ("as it should be", vec![claims(""), document(own, keys)], None),
            ("it breaks off", vec![claims(""), ("discovery.json", "{\"issuer\": \"htt".to_owned())], None),
            ("it was not read", vec![said(), claims("")], None),
        ],
    );
}

fn cluster(issuer: &str) -> File {
    (
        "cluster.json",
        format!(r#"{{"cluster": {{"name": "a", "identity": {{"oidc": {{"issuer": "{issuer}"}}}}}}}}"#),
    )
}

#[test]
fn issuers_that_are_not_reached() {
    let discovery = |answer: &str| ("discovery.error", answer.to_owned());
    let keys = |uri: &str| {
        ("discovery.json", format!(r#"{{"issuer": "https://idp.example.com", "jwks_uri": "{uri}"}}"#))
    };
    let stand_in = || ("service.json", r#"{"EndpointUrl": "http://127.0.0.1:8403"}"#.to_owned());
    let aws = || ("service.json", r#"{"EndpointUrl": "https://sts.eu-west-1.amazonaws.com"}"#.to_owned());
    let said =
        || error("InvalidIdentityToken: Couldn't retrieve verification key from your identity provider");
    let here = || discovery("not fetched from here: the host name `idp.example.com` cannot be resolved");
    table(
        "issuer.unreachable",
        vec![
            ("it answers 404", vec![discovery("HTTP/1.1 404 Not Found")], LIKELY),
            ("it answers 403, and STS says so", vec![said(), discovery("HTTP/1.1 403 Forbidden")], CERTAIN),
            ("not reached from here, and STS says so", vec![said(), here()], LIKELY),
            ("keys at a private address", vec![keys("https://10.0.0.1/keys")], LIKELY),
            ("the same for AWS by name", vec![aws(), keys("https://10.0.0.1/keys")], LIKELY),
            (
                "a cluster's internal name",
                vec![cluster("https://kubernetes.default.svc.cluster.local")],
                LIKELY,
            ),
            ("not reached from here alone", vec![here()], None),
            ("a service in place of AWS reaches it", vec![stand_in(), keys("https://10.0.0.1/keys")], None),
            ("a public cluster", vec![cluster("https://idp.example.com")], None),
        ],
    );
}

#[test]
fn keys_that_are_published() {
    let set = |name: &'static str, ids: &[&str]| {
        let keys: Vec<String> = ids.iter().map(|id| format!(r#"{{"kty": "RSA", "kid": "{id}"}}"#)).collect();
        (name, format!(r#"{{"keys": [{}]}}"#, keys.join(", ")))
    };
    let published = |ids: &[&str]| set("jwks.json", ids);
    let own = |ids: &[&str]| set("cluster-jwks.json", ids);
    let token = || header(r#"{"alg": "RS256", "kid": "new"}"#);
    let said =
        || error("InvalidIdentityToken: Couldn't retrieve verification key from your identity provider");
    table(
        "issuer.key-missing",
        vec![
            ("the token's key is not there", vec![token(), published(&["old"])], LIKELY),
            ("none of the cluster's", vec![published(&["old"]), own(&["new"])], LIKELY),
            (
                "none of the cluster's, and STS says so",
                vec![said(), published(&["old"]), own(&["new"])],
                CERTAIN,
            ),
            ("one of the cluster's", vec![published(&["old"]), own(&["new", "old"])], POSSIBLE),
            ("the token's key is there", vec![token(), published(&["new"]), own(&["new", "next"])], None),
            ("a key that the cluster gave up", vec![published(&["old", "new"]), own(&["new"])], None),
            ("the cluster's were not read", vec![published(&["old"])], None),
            ("the published were not read", vec![own(&["new"])], None),
        ],
    );
}

#[test]
fn thumbprints() {
    let top = "19b2169326d6adf9fbc0238fd41e069c3f189ddf";
    let chain = |comment: &str| {
        ("chain.txt", format!("# idp.example.com{comment}\n 0 s:CN=idp.example.com\n   sha1:{top}\n"))
    };
    let private = || chain(": its authority is not in the trust store");
    let provider = |thumbprint: &str| {
        let text = format!(
            r#"{{"Url": "idp.example.com", "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["{thumbprint}"]}}"#
        );
        ("provider.json", text)
    };
    let eks = |thumbprint: &str| {
        let (name, text) = provider(thumbprint);
        (name, text.replace("idp.example.com", "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789"))
    };
    let other = &"0".repeat(40);
    let said = || {
        error(
            "InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
        )
    };
    table(
        "provider.thumbprint-mismatch",
        vec![
            ("STS says so", vec![said(), chain(""), provider(other)], CERTAIN),
            ("a private authority", vec![private(), provider(other)], LIKELY),
            ("a private authority that is listed", vec![private(), provider(&top.to_uppercase())], None),
            ("a public authority", vec![chain(""), provider(other)], None),
            ("the provider was not read", vec![private()], None),
            // A company's proxy shows certificates of its own for everybody's hosts.
            ("a proxy before an issuer of AWS", vec![private(), eks(other)], None),
        ],
    );
}
