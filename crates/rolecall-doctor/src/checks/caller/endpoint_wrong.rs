//! The request goes to a host that cannot be STS for this role.
//!
//! ## What you see
//! `no such host`, a time-out, `connection reset`, or `No OpenIDConnect provider found` although the provider is there.
//!
//! ## Why
//! The host belongs to another partition (China, GovCloud) than the role, is no host of STS at all (a region name made up for
//! another store, a local emulator), is asked over plain HTTP, or is the global endpoint while the network only lets the
//! region's own through.
//!
//! ## How to tell
//! The URL in the error or the debug log; `env | grep -e AWS_ENDPOINT_URL -e AWS_REGION -e AWS_STS_REGIONAL_ENDPOINTS`.
//!
//! ## How to mend it
//! Take the setting away that names the host, or set the region and regional endpoints.
//!
//! ## When it is not this
//! Where the host is right and there is no way to it, it is `caller.endpoint-unreachable`.
//!
//! ## Source
//! AWS General Reference, "AWS STS endpoints"; AWS SDKs and Tools Reference Guide, "AWS STS Regional endpoints".

use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::partition::{self, StsHost};

use crate::case::{Case, Endpoint, EndpointFrom, Phase};
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.endpoint-wrong",
    title: "the request goes to a host that cannot be STS for this role",
    severity: Severity::Error,
    reads: &[Link::Workload, Link::Caller, Link::Pod, Link::ServiceAccount, Link::Token, Link::Role],
    source: include_str!("endpoint_wrong.rs"),
    run: check,
};

/// Why a host cannot be right.
enum Wrong {
    Plain,
    NotSts,
    Partition { role: String },
    Global { region: String },
    OtherRegion { region: String },
}

fn check(case: &Case<'_>) -> Option<Finding> {
    if matches!(case.phase(), Phase::After | Phase::Admitted) {
        return None;
    }
    let meant = case.endpoints().into_iter().filter(Endpoint::is_meant_as_sts);
    let meant = meant.filter(|endpoint| !case.stands_for_aws(endpoint));
    let found = meant.into_iter().find_map(|endpoint| {
        let (wrong, certainty) = wrong(case, &endpoint)?;
        Some((endpoint, wrong, certainty))
    });
    let Some((endpoint, wrong, certainty)) = found else { return by_region(case) };
    let host = &endpoint.host;
    let (title, why) = match &wrong {
        Wrong::Plain => (
            format!("STS is asked over plain HTTP at `{host}`"),
            "STS answers over HTTPS alone; on port 80 the connection is refused or reset. A setting of \
             the program \
             turns encryption off for all its clients, STS included."
                .to_owned(),
        ),
        Wrong::NotSts => (
            format!("`{host}` is no host of STS"),
            "The name was put together from a region that AWS does not have, or an endpoint meant for \
             another service \
             is used for STS too."
                .to_owned(),
        ),
        Wrong::Partition { role } => (
            format!("`{host}` is the STS of another partition than the role's, `{role}`"),
            "Partitions share nothing: the STS of one knows no account, role or provider of another. So \
             it says that \
             there is no provider, although there is one where the role is."
                .to_owned(),
        ),
        Wrong::Global { region } => (
            format!("the global endpoint `{host}` is asked, not the one of `{region}`"),
            "The SDK asks the global endpoint because regional endpoints are not switched on \
             (`AWS_STS_REGIONAL_ENDPOINTS=regional`, the default of newer SDKs). A network without a way \
             to the internet has a way to its own region's STS at most."
                .to_owned(),
        ),
        Wrong::OtherRegion { region } => (
            format!("`{host}` is asked, and the program is set to `{region}`"),
            "A network without a way to the internet has a way to its own region's STS at most, and this is \
             another one."
                .to_owned(),
        ),
    };
    let label = match endpoint.from {
        EndpointFrom::Variable(_) => "this setting names the host",
        EndpointFrom::Trail => "CloudTrail shows the host that was asked",
        EndpointFrom::Failure | EndpointFrom::Request => "this host was asked",
    };
    let right = case.right_host();
    let mut finding = Finding::new(&CHECK, certainty, title)
        .because(format!("{why} Trust policy and provider have no part in this."));
    finding = match &right {
        Some(right) => {
            finding.differs(endpoint.text.at, label, format!("https://{right}"), endpoint.text.value.clone())
        }
        None => finding.at(endpoint.text.at, label),
    };
    if case.phase() == Phase::Unseen && case.says(&endpoint.host).is_none() {
        finding.severity = Severity::Warning;
    }
    if let Some(region) = case.region() {
        finding = finding.beside(region.at, "the region that is set");
    }
    Some(with_fix(case, finding, &endpoint, &wrong, right))
}

fn wrong(case: &Case<'_>, endpoint: &Endpoint) -> Option<(Wrong, Certainty)> {
    let failed = matches!(endpoint.from, EndpointFrom::Failure);
    let lost =
        case.saw(|symptom| matches!(symptom, Symptom::Unreachable { .. } | Symptom::HostUnknown { .. }));
    let answered = case.reached_exchange();
    if endpoint.scheme.as_deref() == Some("http") && !answered {
        return Some((Wrong::Plain, if failed { Certainty::Certain } else { Certainty::Likely }));
    }
    if endpoint.sts() == StsHost::NotSts {
        // Whatever answered like STS there, it was not the STS of the role's account.
        let alien = !answered || case.saw(|symptom| matches!(symptom, Symptom::NoProvider { .. })).is_some();
        let certainty = if failed { Certainty::Certain } else { Certainty::Likely };
        return alien.then_some((Wrong::NotSts, certainty));
    }
    if let Some(role) =
        case.role_partition().filter(|role| endpoint.partition().is_some_and(|own| own != role))
    {
        let certainty =
            if case.issuer_partition() == Some(&role) { Certainty::Certain } else { Certainty::Likely };
        let fits = !answered || case.saw(foreign).is_some();
        return fits.then_some((Wrong::Partition { role }, certainty));
    }
    let region = case.region()?.value;
    if lost.is_none() || answered || !failed || case.blocked(Some(&endpoint.host)).is_some() {
        return None;
    }
    match endpoint.sts() {
        StsHost::Global if partition::is_region(&region) => {
            Some((Wrong::Global { region }, Certainty::Likely))
        }
        StsHost::Regional { region: asked } if asked != region => {
            Some((Wrong::OtherRegion { region }, Certainty::Likely))
        }
        _ => None,
    }
}

/// Answers that the STS of another partition gives.
fn foreign(symptom: &Symptom) -> bool {
    matches!(symptom, Symptom::NoProvider { .. } | Symptom::RequestArnInvalid | Symptom::OtherError { .. })
}

/// No host was seen, but the region that is set lies in another partition than role and issuer.
fn by_region(case: &Case<'_>) -> Option<Finding> {
    let role = case.role_partition()?;
    let region = case.region().filter(|region| partition::is_region(&region.value))?;
    let own = partition::of_region(&region.value);
    case.saw(foreign)?;
    if own == role
        || case.issuer_partition().is_some_and(|issuer| issuer != role)
        || !case.endpoints().is_empty()
    {
        return None;
    }
    Some(
        Finding::new(
            &CHECK,
            Certainty::Likely,
            format!(
                "the region `{}` lies in another partition than \
                                                         the role, `{role}`",
                region.value
            ),
        )
        .because(
            "The SDK asks the STS of the region it is set to, and the STS of one partition knows no \
                 account, role \
                 or provider of another.",
        )
        .at(region.at, "STS is asked in this region")
        .fix(
            "set a region of the role's partition",
            Safety::ShowOnly,
            &["export AWS_REGION=REGION".into()],
        ),
    )
}

fn with_fix(
    case: &Case<'_>,
    finding: Finding,
    endpoint: &Endpoint,
    wrong: &Wrong,
    right: Option<String>,
) -> Finding {
    if let EndpointFrom::Variable(name) = endpoint.from {
        return finding.fix(format!("take `{name}` away"), Safety::Review, &[format!("unset {name}")]);
    }
    let account = case.used_account();
    match (wrong, account, right) {
        (Wrong::Global { .. }, Some(account), _) => finding.fix(
            "switch regional endpoints on for the service account, then make its pods anew",
            Safety::Review,
            &[format!(
                "kubectl annotate serviceaccount --overwrite -n {} {} \
                 eks.amazonaws.com/sts-regional-endpoints=true",
                shell_word(account.namespace.as_ref().map_or("NAMESPACE", |text| text.value.as_str())),
                shell_word(&account.name.value)
            )],
        ),
        (Wrong::Global { .. }, ..) => finding.fix(
            "switch regional endpoints on",
            Safety::Review,
            &["export AWS_STS_REGIONAL_ENDPOINTS=regional".into()],
        ),
        (Wrong::Plain, ..) => finding.fix(
            "turn encryption on again in the program's settings \
                                           (disableSSL, use_ssl, an http endpoint)",
            Safety::ShowOnly,
            &[],
        ),
        (.., Some(right)) => finding.fix(
            "let the program ask the STS of its own region: mend its region setting, or name the host",
            Safety::Review,
            &[format!("export AWS_ENDPOINT_URL_STS={}", shell_word(&format!("https://{right}")))],
        ),
        _ => finding.fix(
            "give the program a region of the role's partition",
            Safety::ShowOnly,
            &["export AWS_REGION=REGION".into()],
        ),
    }
}
