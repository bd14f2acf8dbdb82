//! Clusters that run elsewhere, registered with the issuer that they have: what `rolecall cluster` calls.

use rolecall_state::change::Change;
use rolecall_state::entity::{Cluster, ClusterStatus};
use rolecall_state::view::PageRequest;
use rolecall_wire::fault::Fault;
use serde_json::{Value, json};

use super::cluster::{described, issuer, removal};
use crate::call::{changed, created};
use crate::json_call::{Done, JsonCall, answer};
use crate::target::Resource;

/// The cluster that `Name` names, or is to have.
#[must_use]
pub fn resource(call: &JsonCall<'_>) -> Resource {
    let (partition, region, account) = (call.partition(), call.region, call.account_id());
    let name = call.text("Name");
    let tags = call.cluster(name).map(|cluster| cluster.tags.clone()).unwrap_or_default();
    let arn = format!("arn:{partition}:eks:{region}:{account}:cluster/{name}");
    Resource { arn, tags, ..Resource::default() }
}

/// RegisterCluster: a cluster that is there already gets what is given now, and keeps everything else.
///
/// # Errors
/// Where the issuer is no URL.
pub fn register(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let name = call.text("Name");
    issuer(call, call.text("Issuer"))?;
    let given = |member: &str| call.text_if(member).map(str::to_owned);
    let before = call.cluster(name).ok();
    let kept = before.as_ref().map(|before| before.value.clone());
    let kept = kept.unwrap_or_else(|| Cluster {
        account: call.account_id().to_owned(),
        region: call.region.to_owned(),
        name: name.to_owned(),
        created: call.now,
        version: "1.33".to_owned(),
        status: ClusterStatus::Active,
        endpoint: None,
        certificate_authority: None,
        role_arn: format!("arn:{}:iam::{}:role/{name}", call.partition(), call.account_id()),
        issuer: None,
        tags: Vec::new(),
        other: None,
    });
    let cluster = Cluster {
        issuer: given("Issuer"),
        endpoint: given("Endpoint").or(kept.endpoint),
        certificate_authority: given("CertificateAuthority").or(kept.certificate_authority),
        version: given("Version").unwrap_or(kept.version),
        ..kept
    };
    let output = described(call, &cluster);
    let changes = match &before {
        Some(before) => changed(before, Change::put(cluster)),
        None => created(cluster),
    };
    Ok(Done { changes, output })
}

/// RemoveCluster.
///
/// # Errors
/// Where there is none of the name.
pub fn remove(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let cluster = call.cluster(call.text("Name"))?;
    let output = described(call, &cluster);
    Ok(Done { changes: removal(call, &cluster)?, output })
}

/// ListRegisteredClusters.
///
/// # Errors
/// None.
pub fn list(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let prefix = call.in_region("");
    let request = PageRequest { name_prefix: &prefix, ..PageRequest::default() };
    let clusters: Vec<Value> = call
        .account
        .clusters
        .page(&request)
        .items
        .iter()
        .map(|cluster| {
            json!({"Name": cluster.name, "Issuer": cluster.issuer, "Endpoint": cluster.endpoint, "Arn": cluster.arn(call.partition())})
        })
        .collect();
    Ok(answer(json!({"Clusters": clusters})))
}
