//! The trust policy of a case, open for changes.

use std::ops::Deref;

use rolecall_model::document::DocumentId;
use rolecall_model::evidence::role::Role;
use rolecall_model::json::edit::Change;

use super::edit::{Edit, TrustPolicyEdit};
use super::policy::{Changed, PolicyEditor};
use crate::case::Case;

/// A role's trust policy, open for changes.
pub struct TrustPolicyEditor<'c> {
    role: String,
    document: DocumentId,
    policy: PolicyEditor<'c>,
}

impl<'c> TrustPolicyEditor<'c> {
    /// Opens that of the role that is asked for; none where it was not read, or not whole.
    #[must_use]
    pub fn open(case: &Case<'c>) -> Option<Self> {
        Self::of(case, case.role().role.present()?)
    }

    /// Opens that of a role of the evidence; none where it was not read, or not whole.
    #[must_use]
    pub fn of(case: &Case<'c>, role: &'c Role) -> Option<Self> {
        let trust = role.trust.as_ref()?;
        let document = case.evidence().documents.get(trust.document)?;
        if document.flaws.iter().any(|flaw| flaw.is_syntax()) {
            return None;
        }
        let name = role.name.as_ref().map(|name| name.value.clone());
        let from_arn = || Some(role.arn.value.rsplit('/').next()?.to_owned()).filter(|name| !name.is_empty());
        Some(TrustPolicyEditor {
            role: name.or_else(from_arn).unwrap_or_else(|| "ROLE".into()),
            document: trust.document,
            policy: PolicyEditor::open(&document.text, &trust.node)?,
        })
    }

    /// The edit that these changes come to; none where they do not fit together.
    #[must_use]
    pub fn edit(&self, changes: Vec<Change>) -> Option<Edit> {
        let Changed { before, after } = self.policy.changed(&changes)?;
        let (role, document) = (self.role.clone(), self.document);
        Some(Edit::SetTrustPolicy(TrustPolicyEdit { role, document, changes, before, after }))
    }
}

impl<'c> Deref for TrustPolicyEditor<'c> {
    type Target = PolicyEditor<'c>;

    fn deref(&self) -> &PolicyEditor<'c> {
        &self.policy
    }
}
