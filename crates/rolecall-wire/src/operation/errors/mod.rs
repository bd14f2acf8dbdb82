//! THE TABLE of errors that operations declare (AWS's published API models).
//!
//! Beside them every operation can answer what all of a service can: signatures that do not pass, `AccessDenied`,
//! violated constraints (reference sts.md §7, iam.md §1.1).

mod iam;

use super::Operation;
use crate::fault::Code::{self, *};
use crate::service::Service;

/// An operation and its errors.
type Row = (&'static str, &'static [Code]);

impl Operation {
    /// The errors that are the operation's own.
    #[must_use]
    pub fn errors(&self) -> &'static [Code] {
        let row = table(self.service).iter().find(|(name, _)| *name == self.name);
        row.map_or(&[], |(_, errors)| errors)
    }
}

/// The rows of a service, by name.
pub(super) fn table(service: Service) -> &'static [Row] {
    match service {
        Service::Sts => STS,
        Service::Iam => iam::ROWS,
        Service::Eks => EKS,
        Service::EksAuth => EKS_AUTH,
        Service::CloudTrail => CLOUDTRAIL,
        Service::Rolecall => ROLECALL,
    }
}

static STS: &[Row] = &[
    (
        "AssumeRole",
        &[
            ExpiredTokenException,
            InvalidContextAssertion,
            MalformedPolicyDocument,
            PackedPolicyTooLarge,
            RegionDisabledException,
        ],
    ),
    (
        "AssumeRoleWithWebIdentity",
        &[
            ExpiredTokenException,
            IDPCommunicationError,
            IDPRejectedClaim,
            InvalidIdentityToken,
            MalformedPolicyDocument,
            PackedPolicyTooLarge,
            RegionDisabledException,
        ],
    ),
    (
        "AssumeRoleWithSAML",
        &[
            ExpiredTokenException,
            IDPRejectedClaim,
            InvalidIdentityToken,
            MalformedPolicyDocument,
            PackedPolicyTooLarge,
            RegionDisabledException,
        ],
    ),
    ("AssumeRoot", &[ExpiredTokenException, RegionDisabledException]),
    ("DecodeAuthorizationMessage", &[InvalidAuthorizationMessageException]),
    (
        "GetDelegatedAccessToken",
        &[ExpiredTradeInTokenException, PackedPolicyTooLarge, RegionDisabledException],
    ),
    ("GetFederationToken", &[MalformedPolicyDocument, PackedPolicyTooLarge, RegionDisabledException]),
    ("GetSessionToken", &[RegionDisabledException]),
    (
        "GetWebIdentityToken",
        &[
            JWTPayloadSizeExceededException,
            OutboundWebIdentityFederationDisabledException,
            SessionDurationEscalationException,
        ],
    ),
];

static EKS: &[Row] = &[
    (
        "CreateCluster",
        &[
            ClientException,
            InvalidParameterException,
            ResourceInUseException,
            ResourceLimitExceededException,
            ServerException,
            ServiceUnavailable,
            UnsupportedAvailabilityZoneException,
        ],
    ),
    ("DescribeCluster", &[ClientException, ResourceNotFoundException, ServerException, ServiceUnavailable]),
    ("ListClusters", &[ClientException, InvalidParameterException, ServerException, ServiceUnavailable]),
    (
        "DeleteCluster",
        &[
            ClientException,
            InvalidRequestException,
            ResourceInUseException,
            ResourceNotFoundException,
            ServerException,
            ServiceUnavailable,
        ],
    ),
    ("TagResource", &[BadRequestException, NotFoundException]),
    ("UntagResource", &[BadRequestException, NotFoundException]),
    ("ListTagsForResource", &[BadRequestException, NotFoundException]),
    (
        "AssociateIdentityProviderConfig",
        &[
            ClientException,
            InvalidParameterException,
            InvalidRequestException,
            ResourceInUseException,
            ResourceNotFoundException,
            ServerException,
            Throttling,
        ],
    ),
    (
        "DescribeIdentityProviderConfig",
        &[
            ClientException,
            InvalidParameterException,
            ResourceNotFoundException,
            ServerException,
            ServiceUnavailable,
        ],
    ),
    (
        "ListIdentityProviderConfigs",
        &[
            ClientException,
            InvalidParameterException,
            ResourceNotFoundException,
            ServerException,
            ServiceUnavailable,
        ],
    ),
    (
        "DisassociateIdentityProviderConfig",
        &[
            ClientException,
            InvalidParameterException,
            InvalidRequestException,
            ResourceInUseException,
            ResourceNotFoundException,
            ServerException,
            Throttling,
        ],
    ),
    (
        "CreatePodIdentityAssociation",
        &[
            InvalidParameterException,
            InvalidRequestException,
            ResourceInUseException,
            ResourceLimitExceededException,
            ResourceNotFoundException,
            ServerException,
        ],
    ),
    (
        "DescribePodIdentityAssociation",
        &[InvalidParameterException, InvalidRequestException, ResourceNotFoundException, ServerException],
    ),
    (
        "ListPodIdentityAssociations",
        &[InvalidParameterException, InvalidRequestException, ResourceNotFoundException, ServerException],
    ),
    (
        "UpdatePodIdentityAssociation",
        &[InvalidParameterException, InvalidRequestException, ResourceNotFoundException, ServerException],
    ),
    (
        "DeletePodIdentityAssociation",
        &[InvalidParameterException, InvalidRequestException, ResourceNotFoundException, ServerException],
    ),
];

static EKS_AUTH: &[Row] = &[(
    "AssumeRoleForPodIdentity",
    &[
        AccessDenied,
        ExpiredTokenException,
        InternalServerException,
        InvalidParameterException,
        InvalidRequestException,
        InvalidTokenException,
        ResourceNotFoundException,
        ServiceUnavailable,
        Throttling,
    ],
)];

static CLOUDTRAIL: &[Row] = &[
    (
        "LookupEvents",
        &[
            InvalidEventCategoryException,
            InvalidLookupAttributesException,
            InvalidMaxResultsException,
            InvalidNextTokenException,
            InvalidTimeRangeException,
            OperationNotPermittedException,
            UnsupportedOperationException,
        ],
    ),
    (
        "DescribeTrails",
        &[
            CloudTrailARNInvalidException,
            InvalidTrailNameException,
            NoManagementAccountSLRExistsException,
            OperationNotPermittedException,
            UnsupportedOperationException,
        ],
    ),
    (
        "GetTrail",
        &[
            CloudTrailARNInvalidException,
            InvalidTrailNameException,
            OperationNotPermittedException,
            TrailNotFoundException,
            UnsupportedOperationException,
        ],
    ),
    (
        "GetTrailStatus",
        &[
            CloudTrailARNInvalidException,
            InvalidTrailNameException,
            OperationNotPermittedException,
            TrailNotFoundException,
            UnsupportedOperationException,
        ],
    ),
    ("ListTrails", &[OperationNotPermittedException, UnsupportedOperationException]),
    (
        "GetEventSelectors",
        &[
            CloudTrailARNInvalidException,
            InvalidTrailNameException,
            NoManagementAccountSLRExistsException,
            OperationNotPermittedException,
            TrailNotFoundException,
            UnsupportedOperationException,
        ],
    ),
    (
        "ListPublicKeys",
        &[
            InvalidTimeRangeException,
            InvalidTokenException,
            OperationNotPermittedException,
            UnsupportedOperationException,
        ],
    ),
];

static ROLECALL: &[Row] = &[
    ("DiagnoseEvent", &[ResourceNotFoundException]),
    ("MintToken", &[ServiceUnavailable]),
    ("RevokeSessions", &[ServiceUnavailable]),
    ("RotateKeys", &[ServiceUnavailable]),
    ("RegisterCluster", &[InvalidParameterException]),
    ("RemoveCluster", &[ResourceInUseException, ResourceNotFoundException]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::find;

    #[test]
    fn every_row_is_of_an_operation_and_stands_once() {
        for service in Service::ALL {
            let rows = table(service);
            for (at, (name, errors)) in rows.iter().enumerate() {
                assert!(find(service, name).is_some(), "{service:?} has no {name}");
                assert!(!errors.is_empty(), "{name} has a row and no errors");
                assert!(rows.iter().skip(at + 1).all(|(other, _)| other != name), "{name} stands twice");
            }
        }
    }

    #[test]
    fn an_operation_knows_its_errors() {
        let errors = |service, name| find(service, name).unwrap().errors();
        assert!(errors(Service::Iam, "DeleteRole").contains(&DeleteConflict));
        assert!(!errors(Service::Iam, "GetRole").contains(&DeleteConflict));
        assert!(errors(Service::Sts, "GetCallerIdentity").is_empty());
    }
}
