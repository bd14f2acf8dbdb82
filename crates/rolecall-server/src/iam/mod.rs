//! Operations of IAM, one file per family (reference iam.md).

pub mod access_key;
pub mod account;
pub mod attached_policy;
pub mod authorization_details;
pub mod aws_managed;
pub mod credential_report;
pub mod document;
pub mod granting;
pub mod group;
pub mod holder;
pub mod inline_policy;
pub mod instance_profile;
pub mod last_accessed;
pub mod linked_service;
pub mod login_profile;
pub mod managed_policy;
pub mod membership;
pub mod not_kept;
pub mod oidc_provider;
pub mod operations;
pub mod password_policy;
pub mod permissions_boundary;
pub mod policy_entities;
pub mod policy_version;
pub mod principal;
pub mod quota;
pub mod role;
pub mod service_linked_role;
pub mod simulate;
pub mod tags;
pub mod user;

#[cfg(test)]
mod tests;

use rolecall_state::entity::Tag;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

/// Writes tags, if there are any.
pub fn tags_if(out: &mut Writer, tags: &[Tag]) {
    if !tags.is_empty() {
        self::tags(out, tags);
    }
}

/// Writes tags, also where there are none.
pub fn tags(out: &mut Writer, tags: &[Tag]) {
    out.list("Tags", sorted(tags), tag);
}

/// Tags by their keys, which is how every answer has them (IAM API reference, "The returned list of tags is sorted by
/// tag key").
#[must_use]
pub fn sorted(tags: &[Tag]) -> Vec<&Tag> {
    let mut sorted: Vec<&Tag> = tags.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    sorted
}

/// Writes the members of a tag.
pub fn tag(out: &mut Writer, tag: &Tag) {
    out.text("Key", &tag.key);
    out.text("Value", &tag.value);
}

/// Writes a permissions boundary.
pub fn boundary(out: &mut Writer, arn: &str) {
    out.structure("PermissionsBoundary", |out| {
        out.text("PermissionsBoundaryType", "PermissionsBoundaryPolicy");
        out.text("PermissionsBoundaryArn", arn);
    });
}

/// `EntityAlreadyExists` with IAM's sentence (reference iam.md §9).
#[must_use]
pub fn already_exists(sentence: String) -> Fault {
    Fault::new(Code::EntityAlreadyExists, sentence)
}

/// `DeleteConflict` for an entity on which something still hangs.
#[must_use]
pub fn in_use(why: &str) -> Fault {
    Fault::new(Code::DeleteConflict, format!("Cannot delete entity, {why}"))
}
