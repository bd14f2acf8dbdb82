//! `PolicyExclusionList`: policies that a simulation leaves out (reference simulator.md §3).

use rolecall_policy::pattern::{Case, matches};
use rolecall_wire::fault::Fault;

use super::invalid;
use crate::call::Call;
use crate::iam::principal::{Origin, Source};

/// What is left out.
pub(super) enum Exclusion {
    /// Every policy of a type.
    Type(String),
    /// Managed policies by their ARN, in which `*` and `?` are patterns.
    Arn(String),
    /// An inline policy of entities of a type, by a pattern of their names.
    Inline { name: String, holder: String, pattern: String },
}

/// Reads the list; each entry says one of the three.
pub(super) fn read(call: &Call<'_>) -> Result<Vec<Exclusion>, Fault> {
    let one = |view: &rolecall_wire::query::View<'_>| {
        let kind = view.get("PolicyType").map(|kind| Exclusion::Type(kind.to_owned()));
        let arn = view.get("PolicyArn").map(|arn| Exclusion::Arn(arn.to_owned()));
        let inline = view.structure("InlinePolicyIdentifier").map(|inline| {
            let text = |name: &str| inline.get(name).unwrap_or_default().to_owned();
            Exclusion::Inline {
                name: text("PolicyName"),
                holder: text("AttachmentType"),
                pattern: text("AttachmentName"),
            }
        });
        let mut given = [kind, arn, inline].into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(exclusion), None) => Ok(exclusion),
            _ => Err(invalid(
                "Each policy exclusion must have exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier.",
            )),
        }
    };
    call.params.list("PolicyExclusionList").iter().map(one).collect()
}

impl Exclusion {
    /// Whether a policy of the principal is left out.
    pub fn covers(&self, source: &Source) -> bool {
        match (self, &source.origin) {
            (Exclusion::Type(kind), Origin::Inline(..)) => kind == "inline",
            (Exclusion::Type(kind), Origin::Managed(arn)) => {
                let aws = arn.contains(":iam::aws:policy/");
                kind == if aws { "aws-managed" } else { "user-managed" }
            }
            (Exclusion::Arn(pattern), Origin::Managed(arn)) => matches(pattern, arn, Case::Sensitive),
            (Exclusion::Inline { name, holder, pattern }, Origin::Inline(kind, holder_name)) => {
                *name == source.name && holder == kind && matches(pattern, holder_name, Case::Sensitive)
            }
            _ => false,
        }
    }

    /// Whether the permissions boundary is left out.
    pub fn covers_boundary(&self) -> bool {
        matches!(self, Exclusion::Type(kind) if kind == "permission-boundary")
    }
}
