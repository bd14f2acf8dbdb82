//! STS cannot fetch the issuer's discovery document or key set.
//!
//! ## What you see
//! `Couldn't retrieve verification key from your identity provider` or `IDPCommunicationError` (400). The second, and the
//! first under load, pass by themselves: SDKs try again.
//!
//! ## Why
//! STS fetches `ISSUER/.well-known/openid-configuration` and the `jwks_uri` named in it over the public internet and gives
//! up after five seconds. A bucket that is not public, a redirect, an internal name, a firewall, a rate limit, or a
//! `jwks_uri` with a private address is enough.
//!
//! ## How to tell
//! Fetch both from outside your network, for example from AWS CloudShell: each must answer 200 with JSON.
//!
//! ## How to mend it
//! Publish both documents. A cluster whose issuer cannot be public can publish its documents in a bucket and use that as
//! issuer (`--service-account-issuer`, `--service-account-jwks-uri`).
//!
//! ## Source
//! AWS re:Post, "Troubleshoot errors with IAM OIDC federation"; reference sts.md §3.5.

use rolecall_model::document::{At, Text};
use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::provider_url::host;

use super::key_not_retrieved;
use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "issuer.unreachable",
    title: "STS cannot fetch the issuer's discovery document or key set",
    severity: Severity::Error,
    reads: &[Link::Issuer, Link::Token, Link::Provider],
    source: include_str!("unreachable.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let said = key_not_retrieved(case);
    let failure = case.issuer().fetch_failures.first();
    let private = private_address(case);
    if said.is_none() && failure.is_none() && private.is_none() {
        return None;
    }
    // The key set was fetched and is at fault itself: issuer.key-missing or issuer.discovery-invalid.
    let refuted = failure.is_none() && private.is_none() && case.exchange(Link::Issuer).keys_refused();
    if refuted {
        return None;
    }
    let passing = said.is_some_and(|seen| seen.symptom == Symptom::IdpCommunication);
    let certainty = match (said.is_some(), failure.is_some()) {
        (true, true) => Certainty::Certain,
        (true, false) if passing => Certainty::Certain,
        (_, _) => Certainty::Likely,
    };
    let issuer = case.presented_issuer().map(|issuer| issuer.text.value);
    let named = issuer.as_deref().map_or_else(|| "the issuer".to_owned(), |issuer| format!("`{issuer}`"));
    let mut finding = Finding::new(&CHECK, certainty, format!("STS cannot fetch the keys of {named}"))
        .because(if passing {
            "STS got no answer from the issuer this time. This passes by itself more often than not; a client that tries again gets through."
        } else {
            "STS fetches discovery document and key set over the public internet and waits five seconds. The trust policy was not looked at yet."
        });
    if let Some(failure) = failure {
        finding =
            finding.at(failure.answer.at, format!("fetching the {} document answers this", failure.what));
    }
    if let Some(private) = private {
        finding = finding.at(private.at, "STS cannot reach this address");
    }
    if let Some(said) = said {
        finding = finding.place_unless_primary(said.at, "STS's answer");
    }
    let url = issuer.unwrap_or_else(|| "ISSUER".into());
    Some(finding.fix(
        "make both documents answer 200 to the public internet; check from AWS CloudShell",
        Safety::ShowOnly,
        &[format!(
            "curl -sS -m 5 -i {}",
            shell_word(&format!("{}/.well-known/openid-configuration", url.trim_end_matches('/')))
        )],
    ))
}

impl Finding {
    /// Points at a place: as the primary one if there is none yet.
    fn place_unless_primary(self, at: At, label: &str) -> Finding {
        if self.places.iter().any(|place| place.primary) {
            self.beside(at, label)
        } else {
            self.at(at, label)
        }
    }
}

/// A `jwks_uri` whose host is a private address or an internal name, as a cluster's API server writes it by default; or the
/// cluster's issuer itself. A service that stands for AWS may reach them.
fn private_address(case: &Case<'_>) -> Option<Text> {
    let issuer = case.issuer();
    if issuer.service.is_some() {
        return None;
    }
    let uri = issuer.discovery.present().and_then(|discovery| discovery.text("jwks_uri"));
    let own = issuer.cluster.present().and_then(|cluster| cluster.issuer.clone());
    uri.into_iter().chain(own).find(|url| is_private(&url.value))
}

fn is_private(url: &str) -> bool {
    let bare = host(url).split(':').next().unwrap_or_default().to_owned();
    let address = bare.parse::<std::net::Ipv4Addr>();
    let private =
        address.is_ok_and(|address| address.is_private() || address.is_loopback() || address.is_link_local());
    let internal = [".local", ".internal", ".svc", ".lan"].iter().any(|end| bare.ends_with(end))
        || bare == "localhost"
        || bare == "kubernetes.default";
    private || internal
}
