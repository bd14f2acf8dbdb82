//! OIDC providers for users of a cluster's Kubernetes API: Associate, Describe, List, Disassociate (reference eks.md §1.2).

use std::collections::BTreeMap;

use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::entity::{IdentityProviderConfig, Kept};
use rolecall_state::view::{PageRequest, Shared};
use rolecall_wire::fault::{Code, Fault};
use serde_json::{Value, json};

use super::{invalid, tag_map};
use crate::id;
use crate::json_call::{Done, JsonCall, answer, token};
use crate::target::Resource;

/// The configuration that `identityProviderConfig` names.
#[must_use]
pub fn resource(call: &JsonCall<'_>) -> Resource {
    match named(call) {
        Ok(config) => Resource { arn: arn(call, &config), tags: config.tags.clone(), ..Resource::default() },
        Err(_) => super::cluster::resource(call),
    }
}

/// AssociateIdentityProviderConfig: one for each cluster.
///
/// # Errors
/// As EKS.
pub fn associate(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let cluster = call.cluster(call.text("clusterName"))?;
    let oidc = call.input.get("oidc");
    let text = |name: &str| oidc.and_then(|oidc| oidc.get(name)?.as_str()).map(str::to_owned);
    let url = text("issuerUrl").unwrap_or_default();
    if !url.starts_with("https://") {
        return Err(invalid("Issuer URL must start with https://.").about_cluster(&cluster.name));
    }
    if !of_cluster(call, &cluster.name).is_empty() {
        let sentence = "An identity provider config is already associated with the cluster.";
        return Err(Fault::new(Code::ResourceInUseException, sentence).about_cluster(&cluster.name));
    }
    let claims = oidc.and_then(|oidc| oidc.get("requiredClaims")?.as_object()).into_iter().flatten();
    let required: BTreeMap<String, String> =
        claims.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
    let config = IdentityProviderConfig {
        account: call.account_id().to_owned(),
        region: call.region.to_owned(),
        cluster: cluster.name.clone(),
        name: text("identityProviderConfigName").unwrap_or_default(),
        id: id::uuid(call.random),
        issuer_url: url,
        client_id: text("clientId").unwrap_or_default(),
        username_claim: text("usernameClaim"),
        username_prefix: text("usernamePrefix"),
        groups_claim: text("groupsClaim"),
        groups_prefix: text("groupsPrefix"),
        required_claims: required,
        tags: call.tags(),
    };
    let said = config_members(&config).to_string();
    let output = json!({
        "update": update(call, "AssociateIdentityProviderConfig", &said),
        "tags": tag_map(&config.tags),
    });
    // The cluster is put unchanged, so that whoever deletes it meanwhile sees it changed.
    let changes = Transaction {
        compare: vec![Compare::absent(config.key()), Compare::unchanged(&cluster)],
        changes: vec![Change::put(config), Change::put(cluster.value.clone())],
    };
    Ok(Done { changes, output })
}

/// DescribeIdentityProviderConfig.
///
/// # Errors
/// As EKS.
pub fn describe(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let config = named(call)?;
    let mut oidc = config_members(&config);
    if let Some(members) = oidc.as_object_mut() {
        members.insert("identityProviderConfigArn".to_owned(), json!(arn(call, &config)));
        members.insert("clusterName".to_owned(), json!(config.cluster));
        members.insert("tags".to_owned(), tag_map(&config.tags));
        members.insert("status".to_owned(), json!("ACTIVE"));
    }
    Ok(answer(json!({"identityProviderConfig": {"oidc": oidc}})))
}

/// ListIdentityProviderConfigs.
///
/// # Errors
/// As EKS.
pub fn list(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let cluster = call.cluster(call.text("clusterName"))?;
    let after = call.after()?;
    let configs = of_cluster(call, &cluster.name);
    let mut rest =
        configs.iter().map(|config| config.name.as_str()).filter(|name| after.as_deref() < Some(*name));
    let page: Vec<&str> = rest.by_ref().take(call.limit("maxResults", 100)).collect();
    let next = page.last().filter(|_| rest.next().is_some()).map(|name| token(name));
    let listed: Vec<Value> = page.iter().map(|name| json!({"type": "oidc", "name": name})).collect();
    Ok(answer(json!({"identityProviderConfigs": listed, "nextToken": next})))
}

/// DisassociateIdentityProviderConfig.
///
/// # Errors
/// As EKS.
pub fn disassociate(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let config = named(call)?;
    let said = json!({"type": "oidc", "name": config.name}).to_string();
    let output = json!({"update": update(call, "DisassociateIdentityProviderConfig", &said)});
    Ok(Done { changes: crate::call::changed(&config, Change::delete(&config.value)), output })
}

/// `arn:PARTITION:eks:REGION:ACCOUNT:identityproviderconfig/CLUSTER/oidc/NAME/ID`
#[must_use]
pub fn arn(call: &JsonCall<'_>, config: &IdentityProviderConfig) -> String {
    let (partition, account) = (call.partition(), &config.account);
    let IdentityProviderConfig { region, cluster, name, id, .. } = config;
    format!("arn:{partition}:eks:{region}:{account}:identityproviderconfig/{cluster}/oidc/{name}/{id}")
}

/// The configurations of a cluster.
#[must_use]
pub fn of_cluster(call: &JsonCall<'_>, cluster: &str) -> Vec<Shared<IdentityProviderConfig>> {
    let prefix = format!("{}/", call.in_region(cluster));
    let request = PageRequest { name_prefix: &prefix, ..PageRequest::default() };
    call.account.identity_provider_configs.page(&request).items
}

fn named(call: &JsonCall<'_>) -> Result<Shared<IdentityProviderConfig>, Fault> {
    let cluster = call.cluster(call.text("clusterName"))?;
    let asked = call.input.get("identityProviderConfig");
    let member = |name: &str| asked.and_then(|asked| asked.get(name)?.as_str()).unwrap_or_default();
    let name = member("name");
    let found = call.account.identity_provider_configs.get(&format!("{}/{name}", cluster.value.name()));
    found.filter(|_| member("type") == "oidc").ok_or_else(|| {
        let sentence = format!("No identity provider config found for name: {name}.");
        Fault::new(Code::ResourceNotFoundException, sentence).about_cluster(&cluster.name)
    })
}

/// The members that the request gave, and no others.
fn config_members(config: &IdentityProviderConfig) -> Value {
    let mut out = json!({
        "identityProviderConfigName": config.name,
        "issuerUrl": config.issuer_url,
        "clientId": config.client_id,
    });
    let optional = [
        ("usernameClaim", &config.username_claim),
        ("usernamePrefix", &config.username_prefix),
        ("groupsClaim", &config.groups_claim),
        ("groupsPrefix", &config.groups_prefix),
    ];
    let Some(members) = out.as_object_mut() else { return out };
    for (name, value) in optional {
        if let Some(value) = value {
            members.insert(name.to_owned(), json!(value));
        }
    }
    if !config.required_claims.is_empty() {
        members.insert("requiredClaims".to_owned(), json!(config.required_claims));
    }
    out
}

/// An update that is done already.
fn update(call: &JsonCall<'_>, kind: &str, said: &str) -> Value {
    json!({
        "id": id::uuid(call.random),
        "status": "Successful",
        "type": kind,
        "params": [{"type": "IdentityProviderConfig", "value": said}],
        "createdAt": call.now.0,
        "errors": [],
    })
}
