//! Tags of clusters, associations and identity provider configurations, by ARN: Tag, Untag, List.

use rolecall_state::change::Change;
use rolecall_state::entity::{Cluster, IdentityProviderConfig, PodIdentityAssociation, Tag};
use rolecall_state::view::Shared;
use rolecall_wire::fault::{Code, Fault};
use serde_json::{Value, json};

use super::{association, identity_provider, tag_map};
use crate::call::{Changes, changed};
use crate::json_call::{Done, JsonCall, answer};
use crate::target::Resource;

/// Tags that a resource may have.
const MOST: usize = 50;

/// What `resourceArn` names.
#[must_use]
pub fn resource(call: &JsonCall<'_>) -> Resource {
    let tags = named(call).map(|tagged| tagged.tags().to_vec()).unwrap_or_default();
    Resource { arn: call.text("resourceArn").to_owned(), tags, ..Resource::default() }
}

/// TagResource: adds tags, or gives those that are there new values.
///
/// # Errors
/// As EKS.
pub fn tag(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let tagged = named(call)?;
    let mut tags = tagged.tags().to_vec();
    for tag in call.tags() {
        match tags.iter_mut().find(|known| known.key == tag.key) {
            Some(known) => *known = tag,
            None => tags.push(tag),
        }
    }
    if tags.len() > MOST {
        return Err(Fault::new(
            Code::BadRequestException,
            format!("A resource can have at most {MOST} tags."),
        ));
    }
    Ok(Done { changes: tagged.with(tags), output: json!({}) })
}

/// UntagResource.
///
/// # Errors
/// As EKS.
pub fn untag(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let tagged = named(call)?;
    let keys = call.texts("tagKeys");
    let tags = tagged.tags().iter().filter(|tag| !keys.contains(&tag.key.as_str())).cloned().collect();
    Ok(Done { changes: tagged.with(tags), output: json!({}) })
}

/// ListTagsForResource.
///
/// # Errors
/// As EKS.
pub fn list(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let tags: Value = tag_map(named(call)?.tags());
    Ok(answer(json!({"tags": tags})))
}

enum Tagged {
    Cluster(Shared<Cluster>),
    Association(Shared<PodIdentityAssociation>),
    Config(Shared<IdentityProviderConfig>),
}

impl Tagged {
    fn tags(&self) -> &[Tag] {
        match self {
            Tagged::Cluster(cluster) => &cluster.tags,
            Tagged::Association(association) => &association.tags,
            Tagged::Config(config) => &config.tags,
        }
    }

    fn with(&self, tags: Vec<Tag>) -> Changes {
        match self {
            Tagged::Cluster(one) => changed(one, Change::put(Cluster { tags, ..one.value.clone() })),
            Tagged::Association(one) => {
                changed(one, Change::put(PodIdentityAssociation { tags, ..one.value.clone() }))
            }
            Tagged::Config(one) => {
                changed(one, Change::put(IdentityProviderConfig { tags, ..one.value.clone() }))
            }
        }
    }
}

fn named(call: &JsonCall<'_>) -> Result<Tagged, Fault> {
    let arn = call.text("resourceArn");
    if rolecall_model::arn::Arn::parse(arn).is_none_or(|arn| arn.service != "eks") {
        return Err(Fault::new(Code::BadRequestException, format!("{arn} is no ARN of a resource of EKS.")));
    }
    let missing =
        || Fault::new(Code::NotFoundException, format!("The specified resource could not be found: {arn}"));
    let prefix = format!("arn:{}:eks:{}:{}:", call.partition(), call.region, call.account_id());
    let (kind, rest) = arn.strip_prefix(&prefix).and_then(|rest| rest.split_once('/')).ok_or_else(missing)?;
    let cluster = rest.split('/').next().unwrap_or_default();
    let found = match kind {
        "cluster" => call.cluster(rest).ok().map(Tagged::Cluster),
        "podidentityassociation" => {
            let all = association::of_cluster(call, cluster);
            all.into_iter().find(|one| one.arn(call.partition()) == arn).map(Tagged::Association)
        }
        "identityproviderconfig" => {
            let all = identity_provider::of_cluster(call, cluster);
            all.into_iter().find(|one| identity_provider::arn(call, one) == arn).map(Tagged::Config)
        }
        _ => None,
    };
    found.ok_or_else(missing)
}
