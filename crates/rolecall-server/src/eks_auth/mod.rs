//! EKS Auth: AssumeRoleForPodIdentity, by which the Pod Identity agent of a node exchanges a pod's token (reference eks.md §1.4).

mod assume;
mod pod;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rolecall_engine::token::claims::{Audience, audience};
use rolecall_engine::token::jwks::Algorithm;
use rolecall_engine::token::jwt::{self, Jwt};
use rolecall_engine::token::lifetime::{Lifetime, lifetime};
use rolecall_issuer::cache::Keys;
use rolecall_issuer::certificate::bundle;
use rolecall_issuer::key_set::KeySet;
use rolecall_issuer::provider::Provider;
use rolecall_model::json::Node;
use rolecall_state::entity::Cluster;
use rolecall_wire::fault::{Code, Fault};
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};

use crate::json_call::JsonCall;
use assume::{Assumed, assume};
use pod::Pod;

/// The audience of tokens for Pod Identity, and the principal that trust policies name.
const SERVICE: &str = "pods.eks.amazonaws.com";

/// Whether the caller may exchange tokens of pods of the cluster.
///
/// # Errors
/// `AccessDenied` with AWS's sentence.
pub fn permitted(call: &JsonCall<'_>) -> Result<(), Fault> {
    let context = call.context(&crate::target::Resource::default());
    call.allow("eks-auth:AssumeRoleForPodIdentity", &cluster_arn(call), &context)
}

/// AssumeRoleForPodIdentity, for a caller who is permitted to.
///
/// # Errors
/// As EKS Auth.
pub async fn assume_role_for_pod_identity(call: &JsonCall<'_>) -> Result<Value, Fault> {
    let cluster = call.cluster(call.text("clusterName"))?;
    let token = jwt::parse(call.text("token")).map_err(|_| invalid("The token could not be parsed."))?;
    verify(call, &cluster, &token).await?;
    let pod = Pod::read(&token.claims).ok_or_else(|| invalid("The token is not a pod's."))?;
    let association = pod.association(call, &cluster)?;
    let assumed = assume(call, &pod, &cluster, &association)?;
    let Assumed { role, session_name, credentials, .. } = &assumed;
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

fn cluster_arn(call: &JsonCall<'_>) -> String {
    let (partition, region, account) = (call.partition(), call.region, call.account_id());
    format!("arn:{partition}:eks:{region}:{account}:cluster/{}", call.text("clusterName"))
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
    let source = Provider::new(own, []).with_authorities(authorities(cluster));
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

/// The cluster's own authority, which signs what its API server presents: base64 of a bundle in PEM, as EKS keeps it. Where
/// it is none, the trust store decides alone.
fn authorities(cluster: &Cluster) -> Vec<CertificateDer<'static>> {
    let pem = cluster.certificate_authority.as_deref().and_then(|data| STANDARD.decode(data).ok());
    pem.as_deref().and_then(bundle).unwrap_or_default()
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

fn invalid(sentence: &'static str) -> Fault {
    Fault::new(Code::InvalidTokenException, sentence)
}
