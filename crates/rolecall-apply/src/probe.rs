//! The probe: a token of the service account, as the pod's kubelet would ask for it, and one real exchange.
//!
//! It obtains credentials, so it runs only when the user says so. Token and credentials stay in memory; the credentials are
//! dropped unseen.

use aws_sdk_sts::config::Region;
use aws_sdk_sts::error::ProvideErrorMetadata;
use http::Request;
use rolecall_live::aws::refusal;
use rolecall_live::kubernetes::{client, refusal as kubernetes_refusal};
use rolecall_live::refusal::{Refusal, RefusalKind};
use rolecall_live::scope::{AwsScope, KubernetesScope};
use rolecall_model::secret::Secret;
use serde_json::{Value, json};

/// Whose token is asked for.
#[derive(Clone, Debug)]
pub struct Bearer<'b> {
    /// Namespace.
    pub namespace: &'b str,
    /// Service account.
    pub account: &'b str,
    /// The pod that the token is bound to.
    pub pod: Option<&'b str>,
    /// Audience.
    pub audience: &'b str,
}

/// What AWS answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It gave credentials; the ARN of the session.
    Admitted {
        /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`
        arn: String,
    },
    /// It refused, in the words of the AWS CLI.
    Refused {
        /// Its line.
        line: String,
    },
}

/// The shortest life of a token that the API server grants (Kubernetes, TokenRequest API).
const SECONDS: u32 = 600;
/// The name of the session, which CloudTrail shows.
const SESSION: &str = "rolecall-probe";

/// Asks the API server for a token. Nothing is stored there.
///
/// # Errors
/// Where it may not be asked for, or the server does not answer.
pub async fn token(scope: &KubernetesScope, bearer: &Bearer<'_>) -> Result<Secret<String>, Refusal> {
    let (client, config) = client(scope).await?;
    let mut spec = json!({"audiences": [bearer.audience], "expirationSeconds": SECONDS});
    if let (Some(pod), Some(members)) = (bearer.pod, spec.as_object_mut()) {
        members.insert("boundObjectRef".into(), json!({"kind": "Pod", "apiVersion": "v1", "name": pod}));
    }
    let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec});
    let path = format!("/api/v1/namespaces/{}/serviceaccounts/{}/token", bearer.namespace, bearer.account);
    let request =
        Request::post(path).header("content-type", "application/json").body(body.to_string().into_bytes());
    let request = request.map_err(|error| Refusal::new(RefusalKind::Other, error.to_string()))?;
    let answer: Result<Value, _> = client.request(request).await;
    let answer = answer.map_err(|error| kubernetes_refusal(&error, &config.cluster_url.to_string()))?;
    let token = answer.pointer("/status/token").and_then(Value::as_str);
    let missing = || Refusal::new(RefusalKind::Other, "the answer to the TokenRequest holds no token");
    token.map(|token| Secret::new(token.to_owned())).ok_or_else(missing)
}

/// Exchanges a token for credentials, once, and drops them. The call is not signed.
///
/// # Errors
/// Where STS gave no answer that decides: it was not reached, or asks to come again.
pub async fn exchange(
    scope: &AwsScope,
    region: &str,
    role: &str,
    token: &Secret<String>,
) -> Result<Answer, Refusal> {
    let mut loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .no_credentials()
        .region(Region::new(region.to_owned()));
    if let Some(profile) = &scope.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &scope.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let sts = aws_sdk_sts::Client::new(&loader.load().await);
    let call = sts.assume_role_with_web_identity().role_arn(role).role_session_name(SESSION);
    let answer = call.web_identity_token(token.expose().trim()).duration_seconds(900).send().await;
    match answer {
        Ok(answer) => {
            let arn = answer.assumed_role_user().map(|user| user.arn().to_owned()).unwrap_or_default();
            Ok(Answer::Admitted { arn })
        }
        Err(error) => {
            let line = refusal("AssumeRoleWithWebIdentity", &error);
            let passing =
                matches!(line.kind, RefusalKind::Unreachable | RefusalKind::Throttled | RefusalKind::Time);
            let decided = error.as_service_error().is_some_and(|error| error.code().is_some());
            if decided && !passing { Ok(Answer::Refused { line: line.line }) } else { Err(line) }
        }
    }
}

/// What the answer is among the files of the evidence: an error text, or what `get-caller-identity` would print.
#[must_use]
pub fn file(answer: &Answer) -> (String, String) {
    match answer {
        Answer::Refused { line } => ("error.txt".into(), format!("{line}\n")),
        Answer::Admitted { arn } => {
            let account = arn.split(':').nth(4).unwrap_or_default();
            let text = json!({"UserId": SESSION, "Account": account, "Arn": arn});
            ("caller-identity.json".into(), format!("{text:#}\n"))
        }
    }
}
