//! Operations of IAM, one file per family (reference iam.md).

pub mod document;
pub mod operations;
pub mod quota;
pub mod role;

use rolecall_state::entity::Tag;
use rolecall_wire::answer::Writer;

/// Writes tags, if there are any.
pub fn tags_if(out: &mut Writer, tags: &[Tag]) {
    if tags.is_empty() {
        return;
    }
    out.list("Tags", tags, |out, tag| {
        out.text("Key", &tag.key);
        out.text("Value", &tag.value);
    });
}

/// Writes a permissions boundary.
pub fn boundary(out: &mut Writer, arn: &str) {
    out.structure("PermissionsBoundary", |out| {
        out.text("PermissionsBoundaryType", "PermissionsBoundaryPolicy");
        out.text("PermissionsBoundaryArn", arn);
    });
}
