//! Refusals and the exact codes, statuses and sentences of STS (reference sts.md §3.2).

use rolecall_model::instant::Instant;

/// Why STS refuses. The caller sees code and sentence alone; the reason is for whoever may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Parameters break their constraints; the violations as STS lists them.
    Validation(Vec<String>),
    /// The role's ARN is none of a role.
    RoleArn,
    /// The role's ARN is no ARN at all.
    NotAnArn(String),
    /// The token is no JWT that STS reads.
    NotAJwt,
    /// A required claim is absent.
    MissingClaim(&'static str),
    /// Several audiences without authorized party.
    SeveralAudiences,
    /// No provider for the issuer.
    NoProvider(String),
    /// The audience is not registered.
    Audience,
    /// The key cannot be had.
    Key,
    /// The signature does not verify.
    Signature,
    /// The token has expired.
    Expired {
        /// STS's clock.
        now: Instant,
        /// The token's `exp`.
        expiry: i64,
    },
    /// The token is too old.
    TooOld(i64),
    /// The token is not valid yet.
    NotYet,
    /// The roles claim does not name the role.
    RolesClaim,
    /// The tags claim has a wrong form; STS's sentence.
    Tags(&'static str),
    /// The role does not exist.
    NoRole,
    /// A resource control policy denies.
    Rcp,
    /// The trust policy does not admit the call.
    Trust,
    /// The trust policy does not allow a further action that the call needs.
    TrustAction(&'static str),
    /// The session would be longer than the role allows.
    Duration,
    /// The session policy is no policy.
    SessionPolicy(&'static str),
}

/// The one sentence of the 403, whatever the cause.
pub const NOT_AUTHORIZED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";

impl Refusal {
    /// The error code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Validation(_) | Refusal::RoleArn | Refusal::NotAnArn(_) | Refusal::Duration => {
                "ValidationError"
            }
            Refusal::Expired { .. } | Refusal::TooOld(_) => "ExpiredTokenException",
            Refusal::NoRole | Refusal::Rcp | Refusal::Trust | Refusal::TrustAction(_) => "AccessDenied",
            Refusal::SessionPolicy(_) => "MalformedPolicyDocument",
            _ => "InvalidIdentityToken",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        if self.code() == "AccessDenied" { 403 } else { 400 }
    }

    /// The sentence, byte for byte where it is recorded.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Refusal::Validation(violations) => {
                let plural = if violations.len() == 1 { "error" } else { "errors" };
                format!("{} validation {plural} detected: {}", violations.len(), violations.join("; "))
            }
            Refusal::RoleArn => "Request ARN is invalid".into(),
            Refusal::NotAnArn(text) => format!("{text} is invalid"),
            Refusal::NotAJwt => "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)".into(),
            Refusal::MissingClaim(claim) => format!("Missing a required claim: {claim}"),
            Refusal::SeveralAudiences => "Token audience contains more than one audience while authorized party is not present".into(),
            Refusal::NoProvider(issuer) => format!("No OpenIDConnect provider found in your account for {issuer}"),
            Refusal::Audience => "Incorrect token audience".into(),
            // The two blanks are AWS's.
            Refusal::Key => "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements".into(),
            Refusal::Signature => "The web identity token provided could not be validated".into(),
            Refusal::Expired { now, expiry } => {
                format!("Token expired: current date/time {} must be before the expiration date/time {expiry}", now.0)
            }
            Refusal::TooOld(age) => format!("Token too old: {age}"),
            Refusal::NotYet => "The web identity token provided is not yet valid".into(),
            Refusal::RolesClaim => "The requested role is not listed in the token's https://aws.amazon.com/roles claim".into(),
            Refusal::Tags(sentence) | Refusal::SessionPolicy(sentence) => (*sentence).into(),
            Refusal::Duration => "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".into(),
            Refusal::NoRole | Refusal::Rcp | Refusal::Trust | Refusal::TrustAction(_) => NOT_AUTHORIZED.into(),
        }
    }
}
