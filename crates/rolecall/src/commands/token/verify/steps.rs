//! The steps of a verification, in STS's order (reference sts.md §3.3), each as far as its own facts allow.

use rolecall_engine::exchange::examine;
use rolecall_engine::exchange::refusal::Refusal;
use rolecall_engine::token::claims::{self, Audience};
use rolecall_engine::token::jwks::{Algorithm, KeyFlaw, KeySet, MAX_KEYS};
use rolecall_engine::token::jwt::{Jwt, TokenFlaw};
use rolecall_engine::verdict::{self, Outcome, Verdict};
use rolecall_engine::world::{Given, Token, World};
use rolecall_model::instant::Instant;
use rolecall_model::json::Node;
use rolecall_model::provider_url::provider_name;
use serde::Serialize;

use super::super::inspect::request;
use super::super::span::from_now;
use super::Arguments;
use super::keys::{Keys, NoKeys, Source};

/// Outcomes.
pub(super) const OK: &str = "ok";
pub(super) const REFUSED: &str = "refused";
pub(super) const UNDETERMINED: &str = "undetermined";
pub(super) const NOT_ASKED: &str = "notAsked";

/// A step and how it came out.
#[derive(Serialize)]
pub(super) struct Step {
    /// `form`, `claims`, `issuer`, `audience`, `keys`, `signature` or `times`.
    pub(super) step: &'static str,
    /// `ok`, `refused`, `undetermined` or `notAsked`.
    pub(super) outcome: &'static str,
    /// What was found.
    pub(super) detail: String,
    /// STS's code, where it would refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
    /// STS's sentence, where it would refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

impl Step {
    fn new(step: &'static str, outcome: &'static str, detail: impl Into<String>) -> Step {
        Step { step, outcome, detail: detail.into(), code: None, message: None }
    }

    fn refused(step: &'static str, refusal: &Refusal, detail: impl Into<String>) -> Step {
        let (code, message) = (Some(refusal.code()), Some(refusal.message()));
        Step { step, outcome: REFUSED, detail: detail.into(), code, message }
    }

    /// A step of the engine: what is found where it passes, and where it does not.
    fn of(step: &'static str, outcome: Option<&Outcome>, found: impl Into<String>) -> Step {
        match outcome {
            Some(Outcome::Pass) => Step::new(step, OK, found),
            Some(Outcome::Refuse(refusal)) => Step::refused(step, refusal, found),
            Some(Outcome::Undetermined(_)) | None => Step::new(step, UNDETERMINED, found),
        }
    }
}

/// The one step of a text that is no token.
pub(super) fn no_token(flaw: &TokenFlaw) -> Step {
    Step::refused("form", &Refusal::NotAJwt, flaw.kind.describe())
}

/// Every step of a token that has the form of one.
pub(super) fn of(
    text: &str,
    jwt: &Jwt<'_>,
    arguments: &Arguments,
    source: &Source,
    now: Instant,
) -> Vec<Step> {
    let request = request(Token::Raw(text));
    let world = |keys| World {
        now: Given::Known(now),
        provider: Given::Unread,
        keys,
        role: Given::Unread,
        rcp: Given::Unread,
    };
    let verdict = examine(&world(Given::Unread), &request);
    let mut steps = vec![
        form(jwt, &verdict),
        required(&jwt.claims, &verdict),
        issuer(&jwt.claims, arguments.issuer.as_deref()),
        audience(&jwt.claims, &arguments.audience),
    ];
    let times = times(&jwt.claims, &verdict, now);
    let refused = steps.iter().any(|step| step.outcome == REFUSED);
    match source.keys(jwt, refused) {
        Ok(found) => {
            let set = KeySet::read(&found.set);
            let verdict = examine(&world(Given::Known(&set)), &request);
            steps.extend([keys(jwt, &found, &set, &verdict), signature(&verdict)]);
        }
        Err(why) => {
            let signature = Step::new("signature", why.outcome(), "there are no keys to verify it with");
            steps.extend([why.step(), signature]);
        }
    }
    steps.push(times);
    steps
}

impl NoKeys {
    /// How the steps come out that need the keys.
    fn outcome(&self) -> &'static str {
        match self {
            NoKeys::NotAsked(_) | NoKeys::Failed(_, true) => NOT_ASKED,
            NoKeys::Failed(_, false) => UNDETERMINED,
        }
    }

    fn step(&self) -> Step {
        match self {
            NoKeys::NotAsked(why) => Step::new("keys", NOT_ASKED, *why),
            NoKeys::Failed(why, true) => Step::refused("keys", &Refusal::Key, why),
            NoKeys::Failed(why, false) => Step::new("keys", UNDETERMINED, why),
        }
    }
}

fn form(jwt: &Jwt<'_>, verdict: &Verdict) -> Step {
    let algorithm = jwt.algorithm().unwrap_or("no algorithm");
    let taken = Algorithm::parse(algorithm).is_some();
    let detail = match taken {
        true => format!("signed with {algorithm}, key id `{}`", jwt.key_id()),
        false => format!("`{algorithm}` is none of RS256, RS384, RS512, ES256, ES384, ES512"),
    };
    let outcome = verdict.step(verdict::Step::TokenShape);
    let times = matches!(outcome, Some(Outcome::Refuse(_))) && taken;
    Step::of(
        "form",
        outcome,
        if times { "a time among its claims is no whole number".into() } else { detail },
    )
}

fn required(claims: &Node, verdict: &Verdict) -> Step {
    let outcome = verdict.step(verdict::Step::Claims);
    let detail = match outcome {
        Some(Outcome::Refuse(Refusal::SeveralAudiences)) => {
            "`aud` has several values, and there is no `azp`".into()
        }
        Some(Outcome::Refuse(Refusal::MissingClaim(claim))) => format!("`{claim}` is not there"),
        _ => format!("sub is `{}`", claims.get("sub").and_then(Node::as_str).unwrap_or_default()),
    };
    Step::of("claims", outcome, detail)
}

fn issuer(claims: &Node, wanted: Option<&str>) -> Step {
    let found = claims.get("iss").and_then(Node::as_str).unwrap_or_default();
    let refused = |detail| Step::refused("issuer", &Refusal::NoProvider(found.to_owned()), detail);
    let name = provider_name(found);
    if name.is_none() {
        return refused(format!("`{found}` is no https URL, so that no provider can be its"));
    }
    // IAM's name of a provider lacks the scheme.
    match wanted {
        None => Step::new("issuer", NOT_ASKED, format!("`{found}`; give --issuer to compare it")),
        Some(wanted) if wanted == found || Some(wanted) == name => {
            Step::new("issuer", OK, format!("`{found}`"))
        }
        Some(wanted) => refused(format!("`{found}` and not `{wanted}`, compared letter by letter")),
    }
}

fn audience(claims: &Node, wanted: &[String]) -> Step {
    let found = match claims::audience(claims) {
        Audience::AuthorizedParty(found) | Audience::Single(found) => found,
        Audience::Several => return Step::new("audience", NOT_ASKED, "there are several"),
        Audience::Missing => return Step::new("audience", NOT_ASKED, "there is none"),
    };
    if wanted.is_empty() {
        return Step::new("audience", NOT_ASKED, format!("`{found}`; give --audience to compare it"));
    }
    if wanted.iter().any(|wanted| wanted == found) {
        return Step::new("audience", OK, format!("`{found}`"));
    }
    let detail = format!("`{found}` and not `{}`, compared letter by letter", wanted.join("` or `"));
    Step::refused("audience", &Refusal::Audience, detail)
}

fn keys(jwt: &Jwt<'_>, keys: &Keys, set: &KeySet, verdict: &Verdict) -> Step {
    let Some(algorithm) = jwt.algorithm().and_then(Algorithm::parse) else {
        return Step::new("keys", NOT_ASKED, format!("no key is for such an algorithm; {}", keys.origin));
    };
    let found = match set.find(jwt.key_id(), algorithm) {
        Ok(_) => format!("key `{}`", jwt.key_id()),
        Err(flaw) => unfit(&flaw, jwt.key_id(), &keys.set),
    };
    Step::of("keys", verdict.step(verdict::Step::Keys), format!("{found}, {}", keys.origin))
}

fn unfit(flaw: &KeyFlaw, key_id: &str, set: &Node) -> String {
    let elements = set.get("keys").map(Node::elements).unwrap_or_default();
    match flaw {
        KeyFlaw::NotAKeySet => "it is no key set".into(),
        KeyFlaw::NotFound => {
            let ids: Vec<&str> =
                elements.iter().filter_map(|key| key.get("kid").and_then(Node::as_str)).take(SHOWN).collect();
            match ids.as_slice() {
                [] => format!("no key `{key_id}`: {} keys, none with a key id", elements.len()),
                ids => format!("no key `{key_id}` among {} (`{}`)", elements.len(), ids.join("`, `")),
            }
        }
        KeyFlaw::LacksKeyId => format!("no key `{key_id}`, and STS takes none that lacks the member `kid`"),
        KeyFlaw::Unfit(why) => format!("key `{key_id}` does not fit: {why}"),
        KeyFlaw::TooMany => format!("more than {} keys of one kind", MAX_KEYS),
        KeyFlaw::NoMaterial => format!("key `{key_id}` is there without its numbers"),
    }
}

/// Key ids that are named.
const SHOWN: usize = 10;

fn signature(verdict: &Verdict) -> Step {
    let outcome = verdict.step(verdict::Step::Signature);
    match outcome {
        Some(Outcome::Pass) => Step::of("signature", outcome, "made with that key"),
        Some(Outcome::Refuse(Refusal::Signature)) => {
            Step::of("signature", outcome, "not made with that key over this header and these claims")
        }
        Some(Outcome::Refuse(_)) => Step::new("signature", NOT_ASKED, "there is no key to verify it with"),
        _ => Step::of("signature", outcome, "the key's numbers are not known"),
    }
}

fn times(claims: &Node, verdict: &Verdict, now: Instant) -> Step {
    let told = |claim: &str| {
        let at = claims.get(claim).and_then(Node::as_integer)?;
        Some(format!("{claim} {} ({})", Instant(at), from_now(at.saturating_sub(now.0))))
    };
    let told: Vec<String> = ["exp", "iat", "nbf"].into_iter().filter_map(told).collect();
    Step::of("times", verdict.step(verdict::Step::Lifetime), told.join(", "))
}
