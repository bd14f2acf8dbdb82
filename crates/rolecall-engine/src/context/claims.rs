//! Claims that become condition keys: `PROVIDER:CLAIM`.

use rolecall_model::json::Node;
use rolecall_policy::context::Context;

use super::Source;
use crate::issuers::{KeySupport, UNIVERSAL, known};
use crate::token::claims::{Audience, audience, source_identity, tags};

pub(super) fn set(context: &mut Context, source: &Source<'_>) {
    let key = |claim: &str| format!("{}:{claim}", source.provider);
    let texts = |claim: &str| -> Vec<String> {
        let nodes = source.claims.get(claim).map(Node::one_or_many).unwrap_or_default();
        nodes.iter().filter_map(|node| node.scalar().map(str::to_owned)).collect()
    };
    let known = known(source.provider, None);
    if !source.whole {
        // Whatever the token says: a claim that STS does not offer for this issuer is no key.
        for claim in UNIVERSAL.iter().chain(known.issuer().keys) {
            context.set_unknown(&key(claim));
        }
    }
    for claim in ["sub", "email"] {
        if let [value] = texts(claim).as_slice() {
            context.set(&key(claim), [value.clone()]);
        }
    }
    match audience(source.claims) {
        Audience::AuthorizedParty(party) => {
            context.set(&key("aud"), [party.to_owned()]);
            context.set(&key("oaud"), texts("aud"));
        }
        Audience::Single(one) => context.set(&key("aud"), [one.to_owned()]),
        Audience::Several => context.set_multivalued(&key("aud"), texts("aud")),
        Audience::Missing => {}
    }
    if source.claims.get("amr").is_some() {
        context.set_multivalued(&key("amr"), texts("amr"));
    }
    for claim in known.issuer().keys.iter().filter(|claim| source.claims.get(claim).is_some()) {
        let support = known.key_support(claim, source.now);
        let offered = matches!(support, KeySupport::Always | KeySupport::Since(_));
        let values = texts(claim);
        if offered && !values.is_empty() {
            context.set(&key(claim), values);
        }
    }
    session(context, source);
}

/// Tags and source identity of the token (IAM User Guide, "Pass session tags in AWS STS").
fn session(context: &mut Context, source: &Source<'_>) {
    if let Some(identity) = source_identity(source.claims) {
        context.set("sts:SourceIdentity", [identity.to_owned()]);
    }
    if let Ok(Some(tags)) = tags(source.claims) {
        context.set_multivalued("aws:TagKeys", tags.tags.iter().map(|(key, _)| key.clone()));
        for (key, value) in &tags.tags {
            context.set(&format!("aws:RequestTag/{key}"), [value.clone()]);
        }
        if !tags.transitive.is_empty() {
            context.set_multivalued("sts:TransitiveTagKeys", tags.transitive);
        }
    }
    if let Some(roles) = crate::token::claims::roles(source.claims) {
        let asked = source.request.role_arn.known().copied();
        let fits = asked.is_some_and(|asked| roles.contains(&asked));
        context.set("sts:RoleAuthorizedByIdp", [fits.to_string()]);
    }
}
