//! Operations of EKS that identity rests on, one file per family (reference eks.md §1).

pub mod association;
pub mod cluster;
pub mod identity_provider;
pub mod operations;
pub mod registration;
pub mod tags;

#[cfg(test)]
mod tests;

use rolecall_state::entity::{Cluster, Tag};
use rolecall_state::view::Shared;
use rolecall_wire::fault::{Code, Fault};
use serde_json::{Map, Value};

use crate::json_call::JsonCall;

impl JsonCall<'_> {
    /// The cluster of a name in the caller's account and region.
    ///
    /// # Errors
    /// `ResourceNotFoundException` where there is none.
    pub fn cluster(&self, name: &str) -> Result<Shared<Cluster>, Fault> {
        let missing = || {
            let sentence = format!("No cluster found for name: {name}.");
            Fault::new(Code::ResourceNotFoundException, sentence).about_cluster(name)
        };
        self.account.clusters.get(&self.in_region(name)).ok_or_else(missing)
    }

    /// A name as tables of EKS have it: the region before it.
    #[must_use]
    pub fn in_region(&self, name: &str) -> String {
        format!("{}/{name}", self.region)
    }

    /// Tags of the request.
    #[must_use]
    pub fn tags(&self) -> Vec<Tag> {
        let given = self.input.get("tags").and_then(Value::as_object).into_iter().flatten();
        given
            .map(|(key, value)| Tag {
                key: key.clone(),
                value: value.as_str().unwrap_or_default().to_owned(),
            })
            .collect()
    }
}

/// Tags as EKS answers them: one object.
#[must_use]
pub fn tag_map(tags: &[Tag]) -> Value {
    let members: Map<String, Value> =
        tags.iter().map(|tag| (tag.key.clone(), Value::from(tag.value.as_str()))).collect();
    Value::Object(members)
}

/// `InvalidParameterException`.
#[must_use]
pub fn invalid(sentence: impl Into<String>) -> Fault {
    Fault::new(Code::InvalidParameterException, sentence.into())
}

/// The name of a role in an ARN of this account, where the text is one.
///
/// # Errors
/// `InvalidParameterException` where it is no ARN of a role.
pub fn role_arn(text: &str) -> Result<(), Fault> {
    match rolecall_model::arn::parse_role_arn(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(invalid(format!("Role ARN is invalid: {text}"))),
    }
}
