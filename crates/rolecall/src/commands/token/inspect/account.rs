//! What is told of a token, in plain values: `rolecall.token/v1`.

use rolecall_engine::exchange::examine;
use rolecall_engine::issuers::{self, Family};
use rolecall_engine::token::claims::{self, Audience};
use rolecall_engine::token::lifetime::{EXPIRY_GRACE, MAX_AGE};
use rolecall_engine::verdict::{Outcome, Step};
use rolecall_engine::world::{Given, Request, Token, World};
use rolecall_model::document::DocumentId;
use rolecall_model::evidence::token::JsonObject;
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;
use rolecall_model::provider_url::provider_name;
use serde::Serialize;
use serde_json::Value;

use super::super::flaw::Flaw;
use super::condition_keys::{self, KeyAccount};
use super::notes;
use super::value::value;

/// What is told of a token.
#[derive(Serialize)]
pub struct Inspection {
    schema: &'static str,
    /// `sound`, `refused` or `noToken`.
    pub conclusion: &'static str,
    /// What STS would answer whichever role it is for; empty where it would go on.
    pub refusals: Vec<RefusalAccount>,
    /// Why it is no token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<Flaw>,
    /// The header; none where the claims stood alone.
    pub header: Option<Value>,
    /// The claims.
    pub claims: Option<Value>,
    /// Who issued it.
    pub issuer: Option<IssuerAccount>,
    /// The audience that STS reads.
    pub audience: Option<AudienceAccount>,
    /// Its times.
    pub times: Vec<TimeAccount>,
    /// The last instant at which STS takes it.
    pub usable_until: Option<String>,
    /// The instant of judgement, if one was given.
    pub now: Option<String>,
    /// What a trust policy's conditions can ask of it.
    pub condition_keys: Vec<KeyAccount>,
    /// Claims that no condition can see.
    pub not_condition_keys: Vec<String>,
    /// What is worth knowing besides.
    pub notes: Vec<String>,
}

/// A refusal in STS's words.
#[derive(Serialize)]
pub struct RefusalAccount {
    /// The error code.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

/// Who issued it.
#[derive(Serialize)]
pub struct IssuerAccount {
    /// As `iss` has it.
    pub url: String,
    /// The name of the provider that IAM would look for; none where there can be none.
    pub provider: Option<String>,
    /// What sort of issuer it is; none where it is not known by name.
    pub kind: Option<&'static str>,
    /// The subject's segments; empty where its grammar is not known.
    pub subject: Vec<SegmentAccount>,
}

/// A segment of a subject.
#[derive(Serialize)]
pub struct SegmentAccount {
    /// What it is.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// The audience that STS reads.
#[derive(Serialize)]
pub struct AudienceAccount {
    /// `azp` or `aud`.
    pub claim: &'static str,
    /// What a client id of the provider must equal.
    pub value: String,
}

/// A time.
#[derive(Serialize)]
pub struct TimeAccount {
    /// The claim.
    pub claim: &'static str,
    /// Epoch seconds.
    pub seconds: i64,
    /// As an instant.
    pub instant: String,
    /// Seconds from the instant of judgement, or from `iat` where none was given.
    pub relative: Option<i64>,
}

const SCHEMA: &str = "rolecall.token/v1";

impl Inspection {
    /// Of a text that is no token.
    pub fn of_no_token(flaw: Flaw) -> Inspection {
        Inspection {
            schema: SCHEMA,
            conclusion: "noToken",
            refusals: vec![refusal(&rolecall_engine::exchange::refusal::Refusal::NotAJwt)],
            flaw: Some(flaw),
            header: None,
            claims: None,
            issuer: None,
            audience: None,
            times: Vec::new(),
            usable_until: None,
            now: None,
            condition_keys: Vec::new(),
            not_condition_keys: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Of a token; without header where the claims stood alone.
    pub fn of(header: Option<&Node>, claims: &Node, now: Option<Instant>) -> Inspection {
        let refusals = refusals(header, claims, now);
        let provider = claims.get("iss").and_then(Node::as_str).and_then(provider_name);
        Inspection {
            schema: SCHEMA,
            conclusion: if refusals.is_empty() { "sound" } else { "refused" },
            refusals,
            flaw: None,
            header: header.map(value),
            claims: Some(value(claims)),
            issuer: issuer(claims),
            audience: audience(claims),
            times: times(claims, now),
            usable_until: usable_until(claims).map(|until| Instant(until).to_string()),
            now: now.map(|now| now.to_string()),
            condition_keys: provider.map(|name| condition_keys::of(name, claims, now)).unwrap_or_default(),
            not_condition_keys: provider
                .map(|name| condition_keys::unseen(name, claims, now))
                .unwrap_or_default(),
            notes: notes::of(header, claims),
        }
    }

    /// Whether STS would refuse it whichever role it is for.
    pub fn is_refused(&self) -> bool {
        !self.refusals.is_empty()
    }
}

/// What the engine says of the token alone; its times only where an instant was given.
fn refusals(header: Option<&Node>, claims: &Node, now: Option<Instant>) -> Vec<RefusalAccount> {
    let world = World {
        now: now.map_or(Given::Unread, Given::Known),
        provider: Given::Unread,
        keys: Given::Unread,
        role: Given::Unread,
        rcp: Given::Unread,
    };
    let verdict = examine(&world, &request(Token::Decoded { claims, header, whole: true }));
    let steps = [Step::TokenShape, Step::Claims, Step::Lifetime];
    let mut found: Vec<RefusalAccount> = steps
        .iter()
        .filter_map(|step| match verdict.step(*step) {
            Some(Outcome::Refuse(why)) => Some(refusal(why)),
            _ => None,
        })
        .collect();
    if let Err(sentence) = claims::tags(claims) {
        found.push(RefusalAccount { code: "InvalidIdentityToken", message: sentence.into() });
    }
    // Times of a wrong type are refused with the form and with the lifetime, in one sentence.
    found.dedup_by(|later, earlier| later.message == earlier.message);
    found
}

fn refusal(why: &rolecall_engine::exchange::refusal::Refusal) -> RefusalAccount {
    RefusalAccount { code: why.code(), message: why.message() }
}

/// A request of which the token alone is known.
pub fn request(token: Token<'_>) -> Request<'_> {
    Request {
        role_arn: Given::Unread,
        session_name: Given::Unread,
        duration: Given::Unread,
        token,
        policy: None,
        source_ip: None,
        region: None,
        context: &[],
    }
}

fn issuer(claims: &Node) -> Option<IssuerAccount> {
    let url = claims.get("iss").and_then(Node::as_str)?;
    let name = provider_name(url).unwrap_or(url);
    let object = JsonObject { document: DocumentId(0), node: claims.clone() };
    let subject = claims.get("sub").and_then(Node::as_str).unwrap_or_default();
    let segments = issuers::segments(name, subject);
    let is_known = segments.iter().any(|(name, _)| *name != "segment");
    let known = issuers::known(name, Some(&object));
    let kind = match claims::is_legacy_kubernetes(claims) {
        true => Some("Kubernetes, from a Secret"),
        false => (known.family() != Family::Other).then_some(known.issuer().name),
    };
    Some(IssuerAccount {
        url: url.to_owned(),
        provider: provider_name(url).map(str::to_owned),
        kind,
        subject: segments
            .into_iter()
            .filter(|_| is_known)
            .map(|(name, value)| SegmentAccount { name, value: value.to_owned() })
            .collect(),
    })
}

fn audience(claims: &Node) -> Option<AudienceAccount> {
    match claims::audience(claims) {
        Audience::AuthorizedParty(value) => Some(AudienceAccount { claim: "azp", value: value.to_owned() }),
        Audience::Single(value) => Some(AudienceAccount { claim: "aud", value: value.to_owned() }),
        Audience::Several | Audience::Missing => None,
    }
}

fn times(claims: &Node, now: Option<Instant>) -> Vec<TimeAccount> {
    let seconds = |claim| claims.get(claim).and_then(Node::as_integer);
    let issued = seconds("iat");
    let time = |claim: &'static str| {
        let at = seconds(claim)?;
        let from = now.map(|now| now.0).or(issued.filter(|_| claim != "iat"));
        let relative = from.map(|from| at.saturating_sub(from));
        Some(TimeAccount { claim, seconds: at, instant: Instant(at).to_string(), relative })
    };
    ["iat", "nbf", "exp", "auth_time"].into_iter().filter_map(time).collect()
}

/// The earlier of what `exp` and the age of `iat` allow, with the tolerance of STS (reference sts.md §3.4).
fn usable_until(claims: &Node) -> Option<i64> {
    let seconds = |claim| claims.get(claim).and_then(Node::as_integer);
    let expiry = seconds("exp")?.saturating_add(EXPIRY_GRACE);
    let age = seconds("iat").map(|issued| issued.saturating_add(MAX_AGE).saturating_add(EXPIRY_GRACE));
    Some(age.map_or(expiry, |age| age.min(expiry)))
}
