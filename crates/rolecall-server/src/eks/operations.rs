//! THE TABLE of EKS's operations that are offered.

use rolecall_policy::context::Context;
use serde_json::Value;

use super::{association, cluster, identity_provider, tags};
use crate::json_call::JsonCall;
use crate::json_operations::{Row, any, row};

/// The rows.
pub static ROWS: &[Row] = &[
    Row { keys: creation_keys, ..row("CreateCluster", cluster::resource, cluster::create) },
    row("DescribeCluster", cluster::resource, cluster::describe),
    row("ListClusters", any, cluster::list),
    row("DeleteCluster", cluster::resource, cluster::delete),
    Row {
        keys: provider_keys,
        ..row("AssociateIdentityProviderConfig", cluster::resource, identity_provider::associate)
    },
    row("DescribeIdentityProviderConfig", identity_provider::resource, identity_provider::describe),
    row("ListIdentityProviderConfigs", cluster::resource, identity_provider::list),
    row("DisassociateIdentityProviderConfig", identity_provider::resource, identity_provider::disassociate),
    row("CreatePodIdentityAssociation", cluster::resource, association::create),
    row("DescribePodIdentityAssociation", association::resource, association::describe),
    row("ListPodIdentityAssociations", cluster::resource, association::list),
    row("UpdatePodIdentityAssociation", association::resource, association::update),
    row("DeletePodIdentityAssociation", association::resource, association::delete),
    row("TagResource", tags::resource, tags::tag),
    row("UntagResource", tags::resource, tags::untag),
    row("ListTagsForResource", tags::resource, tags::list),
];

/// Source of both: Service Authorization Reference, "Condition keys for Amazon Elastic Kubernetes Service".
fn creation_keys(call: &JsonCall<'_>, context: &mut Context) {
    let access = call.input.get("accessConfig");
    let member = |name: &str| access.and_then(|access| access.get(name));
    if let Some(mode) = member("authenticationMode").and_then(Value::as_str) {
        context.set("eks:authenticationMode", [mode.to_owned()]);
    }
    if let Some(admin) = member("bootstrapClusterCreatorAdminPermissions").and_then(Value::as_bool) {
        context.set("eks:bootstrapClusterCreatorAdminPermissions", [admin.to_string()]);
    }
    if let Some(addons) = call.flag("bootstrapSelfManagedAddons") {
        context.set("eks:bootstrapSelfManagedAddons", [addons.to_string()]);
    }
}

fn provider_keys(call: &JsonCall<'_>, context: &mut Context) {
    let oidc = call.input.get("oidc");
    for (member, key) in [("clientId", "eks:clientId"), ("issuerUrl", "eks:issuerUrl")] {
        if let Some(value) = oidc.and_then(|oidc| oidc.get(member)?.as_str()) {
            context.set(key, [value.to_owned()]);
        }
    }
}
