//! Error codes: their HTTP status, and the other name that some have in the JSON protocols.

use crate::service::{Protocol, Service};

macro_rules! codes {
    ($($code:ident $status:literal $($json:ident)?;)+) => {
        /// An error code. Its text for the Query services is its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", stringify!($code), "`, HTTP ", $status, ".")] $code,)+
        }

        impl Code {
            /// The text in Query services' answers.
            fn text(self) -> &'static str {
                match self { $(Code::$code => stringify!($code),)+ }
            }

            fn json_text(self) -> &'static str {
                match self { $(Code::$code => codes!(@json $code $($json)?),)+ }
            }

            fn query_status(self) -> u16 {
                match self { $(Code::$code => $status,)+ }
            }
        }
    };
    (@json $code:ident) => { stringify!($code) };
    (@json $code:ident $json:ident) => { stringify!($json) };
}

// Code, status (reference sts.md §3.2 and §7, iam.md §1.1, eks.md §1, cloudtrail.md §1, sigv4.md §6), name in
// JSON.
codes! {
    AccessDenied 403 AccessDeniedException;
    IncompleteSignature 400 IncompleteSignatureException;
    InternalFailure 500;
    InvalidAction 400 UnknownOperationException;
    InvalidClientTokenId 403 UnrecognizedClientException;
    InvalidParameterCombination 400;
    InvalidParameterValue 400;
    InvalidQueryParameter 400;
    MalformedInput 400 SerializationException;
    MalformedQueryString 404 SerializationException;
    MissingAction 400 UnknownOperationException;
    MissingAuthenticationToken 403 MissingAuthenticationTokenException;
    MissingParameter 400;
    NotAuthorized 401;
    OptInRequired 403;
    RequestExpired 400;
    ServiceUnavailable 503 ServiceUnavailableException;
    SignatureDoesNotMatch 403 InvalidSignatureException;
    Throttling 400 ThrottlingException;
    ValidationError 400 ValidationException;
    // No code of AWS: the body says nothing but that the operation could not be told (sts.md §1.2).
    Undetermined 403 AccessDeniedException;

    ExpiredToken 403 ExpiredTokenException;
    ExpiredTokenException 400;
    ExpiredTradeInTokenException 400;
    IDPCommunicationError 400;
    IDPRejectedClaim 403;
    InvalidAuthorizationMessageException 400;
    InvalidContextAssertion 400;
    InvalidIdentityToken 400;
    JWTPayloadSizeExceededException 400;
    MalformedPolicyDocument 400;
    OutboundWebIdentityFederationDisabledException 403;
    PackedPolicyTooLarge 400;
    RegionDisabledException 403;
    SessionDurationEscalationException 403;

    ConcurrentModification 409;
    DeleteConflict 409;
    EntityAlreadyExists 409;
    EntityTemporarilyUnmodifiable 409;
    FeatureDisabled 404;
    FeatureEnabled 409;
    InvalidInput 400;
    InvalidUserType 400;
    LimitExceeded 409;
    NoSuchEntity 404;
    NotSupportedService 404;
    OpenIdIdpCommunicationError 400;
    PasswordPolicyViolation 400;
    PolicyEvaluation 500;
    PolicyNotAttachable 400;
    ReportExpired 410;
    ReportInProgress 404;
    ReportNotPresent 410;
    ServiceFailure 500;
    UnmodifiableEntity 400;

    BadRequestException 400;
    ClientException 400;
    InternalServerException 500;
    InvalidParameterException 400;
    InvalidRequestException 400;
    InvalidTokenException 400;
    NotFoundException 404;
    ResourceInUseException 409;
    ResourceLimitExceededException 400;
    ResourceNotFoundException 404;
    ServerException 500;
    UnsupportedAvailabilityZoneException 400;

    CloudTrailARNInvalidException 400;
    InvalidEventCategoryException 400;
    InvalidLookupAttributesException 400;
    InvalidMaxResultsException 400;
    InvalidNextTokenException 400;
    InvalidTimeRangeException 400;
    InvalidTrailNameException 400;
    NoManagementAccountSLRExistsException 400;
    OperationNotPermittedException 400;
    TrailNotFoundException 400;
    UnsupportedOperationException 400;
}

impl Code {
    /// The text of the code as a service writes it, in answers and in audit records.
    #[must_use]
    pub fn name(self, service: Service) -> &'static str {
        match service.protocol() {
            Protocol::Query => self.text(),
            Protocol::Json11 | Protocol::RestJson => self.json_text(),
        }
    }

    /// The HTTP status with which a service answers it.
    #[must_use]
    pub fn status(self, service: Service) -> u16 {
        let status = self.query_status();
        match (service.protocol(), self) {
            (Protocol::Query, _) => status,
            (Protocol::Json11, _) => {
                if status < 500 {
                    400
                } else {
                    status
                }
            }
            (Protocol::RestJson, Code::Throttling) => 429,
            // reference eks.md §1.4: of EKS Auth's refusals these alone are no 403
            (Protocol::RestJson, Code::AccessDenied) if service == Service::EksAuth => 400,
            (Protocol::RestJson, Code::MalformedQueryString) => 400,
            (Protocol::RestJson, Code::InvalidAction) => 404,
            (Protocol::RestJson, _) => status,
        }
    }

    /// What EKS declares beside the sentence in the body of this error: names of what it is about (AWS's published
    /// API model).
    pub(super) fn eks_members(self) -> &'static [&'static str] {
        match self {
            Code::InvalidParameterException | Code::ResourceNotFoundException => {
                &["clusterName", "nodegroupName", "fargateProfileName", "addonName", "subscriptionId"]
            }
            Code::ClientException | Code::InvalidRequestException | Code::ServerException => {
                &["clusterName", "nodegroupName", "addonName", "subscriptionId"]
            }
            Code::ResourceInUseException => &["clusterName", "nodegroupName", "addonName"],
            Code::ResourceLimitExceededException => &["clusterName", "nodegroupName", "subscriptionId"],
            Code::UnsupportedAvailabilityZoneException => &["clusterName", "nodegroupName", "validZones"],
            Code::Throttling => &["clusterName"],
            _ => &[],
        }
    }
}
