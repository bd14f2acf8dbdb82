//! Another identity than the role signs the call.
//!
//! ## What you see
//! `User: arn:aws:sts::…:assumed-role/NODE-ROLE/i-… is not authorized to perform …`, or `aws sts get-caller-identity` that
//! shows the node's role, an instance profile or an IAM user. Or CloudTrail shows the token of another issuer than the one
//! that the role trusts.
//!
//! ## Why
//! The program never used the role. Its chain of credential sources was put together by hand with another source first, it
//! was given another profile, or it presents the token that lies nearest: a runner in Kubernetes takes the pod's own
//! token in place of the job's.
//!
//! ## How to tell
//! `aws sts get-caller-identity` where the program runs; `userIdentity` of the refused call in CloudTrail.
//!
//! ## How to mend it
//! Make the program use web identity (the SDK's default chain, or the web identity provider by name), or give it the
//! right token file. Do not widen the policies of the identity that signed.
//!
//! ## When it is not this
//! Where a missing annotation, a pod that was not injected, static keys or an old SDK explain it, those are the cause.
//!
//! ## Source
//! AWS SDKs and Tools Reference Guide, "Standardized credential providers"; CloudTrail User Guide, `userIdentity`.

use rolecall_model::arn::Arn;

use super::{who, would_be_refused};
use crate::case::{Case, Phase, SignerKind, Via};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.wrong-identity",
    title: "another identity than the role signs the call",
    severity: Severity::Error,
    reads: &[Link::Caller, Link::Pod, Link::Token, Link::Provider, Link::Role, Link::Trust],
    source: include_str!("wrong_identity.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    kubelet(case).or_else(|| signed(case)).or_else(|| presented(case))
}

/// Images are pulled before there is a pod that could have an identity.
fn kubelet(case: &Case<'_>) -> Option<Finding> {
    let signer = case.signer().filter(|_| case.pulled_by_kubelet())?;
    let title = format!("the kubelet pulls the image as `{}`", signer.arn.value);
    Some(
        Finding::new(&CHECK, Certainty::Likely, title)
            .because(
                "Images are pulled by the kubelet with the node's own role, before the pod runs: the role of its \
                 service account has no part in it.",
            )
            .at(signer.arn.at, "the node's identity")
            .fix(
                "allow the node's role to pull: AmazonEC2ContainerRegistryReadOnly for the own account, and the \
                 repository's policy for another one",
                Safety::ShowOnly,
                &[],
            ),
    )
}

fn signed(case: &Case<'_>) -> Option<Finding> {
    let signer = case.signer()?;
    let assumes = case.denials().any(|(denial, _)| denial.action.eq_ignore_ascii_case("sts:AssumeRole"));
    let certainty = match signer.kind {
        // A session that web identity made, or a role that assumes another one: a chain, not a mix-up.
        SignerKind::WebIdentity => Certainty::Possible,
        SignerKind::Role if assumes => Certainty::Possible,
        _ if would_be_refused(case) => Certainty::Possible,
        _ => Certainty::Likely,
    };
    let whom = match signer.kind {
        SignerKind::Instance => "the role of the machine",
        SignerKind::User => "an IAM user with keys of its own",
        SignerKind::PodIdentity => "a session of EKS Pod Identity",
        SignerKind::WebIdentity | SignerKind::Role => "another role",
    };
    let mut finding =
        Finding::new(&CHECK, certainty, format!("`{}` signs the call: {whom}", signer.arn.value))
            .because(
                "The program never used the role that is looked at, so neither the role's trust policy nor \
             its permissions \
             were asked. What was refused is the identity that signed; widening its policies would hide \
             the fault.",
            )
            .at(signer.arn.at, "this identity signed");
    if let Some(requested) = case.requested() {
        finding = finding.beside(requested.arn.at, "this role was meant");
    }
    if case.configured() == Some(true) {
        finding = finding.note(
            "web identity is set up in the environment: the program's own chain of sources must put \
             another one first",
        );
    }
    Some(finding.fix(
        "let the program use its SDK's default chain, or name the web identity provider first, then \
         look again",
        Safety::ShowOnly,
        &[who(case)],
    ))
}

/// Issuers that sign for jobs, not for pods.
const FOR_JOBS: [&str; 7] = [
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "api.bitbucket.org",
    "oidc.circleci.com",
    "agent.buildkite.com",
    "app.terraform.io",
    "vstoken.dev.azure.com",
];

/// The pod's own token was presented for a role that trusts an issuer for jobs.
fn presented(case: &Case<'_>) -> Option<Finding> {
    let subject = case.subject().filter(|subject| matches!(subject.via, Via::Token | Via::Trail))?;
    let pod = |subject: &str| subject.starts_with("system:serviceaccount:");
    if !pod(&subject.text.value) || case.phase() != Phase::Exchange {
        return None;
    }
    let trusted = case.trusted()?;
    let federated = trusted.federated.first()?;
    let host = |arn: &str| Arn::parse(arn).and_then(|arn| arn.oidc_provider().map(str::to_owned));
    let for_job = |arn: &str| host(arn).is_some_and(|host| FOR_JOBS.iter().any(|job| host.starts_with(job)));
    let other_kind = trusted.federated.iter().all(|arn| for_job(&arn.value))
        || (!trusted.subjects.is_empty()
            && !trusted.federated.iter().any(|arn| arn.value.contains("/oidc.eks.")));
    if !other_kind || trusted.subjects.iter().any(|text| pod(&text.value)) {
        return None;
    }
    let registered =
        case.provider().list.present().map(|list| list.iter().any(|arn| arn.value == federated.value));
    let certainty = match registered {
        Some(true) => Certainty::Likely,
        Some(false) => return None,
        None => Certainty::Possible,
    };
    let issuer = host(&federated.value).unwrap_or_else(|| federated.value.clone());
    let mut finding = Finding::new(
        &CHECK,
        certainty,
        format!(
            "the pod's own token is presented, and \
                                                               the role is for tokens of `{issuer}`"
        ),
    )
    .because(format!(
        "The role trusts an issuer that signs for jobs, and its provider is registered. What \
             reached STS is the \
             Kubernetes token of the pod in which the job runs (`{}`): the program took the token file \
             that the cluster mounts in place of the job's own.",
        subject.text.value
    ))
    .at(subject.text.at, "a Kubernetes service account")
    .beside(federated.at, "the role trusts this issuer");
    if let Some(file) = case.variable("AWS_WEB_IDENTITY_TOKEN_FILE") {
        finding = finding.beside(file.at, "this file holds the pod's token");
    }
    Some(finding.fix(
        "give the program the job's own token: set AWS_WEB_IDENTITY_TOKEN_FILE to the file that holds \
         it, and take the role annotation off the runner's service account",
        Safety::ShowOnly,
        &["export AWS_WEB_IDENTITY_TOKEN_FILE=JOB_TOKEN_FILE".into()],
    ))
}
