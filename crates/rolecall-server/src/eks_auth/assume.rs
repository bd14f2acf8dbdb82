//! The role that a pod gets: the association's, or a target role that this one assumes in turn.

use rolecall_engine::authorize::{self, Caller, Decision, Layers, Policies};
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;
use rolecall_state::entity::{Cluster, PodIdentityAssociation, Role};
use rolecall_state::view::Shared;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::percent;
use rolecall_wire::query::Params;

use super::pod::Pod;
use super::{SERVICE, cluster_arn};
use crate::call::Call;
use crate::json_call::JsonCall;
use crate::session::{self, Credentials, Session};
use crate::sts::{assume_role, issued};
use crate::who::{Actor, Who};

/// Seconds that the credentials live.
const LIFETIME: i64 = 6 * 3600;

/// The role whose credentials a pod gets.
pub struct Assumed {
    /// The role.
    pub role: Shared<Role>,
    /// The session's name.
    pub session_name: String,
    /// The session's credentials.
    pub credentials: Credentials,
}

/// Assumes the association's role, and from there its target role where it has one (EKS User Guide, "Access AWS
/// resources using EKS Pod Identity target IAM roles").
///
/// # Errors
/// `AccessDenied` where a role is not there, or a policy does not let it be assumed.
pub fn assume(
    call: &JsonCall<'_>,
    pod: &Pod<'_>,
    cluster: &Cluster,
    association: &PodIdentityAssociation,
) -> Result<Assumed, Fault> {
    let role = role(call, association)?;
    let arn = cluster_arn(call);
    let tags = if association.disable_session_tags { Vec::new() } else { pod.tags(cluster, &arn) };
    trusted(call, &role, association, &tags, &arn)?;
    call.desk.uses.assumed(&role, call.region, call.now);
    let session_name = pod.session_name(call, &cluster.name);
    let target = association.target_role_arn.as_deref();
    let session = Session {
        account: role.account.clone(),
        issued: call.now.0,
        expires: call.now.0.saturating_add(LIFETIME),
        actor: session::Actor::Role {
            role_id: role.id.clone(),
            session_name: session_name.clone(),
            web_identity: None,
        },
        source_identity: None,
        transitive: tags.iter().map(|(key, _)| key.clone()).collect(),
        tags,
        // A policy limits the role that the pod gets, and no other.
        policy: association.policy.clone().filter(|_| target.is_none()),
        policy_arns: Vec::new(),
    };
    match target {
        None => {
            let credentials = issued::issue(call.desk, &session)?;
            Ok(Assumed { role, session_name, credentials })
        }
        Some(target) => {
            let who = call.desk.who(&role.account, "", Actor::Role(role.clone()), Some(session));
            chain(call, &who, target, &session_name, association)
        }
    }
}

/// Assumes the target role as the association's role: both roles' policies decide as for any AssumeRole, the external
/// id is the association's, and the session is one of a chain, an hour long.
fn chain(
    call: &JsonCall<'_>,
    who: &Who,
    target: &str,
    session_name: &str,
    association: &PodIdentityAssociation,
) -> Result<Assumed, Fault> {
    let mut pairs = vec![("RoleArn", target), ("RoleSessionName", session_name)];
    pairs.extend(association.external_id.as_deref().map(|id| ("ExternalId", id)));
    pairs.extend(association.policy.as_deref().map(|policy| ("Policy", policy)));
    let encoded = pairs.iter().map(|(name, value)| format!("{name}={}", percent::encode(value)));
    let query = encoded.collect::<Vec<_>>().join("&");
    let params = Params::read(&query, b"").map_err(|_| denied())?;
    let account = call.view.account(&who.account).ok_or_else(denied)?;
    let inner = Call {
        operation: "AssumeRole",
        params: &params,
        who,
        view: call.view,
        account,
        now: call.now,
        random: call.random,
        desk: call.desk,
        region: call.region,
        origin: call.origin,
        fetched_thumbprint: None,
    };
    let assumed = assume_role::assume(&inner).map_err(|fault| {
        tracing::info!(code = ?fault.code, why = %fault.message, "the target role was not assumed");
        denied()
    })?;
    let (role, credentials) = (assumed.role, assumed.credentials);
    Ok(Assumed { role, session_name: session_name.to_owned(), credentials })
}

fn role(call: &JsonCall<'_>, association: &PodIdentityAssociation) -> Result<Shared<Role>, Fault> {
    let name = association.role_arn.rsplit('/').next().unwrap_or_default();
    let found = call.account.roles.get(name);
    found.filter(|role| role.arn(call.partition()) == association.role_arn).ok_or_else(denied)
}

/// Whether the role's trust policy lets Pod Identity in, with the session's tags.
fn trusted(
    call: &JsonCall<'_>,
    role: &Role,
    association: &PodIdentityAssociation,
    tags: &[(String, String)],
    cluster_arn: &str,
) -> Result<(), Fault> {
    let trust = Policy::from_text(&role.trust_policy);
    let layers = Layers::compile(&Policies { resource: Some(&trust), ..Policies::default() });
    let mut context = Context::new();
    call.origin.keys(call.now, call.region, &mut context);
    context.set("aws:SourceAccount", [call.account_id().to_owned()]);
    context.set("aws:SourceArn", [cluster_arn.to_owned()]);
    context.set("aws:PrincipalIsAWSService", ["true".to_owned()]);
    context.set("aws:PrincipalServiceName", [SERVICE.to_owned()]);
    context.set("aws:ResourceAccount", [role.account.clone()]);
    for (key, value) in tags {
        context.set(&format!("aws:RequestTag/{key}"), [value.clone()]);
    }
    if !tags.is_empty() {
        let keys = || tags.iter().map(|(key, _)| key.clone());
        context.set_multivalued("aws:TagKeys", keys());
        context.set_multivalued("sts:TransitiveTagKeys", keys());
    }
    for tag in &role.tags {
        context.set(&format!("aws:ResourceTag/{}", tag.key), [tag.value.clone()]);
    }
    let caller = Caller::service(SERVICE);
    let actions: &[&str] =
        if tags.is_empty() { &["sts:AssumeRole"] } else { &["sts:AssumeRole", "sts:TagSession"] };
    let allowed = actions.iter().all(|action| {
        let question = authorize::Call {
            caller: &caller,
            action,
            resource: &association.role_arn,
            resource_account: Some(&role.account),
            context: &context,
        };
        authorize::verdict(&layers, &question).decision == Decision::Allowed
    });
    if allowed { Ok(()) } else { Err(denied()) }
}

fn denied() -> Fault {
    Fault::new(
        Code::AccessDenied,
        "Unauthorized Exception! EKS does not have permissions to assume the associated role.",
    )
}
