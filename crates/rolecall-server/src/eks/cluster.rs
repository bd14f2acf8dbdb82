//! Clusters: Create, Describe, List, Delete. A cluster is its description; it is active at once (reference eks.md §1.1).

use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::entity::{Cluster, ClusterStatus, Kept};
use rolecall_state::view::PageRequest;
use rolecall_wire::fault::{Code, Fault};
use serde_json::{Map, Value, json};

use super::{invalid, role_arn, tag_map};
use crate::call::created;
use crate::json_call::{Done, JsonCall, answer, token};
use crate::target::Resource;

/// The version of clusters that ask for none.
const VERSION: &str = "1.33";
/// Clusters of an account in a region (EKS User Guide, "Service quotas").
const MOST: usize = 100;
/// What else of a cluster goes with it in one transaction; the store takes 128 changes.
const DEPENDANTS: usize = 100;

/// Members of the request that stand in the description as they were given.
const KEPT: [&str; 14] = [
    "resourcesVpcConfig",
    "kubernetesNetworkConfig",
    "logging",
    "clientRequestToken",
    "encryptionConfig",
    "outpostConfig",
    "accessConfig",
    "upgradePolicy",
    "zonalShiftConfig",
    "remoteNetworkConfig",
    "computeConfig",
    "storageConfig",
    "deletionProtection",
    "controlPlaneScalingConfig",
];

/// The cluster that `name` or `clusterName` names, or is to have.
#[must_use]
pub fn resource(call: &JsonCall<'_>) -> Resource {
    let name = call.text_if("name").unwrap_or_else(|| call.text("clusterName"));
    let arn = format!("arn:{}:eks:{}:{}:cluster/{name}", call.partition(), call.region, call.account_id());
    let tags = call.cluster(name).map(|cluster| cluster.tags.clone()).unwrap_or_default();
    Resource { arn, tags, ..Resource::default() }
}

/// CreateCluster. The cluster's issuer is the service's own, by the cluster's name: `…/issuer/NAME`.
///
/// # Errors
/// As EKS.
pub fn create(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let name = call.text("name");
    role_arn(call.text("roleArn"))?;
    call.pass_role(call.text("roleArn"), "eks.amazonaws.com")?;
    let retried = |cluster: &Cluster| {
        let token = call.text_if("clientRequestToken");
        token.is_some() && other(cluster).get("clientRequestToken").and_then(Value::as_str) == token
    };
    match call.cluster(name) {
        Ok(cluster) if retried(&cluster) => return Ok(answer(described(call, &cluster))),
        Ok(_) => {
            let sentence = format!("Cluster already exists with name: {name}");
            return Err(Fault::new(Code::ResourceInUseException, sentence).about_cluster(name));
        }
        Err(_) => {}
    }
    let prefix = call.in_region("");
    let request = PageRequest { name_prefix: &prefix, limit: MOST, ..PageRequest::default() };
    if call.account.clusters.page(&request).items.len() >= MOST {
        return Err(Fault::new(Code::ResourceLimitExceededException, "Cluster limit exceeded for account."));
    }
    let kept: Map<String, Value> = KEPT
        .iter()
        .filter_map(|member| Some(((*member).to_owned(), call.input.get(*member)?.clone())))
        .filter(|(_, value)| !value.is_null())
        .collect();
    let kept = with_defaults(kept);
    let cluster = Cluster {
        account: call.account_id().to_owned(),
        region: call.region.to_owned(),
        name: name.to_owned(),
        created: call.now,
        version: call.text_if("version").unwrap_or(VERSION).to_owned(),
        status: ClusterStatus::Active,
        endpoint: None,
        certificate_authority: None,
        role_arn: call.text("roleArn").to_owned(),
        issuer: Some(call.desk.issuer.url(name)),
        tags: call.tags(),
        other: Some(Value::Object(kept).to_string()),
    };
    let output = described(call, &cluster);
    Ok(Done { changes: created(cluster), output })
}

/// DescribeCluster.
///
/// # Errors
/// As EKS.
pub fn describe(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let cluster = call.cluster(call.text("name"))?;
    Ok(answer(described(call, &cluster)))
}

/// ListClusters: names in their order.
///
/// # Errors
/// As EKS.
pub fn list(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let after = call.after()?.map(|name| call.in_region(&name));
    let prefix = call.in_region("");
    let page = call.account.clusters.page(&PageRequest {
        after: after.as_deref(),
        name_prefix: &prefix,
        limit: call.limit("maxResults", 100),
        ..PageRequest::default()
    });
    let names: Vec<&str> = page.items.iter().map(|cluster| cluster.name.as_str()).collect();
    let next = names.last().filter(|_| page.more).map(|name| token(name));
    Ok(answer(json!({"clusters": names, "nextToken": next})))
}

/// DeleteCluster: its associations and identity provider configurations go with it.
///
/// # Errors
/// As EKS; and where more hangs on it than goes in one transaction.
pub fn delete(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let name = call.text("name");
    let cluster = call.cluster(name)?;
    if other(&cluster).get("deletionProtection").and_then(Value::as_bool) == Some(true) {
        let sentence = "Cluster cannot be deleted while deletion protection is enabled.";
        return Err(Fault::new(Code::InvalidRequestException, sentence).about_cluster(name));
    }
    let changes = removal(call, &cluster)?;
    let gone = Cluster { status: ClusterStatus::Deleting, ..cluster.value.clone() };
    Ok(Done { changes, output: described(call, &gone) })
}

/// The removal of a cluster and of what hangs on it.
///
/// # Errors
/// `ResourceInUseException` where that is too much for one transaction.
pub fn removal(
    call: &JsonCall<'_>,
    cluster: &rolecall_state::view::Shared<Cluster>,
) -> Result<Transaction, Fault> {
    let mut changes = Transaction {
        compare: vec![Compare::unchanged(cluster)],
        changes: vec![Change::delete(&cluster.value)],
    };
    let prefix = format!("{}/", cluster.value.name());
    let request = PageRequest { name_prefix: &prefix, limit: DEPENDANTS, ..PageRequest::default() };
    let associations = call.account.pod_identity_associations.page(&request);
    let configs = call.account.identity_provider_configs.page(&request);
    if associations.more || configs.more {
        let sentence = format!(
            "Cluster {} has more than {DEPENDANTS} pod identity associations; delete some of them first.",
            cluster.name
        );
        return Err(Fault::new(Code::ResourceInUseException, sentence).about_cluster(&cluster.name));
    }
    changes.changes.extend(associations.items.iter().map(|one| Change::delete(&one.value)));
    changes.changes.extend(configs.items.iter().map(|one| Change::delete(&one.value)));
    Ok(changes)
}

/// `{"cluster": …}` as EKS describes it.
#[must_use]
pub fn described(call: &JsonCall<'_>, cluster: &Cluster) -> Value {
    let mut out = Map::new();
    let mut say = |name: &str, value: Value| out.insert(name.to_owned(), value);
    say("name", json!(cluster.name));
    say("arn", json!(cluster.arn(call.partition())));
    say("createdAt", json!(cluster.created.0));
    say("version", json!(cluster.version));
    if let Some(endpoint) = &cluster.endpoint {
        say("endpoint", json!(endpoint));
    }
    say("roleArn", json!(cluster.role_arn));
    if let Some(issuer) = &cluster.issuer {
        say("identity", json!({"oidc": {"issuer": issuer}}));
    }
    say("status", json!(cluster.status));
    if let Some(data) = &cluster.certificate_authority {
        say("certificateAuthority", json!({"data": data}));
    }
    say("platformVersion", json!("eks.1"));
    say("tags", tag_map(&cluster.tags));
    say("health", json!({"issues": []}));
    let defaults = json!({
        "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": true},
        "upgradePolicy": {"supportType": "EXTENDED"},
        "deletionProtection": false,
    });
    let defaults = defaults.as_object().cloned().unwrap_or_default();
    for (name, value) in defaults.into_iter().chain(other(cluster)) {
        say(&name, value);
    }
    json!({"cluster": out})
}

/// What EKS says of the network where the request does not.
fn with_defaults(mut kept: Map<String, Value>) -> Map<String, Value> {
    let network = kept.entry("resourcesVpcConfig").or_insert_with(|| json!({}));
    let defaults = [
        ("endpointPublicAccess", json!(true)),
        ("endpointPrivateAccess", json!(false)),
        ("publicAccessCidrs", json!(["0.0.0.0/0"])),
    ];
    if let Some(members) = network.as_object_mut() {
        for (name, value) in defaults {
            members.entry(name).or_insert(value);
        }
    }
    kept
}

fn other(cluster: &Cluster) -> Map<String, Value> {
    cluster.other.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Whether a text can be an issuer: a URL of `https`, or of `http` where issuers of this machine are allowed.
///
/// # Errors
/// `InvalidParameterException`.
pub fn issuer(call: &JsonCall<'_>, url: &str) -> Result<(), Fault> {
    let local = call.desk.config.allow_local_issuers && url.starts_with("http://");
    let host = rolecall_model::provider_url::provider_name(url).map(rolecall_model::provider_url::host);
    match host {
        Some(host) if !host.is_empty() && (local || url.starts_with("https://")) => Ok(()),
        _ => Err(invalid(format!("Issuer URL is invalid: {url}"))),
    }
}
