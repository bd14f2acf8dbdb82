//! What is worth knowing of a token besides its content.

use rolecall_engine::issuers;
use rolecall_engine::token::claims::{self, Audience};
use rolecall_engine::token::jwks::Algorithm;
use rolecall_model::json::Node;
use rolecall_model::provider_url::{is_built_in, provider_name};

/// The notes, in whole sentences without full stop.
pub fn of(header: Option<&Node>, claims: &Node) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |text: String| notes.push(text);
    if header.is_none() {
        note("the claims stood alone: nothing is known of header and signature".into());
    }
    if let Some(header) = header {
        of_header(header, &mut note);
    }
    if claims::is_legacy_kubernetes(claims) {
        note(
            "this is the token that a Kubernetes Secret keeps, which has no audience and no provider: mount a \
             projected token, or ask for one with `kubectl create token NAME --audience sts.amazonaws.com`"
                .into(),
        );
        return notes;
    }
    let issuer = claims.get("iss").and_then(Node::as_str).unwrap_or_default();
    let Some(provider) = provider_name(issuer) else {
        note("`iss` is no https URL, so that no provider can be its".into());
        return notes;
    };
    if issuer.starts_with("http://") {
        note("AWS can never reach this issuer; a service on the same machine may admit it".into());
    }
    of_audience(provider, claims, &mut note);
    if is_built_in(provider) {
        note(format!(
            "`{provider}` is built into IAM: trust policies name it bare, and no provider is registered"
        ));
    }
    if let Some(claim) = issuers::known(provider, None).issuer().tenancy {
        note(format!("many tenants share this issuer: IAM demands a condition on `{provider}:{claim}`"));
    }
    if matches!(claims::tags(claims), Ok(Some(_))) {
        note("it carries session tags: the trust policy must allow sts:TagSession too".into());
    }
    if claims::source_identity(claims).is_some() {
        note("it carries a source identity: the trust policy must allow sts:SetSourceIdentity too".into());
    }
    if let Some(roles) = claims::roles(claims) {
        note(format!("it names the roles that it is for: {}", roles.join(", ")));
    }
    notes
}

fn of_header(header: &Node, note: &mut impl FnMut(String)) {
    let algorithm = header.get("alg").and_then(Node::as_str).unwrap_or_default();
    if Algorithm::parse(algorithm).is_none() {
        let known = Algorithm::ALL.map(|(name, _)| name).join(", ");
        note(format!("STS takes the algorithms {known} and no other: `{algorithm}` is none of them"));
    }
    if header.get("kid").is_none() {
        note("the header has no `kid`: it fits only a key whose `kid` is the empty string".into());
    }
    let pointers: Vec<&str> =
        ["jku", "jwk", "x5u", "x5c"].into_iter().filter(|name| header.get(name).is_some()).collect();
    if !pointers.is_empty() {
        let names = pointers.join(", ");
        note(format!("STS never takes a key that the header brings along: {names} counts for nothing"));
    }
}

fn of_audience(provider: &str, claims: &Node, note: &mut impl FnMut(String)) {
    let (value, from_party) = match claims::audience(claims) {
        Audience::AuthorizedParty(value) => (value, true),
        Audience::Single(value) => (value, false),
        Audience::Several | Audience::Missing => return,
    };
    if from_party {
        note(format!("`azp` is there, so that it is the audience; `aud` is the key `{provider}:oaud`"));
    }
    let usual = issuers::known(provider, None).default_audience();
    if let Some(usual) = usual.filter(|usual| *usual != value) {
        note(format!("the usual audience of this issuer's tokens for AWS is `{usual}`, not `{value}`"));
    }
}
