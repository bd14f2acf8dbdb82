//! Failures of AWS calls in the words of the AWS CLI, with what to do about them.

use std::error::Error;

use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};

use crate::refusal::{Refusal, RefusalKind, chain};

/// Codes that say that a thing is not there.
const ABSENT: [&str; 4] =
    ["NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException", "NotFoundException"];
/// Codes that refuse the caller.
const DENIED: [&str; 4] = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden"];
/// Codes that ask to come again.
const THROTTLED: [&str; 5] = [
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
];
/// Codes that refuse the credentials themselves, with what helps.
const CREDENTIALS: [(&str, &str); 8] = [
    ("ExpiredToken", "sign in again, such as with `aws sso login`, or take fresh session credentials"),
    (
        "ExpiredTokenException",
        "sign in again, such as with `aws sso login`, or take fresh session credentials",
    ),
    (
        "InvalidClientTokenId",
        "the access key does not exist, is inactive, or belongs to another partition or endpoint",
    ),
    (
        "UnrecognizedClientException",
        "the access key does not exist, is inactive, or its region is not enabled",
    ),
    (
        "SignatureDoesNotMatch",
        "the secret access key does not belong to the access key, or the clock is wrong",
    ),
    ("RequestExpired", "set this machine's clock"),
    ("MissingAuthenticationToken", "give credentials, such as by `--profile`"),
    ("AuthFailure", "the credentials were not taken: look at `aws sts get-caller-identity`"),
];

/// A failed call of an operation, as the AWS CLI prints it.
#[must_use]
pub fn refusal<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Refusal
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let status = format!("HTTP status {}", context.raw().status().as_u16());
            let (code, message) = (context.err().code(), context.err().message());
            service(operation, code.unwrap_or("Unknown"), message.unwrap_or(&status))
        }
        SdkError::TimeoutError(_) => Refusal::new(
            RefusalKind::Unreachable,
            format!("Connect timeout when calling the {operation} operation"),
        )
        .remedied(REACH),
        SdkError::DispatchFailure(failure) => {
            let said = failure.as_connector_error().map_or_else(|| chain(error), |error| chain(error));
            if failure.is_timeout() || failure.is_io() {
                let remedy = if said.contains("certificate") { BELIEVE } else { REACH };
                Refusal::new(
                    RefusalKind::Unreachable,
                    format!(
                        "Could not connect to the endpoint when calling the {operation} operation: {said}"
                    ),
                )
                .remedied(remedy)
            } else {
                credentials_text(&said, None)
                    .unwrap_or_else(|| Refusal::new(RefusalKind::Other, format!("{operation}: {said}")))
            }
        }
        other => {
            let said = chain(other);
            credentials_text(&said, None)
                .unwrap_or_else(|| Refusal::new(RefusalKind::Other, format!("{operation}: {said}")))
        }
    }
}

/// Where the server's certificate is not believed.
const BELIEVE: &str = "let AWS_CA_BUNDLE name the certificate, or the authority that signed it";
const REACH: &str = "look at the network, the proxy, `--region` and `--endpoint-url`";

fn service(operation: &str, code: &str, message: &str) -> Refusal {
    let line = format!("An error occurred ({code}) when calling the {operation} operation: {message}");
    if ABSENT.contains(&code) {
        return Refusal::new(RefusalKind::NotFound, line);
    }
    if DENIED.contains(&code) {
        let action = super::guard::ALLOWED.iter().find(|(_, known, _)| *known == operation);
        let refusal = Refusal::new(RefusalKind::Forbidden, line);
        return match action {
            Some((_, _, action)) => {
                refusal.remedied(format!("needs {action}; `--needs` prints all that is needed"))
            }
            None => refusal,
        };
    }
    if THROTTLED.contains(&code) || message.contains("Rate exceeded") {
        return Refusal::new(RefusalKind::Throttled, line).remedied("run it again in a minute");
    }
    if let Some((_, remedy)) = CREDENTIALS.iter().find(|(known, _)| *known == code) {
        return Refusal::new(RefusalKind::Credentials, line).remedied(*remedy);
    }
    Refusal::new(RefusalKind::Other, line)
}

/// Credentials that cannot be had.
pub(super) fn credentials_refusal(error: &(dyn Error + 'static), profile: Option<&str>) -> Refusal {
    let said = chain(error);
    credentials_text(&said, profile).unwrap_or_else(|| {
        Refusal::new(RefusalKind::Credentials, format!("AWS credentials cannot be had: {said}"))
            .remedied("see which source wins with `rolecall whoami`")
    })
}

/// What texts of the credential chain mean, and what helps.
fn credentials_text(said: &str, profile: Option<&str>) -> Option<Refusal> {
    let folded = said.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    let flag = profile.map(|profile| format!(" --profile {profile}")).unwrap_or_default();
    let refusal =
        |line: String, remedy: String| Some(Refusal::new(RefusalKind::Credentials, line).remedied(remedy));
    if has(&["sso"]) && has(&["expired", "token", "refresh", "not found", "no such file", "login"]) {
        return refusal(
            format!("the SSO session has expired or is missing: {said}"),
            format!("aws sso login{flag}"),
        );
    }
    if has(&["profile"])
        && has(&[
            "could not be found",
            "was not defined",
            "did not contain",
            "missing",
            "must contain",
            "not found",
        ])
    {
        return refusal(
            format!("the profile is incomplete: {said}"),
            "mend it in ~/.aws/config, or name another with `--profile`; `rolecall whoami` shows what is set"
                .into(),
        );
    }
    if has(&[
        "no providers in chain",
        "not loaded",
        "no credentials",
        "the credential provider was not enabled",
        // The instance metadata service is the last of the chain: where it is what failed, nothing before it was set.
        "imds",
    ]) {
        return refusal(
            "Unable to locate credentials.".into(),
            "sign in (`aws configure`, `aws sso login`, `aws login`) or name a profile with `--profile`"
                .into(),
        );
    }
    None
}
