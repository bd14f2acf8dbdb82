//! Policies of a role and its boundary, open for changes: inline ones, and managed ones of the customer's own.

use std::ops::Deref;

use rolecall_model::arn::Arn;
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::permission::NamedPolicy;
use rolecall_model::json::edit::Change;

use super::edit::Edit;
use super::policy::{Changed, PolicyEditor};

/// A permission policy, open for changes.
pub struct PermissionPolicyEditor<'c> {
    holder: Holder,
    policy: PolicyEditor<'c>,
}

/// Where a policy is kept.
enum Holder {
    /// In a role.
    Inline { role: String, name: String },
    /// By itself, for whomever it is attached to.
    Managed { arn: String },
}

impl<'c> PermissionPolicyEditor<'c> {
    /// Opens a policy of the role; none where it is AWS's own, where it is not known which one it is, or where it was not
    /// read whole.
    #[must_use]
    pub fn identity(evidence: &'c Evidence, named: &'c NamedPolicy, role: &str) -> Option<Self> {
        let holder = match &named.arn {
            Some(arn) => Holder::Managed { arn: customers_own(&arn.value)?.to_owned() },
            None => Holder::Inline { role: role.to_owned(), name: named.name.as_ref()?.value.clone() },
        };
        Self::open(evidence, named, holder)
    }

    /// Opens the role's boundary; none where it is AWS's own, or its ARN is not known.
    #[must_use]
    pub fn boundary(evidence: &'c Evidence, named: &'c NamedPolicy) -> Option<Self> {
        let arn = customers_own(boundary_arn(evidence, named)?)?.to_owned();
        Self::open(evidence, named, Holder::Managed { arn })
    }

    fn open(evidence: &'c Evidence, named: &'c NamedPolicy, holder: Holder) -> Option<Self> {
        let document = evidence.documents.get(named.document)?;
        if document.flaws.iter().any(|flaw| flaw.is_syntax()) {
            return None;
        }
        Some(PermissionPolicyEditor { holder, policy: PolicyEditor::open(&document.text, &named.node)? })
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.holder {
            Holder::Inline { name, .. } => format!("the policy `{name}`"),
            Holder::Managed { arn } => format!("`{arn}`, which may be in force for others too"),
        }
    }

    /// The edit that these changes come to; none where they do not fit together.
    #[must_use]
    pub fn edit(&self, changes: &[Change]) -> Option<Edit> {
        let Changed { before, after } = self.policy.changed(changes)?;
        Some(match &self.holder {
            Holder::Inline { role, name } => Edit::PutRolePolicy {
                role: role.clone(),
                name: name.clone(),
                before: Some(before),
                after: Some(after),
            },
            Holder::Managed { arn } => Edit::SetManagedPolicy { policy: arn.clone(), before, after },
        })
    }

    /// The edit that takes the whole policy away; none for a managed one, which cannot be empty.
    #[must_use]
    pub fn taken_away(&self) -> Option<Edit> {
        let Holder::Inline { role, name } = &self.holder else { return None };
        let Changed { before, .. } = self.policy.changed(&[])?;
        Some(Edit::PutRolePolicy {
            role: role.clone(),
            name: name.clone(),
            before: Some(before),
            after: None,
        })
    }
}

impl<'c> Deref for PermissionPolicyEditor<'c> {
    type Target = PolicyEditor<'c>;

    fn deref(&self) -> &PolicyEditor<'c> {
        &self.policy
    }
}

/// The ARN, where it is that of a managed policy which an account keeps; AWS's own cannot be changed.
fn customers_own(arn: &str) -> Option<&str> {
    let parsed = Arn::parse(arn)?;
    let own = parsed.account.len() == 12 && parsed.account.bytes().all(|byte| byte.is_ascii_digit());
    (own && parsed.resource.starts_with("policy/")).then_some(arn)
}

/// The ARN of a policy in the boundary's place: its own, else the one that the role names.
fn boundary_arn<'e>(evidence: &'e Evidence, named: &'e NamedPolicy) -> Option<&'e str> {
    let one = evidence.permission.boundary.present().is_some_and(|all| all.len() == 1);
    let of_role = || evidence.role.role.present()?.boundary_arn.as_ref().filter(|_| one);
    named.arn.as_ref().or_else(of_role).map(|arn| arn.value.as_str())
}

/// The policies of the evidence that are this managed one: one may be attached and be the boundary too.
pub(super) fn managed<'e>(evidence: &'e Evidence, arn: &str) -> Vec<&'e NamedPolicy> {
    let permission = &evidence.permission;
    let attached = permission.identity.present().into_iter().flatten();
    let attached = attached.filter(|named| named.arn.as_ref().is_some_and(|own| own.value == arn));
    let boundary = permission.boundary.present().into_iter().flatten();
    attached.chain(boundary.filter(|named| boundary_arn(evidence, named) == Some(arn))).collect()
}
