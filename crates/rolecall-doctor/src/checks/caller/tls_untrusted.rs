//! The caller does not trust STS's certificate.
//!
//! ## What you see
//! `x509: certificate signed by unknown authority`, `CERTIFICATE_VERIFY_FAILED`, `unable to get local issuer certificate`,
//! `PKIX path building failed`, for a host of STS.
//!
//! ## Why
//! The image has no bundle of authorities or an old one, or a proxy on the way shows a certificate of its own that the image
//! does not know. `AWS_CA_BUNDLE` set for something else replaces the usual bundle.
//!
//! ## How to tell
//! `openssl s_client -connect sts.REGION.amazonaws.com:443 -servername sts.REGION.amazonaws.com` in the container shows who
//! signed.
//!
//! ## How to mend it
//! Install current authorities (`ca-certificates`) in the image, or add the proxy's authority.
//!
//! ## Source
//! Amazon Trust Services repository; AWS SDKs and Tools Reference Guide, `ca_bundle`.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity, shell_word};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.tls-untrusted",
    title: "the caller does not trust STS's certificate",
    severity: Severity::Error,
    reads: &[Link::Workload, Link::Caller, Link::Pod],
    source: include_str!("tls_untrusted.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let seen = case.saw(|symptom| matches!(symptom, Symptom::TlsUntrusted { .. }))?;
    let named = matches!(&seen.symptom, Symptom::TlsUntrusted { url: Some(_) });
    let endpoint = case.endpoints().into_iter().find(|one| one.failure == Some(seen.at));
    if endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_meant_as_sts()) {
        return None;
    }
    let certainty = if named { Certainty::Certain } else { Certainty::Likely };
    let host = endpoint.map_or_else(|| "sts.amazonaws.com".to_owned(), |endpoint| endpoint.host);
    let mut finding = Finding::new(
        &CHECK,
        certainty,
        format!(
            "the caller does not trust the \
                                                               certificate of `{host}`"
        ),
    )
    .because(
        "The connection ended before anything was sent: the program knows no authority that signed \
             the certificate \
             it was shown. Token, provider and trust policy were not looked at. This is about the \
             program's trust in AWS; the thumbprint of the IAM provider has no part in it.",
    )
    .at(seen.at, "the program's own words");
    for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy"] {
        if let Some(at) = case.given(name) {
            finding = finding.beside(at, "this decides whom the program trusts or meets");
        }
    }
    let host = shell_word(&host);
    Some(finding.fix(
        "install current authorities in the image (package ca-certificates), or the authority of the \
         proxy on the way",
        Safety::ShowOnly,
        &[format!("openssl s_client -connect {host}:443 -servername {host} </dev/null")],
    ))
}
