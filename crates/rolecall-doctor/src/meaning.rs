//! What each symptom means and where it never points: the first triage of an error text.
//!
//! Sources: reference sts.md §3.2 and §3.3 (order of the steps), doctor rules §13.

use rolecall_model::evidence::attempt::Symptom;

/// What a symptom says about the attempt, in whole sentences.
#[must_use]
pub fn meaning(symptom: &Symptom) -> String {
    let fixed = match symptom {
        Symptom::TrustDenied => {
            "STS verified the token, found its issuer among the OIDC providers of the role's account and its audience \
             among the provider's client ids. Then the role's trust policy (or a resource control policy) did not \
             admit it, or the role does not exist: STS answers all of these with the same words. Most often the policy \
             names another subject than the token's. Identity policies, permissions boundaries and service control \
             policies do not matter for this call."
        }
        Symptom::IncorrectAudience => {
            "The provider exists, but its client ids lack the token's audience (`azp` where the token has one). \
             The trust policy was not looked at yet."
        }
        Symptom::SeveralAudiences => {
            "The token has several audiences and no `azp`: STS takes one audience only."
        }
        Symptom::KeyNotRetrieved => {
            "STS could not get the issuer's key: the discovery document or the key set did not answer within five \
             seconds on the public internet, is not valid, or lacks the token's key id. The trust policy was not \
             looked at yet."
        }
        Symptom::IdpCommunication => "STS got no answer from the issuer this time. SDKs try again.",
        Symptom::IdpRejected => "The issuer itself rejected the token.",
        Symptom::ThumbprintMismatch => {
            "The issuer's certificate chains to no authority that AWS trusts, and no thumbprint of the provider fits it."
        }
        Symptom::NotAJwt => "What was sent as token is no JWT that STS can read.",
        Symptom::TokenNotValidated => "STS could not validate the token: most often its signature.",
        Symptom::TokenExpired { .. } => "The token's `exp` has passed. STS grants five minutes beyond it.",
        Symptom::TokenTooOld => "The token was issued too long ago, whatever its `exp` says.",
        Symptom::TokenNotYetValid => "The token is not valid yet: clocks differ, or it was minted for later.",
        Symptom::TagsMalformed => {
            "The token's claim `https://aws.amazon.com/tags` has a form that STS does not take."
        }
        Symptom::RolesClaimRefused => {
            "The token's claim `https://aws.amazon.com/roles` does not name this role."
        }
        Symptom::RequestArnInvalid => {
            "What was sent as role ARN is no ARN of a role. Nothing else was looked at yet."
        }
        Symptom::DurationAboveRole => {
            "The caller asks for a longer session than the role's MaxSessionDuration."
        }
        Symptom::DurationAboveChain => {
            "A role assumed with the credentials of another role lasts one hour at most, whatever the role allows."
        }
        Symptom::RegionDisabled => {
            "STS is switched off in this region for the account. No policy is involved."
        }
        Symptom::SessionExpired => {
            "The session that signed this call has expired, and nothing renewed it: its credentials stand in the \
             environment or in a file, where no SDK renews them, or the exchange that should renew them fails."
        }
        Symptom::KeysUnknown => {
            "AWS does not know the access key that signed this call: it was deleted, is one of another partition, or \
             stands without its session token. In a region that must be enabled first, sessions of the global STS \
             endpoint are refused in the same words."
        }
        Symptom::Throttled => "STS answered too many calls at once.",
        Symptom::PackedPolicyTooLarge => "Session policies and session tags together are too large.",
        Symptom::CognitoPoolRefused => "Cognito asked STS for the pool's role and was refused.",
        Symptom::NoCredentials => {
            "The SDK found no credentials anywhere: it never called STS, or hides STS's answer."
        }
        Symptom::ImdsAsked => {
            "The SDK came to the end of its chain, the instance metadata: nothing earlier was set up."
        }
        Symptom::RoleArnNotSet => "Web identity is half set up: the role's ARN is missing.",
        Symptom::TokenFileNotSet => "Web identity is half set up: the token file is not named.",
        Symptom::TokenFileUnreadable { .. } => "The token file is there, but the process may not read it.",
        Symptom::TokenFileMissing { .. } => "The token file that is named is not there.",
        Symptom::TokenFileEmpty => "The token file is there and empty.",
        Symptom::Unreachable { .. } => "The request never got an answer: no policy was involved.",
        Symptom::HostUnknown { .. } => "The host's name does not resolve: no policy was involved.",
        Symptom::TlsUntrusted { .. } => "The caller does not trust the certificate that it was shown.",
        Symptom::IdTokenNotIssued => {
            "The CI platform gave the job no ID token, so there was nothing to exchange."
        }
        Symptom::SdkModuleMissing { .. } => {
            "The SDK knows web identity, but the module that calls STS is not installed."
        }
        Symptom::PathCached => "The program keeps a resolved path to a token that has since been replaced.",
        Symptom::OtherSourceUsed { .. } => {
            "The SDK took its credentials from another source than web identity."
        }
        Symptom::BareDenied { .. } => {
            "A service refused a call without saying whom it took the caller for: `aws sts get-caller-identity` in the \
             same place tells."
        }
        Symptom::NoProvider { issuer } => {
            return format!(
                "The account in the role's ARN has no OIDC provider whose URL is exactly `{issuer}`. Trust policy and \
                 role were not looked at yet: the role may not even exist."
            );
        }
        Symptom::MissingClaim { claim } => {
            return format!("The token lacks the claim `{claim}`, which STS requires.");
        }
        Symptom::Validation { field, .. } => {
            return format!(
                "The request's `{field}` breaks its pattern or length. Nothing else was looked at yet."
            );
        }
        Symptom::MalformedPolicy { message } => {
            return format!("A policy was refused when it was stored: {message}");
        }
        Symptom::Denied(denial) => {
            return format!(
                "`{}` signed this call and may not `{}`. Whether that is the role you meant decides everything: if it \
                 is not, the workload never used its role.",
                denial.principal, denial.action
            );
        }
        Symptom::OtherError { code } => return format!("The service answered `{code}`."),
    };
    fixed.to_owned()
}
