//! ListPoliciesGrantingServiceAccess: which policies of an entity allow anything of a service (reference iam.md §8).

use rolecall_policy::document::{Effect, Policy, Statement};
use rolecall_policy::pattern::{Case, matches};
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use super::principal::{Origin, Principal, Source};
use crate::call::{Call, Changes, unchanged};

/// ListPoliciesGrantingServiceAccess.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let sources: Vec<(Source, Policy)> = Principal::of(call, call.text("Arn"))?
        .policies(call)
        .into_iter()
        .map(|source| {
            let policy = Policy::from_text(&source.document);
            (source, policy)
        })
        .collect();
    let namespaces: Vec<String> =
        call.params.texts("ServiceNamespaces").into_iter().map(str::to_owned).collect();
    call.page_of(&namespaces, "PoliciesGrantingServiceAccess", String::clone, out, |out, namespace| {
        out.text("ServiceNamespace", namespace);
        let granting = sources.iter().filter(|(_, policy)| grants(policy, namespace));
        out.list("Policies", granting, |out, (source, _)| item(out, source));
    })?;
    Ok(unchanged())
}

fn item(out: &mut Writer, source: &Source) {
    out.text("PolicyName", &source.name);
    match &source.origin {
        Origin::Inline(kind, name) => {
            out.text("PolicyType", "INLINE");
            out.text("EntityType", &kind.to_ascii_uppercase());
            out.text("EntityName", name);
        }
        Origin::Managed(arn) => {
            out.text("PolicyType", "MANAGED");
            out.text("PolicyArn", arn);
        }
    }
}

/// Whether an Allow names anything of the service. What conditions and denials leave of it is not asked, as with IAM.
fn grants(policy: &Policy, namespace: &str) -> bool {
    policy.statements.iter().any(|statement| {
        let negated = statement.action.as_ref().is_some_and(|element| element.negated);
        statement.effect == Some(Effect::Allow)
            && (negated
                || namespaces(statement).any(|pattern| matches(pattern, namespace, Case::Insensitive)))
    })
}

/// The services that a statement's actions name, as patterns.
pub fn namespaces(statement: &Statement) -> impl Iterator<Item = &str> {
    let patterns = statement.action.iter().flat_map(|element| &element.patterns);
    patterns.map(|pattern| pattern.text.split(':').next().unwrap_or_default())
}
