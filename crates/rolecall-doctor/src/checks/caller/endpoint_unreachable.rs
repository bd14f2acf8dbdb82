//! STS cannot be reached.
//!
//! ## What you see
//! `Connect timeout on endpoint URL: "https://sts.…"`, `connect ETIMEDOUT`, `dial tcp …: i/o timeout`, `no such host`. After
//! many tries the token has expired, and that is what the last line says.
//!
//! ## Why
//! A network policy, a security group or a firewall keeps the program from STS, a proxy is missing or wrong, or the network
//! has no way out and no VPC endpoint for STS.
//!
//! ## How to tell
//! In the container: `curl -sS -m 5 https://sts.REGION.amazonaws.com/`; then the policies and routes on the way.
//!
//! ## How to mend it
//! Let TCP 443 to STS through, or make a VPC endpoint for `com.amazonaws.REGION.sts` with private DNS.
//!
//! ## Source
//! Kubernetes documentation, "Network Policies"; AWS PrivateLink Guide, "AWS services that integrate".

use rolecall_model::evidence::attempt::{Observation, Symptom};
use rolecall_model::partition::StsHost;

use super::endpoint_wrong;
use crate::case::{Blocked, Case, Endpoint, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.endpoint-unreachable",
    title: "STS cannot be reached",
    severity: Severity::Error,
    reads: &[Link::Workload, Link::Caller, Link::Pod, Link::ServiceAccount, Link::Token, Link::Role],
    source: include_str!("endpoint_unreachable.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let lost =
        |symptom: &Symptom| matches!(symptom, Symptom::Unreachable { .. } | Symptom::HostUnknown { .. });
    let seen = case.saw(lost)?;
    if answered(case, seen) || matches!(case.phase(), Phase::After | Phase::Admitted) {
        return None;
    }
    let endpoint = case.endpoints().into_iter().find(|one| one.failure == Some(seen.at));
    let named = match &endpoint {
        Some(endpoint) if endpoint.is_meant_as_sts() => true,
        Some(endpoint) if endpoint.host.parse::<std::net::IpAddr>().is_ok() => speaks_of_sts(case),
        Some(_) => return None,
        None => speaks_of_sts(case),
    };
    let wrong = (endpoint_wrong::CHECK.run)(case);
    if wrong.is_some_and(|finding| finding.certainty != Certainty::Possible) {
        return None;
    }
    let host =
        endpoint.as_ref().filter(|endpoint| endpoint.is_meant_as_sts()).map(|endpoint| endpoint.host.clone());
    let blocked = case.blocked(host.as_deref());
    let certainty = match (named, &blocked) {
        (false, _) => Certainty::Possible,
        (_, Some(_)) => Certainty::Certain,
        _ if seen.headline && is_own_region(case, endpoint.as_ref()) => Certainty::Certain,
        _ => Certainty::Likely,
    };
    let shown = host.clone().unwrap_or_else(|| "STS".into());
    let mut finding = Finding::new(&CHECK, certainty, format!("`{shown}` cannot be reached"))
        .because(why(&seen.symptom, blocked.as_ref()))
        .at(seen.at, "no way to the host");
    if let Some(blocked) = &blocked {
        finding = finding
            .beside(blocked.at, format!("`{}` admits no way to {}", blocked.policy, blocked.address.value))
            .beside(blocked.address.at, "the host's address");
    }
    if case.saw(|symptom| matches!(symptom, Symptom::TokenExpired { .. })).is_some() {
        finding = finding.note("the token expired while the program was still trying: mend the way first");
    }
    for name in ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"] {
        if let Some(at) = case.given(name) {
            finding = finding.beside(at, "the way leads through here");
        }
    }
    Some(with_fix(case, finding, blocked.as_ref(), host.as_deref()))
}

/// Whether the headline is an answer of STS: then it was reached. An expired token may be the end of many tries.
fn answered(case: &Case<'_>, lost: &Observation) -> bool {
    let refusal = |symptom: &Symptom| {
        crate::case::is_exchange_refusal(symptom) && !matches!(symptom, Symptom::TokenExpired { .. })
    };
    let seen = case.attempt().observations.iter().find(|seen| seen.headline && refusal(&seen.symptom));
    seen.is_some() || (!lost.headline && case.reached_exchange())
}

fn speaks_of_sts(case: &Case<'_>) -> bool {
    ["assumerole", "assume role", "assuming role", "webidentity", "web identity", "sts."]
        .iter()
        .any(|words| case.says(words).is_some())
}

/// The host is the STS of the region that the program is set to, so nothing is wrong with the host itself.
fn is_own_region(case: &Case<'_>, endpoint: Option<&Endpoint>) -> bool {
    let Some(StsHost::Regional { region }) = endpoint.map(Endpoint::sts) else { return false };
    case.region().is_some_and(|own| own.value == region)
}

fn why(symptom: &Symptom, blocked: Option<&Blocked>) -> String {
    let what = match (symptom, blocked) {
        (_, Some(_)) => {
            "The pod is under a network policy for egress, and none of its rules admits the host's address."
        }
        (Symptom::HostUnknown { .. }, None) => "The name does not resolve where the program runs.",
        _ => "The request got no answer: something on the way drops or refuses it.",
    };
    format!("{what} No policy of AWS was asked; neither trust policy nor permissions matter here.")
}

fn with_fix(case: &Case<'_>, finding: Finding, blocked: Option<&Blocked>, host: Option<&str>) -> Finding {
    if let Some(blocked) = blocked {
        let rule = format!(
            r#"[{{"op":"add","path":"/spec/egress/-","value":{{"to":[{{"ipBlock":{{"cidr":"{}/32"}}}}],"ports":[{{"protocol":"TCP","port":443}}]}}}}]"#,
            blocked.address.value
        );
        let space = case.pod().pod.present().and_then(|pod| pod.namespace.as_ref());
        let space = space.map_or("NAMESPACE", |text| text.value.as_str());
        return finding.fix(
            "admit TCP 443 to STS in the network policy; its addresses change, so a range or a VPC \
             endpoint lasts longer",
            Safety::ShowOnly,
            &[format!(
                "kubectl patch networkpolicy -n {} {} --type json -p {}",
                shell_word(space),
                shell_word(&blocked.policy),
                shell_word(&rule)
            )],
        );
    }
    let host = shell_word(host.unwrap_or("sts.REGION.amazonaws.com"));
    finding.fix(
        "open the way to STS on TCP 443, or make a VPC endpoint for it",
        Safety::ShowOnly,
        &[
            format!("curl -sS -m 5 https://{host}/"),
            "aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id VPC --service-name \
             com.amazonaws.REGION.sts --subnet-ids SUBNETS --security-group-ids GROUPS"
                .into(),
        ],
    )
}
