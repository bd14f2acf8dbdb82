//! Another source of credentials wins over web identity.
//!
//! ## What you see
//! Role and token file are in the environment, and the call is signed by an IAM user or another role.
//!
//! ## Why
//! SDKs ask their sources in order and stop at the first that answers. `AWS_ACCESS_KEY_ID` in the environment comes before
//! web identity in every SDK; a credentials file or a profile in some; `AWS_CONTAINER_CREDENTIALS_*` in a few. The webhook
//! does not touch what is set already.
//!
//! ## How to tell
//! `env | grep ^AWS_`, a mounted `~/.aws`, and `aws configure list`, whose column TYPE names the source.
//!
//! ## How to mend it
//! Take the other source away: the variable, the mounted secret, the chart's credentials value.
//!
//! ## Source
//! AWS SDKs and Tools Reference Guide, "Standardized credential providers"; reference cli.md §1.

use rolecall_model::document::At;
use rolecall_model::evidence::attempt::{CredentialSource, Symptom};

use super::who;
use crate::case::{Case, Phase, Signer, SignerKind};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;
use crate::pipeline;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.credentials-overridden",
    title: "another source of credentials wins over web identity",
    severity: Severity::Error,
    reads: &[Link::Workload, Link::Caller, Link::Pod],
    source: include_str!("credentials_overridden.rs"),
    run: check,
};

/// A source that competes with web identity.
struct Rival {
    what: String,
    kind: CredentialSource,
    at: At,
    /// The variable to unset, if it is one.
    variable: Option<&'static str>,
    /// Whether a workflow gives it beside the role.
    by_workflow: bool,
}

/// Variables that open another source.
const VARIABLES: [(&str, CredentialSource); 6] = [
    ("AWS_ACCESS_KEY_ID", CredentialSource::Environment),
    ("AWS_SHARED_CREDENTIALS_FILE", CredentialSource::SharedFile),
    ("AWS_PROFILE", CredentialSource::ConfigFile),
    ("AWS_DEFAULT_PROFILE", CredentialSource::ConfigFile),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", CredentialSource::Container),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", CredentialSource::Container),
];

/// Codes by which AWS refuses a signature or its key: the web identity call is not signed at all.
const KEY_CODES: [&str; 5] = [
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "AuthFailure",
];

fn check(case: &Case<'_>) -> Option<Finding> {
    if case.reached_exchange()
        || case.saw(|symptom| matches!(symptom, Symptom::SdkModuleMissing { .. })).is_some()
    {
        return None;
    }
    let signer = case.signer();
    let (rival, logged) = match logged(case) {
        Some(rival) => (rival, true),
        None => (
            rivals(case).into_iter().find(|rival| fits(rival, signer.as_ref())).or_else(|| unseen(case))?,
            false,
        ),
    };
    let configured = case.configured() == Some(true) || rival.by_workflow;
    let key_refused = case
        .saw(|symptom| matches!(symptom, Symptom::OtherError { code } if KEY_CODES.contains(&code.as_str())));
    let certainty = match (configured, case.phase()) {
        (true, _) if logged => Certainty::Certain,
        (true, Phase::OtherIdentity) => Certainty::Likely,
        (true, Phase::Unclear) if key_refused.is_some() => Certainty::Likely,
        (true, Phase::Unclear | Phase::Unseen) => Certainty::Likely,
        (false, Phase::OtherIdentity) => Certainty::Possible,
        _ => return None,
    };
    let mut finding = Finding::new(&CHECK, certainty, format!("{} comes before web identity", rival.what))
        .because(why(&rival, configured))
        .at(rival.at, "this source answers first");
    if case.phase() == Phase::Unseen {
        finding.severity = Severity::Warning;
    }
    if let Some(signer) = &signer {
        finding = finding.beside(signer.arn.at, "so this identity signed");
    }
    if let Some(token) = case.given("AWS_WEB_IDENTITY_TOKEN_FILE").filter(|_| configured) {
        finding = finding.beside(token, "web identity is set up, and never asked");
    }
    Some(with_fix(case, finding, &rival))
}

fn why(rival: &Rival, configured: bool) -> String {
    let order = match rival.kind {
        CredentialSource::Environment => "Keys in the environment come before web identity in every AWS SDK.",
        CredentialSource::SharedFile | CredentialSource::ConfigFile | CredentialSource::Process => {
            "Files and profiles come before web identity in several SDKs, and in every one where a \
             program names them."
        }
        CredentialSource::Container => "Container credentials come before web identity in some SDKs.",
        CredentialSource::SystemProperties => "System properties come before web identity in Java.",
        CredentialSource::Instance => "The program asked the instance before web identity.",
    };
    let end = if configured {
        "The token was never sent, so neither trust policy nor provider was asked."
    } else {
        "Web identity itself is not seen to be set up; keys left in the environment would come before \
         it either way."
    };
    format!("An SDK stops at the first source that answers. {order} {end}")
}

fn with_fix(case: &Case<'_>, finding: Finding, rival: &Rival) -> Finding {
    let pod = case.pod().pod.present();
    let space = pod.and_then(|pod| pod.namespace.as_ref()).map_or("NAMESPACE", |text| text.value.as_str());
    let commands = match (rival.variable, pod) {
        (Some(name), Some(_)) => {
            let more =
                if name == "AWS_ACCESS_KEY_ID" { " AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-" } else { "" };
            vec![format!("kubectl set env -n {} deployment/NAME {name}-{more}", shell_word(space)), who(case)]
        }
        (Some("AWS_ACCESS_KEY_ID"), None) => {
            vec!["unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN".into(), who(case)]
        }
        (Some(name), None) => vec![format!("unset {name}"), who(case)],
        (None, _) if rival.by_workflow => Vec::new(),
        (None, _) => vec!["aws configure list".into()],
    };
    finding.fix(
        "take the other source away where it is set, then look who signs",
        Safety::ShowOnly,
        &commands,
    )
}

/// A source that a log says was used.
fn logged(case: &Case<'_>) -> Option<Rival> {
    let earlier = |source: &CredentialSource| {
        !matches!(source, CredentialSource::Instance | CredentialSource::Container)
    };
    let seen =
        case.saw(|symptom| matches!(symptom, Symptom::OtherSourceUsed { source } if earlier(source)))?;
    let Symptom::OtherSourceUsed { source } = &seen.symptom else { return None };
    let (kind, what) = match source {
        CredentialSource::Environment => (*source, "a key in the environment"),
        CredentialSource::SharedFile => (*source, "the shared credentials file"),
        CredentialSource::ConfigFile => (*source, "a profile"),
        CredentialSource::Process => (*source, "a credential process"),
        CredentialSource::SystemProperties => (*source, "a pair of system properties"),
        CredentialSource::Container | CredentialSource::Instance => return None,
    };
    let set = rivals(case).into_iter().find(|rival| rival.kind == kind);
    set.or_else(|| Some(Rival { what: what.into(), kind, at: seen.at, variable: None, by_workflow: false }))
}

/// Sources that environment and pod open, the ones that win in most SDKs first.
fn rivals(case: &Case<'_>) -> Vec<Rival> {
    let set = |(name, kind): (&'static str, CredentialSource)| {
        let at = case.given(name)?;
        Some(Rival { what: format!("`{name}`"), kind, at, variable: Some(name), by_workflow: false })
    };
    let mut rivals: Vec<_> = VARIABLES.into_iter().filter_map(set).collect();
    if let Some(at) = case.workflows().iter().find_map(pipeline::github::static_keys) {
        let what = "the key that the workflow gives beside the role".to_owned();
        let kind = CredentialSource::Environment;
        rivals.push(Rival { what, kind, at, variable: None, by_workflow: true });
    }
    let pod = case.pod().pod.present();
    let containers = pod.map(|pod| case.containers(pod)).unwrap_or_default();
    let mounted = containers.iter().flat_map(|container| &container.mounts).find(|mount| {
        let path = mount.path.value.trim_end_matches('/');
        path.ends_with("/.aws") || path.contains("/.aws/")
    });
    if let Some(mount) = mounted {
        let what = format!("the mount `{}`", mount.path.value);
        rivals.push(Rival {
            what,
            kind: CredentialSource::SharedFile,
            at: mount.path.at,
            variable: None,
            by_workflow: false,
        });
    }
    rivals
}

/// Whether the identity seen can come from that source: no key and no file signs as an instance.
fn fits(rival: &Rival, signer: Option<&Signer>) -> bool {
    match (rival.kind, signer.map(|signer| signer.kind)) {
        (_, None) => rival.kind != CredentialSource::Container,
        (CredentialSource::Container, Some(kind)) => {
            matches!(kind, SignerKind::PodIdentity | SignerKind::Role)
        }
        (CredentialSource::ConfigFile, Some(_)) => true,
        (_, Some(kind)) => kind != SignerKind::Instance,
    }
}

/// A user signs although web identity is set up: only keys sign as a user, wherever the program has them from.
fn unseen(case: &Case<'_>) -> Option<Rival> {
    let signer =
        case.signer().filter(|signer| signer.kind == SignerKind::User && case.configured() == Some(true))?;
    let what = "a key of an IAM user, from a place that was not read,".to_owned();
    Some(Rival {
        what,
        kind: CredentialSource::Environment,
        at: signer.arn.at,
        variable: None,
        by_workflow: false,
    })
}

/// Whether something in environment or pod could have signed in place of web identity.
pub(crate) fn is_rivalled(case: &Case<'_>) -> bool {
    let signer = case.signer();
    logged(case).is_some() || rivals(case).iter().any(|rival| fits(rival, signer.as_ref()))
}
