//! Worlds of one exchange: providers, tokens that are really signed, key sets, roles, trust policies.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;
use rolecall_engine::token::jwks::KeySet;
use rolecall_engine::world::{Given, Provider, Request, Role, Token, World};
use rolecall_model::instant::Instant;
use rolecall_model::json::{Node, parse};
use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;
use rolecall_testkit::token::{Signer, jwks};
use serde_json::{Map, Value, json};

const NOW: i64 = 1_790_000_000;
const ISSUER: &str = "https://idp.example.com/t";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";

static SIGNERS: LazyLock<[Signer; 3]> = LazyLock::new(|| {
    [Signer::rsa("a").unwrap(), Signer::other_rsa("b").unwrap(), Signer::p256("c").unwrap()]
});

/// A fact that can be forgotten.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    Now,
    Provider,
    ClientIds,
    Keys,
    Role,
    Trust,
    MaxSession,
    Rcp,
    RoleArn,
    SessionName,
    Duration,
    Token,
    Signature,
    SomeClaims,
}

impl Fact {
    pub const ALL: [Fact; 14] = [
        Fact::Now,
        Fact::Provider,
        Fact::ClientIds,
        Fact::Keys,
        Fact::Role,
        Fact::Trust,
        Fact::MaxSession,
        Fact::Rcp,
        Fact::RoleArn,
        Fact::SessionName,
        Fact::Duration,
        Fact::Token,
        Fact::Signature,
        Fact::SomeClaims,
    ];
}

/// What is known of the token.
#[derive(Clone, Debug)]
pub enum Known {
    Raw(String),
    Decoded { whole: bool },
    Nothing,
}

/// A world and a request, owned.
#[derive(Clone, Debug)]
pub struct Case {
    now: Given<i64>,
    provider: Given<Given<Vec<&'static str>>>,
    keys: Given<String>,
    role: Given<()>,
    trust: Given<String>,
    max_session: Given<i64>,
    rcp: Given<Vec<String>>,
    role_arn: Given<&'static str>,
    session_name: Given<&'static str>,
    duration: Given<i64>,
    policy: Option<&'static str>,
    claims: Value,
    header: Value,
    token: Known,
}

impl Case {
    /// Lends the case as the engine wants it.
    pub fn with<T>(&self, ask: impl FnOnce(&World<'_>, &Request<'_>) -> T) -> T {
        let keys = self.keys.clone().map(|text| KeySet::read(&node(&text)));
        let trust =
            self.trust.clone().map(|text| Compiled::compile_resource_policies(&[&Policy::from_text(&text)]));
        let rcp = self.rcp.clone().map(|levels| {
            levels.iter().map(|text| Compiled::compile(&[&Policy::from_text(text)])).collect::<Vec<_>>()
        });
        let (claims, header) = (node(&self.claims.to_string()), node(&self.header.to_string()));
        let world = World {
            now: self.now.map(Instant),
            provider: self.provider.clone().map(|client_ids| Provider { client_ids }),
            keys: keys.as_ref(),
            role: self.role.map(|()| Role {
                arn: ROLE,
                trust: trust.as_ref(),
                max_session: self.max_session,
                tags: &[],
            }),
            rcp: rcp.as_ref().map(Vec::as_slice),
        };
        let request = Request {
            role_arn: self.role_arn,
            session_name: self.session_name,
            duration: self.duration,
            token: match &self.token {
                Known::Raw(text) => Token::Raw(text),
                Known::Decoded { whole } => {
                    Token::Decoded { claims: &claims, header: Some(&header), whole: *whole }
                }
                Known::Nothing => Token::Unread,
            },
            policy: self.policy,
            source_ip: Some("192.0.2.7"),
            region: Some("eu-west-1"),
            context: &[],
        };
        ask(&world, &request)
    }

    /// Takes a fact away.
    pub fn forget(&mut self, fact: Fact) {
        match fact {
            Fact::Now => self.now = Given::Unread,
            Fact::Provider => self.provider = Given::Unread,
            Fact::ClientIds => {
                if let Given::Known(ids) = &mut self.provider {
                    *ids = Given::Unread;
                }
            }
            Fact::Keys => self.keys = Given::Unread,
            Fact::Role => self.role = Given::Unread,
            Fact::Trust => self.trust = Given::Unread,
            Fact::MaxSession => self.max_session = Given::Unread,
            Fact::Rcp => self.rcp = Given::Unread,
            Fact::RoleArn => self.role_arn = Given::Unread,
            Fact::SessionName => self.session_name = Given::Unread,
            Fact::Duration => self.duration = Given::Unread,
            Fact::Token => self.token = Known::Nothing,
            Fact::Signature => self.token = Known::Decoded { whole: true },
            Fact::SomeClaims => {
                self.token = Known::Decoded { whole: false };
                let claims = self.claims.as_object_mut().unwrap();
                claims.retain(|key, _| ["iss", "sub", "aud"].contains(&key.as_str()));
            }
        }
    }
}

fn node(text: &str) -> Node {
    parse(text).root.unwrap()
}

/// Mostly what is right, so that not every scene ends at its first step.
pub fn case() -> impl Strategy<Value = Case> {
    (world(), role(), request(), token()).prop_map(|(world, role, request, token)| {
        let (now, provider, keys) = world;
        let (role, trust, max_session, rcp) = role;
        let (role_arn, session_name, duration, policy) = request;
        let (claims, header, token) = token;
        Case {
            now,
            provider,
            keys,
            role,
            trust,
            max_session,
            rcp,
            role_arn,
            session_name,
            duration,
            policy,
            claims,
            header,
            token,
        }
    })
}

/// What is right, and now and then something else.
fn mostly<T: Clone + std::fmt::Debug + 'static>(right: T, wrong: Vec<T>) -> impl Strategy<Value = T> {
    prop_oneof![12 => Just(right), 1 => select(wrong)]
}

fn given<T: Clone + std::fmt::Debug>(known: impl Strategy<Value = T>) -> impl Strategy<Value = Given<T>> {
    prop_oneof![24 => known.prop_map(Given::Known), 1 => Just(Given::Absent), 1 => Just(Given::Unread)]
}

type WorldFacts = (Given<i64>, Given<Given<Vec<&'static str>>>, Given<String>);

fn world() -> impl Strategy<Value = WorldFacts> {
    let now = prop_oneof![12 => Just(Given::Known(NOW)), 1 => Just(Given::Unread)];
    let ids =
        mostly(vec!["other", "sts.amazonaws.com"], vec![vec!["sts.amazonaws.com"], vec!["other"], vec![]]);
    let which = mostly(vec![0, 1, 2], vec![vec![0], vec![1, 2], vec![]]);
    let keys = which.prop_map(|which| {
        jwks(&which.into_iter().map(|at: usize| &SIGNERS[at]).collect::<Vec<_>>()).to_string()
    });
    (now, given(given(ids)), given(keys))
}

type RoleFacts = (Given<()>, Given<String>, Given<i64>, Given<Vec<String>>);

fn role() -> impl Strategy<Value = RoleFacts> {
    let rcp = prop::collection::vec(rcp(), 0..2);
    (given(Just(())), given(trust()), given(select(vec![3600, 43_200])), given(rcp))
}

fn rcp() -> impl Strategy<Value = String> {
    let deny = |condition: Value| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:*",
            "Resource": "*", "Condition": condition}]})
        .to_string()
    };
    select(vec![
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*",
            "Resource": "*"}]})
        .to_string(),
        deny(json!({"StringNotEquals": {"idp.example.com/t:sub": "me"}})),
        deny(json!({"StringEquals": {"aws:UserAgent": "x"}})),
    ])
}

fn trust() -> impl Strategy<Value = String> {
    let federated = mostly(
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/t",
        vec!["arn:aws:iam::111122223333:oidc-provider/other.example.com", "accounts.google.com"],
    );
    let action = select(vec![
        json!("sts:AssumeRoleWithWebIdentity"),
        json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]),
        json!("sts:AssumeRole*"),
        json!("sts:AssumeRole"),
    ]);
    let condition = select(vec![
        json!({}),
        json!({"StringEquals": {"idp.example.com/t:sub": "me", "idp.example.com/t:aud": "sts.amazonaws.com"}}),
        json!({"StringLike": {"idp.example.com/t:sub": "m*"}}),
        json!({"StringEquals": {"idp.example.com/t:sub": "you"}}),
        json!({"StringEquals": {"sts:RoleSessionName": "session"}}),
        json!({"ForAnyValue:StringEquals": {"idp.example.com/t:amr": "x"}}),
        json!({"StringNotEquals": {"idp.example.com/t:sub": "you"}}),
        json!({"StringEquals": {"aws:UserAgent": "x"}}),
    ]);
    let allow = (federated, action, condition).prop_map(|(federated, action, condition)| {
        json!({"Effect": "Allow", "Principal": {"Federated": federated}, "Action": action, "Condition": condition})
    });
    let deny = select(vec![
        json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity",
               "Condition": {"StringEquals": {"idp.example.com/t:sub": "you"}}}),
        json!({"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"}),
        json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}}),
    ]);
    (prop::collection::vec(allow, 1..3), prop::option::weighted(0.2, deny)).prop_map(|(allow, deny)| {
        let all: Vec<Value> = allow.into_iter().chain(deny).collect();
        json!({"Version": "2012-10-17", "Statement": all}).to_string()
    })
}

type Parameters = (Given<&'static str>, Given<&'static str>, Given<i64>, Option<&'static str>);

fn request() -> impl Strategy<Value = Parameters> {
    let role = mostly(ROLE, vec!["arn:aws:iam::111122223333:user/app", "not an arn at all, but long"]);
    let name = mostly("session", vec!["x", "no blanks"]);
    let duration = prop_oneof![
        4 => Just(Given::Absent),
        4 => mostly(3600, vec![900, 7200, 50, 50_000]).prop_map(Given::Known),
    ];
    let policy = mostly(
        None,
        vec![
            Some(
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
            ),
            Some("{"),
        ],
    );
    (given(role), given(name), duration, policy)
}

type TokenFacts = (Value, Value, Known);

fn token() -> impl Strategy<Value = TokenFacts> {
    let form = mostly("raw", vec!["decoded", "some", "nothing", "forged", "garbage", "none", "cut"]);
    (claims(), form, 0..3_usize, prop::bool::weighted(0.95)).prop_map(|(claims, form, signer, kid)| {
        let signer = &SIGNERS[signer];
        let mut header = signer.jwk();
        header.as_object_mut().unwrap().retain(|key, _| key == "alg" || (key == "kid" && kid));
        let signed = || signer.sign_with(&header, &claims).unwrap();
        let known = match form {
            "raw" => Known::Raw(signed()),
            "cut" => Known::Raw(signed().rsplit_once('.').unwrap().0.to_owned()),
            "none" => Known::Raw("eyJhbGciOiJub25lIn0.e30.".to_owned()),
            "garbage" => Known::Raw("/var/run/secrets/token".to_owned()),
            "forged" => {
                let other = SIGNERS
                    .iter()
                    .find(|other| other.jwk() != signer.jwk() && other.jwk()["kty"] == header_kty(&header));
                Known::Raw(other.map_or_else(signed, |other| other.sign_with(&header, &claims).unwrap()))
            }
            "some" => Known::Decoded { whole: false },
            "decoded" => Known::Decoded { whole: true },
            _ => Known::Nothing,
        };
        (claims, header, known)
    })
}

fn header_kty(header: &Value) -> Value {
    json!(if header["alg"] == "ES256" { "EC" } else { "RSA" })
}

fn claims() -> impl Strategy<Value = Value> {
    let issuer = mostly(ISSUER, vec!["https://accounts.google.com", "http://idp.example.com/t", "x"]);
    let audience = mostly(
        json!("sts.amazonaws.com"),
        vec![json!(["sts.amazonaws.com"]), json!(["sts.amazonaws.com", "other"]), json!("nobody"), json!(1)],
    );
    let subject = mostly(json!("me"), vec![json!("you"), json!(7)]);
    let times = mostly(
        (NOW - 100, NOW + 1000),
        vec![(NOW - 5000, NOW - 1000), (NOW + 9000, NOW + 10_000), (NOW - 100_000_000, NOW + 1000)],
    );
    let more = prop::option::weighted(0.3, extra());
    let without = prop::option::weighted(0.05, select(vec!["iss", "sub", "aud", "exp", "iat"]));
    (issuer, audience, subject, times, more, without).prop_map(
        |(issuer, audience, subject, times, more, without)| {
            let mut claims = Map::new();
            claims.insert("iss".into(), json!(issuer));
            claims.insert("aud".into(), audience);
            claims.insert("sub".into(), subject);
            claims.insert("iat".into(), json!(times.0));
            claims.insert("exp".into(), json!(times.1));
            claims.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
            if let Some(name) = without {
                claims.remove(name);
            }
            Value::Object(claims)
        },
    )
}

fn extra() -> impl Strategy<Value = (&'static str, Value)> {
    select(vec![
        ("azp", json!("sts.amazonaws.com")),
        ("azp", json!("other")),
        ("nbf", json!(NOW + 5000)),
        ("exp", json!("soon")),
        ("amr", json!(["x", "y"])),
        ("https://aws.amazon.com/tags", json!({"principal_tags": {"a": ["b"]}})),
        ("https://aws.amazon.com/tags", json!({"principal_tags": {"a": "b"}})),
        ("https://aws.amazon.com/source_identity", json!("me")),
        ("https://aws.amazon.com/roles", json!([ROLE])),
        ("https://aws.amazon.com/roles", json!(["arn:aws:iam::111122223333:role/other"])),
    ])
}
