//! Trust policies: what IAM refuses, and what it keeps (reference iam.md §4).

use rolecall_policy::document::{Policy, PolicyFlaw};
use rolecall_policy::validate::{Gravity, Usage, size, validate};
use rolecall_wire::fault::{Code, Fault};

use super::principals::{self, Principal};
use super::{malformed, shared_provider};
use crate::call::Call;
use crate::iam::quota;

/// A trust policy that IAM would store.
pub struct Trust {
    /// The document as it is kept.
    pub document: String,
    /// Users and roles of this service that it names.
    pub principals: Vec<Principal>,
}

/// With what names of services end.
const SERVICES: [&str; 8] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazon.com",
    ".amazonaws.eu",
    ".aws.internal",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".aws.com",
];

/// Whether IAM would store this trust policy: its grammar, its size, its principals, and what it demands for providers
/// that many tenants share.
///
/// # Errors
/// `MalformedPolicyDocument` or `LimitExceeded` with IAM's sentence.
pub fn trust(call: &Call<'_>, text: &str) -> Result<Trust, Fault> {
    let policy = Policy::from_text(text);
    let flaws = validate(&policy, Usage::Trust);
    if let Some(flaw) = flaws.iter().find(|flaw| flaw.gravity() == Gravity::Error) {
        return Err(malformed(sentence(flaw)));
    }
    let most = quota::TRUST_POLICY;
    if size(text) > most {
        let sentence = format!("Cannot exceed quota for ACLSizePerRole: {most}");
        return Err(Fault::new(Code::LimitExceeded, sentence));
    }
    let principals = existing(call, &policy)?;
    shared_provider::check(&policy)?;
    Ok(Trust { document: principals::with_root_arns(text, call.partition()), principals })
}

/// IAM says of broken JSON neither where nor why.
fn sentence(flaw: &PolicyFlaw) -> &str {
    const BROKEN: &str = "This policy contains invalid Json";
    if flaw.message.starts_with(BROKEN) { BROKEN } else { &flaw.message }
}

/// The users and roles that a policy names; each must be there. Whether a provider exists is not asked.
fn existing(call: &Call<'_>, policy: &Policy) -> Result<Vec<Principal>, Fault> {
    let mut found = Vec::new();
    let elements = policy.statements.iter().filter_map(|statement| statement.principal.as_ref());
    for entry in elements.flat_map(|element| &element.entries) {
        let name = entry.value.text.as_str();
        match entry.kind.text.as_str() {
            "AWS" => found.extend(principals::find(call, name)?),
            "Service" if !SERVICES.iter().any(|end| name.ends_with(end)) => {
                return Err(malformed(format!("Invalid principal in policy: \"SERVICE\":\"{name}\"")));
            }
            _ => {}
        }
    }
    Ok(found)
}
