//! EKS Auth: AssumeRoleForPodIdentity, by which the Pod Identity agent of a node exchanges a pod's token (reference eks.md §1.4).

use std::sync::Arc;

use rolecall_engine::authorize::{self, Caller, Decision, Layers, Policies};
use rolecall_engine::token::claims::{Audience, audience};
use rolecall_engine::token::jwks::Algorithm;
use rolecall_engine::token::jwt::{self, Jwt};
use rolecall_engine::token::lifetime::{Lifetime, lifetime};
use rolecall_issuer::cache::Keys;
use rolecall_issuer::key_set::KeySet;
use rolecall_issuer::provider::Provider;
use rolecall_model::json::Node;
use rolecall_policy::context::Context;
use rolecall_policy::document::Policy;
use rolecall_state::entity::{Cluster, PodIdentityAssociation, Role};
use rolecall_state::view::Shared;
use rolecall_wire::fault::{Code, Fault};
use serde_json::{Value, json};

use crate::eks::association;
use crate::id;
use crate::json_call::JsonCall;
use crate::session::{self, Session};
use crate::sts::issued;

/// The audience of tokens for Pod Identity, and the principal that trust policies name.
const SERVICE: &str = "pods.eks.amazonaws.com";
/// Seconds that the credentials live.
const LIFETIME: i64 = 6 * 3600;
/// Characters of a session name.
const SESSION_NAME: usize = 64;

/// AssumeRoleForPodIdentity.
///
/// # Errors
/// As EKS Auth.
pub async fn assume_role_for_pod_identity(call: &JsonCall<'_>) -> Result<Value, Fault> {
    let name = call.text("clusterName");
    let arn = format!("arn:{}:eks:{}:{}:cluster/{name}", call.partition(), call.region, call.account_id());
    let context = call.context(&crate::target::Resource::default());
    call.allow("eks-auth:AssumeRoleForPodIdentity", &arn, &context)?;
    let cluster = call.cluster(name)?;
    let text = call.text("token");
    let token = jwt::parse(text).map_err(|_| invalid("The token could not be parsed."))?;
    verify(call, &cluster, &token).await?;
    let pod = Pod::read(&token.claims).ok_or_else(|| invalid("The token is not a pod's."))?;
    let association = pod.association(call, &cluster)?;
    let role = role(call, &association)?;
    let tags = if association.disable_session_tags { Vec::new() } else { pod.tags(&cluster, &arn) };
    trusted(call, &role, &association, &tags, &arn)?;
    let session_name = pod.session_name(call, name);
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
        policy: association.policy.clone(),
        policy_arns: Vec::new(),
    };
    let credentials = issued::issue(call.desk, &session)?;
    let (partition, account) = (call.partition(), &role.account);
    Ok(json!({
        "subject": {"namespace": pod.namespace, "serviceAccount": pod.service_account},
        "audience": SERVICE,
        "podIdentityAssociation": {
            "associationArn": association.arn(partition),
            "associationId": association.id,
        },
        "assumedRoleUser": {
            "arn": format!("arn:{partition}:sts::{account}:assumed-role/{}/{session_name}", role.name),
            "assumeRoleId": format!("{}:{session_name}", role.id),
        },
        "credentials": {
            "sessionToken": credentials.session_token.expose(),
            "secretAccessKey": credentials.secret_access_key.expose(),
            "accessKeyId": credentials.access_key_id,
            "expiration": credentials.expires,
        },
    }))
}

/// Whether the token is the cluster's, for Pod Identity, and may be used now.
async fn verify(call: &JsonCall<'_>, cluster: &Cluster, token: &Jwt<'_>) -> Result<(), Fault> {
    let issuer = token.claims.get("iss").and_then(Node::as_str);
    let Some(own) = cluster.issuer.as_deref().filter(|own| issuer == Some(own)) else {
        return Err(invalid("The token was not issued by the cluster."));
    };
    match audience(&token.claims) {
        Audience::Single(SERVICE) => {}
        _ => return Err(invalid("The token's audience is not pods.eks.amazonaws.com.")),
    }
    let algorithm = token.algorithm().and_then(Algorithm::parse);
    let algorithm = algorithm.ok_or_else(|| invalid("The token's algorithm is not supported."))?;
    let source = Provider::new(own, []);
    let desk = call.desk;
    let mut set = keys(desk.key_sets.keys(&source)).await?;
    if !set.has(token.key_id()) {
        set = keys(desk.key_sets.unknown_key(&source, token.key_id())).await?;
    }
    let ready = desk.ready_keys(&source, &set);
    let verifies = ready.find(token.key_id(), algorithm).is_ok_and(|key| key.verifies(token));
    if !verifies {
        return Err(invalid("The token's signature is not valid."));
    }
    match lifetime(&token.claims, call.now) {
        Lifetime::Valid => Ok(()),
        Lifetime::Expired { .. } | Lifetime::TooOld { .. } => {
            Err(Fault::new(Code::ExpiredTokenException, "The token has expired."))
        }
        Lifetime::NotYet { .. } | Lifetime::WrongType { .. } => Err(invalid("The token is not valid yet.")),
    }
}

async fn keys(asked: Keys) -> Result<Arc<KeySet>, Fault> {
    let outcome = match asked {
        Keys::Ready(outcome) => outcome,
        Keys::Pending(pending) => pending.wait().await,
    };
    outcome.map_err(|error| {
        tracing::warn!(failure = error.chain(), "the cluster's keys cannot be had");
        Fault::new(Code::ServiceUnavailable, "The cluster's verification keys could not be retrieved.")
    })
}

/// The pod that a token is bound to.
struct Pod<'t> {
    namespace: &'t str,
    service_account: &'t str,
    name: &'t str,
    uid: &'t str,
}

impl<'t> Pod<'t> {
    fn read(claims: &'t Node) -> Option<Pod<'t>> {
        let text = |path: &[&str]| claims.path(path).and_then(Node::as_str);
        let subject = text(&["sub"])?.strip_prefix("system:serviceaccount:")?;
        let (namespace, service_account) = subject.split_once(':')?;
        let name = text(&["kubernetes.io", "pod", "name"]).unwrap_or_default();
        let uid = text(&["kubernetes.io", "pod", "uid"]).unwrap_or_default();
        Some(Pod { namespace, service_account, name, uid })
    }

    fn association(
        &self,
        call: &JsonCall<'_>,
        cluster: &Cluster,
    ) -> Result<Shared<PodIdentityAssociation>, Fault> {
        let all = association::of_cluster(call, &cluster.name);
        let own = |one: &Shared<PodIdentityAssociation>| {
            one.namespace == self.namespace && one.service_account == self.service_account
        };
        all.into_iter().find(own).ok_or_else(|| {
            let sentence = format!(
                "No association found for service account {} in namespace {}",
                self.service_account, self.namespace
            );
            Fault::new(Code::ResourceNotFoundException, sentence)
        })
    }

    /// The six tags of every session, all of which go on to further ones.
    fn tags(&self, cluster: &Cluster, arn: &str) -> Vec<(String, String)> {
        let tags = [
            ("eks-cluster-arn", arn),
            ("eks-cluster-name", cluster.name.as_str()),
            ("kubernetes-namespace", self.namespace),
            ("kubernetes-service-account", self.service_account),
            ("kubernetes-pod-name", self.name),
            ("kubernetes-pod-uid", self.uid),
        ];
        tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    /// `eks-CLUSTER-POD-UUID`, cluster and pod cut short so that the UUID stays whole.
    fn session_name(&self, call: &JsonCall<'_>, cluster: &str) -> String {
        let uuid = id::uuid(call.random);
        let room = SESSION_NAME.saturating_sub(uuid.len() + 1);
        let head: String = format!("eks-{cluster}-{}", self.name).chars().take(room).collect();
        format!("{head}-{uuid}")
    }
}

fn role(call: &JsonCall<'_>, association: &PodIdentityAssociation) -> Result<Shared<Role>, Fault> {
    if association.target_role_arn.is_some() {
        let sentence =
            "Associations with a target role are not offered by this service; see docs/differences.md.";
        return Err(Fault::new(Code::InvalidRequestException, sentence));
    }
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

fn invalid(sentence: &'static str) -> Fault {
    Fault::new(Code::InvalidTokenException, sentence)
}

fn denied() -> Fault {
    Fault::new(
        Code::AccessDenied,
        "Unauthorized Exception! EKS does not have permissions to assume the associated role.",
    )
}
