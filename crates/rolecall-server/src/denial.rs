//! A refused exchange: kept to be asked about, counted, and explained to the caller where that is wished.

use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::query::Params;

use crate::desk::Desk;
use crate::record::Frame;
use crate::refusals::{Asked, Refusal, evidence};
use crate::sts::assume_role_with_web_identity::{Exchange, Refused};

/// Keeps the refusal's evidence and gives the fault for the caller.
pub fn keep(
    desk: &Desk,
    exchange: &Exchange,
    refused: &Refused,
    params: &Params<'_>,
    frame: &Frame<'_>,
) -> Fault {
    desk.metrics.exchange_refused(step(refused));
    if let Some(failure) = &exchange.failure {
        tracing::warn!(request_id = frame.request_id, failure, "the issuer's keys cannot be had");
    }
    let source_ip = frame.origin.address.to_canonical().to_string();
    let asked = Asked {
        role_arn: params.get("RoleArn").unwrap_or_default(),
        session_name: params.get("RoleSessionName").unwrap_or_default(),
        duration: params.get("DurationSeconds"),
        policy: params.get("Policy"),
        source_ip: &source_ip,
        region: frame.region,
    };
    let files = evidence(exchange, refused, &asked, frame.now);
    let fault = match desk.config.explain_denials && refused.after_signature() {
        true => explained(&refused.fault, &files),
        false => refused.fault.clone(),
    };
    let refusal = Refusal {
        event_id: frame.event_id.to_owned(),
        request_id: frame.request_id.to_owned(),
        account: frame.account.to_owned(),
        at: frame.now,
        files,
    };
    desk.refusals.keep(refusal, refused.after_signature());
    fault
}

/// The sentence with the cause behind it. Only the caller's own claims can be in it, since the evidence has no others.
fn explained(fault: &Fault, files: &[(String, String)]) -> Fault {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let evidence = rolecall_collect::read_files(&files);
    let report = rolecall_doctor::report::diagnose(&evidence);
    match report.findings.first() {
        Some(finding) if fault.code == Code::AccessDenied => {
            let sentence = format!("{} ({}: {})", fault.message, finding.cause, finding.title);
            Fault::new(fault.code, sentence)
        }
        _ => fault.clone(),
    }
}

/// The step that refused, by its name in metrics.
fn step(refused: &Refused) -> &'static str {
    use rolecall_engine::exchange::refusal::Refusal as R;
    match &refused.refusal {
        None => "session",
        Some(refusal) => match refusal {
            R::Validation(_) | R::RoleArn | R::NotAnArn(_) => "parameters",
            R::NotAJwt => "token_shape",
            R::MissingClaim(_) | R::SeveralAudiences => "claims",
            R::NoProvider(_) => "provider",
            R::Audience => "audience",
            R::Key => "keys",
            R::Signature => "signature",
            R::Expired { .. } | R::TooOld(_) | R::NotYet | R::RolesClaim => "lifetime",
            R::Tags(_) | R::TrustAction(_) => "tags",
            R::NoRole => "role",
            R::Rcp => "rcp",
            R::Trust => "trust",
            R::Duration => "duration",
            R::SessionPolicy(_) => "session",
        },
    }
}
