//! Principals of trust policies: whether they exist, and what becomes of their names when they are renamed or deleted
//! (reference iam.md §4.1).
//!
//! IAM keeps unique ids in place of the ARNs of users and roles. Here the ARN stays while its principal lives; whoever
//! renames or deletes the principal rewrites the policies that name it
//! (docs/decisions/0042-principals-of-trust-policies.md).

use rolecall_model::arn::{Arn, is_account};
use rolecall_model::json::{Node, parse};
use rolecall_model::span::Span;
use rolecall_state::change::{Change, Compare};
use rolecall_state::entity::{Role, User};
use rolecall_state::view::Shared;
use rolecall_wire::fault::Fault;

use super::malformed;
use crate::call::{Call, Changes};

/// Trust policies that one transaction may rewrite beside its own changes; each needs a comparison and a change of the
/// 128 that a transaction has.
const REWRITTEN: usize = 56;

/// A principal that a trust policy names and that lives in an account of the service.
pub enum Principal {
    /// A role.
    Role(Shared<Role>),
    /// A user.
    User(Shared<User>),
}

impl Principal {
    /// Makes changes rest on the principal, such that whoever deletes it meanwhile sees it changed.
    pub fn rely_on(&self, changes: &mut Changes) {
        let (compare, change) = match self {
            Principal::Role(role) => (Compare::unchanged(role), Change::put(role.value.clone())),
            Principal::User(user) => (Compare::unchanged(user), Change::put(user.value.clone())),
        };
        if !changes.compare.iter().any(|known| known.key == compare.key) {
            changes.compare.push(compare);
            changes.changes.push(change);
        }
    }
}

/// The principal behind a text under `AWS`; none for what IAM does not look up, such as accounts and sessions, and for
/// accounts that are not of this service, of which nothing is known.
///
/// # Errors
/// `Invalid principal in policy` where the account is here and the principal is not.
pub fn find(call: &Call<'_>, text: &str) -> Result<Option<Principal>, Fault> {
    let gone = || malformed(format!("Invalid principal in policy: \"AWS\":\"{text}\""));
    let Some(arn) = Arn::parse(text) else {
        return match text.get(..4) {
            Some("AROA") => call.view.role_by_id(text).map(Principal::Role).map(Some).ok_or_else(gone),
            Some("AIDA") => call.view.user_by_id(text).map(Principal::User).map(Some).ok_or_else(gone),
            _ => Ok(None),
        };
    };
    let Some(account) = call.view.account(&arn.account).filter(|_| arn.service == "iam") else {
        return Ok(None);
    };
    let name = arn.resource.rsplit('/').next().unwrap_or_default();
    let found = match arn.resource.split('/').next() {
        Some("role") => {
            account.roles.get(name).filter(|role| role.arn(&arn.partition) == text).map(Principal::Role)
        }
        Some("user") => {
            account.users.get(name).filter(|user| user.arn(&arn.partition) == text).map(Principal::User)
        }
        _ => return Ok(None),
    };
    found.map(Some).ok_or_else(gone)
}

/// The document with every bare account number among its principals made the ARN of that account's root, as IAM shows
/// it on later reads; the rest to the letter.
#[must_use]
pub fn with_root_arns(text: &str, partition: &str) -> String {
    let root = |name: &str| is_account(name).then(|| format!("arn:{partition}:iam::{name}:root"));
    rewritten(text, root).unwrap_or_else(|| text.to_owned())
}

/// Puts a new name in the place of a principal's ARN in the trust policies of all roles of the service: the new ARN
/// where it was renamed, the unique id where it was deleted. Recreating the name then restores no trust.
pub fn replace(call: &Call<'_>, old: &str, new: &str, changes: &mut Changes) {
    let mut left = REWRITTEN;
    for account in call.view.accounts() {
        for role in account.roles.all() {
            let named = || rewritten(&role.trust_policy, |name| (name == old).then(|| new.to_owned()));
            let Some(trust_policy) = role.trust_policy.contains(old).then(named).flatten() else { continue };
            let own = Compare::unchanged(&role);
            if changes.compare.contains(&own) {
                continue;
            }
            if left == 0 {
                tracing::warn!(
                    principal = old,
                    "more trust policies name the principal than can be rewritten"
                );
                return;
            }
            left -= 1;
            changes.compare.push(own);
            changes.changes.push(Change::put(Role { trust_policy, ..role.value.clone() }));
        }
    }
}

/// The document with other names for some of its AWS principals; none where nothing changes.
fn rewritten(text: &str, rename: impl Fn(&str) -> Option<String>) -> Option<String> {
    let root = parse(text).root?;
    let statements = root.get("Statement").map(Node::one_or_many).unwrap_or_default();
    let elements =
        statements.iter().flat_map(|one| [one.get("Principal"), one.get("NotPrincipal")]).flatten();
    let names = elements.filter_map(|element| element.get("AWS")).flat_map(Node::one_or_many);
    let mut renamed: Vec<(Span, String)> =
        names.filter_map(|node| Some((node.span, rename(node.as_str()?)?))).collect();
    renamed.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut out = text.to_owned();
    for (span, name) in &renamed {
        // Neither ARNs nor ids hold anything that JSON escapes.
        out.replace_range(span.unquoted().range(), name);
    }
    (!renamed.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_become_their_root() {
        let table = [
            (
                r#"{"Statement":[{"Principal":{"AWS":["111122223333", "arn:aws:iam::111122223333:role/x"]}}]}"#,
                r#"{"Statement":[{"Principal":{"AWS":["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/x"]}}]}"#,
            ),
            (
                r#"{"Statement": {"Principal":{"AWS":"111122223333"}, "Sid": "111122223333"}}"#,
                r#"{"Statement": {"Principal":{"AWS":"arn:aws:iam::111122223333:root"}, "Sid": "111122223333"}}"#,
            ),
            (
                r#"{"Statement":{"Principal":{"Service":"111122223333"}}}"#,
                r#"{"Statement":{"Principal":{"Service":"111122223333"}}}"#,
            ),
            ("{", "{"),
        ];
        for (text, wanted) in table {
            assert_eq!(with_root_arns(text, "aws"), wanted);
        }
    }
}
