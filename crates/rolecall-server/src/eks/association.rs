//! Pod Identity associations: Create, Describe, List, Update, Delete (reference eks.md §1.3).

use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::entity::{Kept, PodIdentityAssociation};
use rolecall_state::view::{PageRequest, Shared};
use rolecall_wire::fault::{Code, Fault};
use serde_json::{Map, Value, json};

use super::{invalid, role_arn, tag_map};
use crate::call::changed;
use crate::json_call::{Done, JsonCall, answer, token};
use crate::target::Resource;

/// Associations of a cluster (EKS User Guide, "Learn how EKS Pod Identity grants pods access to AWS services").
const MOST: usize = 5000;
/// The service to which roles of associations are passed.
const SERVICE: &str = "pods.eks.amazonaws.com";

/// The association that `associationId` names.
#[must_use]
pub fn resource(call: &JsonCall<'_>) -> Resource {
    let (partition, region, account) = (call.partition(), call.region, call.account_id());
    let (cluster, id) = (call.text("clusterName"), call.text("associationId"));
    let arn = format!("arn:{partition}:eks:{region}:{account}:podidentityassociation/{cluster}/{id}");
    let tags = named(call).map(|association| association.tags.clone()).unwrap_or_default();
    Resource { arn, tags, ..Resource::default() }
}

/// CreatePodIdentityAssociation: one for each service account, which need not be there.
///
/// # Errors
/// As EKS.
pub fn create(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let cluster = call.cluster(call.text("clusterName"))?;
    let (namespace, service_account) = (call.text("namespace"), call.text("serviceAccount"));
    for (member, name) in [("namespace", namespace), ("serviceAccount", service_account)] {
        if !is_name(name) {
            return Err(invalid(format!("The {member} {name} is not a valid Kubernetes name."))
                .about_cluster(&cluster.name));
        }
    }
    let association = PodIdentityAssociation {
        account: call.account_id().to_owned(),
        region: call.region.to_owned(),
        cluster: cluster.name.clone(),
        namespace: namespace.to_owned(),
        service_account: service_account.to_owned(),
        id: new_id(call),
        role_arn: call.text("roleArn").to_owned(),
        created: call.now,
        modified: call.now,
        disable_session_tags: false,
        target_role_arn: None,
        external_id: None,
        policy: None,
        tags: call.tags(),
    };
    let association = given(call, association)?;
    role_arn(&association.role_arn)?;
    call.pass_role(&association.role_arn, SERVICE)?;
    if call.account.pod_identity_associations.get(&association.name()).is_some() {
        let sentence = format!(
            "Association already exists: service account {service_account} in namespace {namespace} of cluster {}",
            cluster.name
        );
        return Err(Fault::new(Code::ResourceInUseException, sentence).about_cluster(&cluster.name));
    }
    if of_cluster(call, &cluster.name).len() >= MOST {
        let sentence =
            format!("Cluster {} has {MOST} pod identity associations, and may have no more.", cluster.name);
        return Err(Fault::new(Code::ResourceLimitExceededException, sentence));
    }
    let output = described(call, &association);
    // The cluster is put unchanged, so that whoever deletes it meanwhile sees it changed.
    let changes = Transaction {
        compare: vec![Compare::absent(association.key()), Compare::unchanged(&cluster)],
        changes: vec![Change::put(association), Change::put(cluster.value.clone())],
    };
    Ok(Done { changes, output })
}

/// DescribePodIdentityAssociation.
///
/// # Errors
/// As EKS.
pub fn describe(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let association = named(call)?;
    Ok(answer(described(call, &association)))
}

/// ListPodIdentityAssociations: those of a namespace, of a service account, or all.
///
/// # Errors
/// As EKS.
pub fn list(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let cluster = call.cluster(call.text("clusterName"))?;
    let after = call.after()?;
    let (namespace, account) = (call.text_if("namespace"), call.text_if("serviceAccount"));
    let wanted = |one: &Shared<PodIdentityAssociation>| {
        namespace.is_none_or(|namespace| one.namespace == namespace)
            && account.is_none_or(|account| one.service_account == account)
            && after.as_deref().is_none_or(|after| one.value.name().as_ref() > after)
    };
    let all = of_cluster(call, &cluster.name);
    let mut rest = all.iter().filter(|one| wanted(one));
    let page: Vec<&Shared<PodIdentityAssociation>> =
        rest.by_ref().take(call.limit("maxResults", 100)).collect();
    let next = page.last().filter(|_| rest.next().is_some()).map(|last| token(&last.value.name()));
    let listed: Vec<Value> = page.iter().map(|one| Value::Object(summary(call, one))).collect();
    Ok(answer(json!({"associations": listed, "nextToken": next})))
}

/// UpdatePodIdentityAssociation: what is given takes the place of what was; an empty target role or policy removes it.
///
/// # Errors
/// As EKS.
pub fn update(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let before = named(call)?;
    let mut association = PodIdentityAssociation { modified: call.now, ..before.value.clone() };
    if let Some(arn) = call.text_if("roleArn") {
        role_arn(arn)?;
        call.pass_role(arn, SERVICE)?;
        association.role_arn = arn.to_owned();
    }
    let association = given(call, association)?;
    let output = described(call, &association);
    Ok(Done { changes: changed(&before, Change::put(association)), output })
}

/// DeletePodIdentityAssociation.
///
/// # Errors
/// As EKS.
pub fn delete(call: &JsonCall<'_>) -> Result<Done, Fault> {
    let association = named(call)?;
    let output = described(call, &association);
    Ok(Done { changes: changed(&association, Change::delete(&association.value)), output })
}

/// The associations of a cluster, by namespace and service account.
#[must_use]
pub fn of_cluster(call: &JsonCall<'_>, cluster: &str) -> Vec<Shared<PodIdentityAssociation>> {
    let prefix = format!("{}/", call.in_region(cluster));
    let request = PageRequest { name_prefix: &prefix, ..PageRequest::default() };
    call.account.pod_identity_associations.page(&request).items
}

fn named(call: &JsonCall<'_>) -> Result<Shared<PodIdentityAssociation>, Fault> {
    let cluster = call.cluster(call.text("clusterName"))?;
    let id = call.text("associationId");
    of_cluster(call, &cluster.name).into_iter().find(|one| one.id == id).ok_or_else(|| {
        let sentence = format!("No association found with associationId: {id} in cluster: {}", cluster.name);
        Fault::new(Code::ResourceNotFoundException, sentence).about_cluster(&cluster.name)
    })
}

/// The association with what the request says of session tags, target role and policy.
fn given(
    call: &JsonCall<'_>,
    mut association: PodIdentityAssociation,
) -> Result<PodIdentityAssociation, Fault> {
    if let Some(disable) = call.flag("disableSessionTags") {
        association.disable_session_tags = disable;
    }
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if let Some(target) = call.text_if("targetRoleArn") {
        association.target_role_arn = filled(target);
        if !target.is_empty() {
            role_arn(target)?;
        }
    }
    if let Some(policy) = call.text_if("policy") {
        association.policy = filled(policy);
    }
    if let Some(policy) = &association.policy {
        if !association.disable_session_tags {
            return Err(invalid("A policy can only be specified when session tags are disabled."));
        }
        crate::iam::document::identity(policy).map_err(|fault| invalid(fault.message.into_owned()))?;
    }
    // The target role's trust policy tests it (EKS User Guide, "Access AWS resources using EKS Pod Identity target roles").
    association.external_id = association.target_role_arn.as_ref().map(|_| {
        let PodIdentityAssociation { account, region, cluster, namespace, service_account, .. } =
            &association;
        format!("{region}/{account}/{cluster}/{namespace}/{service_account}")
    });
    Ok(association)
}

fn described(call: &JsonCall<'_>, association: &PodIdentityAssociation) -> Value {
    let mut out = summary(call, association);
    let mut say = |name: &str, value: Value| out.insert(name.to_owned(), value);
    say("roleArn", json!(association.role_arn));
    say("tags", tag_map(&association.tags));
    say("createdAt", json!(association.created.0));
    say("modifiedAt", json!(association.modified.0));
    say("disableSessionTags", json!(association.disable_session_tags));
    let optional = [
        ("targetRoleArn", &association.target_role_arn),
        ("externalId", &association.external_id),
        ("policy", &association.policy),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            say(name, json!(value));
        }
    }
    json!({"association": out})
}

fn summary(call: &JsonCall<'_>, association: &PodIdentityAssociation) -> Map<String, Value> {
    let members = [
        ("clusterName", association.cluster.clone()),
        ("namespace", association.namespace.clone()),
        ("serviceAccount", association.service_account.clone()),
        ("associationArn", association.arn(call.partition())),
        ("associationId", association.id.clone()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

/// `a-` and 17 letters and digits.
fn new_id(call: &JsonCall<'_>) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";
    let mut bytes = [0_u8; 17];
    call.random.fill(&mut bytes);
    let letter = |byte: &u8| LETTERS.get(usize::from(byte & 31)).copied().map_or('a', char::from);
    format!("a-{}", bytes.iter().map(letter).collect::<String>())
}

/// Whether Kubernetes takes it as the name of a namespace or service account (RFC 1123 subdomain).
fn is_name(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= 253 && name.starts_with(edge) && name.ends_with(edge) && name.chars().all(inner)
}
