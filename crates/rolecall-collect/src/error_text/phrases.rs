//! THE TABLE of sentences that stand for a symptom by themselves.

use rolecall_model::evidence::attempt::{CredentialSource, Symptom};

use crate::text::{line_at, places, word};

/// How a sentence becomes a symptom.
enum Reading {
    /// It is this symptom.
    Fixed(Symptom),
    /// What follows it tells.
    After(fn(&str) -> Option<Symptom>),
    /// The line it stands in tells.
    Line(fn(&str) -> Option<Symptom>),
}

pub(super) fn find(text: &str) -> Vec<(usize, usize, Symptom)> {
    let mut found = Vec::new();
    for (sentence, reading) in table() {
        for at in places(text, sentence) {
            let end = at + sentence.len();
            let symptom = match &reading {
                Reading::Fixed(symptom) => Some(symptom.clone()),
                Reading::After(read) => text.get(end..).and_then(read),
                Reading::Line(read) => read(line_at(text, at).1),
            };
            found.extend(symptom.map(|symptom| (at, end, symptom)));
        }
    }
    found
}

fn table() -> Vec<(&'static str, Reading)> {
    use Reading::{After, Fixed, Line};
    use Symptom as S;
    let source = |source| Fixed(S::OtherSourceUsed { source });
    vec![
        ("Not authorized to perform sts:AssumeRoleWithWebIdentity", Fixed(S::TrustDenied)),
        (
            "No OpenIDConnect provider found in your account for",
            After(|rest| Some(S::NoProvider { issuer: word(rest).to_owned() })),
        ),
        ("Incorrect token audience", Fixed(S::IncorrectAudience)),
        ("contains more than one audience", Fixed(S::SeveralAudiences)),
        ("Couldn't retrieve verification key from your identity provider", Fixed(S::KeyNotRetrieved)),
        ("Couldn\\u0027t retrieve verification key", Fixed(S::KeyNotRetrieved)),
        ("Couldn&apos;t retrieve verification key", Fixed(S::KeyNotRetrieved)),
        ("IDPCommunicationError", Fixed(S::IdpCommunication)),
        ("IDPRejectedClaim", Fixed(S::IdpRejected)),
        ("match configured thumbprint", Fixed(S::ThumbprintMismatch)),
        ("is not a valid JWT", Fixed(S::NotAJwt)),
        ("web identity token provided could not be validated", Fixed(S::TokenNotValidated)),
        ("Token signature invalid", Fixed(S::TokenNotValidated)),
        ("Missing a required claim:", After(|rest| Some(S::MissingClaim { claim: word(rest).to_owned() }))),
        ("Token expired: current date/time", After(expired)),
        ("ExpiredTokenException", Line(expired_code)),
        ("ExpiredToken)", Line(expired_code)),
        ("security token included in the request is expired", Fixed(S::SessionExpired)),
        ("provided token has expired", Fixed(S::SessionExpired)),
        ("security token included in the request is invalid", Fixed(S::KeysUnknown)),
        ("Access Key Id you provided does not exist", Fixed(S::KeysUnknown)),
        ("Token too old", Fixed(S::TokenTooOld)),
        ("oken is not yet valid", Fixed(S::TokenNotYetValid)),
        ("Token not valid yet", Fixed(S::TokenNotYetValid)),
        ("must be after the not before date", Fixed(S::TokenNotYetValid)),
        ("principal_tags passed in claim", Fixed(S::TagsMalformed)),
        ("Session tags passed in claim", Fixed(S::TagsMalformed)),
        ("Unable to validate tags", Fixed(S::TagsMalformed)),
        ("https://aws.amazon.com/roles", Line(roles_claim)),
        ("Request ARN is invalid", Fixed(S::RequestArnInvalid)),
        // The GitHub action completes a bare name from credentials that it does not have yet.
        ("Source Account ID is needed if the Role Name is provided", Fixed(S::RequestArnInvalid)),
        ("failed to satisfy constraint", Line(validation)),
        ("Invalid length for parameter", After(local_validation)),
        ("exceeds the MaxSessionDuration set for this role", Fixed(S::DurationAboveRole)),
        ("exceeds the 1 hour session limit for roles assumed by role chaining", Fixed(S::DurationAboveChain)),
        ("STS is not activated in this region", Fixed(S::RegionDisabled)),
        ("RegionDisabledException", Fixed(S::RegionDisabled)),
        ("ThrottlingException", Fixed(S::Throttled)),
        ("Rate exceeded", Fixed(S::Throttled)),
        ("(Throttling)", Fixed(S::Throttled)),
        ("Throttling:", Fixed(S::Throttled)),
        ("PackedPolicyTooLarge", Fixed(S::PackedPolicyTooLarge)),
        ("Packed policy consumes", Fixed(S::PackedPolicyTooLarge)),
        ("Packed size of session tags", Fixed(S::PackedPolicyTooLarge)),
        ("MalformedPolicyDocument", After(malformed)),
        ("InvalidIdentityPoolConfigurationException", Fixed(S::CognitoPoolRefused)),
        ("Invalid identity pool configuration", Fixed(S::CognitoPoolRefused)),
        ("Unable to locate credentials", Fixed(S::NoCredentials)),
        ("NoCredentialProviders", Fixed(S::NoCredentials)),
        ("no valid providers in chain", Fixed(S::NoCredentials)),
        ("Could not load credentials from any providers", Fixed(S::NoCredentials)),
        ("No signing credentials available", Fixed(S::NoCredentials)),
        ("No valid credential sources", Fixed(S::NoCredentials)),
        ("no valid credential sources", Fixed(S::NoCredentials)),
        ("Unable to load AWS credentials from any provider in the chain", Fixed(S::NoCredentials)),
        ("Unable to load credentials from any of the providers in the chain", Fixed(S::NoCredentials)),
        ("CredentialsProviderError", Fixed(S::NoCredentials)),
        ("MissingCredentialsError", Fixed(S::NoCredentials)),
        ("no credentials found", Fixed(S::NoCredentials)),
        ("Failed to get credentials", Fixed(S::NoCredentials)),
        ("no providers in chain provided credentials", Fixed(S::NoCredentials)),
        ("no EC2 IMDS role found", Fixed(S::ImdsAsked)),
        ("Unable to get IAM security credentials from EC2 Instance Metadata", Fixed(S::ImdsAsked)),
        ("Failed to load credentials from IMDS", Fixed(S::ImdsAsked)),
        ("EC2RoleRequestError", Fixed(S::ImdsAsked)),
        ("Error retrieving instance profile credentials", Fixed(S::ImdsAsked)),
        ("has no role ARN configured", Fixed(S::RoleArnNotSet)),
        ("role ARN is not set", Fixed(S::RoleArnNotSet)),
        // The AWS provider of the Secrets Store CSI driver looks for the annotation itself.
        ("An IAM role must be associated with service account", Fixed(S::RoleArnNotSet)),
        ("unable to read file at .:", Fixed(S::TokenFileNotSet)),
        ("unable to read file at :", Fixed(S::TokenFileNotSet)),
        ("but AWS_WEB_IDENTITY_TOKEN_FILE", Fixed(S::TokenFileNotSet)),
        ("ermission denied", Line(unreadable)),
        ("' is denied", Line(unreadable)),
        ("EACCES", Line(unreadable)),
        ("o such file or directory", Line(missing)),
        ("ENOENT", Line(missing)),
        ("NoSuchFileException", Line(missing)),
        ("Could not find file", Line(missing)),
        ("FileNotFoundException", Line(missing)),
        ("token file is empty", Fixed(S::TokenFileEmpty)),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", Line(not_issued)),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", Line(not_issued)),
        ("Did you mean to set the `id-token` permission", Fixed(S::IdTokenNotIssued)),
        ("OIDC Token cannot be found", Fixed(S::IdTokenNotIssued)),
        ("OIDC token cannot be found", Fixed(S::IdTokenNotIssued)),
        ("Unable to get ID token", Fixed(S::IdTokenNotIssued)),
        ("Failed to get ID Token", Fixed(S::IdTokenNotIssued)),
        ("must be on the class path", Line(module)),
        ("AWSSDK.SecurityToken", Line(assembly)),
        ("Found credentials in environment variables", source(CredentialSource::Environment)),
        ("Found credentials in shared credentials file", source(CredentialSource::SharedFile)),
        ("Credentials found in config file", source(CredentialSource::ConfigFile)),
        ("Found credentials from IAM Role", source(CredentialSource::Instance)),
        ("Loading credentials from", After(java_source)),
        ("/..2", Line(cached)),
    ]
}

fn number(text: &str) -> Option<i64> {
    let digits = text.trim_start();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse().ok()
}

fn expired(rest: &str) -> Option<Symptom> {
    let expiry = rest.split_once("expiration date/time").and_then(|(_, after)| number(after));
    Some(Symptom::TokenExpired { now: number(rest), expiry })
}

/// The code alone; its sentence, where it stands in the same line, says more and is found by itself. `ExpiredToken` of
/// another service is about session credentials, not about the web identity's token.
fn expired_code(line: &str) -> Option<Symptom> {
    let sentence = line.contains("current date/time");
    let exchange = line.contains("AssumeRoleWithWebIdentity") || line.contains("sts") || line.contains("Sts");
    (!sentence && exchange).then_some(Symptom::TokenExpired { now: None, expiry: None })
}

fn roles_claim(line: &str) -> Option<Symptom> {
    line.contains("InvalidIdentityToken").then_some(Symptom::RolesClaimRefused)
}

/// `Value 'x' at 'roleSessionName' failed to satisfy constraint: …`
fn validation(line: &str) -> Option<Symptom> {
    let before = line.split("failed to satisfy constraint").next()?;
    let field = before.rsplit_once("at '")?.1.split('\'').next()?.to_owned();
    let value = before
        .rsplit_once("Value '")
        .and_then(|(_, rest)| rest.rsplit_once("' at '"))
        .map(|(value, _)| value.to_owned());
    Some(Symptom::Validation { field, value })
}

/// botocore's own check: `Invalid length for parameter RoleSessionName, value: 1, valid min length: 2`
fn local_validation(rest: &str) -> Option<Symptom> {
    let name = word(rest);
    let mut letters = name.chars();
    let first = letters.next()?.to_ascii_lowercase();
    Some(Symptom::Validation { field: format!("{first}{}", letters.as_str()), value: None })
}

fn malformed(rest: &str) -> Option<Symptom> {
    let sentence = rest.trim_start_matches([':', ')', ' ']);
    let sentence = sentence
        .split_once("operation: ")
        .filter(|(before, _)| before.len() < 80)
        .map_or(sentence, |(_, after)| after);
    let end = sentence.find(['\n', '\t']).unwrap_or(sentence.len());
    let text = sentence.get(..end)?.trim().trim_start_matches("Exception: ").trim_end_matches('.');
    Some(Symptom::MalformedPolicy { message: text.to_owned() })
}

/// A path that is that of a token file: named so, or below the folders where tokens are mounted.
fn token_path(line: &str) -> Option<String> {
    let starts =
        line.match_indices('/').map(|(at, _)| at).filter(|at| *at == 0 || !is_path_byte(line, at - 1));
    let paths = starts.filter_map(|at| line.get(at..)).map(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || "\"'`,;:()<>\\".contains(c)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    paths.filter(|path| path.contains("token") || path.contains("serviceaccount")).map(str::to_owned).next()
}

fn is_path_byte(line: &str, at: usize) -> bool {
    line.as_bytes().get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
}

fn unreadable(line: &str) -> Option<Symptom> {
    Some(Symptom::TokenFileUnreadable { path: Some(token_path(line)?) })
}

fn missing(line: &str) -> Option<Symptom> {
    Some(Symptom::TokenFileMissing { path: Some(token_path(line)?) })
}

/// The variable is named by the complaint that it is absent, and by listings of the environment, which say nothing.
fn not_issued(line: &str) -> Option<Symptom> {
    let complains =
        ["nable to get", "not set", "undefined", "missing", "not found", "is required", "unset", "Error"];
    complains.iter().any(|word| line.contains(word)).then_some(Symptom::IdTokenNotIssued)
}

fn module(line: &str) -> Option<Symptom> {
    let before = line.split("must be on the class path").next()?;
    let module = before.split_whitespace().map(word).rfind(|name| name.contains("sts"))?;
    Some(Symptom::SdkModuleMissing { module: module.to_owned() })
}

fn assembly(line: &str) -> Option<Symptom> {
    let complains =
        ["could not be found", "not found", "not loaded", "Could not load", "missing", "could not be loaded"];
    complains
        .iter()
        .any(|word| line.contains(word))
        .then(|| Symptom::SdkModuleMissing { module: "AWSSDK.SecurityToken".into() })
}

fn java_source(rest: &str) -> Option<Symptom> {
    let class = word(rest);
    let source = [
        ("WebIdentity", None),
        ("Environment", Some(CredentialSource::Environment)),
        ("SystemProperty", Some(CredentialSource::SystemProperties)),
        ("Profile", Some(CredentialSource::SharedFile)),
        ("InstanceProfile", Some(CredentialSource::Instance)),
        ("EC2Container", Some(CredentialSource::Container)),
        ("Container", Some(CredentialSource::Container)),
    ];
    let (_, source) = source.into_iter().rev().find(|(name, _)| class.contains(name))?;
    Some(Symptom::OtherSourceUsed { source: source? })
}

/// A resolved path into one of kubelet's dated folders, kept beside the path it was resolved from.
fn cached(line: &str) -> Option<Symptom> {
    (line.contains("token =>") || line.contains("cached") && line.contains("token"))
        .then_some(Symptom::PathCached)
}
