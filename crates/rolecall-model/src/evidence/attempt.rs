//! The attempt that was seen: what the error texts, logs and CloudTrail events say happened.

use crate::document::{At, DocumentId, Text};
use crate::instant::Instant;

/// Everything observed of the attempt.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// What error texts and logs say, in the order they stand there.
    pub observations: Vec<Observation>,
    /// Events of CloudTrail that concern STS, and refused calls of other services.
    pub events: Vec<TrailEvent>,
    /// Identities that `aws sts get-caller-identity` or a success record showed.
    pub identities: Vec<Text>,
    /// The error texts and logs themselves.
    pub texts: Vec<DocumentId>,
}

/// One thing that a text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What it says.
    pub symptom: Symptom,
    /// The words that say it.
    pub at: At,
    /// When, if the line carries a time.
    pub time: Option<Instant>,
    /// Whether it stands in the error itself (`error.txt`, standard input) rather than in a log beside it.
    pub headline: bool,
}

/// What an error text or a log line says. Sentences are those of reference pages `sts.md` and `cli.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// `Not authorized to perform sts:AssumeRoleWithWebIdentity`
    TrustDenied,
    /// `No OpenIDConnect provider found in your account for ISSUER`
    NoProvider {
        /// The issuer as STS printed it.
        issuer: String,
    },
    /// `Incorrect token audience`
    IncorrectAudience,
    /// `Token audience contains more than one audience while authorized party is not present`
    SeveralAudiences,
    /// `Couldn't retrieve verification key from your identity provider`
    KeyNotRetrieved,
    /// `IDPCommunicationError`
    IdpCommunication,
    /// `IDPRejectedClaim`
    IdpRejected,
    /// `OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint`
    ThumbprintMismatch,
    /// `The ID Token provided is not a valid JWT`
    NotAJwt,
    /// `The web identity token provided could not be validated`
    TokenNotValidated,
    /// `Missing a required claim: CLAIM`
    MissingClaim {
        /// The claim.
        claim: String,
    },
    /// `Token expired: current date/time NOW must be before the expiration date/time EXP`
    TokenExpired {
        /// STS's time.
        now: Option<i64>,
        /// The token's expiry.
        expiry: Option<i64>,
    },
    /// `Token too old: SECONDS`
    TokenTooOld,
    /// A token that is not valid yet (`nbf`, `iat` ahead of STS's clock).
    TokenNotYetValid,
    /// The token's tags claim has a wrong form.
    TagsMalformed,
    /// The token's roles claim does not name the role.
    RolesClaimRefused,
    /// `Request ARN is invalid`, or `… is invalid` for a text that is no ARN.
    RequestArnInvalid,
    /// `N validation error(s) detected: Value '…' at 'FIELD' failed to satisfy constraint: …`
    Validation {
        /// Field, such as `roleSessionName`.
        field: String,
        /// Value as echoed, if it was.
        value: Option<String>,
    },
    /// `The requested DurationSeconds exceeds the MaxSessionDuration set for this role.`
    DurationAboveRole,
    /// `… exceeds the 1 hour session limit for roles assumed by role chaining.`
    DurationAboveChain,
    /// `STS is not activated in this region for account: …`
    RegionDisabled,
    /// `The security token included in the request is expired`, `The provided token has expired`: session credentials.
    SessionExpired,
    /// `The security token included in the request is invalid`: an access key that AWS does not know.
    KeysUnknown,
    /// `Rate exceeded`, `Throttling`, `TooManyRequests` from STS.
    Throttled,
    /// `PackedPolicyTooLarge`
    PackedPolicyTooLarge,
    /// `MalformedPolicyDocument` and its sentence, from IAM or STS.
    MalformedPolicy {
        /// The sentence after the code.
        message: String,
    },
    /// `User: ARN is not authorized to perform: ACTION on resource: ARN because …`
    Denied(Denial),
    /// A 403 of another service that names neither caller nor reason.
    BareDenied {
        /// The service as far as the text tells, such as `S3`.
        service: Option<String>,
    },
    /// `Cannot assume`, `InvalidIdentityPoolConfigurationException`: Cognito wraps the denial.
    CognitoPoolRefused,
    /// No credential source gave anything (`Unable to locate credentials`, `Could not load credentials from any providers`).
    NoCredentials,
    /// The instance metadata service was asked last (`no EC2 IMDS role found`): nothing earlier was configured.
    ImdsAsked,
    /// `configured to assume role with web identity but has no role ARN configured` and its kin.
    RoleArnNotSet,
    /// The token file's path is empty or not set.
    TokenFileNotSet,
    /// The token file may not be read.
    TokenFileUnreadable {
        /// Its path, if named.
        path: Option<String>,
    },
    /// The token file is not there.
    TokenFileMissing {
        /// Its path, if named.
        path: Option<String>,
    },
    /// The token file holds nothing.
    TokenFileEmpty,
    /// No answer from STS in time, or the connection was refused, reset or not routed.
    Unreachable {
        /// URL or host asked, if named.
        url: Option<String>,
    },
    /// The host's name does not resolve.
    HostUnknown {
        /// The host.
        host: String,
    },
    /// The caller does not trust the server's certificate.
    TlsUntrusted {
        /// URL asked, if named.
        url: Option<String>,
    },
    /// The CI platform gave no ID token (`ACTIONS_ID_TOKEN_REQUEST_URL`, `OIDC Token cannot be found`).
    IdTokenNotIssued,
    /// An SDK says that a module or assembly for STS is missing.
    SdkModuleMissing {
        /// The module.
        module: String,
    },
    /// The log shows that a resolved path or an old token is kept.
    PathCached,
    /// `Credentials … from` another source than web identity was used, as the log tells.
    OtherSourceUsed {
        /// The source as the SDK names it: environment, shared credentials file, instance metadata …
        source: CredentialSource,
    },
    /// An AccessDenied on `CreateOpenIDConnectProvider` and other calls of set-up are [`Symptom::Denied`]; this is
    /// any other error code that a known form of error carries.
    OtherError {
        /// The code.
        code: String,
    },
}

/// A denial that names the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// ARN of the caller.
    pub principal: String,
    /// Action, such as `s3:GetObject`.
    pub action: String,
    /// Resource, if named.
    pub resource: Option<String>,
    /// What follows `because` or `with an explicit deny in`, as written.
    pub reason: Option<String>,
}

/// Sources of credentials that compete with web identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialSource {
    /// `AWS_ACCESS_KEY_ID` and its kin.
    Environment,
    /// `~/.aws/credentials` or the file that `AWS_SHARED_CREDENTIALS_FILE` names.
    SharedFile,
    /// A profile in the configuration file.
    ConfigFile,
    /// A credential process.
    Process,
    /// Container credentials: ECS, EKS Pod Identity.
    Container,
    /// The instance metadata service.
    Instance,
    /// System properties of a Java program.
    SystemProperties,
}

/// An event of CloudTrail about STS.
#[derive(Clone, Debug)]
pub struct TrailEvent {
    /// `AssumeRoleWithWebIdentity`, `AssumeRole` …
    pub name: String,
    /// When.
    pub time: Option<Instant>,
    /// `errorCode`, if it failed.
    pub error_code: Option<Text>,
    /// `userIdentity.type`
    pub identity_type: Option<String>,
    /// `userIdentity.userName`: the token's subject for web identity.
    pub subject: Option<Text>,
    /// `userIdentity.identityProvider`
    pub provider: Option<Text>,
    /// The audience, cut out of `principalId` by the known provider and subject.
    pub audience: Option<Text>,
    /// `requestParameters.roleArn`
    pub role_arn: Option<Text>,
    /// `requestParameters.roleSessionName`
    pub session_name: Option<Text>,
    /// `userIdentity.arn`: the caller of a signed call.
    pub caller_arn: Option<Text>,
    /// `awsRegion`
    pub region: Option<String>,
    /// `sourceIPAddress`
    pub source_ip: Option<String>,
    /// `userAgent`
    pub user_agent: Option<Text>,
    /// `tlsDetails.clientProvidedHostHeader`
    pub host: Option<Text>,
    /// `vpcEndpointId`
    pub vpc_endpoint: Option<String>,
    /// The whole event.
    pub at: At,
}
