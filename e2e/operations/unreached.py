"""Errors that an operation declares and no caller of the service can reach, each with the reason. Whatever is here and is
reached all the same fails the run, as does whatever is declared, not here and not reached."""

EVERY = None

NO_QUOTA = "no quota is counted by it: AWS declares the error of every operation that writes"
FORM = "what is not of the operation's form is a ValidationError; for what input AWS answers this one is not recorded"

# Code, which is empty for success → [(operations, reason)].
UNREACHED = {
    "": [("GetEventSelectors GetTrail GetTrailStatus", "there are no trails (docs/differences.md)")],
    "ServiceFailure": [(EVERY, "a failure of the service itself")],
    "ServerException": [(EVERY, "a failure of the service itself")],
    "InternalServerException": [(EVERY, "a failure of the service itself")],
    "ClientException": [(EVERY, "a failure of calls that EKS makes on the caller's behalf; none are made")],
    "ServiceUnavailableException": [
        (
            "CreateCluster DeleteCluster DescribeCluster DescribeIdentityProviderConfig ListClusters "
            "ListIdentityProviderConfigs MintToken RevokeSessions RotateKeys",
            "a failure of the service itself, or its first moment",
        )
    ],
    "ThrottlingException": [(EVERY, "nothing is throttled (docs/differences.md)")],
    "ConcurrentModification": [
        (EVERY, "takes sixteen changes of the same by others within one call; crates/…/iam/tests/races.rs crosses calls")
    ],
    "RegionDisabledException": [(EVERY, "no region can be disabled")],
    "PolicyEvaluation": [(EVERY, "a failure of the service itself")],
    "EntityTemporarilyUnmodifiable": [(EVERY, "a change takes effect at once; nothing is being made or deleted")],
    "ExpiredTokenException": [("AssumeRole", "said of context assertions, which are refused before")],
    "IDPRejectedClaim": [(EVERY, "said by Facebook and Amazon, which are no providers here (docs/differences.md)")],
    "IDPCommunicationError": [(EVERY, "AWS answers InvalidIdentityToken where an issuer's keys cannot be had; this one is said of access tokens")],
    "UnsupportedAvailabilityZoneException": [(EVERY, "subnets are not looked at (docs/differences.md)")],
    "UnsupportedOperationException": [(EVERY, "every operation that is offered is supported in every region")],
    "OperationNotPermittedException": [(EVERY, "there are no organizations")],
    "NoManagementAccountSLRExistsException": [(EVERY, "there are no organizations")],
    "ReportExpired": [("GetCredentialReport", "four hours have to pass; crates/…/iam/tests/account.rs moves the clock")],
    "ReportInProgress": [("GetCredentialReport", "a report is made at once")],
    "EntityAlreadyExists": [
        ("AddRoleToInstanceProfile", "a profile that has a role answers LimitExceeded, whichever role is added")
    ],
    "MalformedPolicyDocument": [("UpdateAccountPasswordPolicy", "a password policy is no document")],
    "NoSuchEntity": [
        ("CreateGroup CreateServiceLinkedRole UpdateAccountPasswordPolicy", "it names nothing that must be there"),
        ("DeleteOpenIDConnectProvider", "a provider that is not there is deleted already (IAM API reference)"),
    ],
    "InvalidRequestException": [
        (
            "AssociateIdentityProviderConfig CreatePodIdentityAssociation DeletePodIdentityAssociation "
            "DescribePodIdentityAssociation DisassociateIdentityProviderConfig ListPodIdentityAssociations "
            "UpdatePodIdentityAssociation AssumeRoleForPodIdentity",
            "said of clusters in a state that does not admit the call; here they are active at once",
        )
    ],
    "ResourceInUseException": [
        ("DisassociateIdentityProviderConfig", "said of clusters in a state that does not admit the call")
    ],
    "InvalidParameterException": [
        ("DeletePodIdentityAssociation DescribePodIdentityAssociation", "both members are parts of the path and have no form")
    ],
    "InvalidInput": [
        (
            "AttachGroupPolicy AttachRolePolicy AttachUserPolicy DetachGroupPolicy DetachRolePolicy DetachUserPolicy "
            "ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies GetPolicy GetPolicyVersion "
            "DeletePolicy DeletePolicyVersion ListPolicyVersions ListPolicyTags ListEntitiesForPolicy SetDefaultPolicyVersion "
            "CreatePolicyVersion UpdateRole UpdateLoginProfile "
            "AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider GetOpenIDConnectProvider "
            "DeleteOpenIDConnectProvider ListOpenIDConnectProviderTags UntagInstanceProfile UntagOpenIDConnectProvider "
            "UntagPolicy GetServiceLastAccessedDetails GetServiceLastAccessedDetailsWithEntities",
            FORM,
        )
    ],
    "LimitExceeded": [
        (
            "ChangePassword CreateAccountAlias CreateLoginProfile DeleteAccessKey DeleteAccountAlias "
            "DeleteAccountPasswordPolicy DeleteGroup DeleteGroupPolicy DeleteInstanceProfile DeleteLoginProfile DeletePolicy "
            "DeletePolicyVersion DeleteRole DeleteRolePolicy DeleteServiceLinkedRole DeleteUser DeleteUserPolicy "
            "DetachGroupPolicy DetachRolePolicy DetachUserPolicy GenerateCredentialReport RemoveRoleFromInstanceProfile "
            "RemoveUserFromGroup SetDefaultPolicyVersion UpdateAccessKey UpdateAccountPasswordPolicy UpdateGroup "
            "UpdateLoginProfile UpdateUser",
            NO_QUOTA,
        )
    ],
}


def is_unreached(operation, code):
    return any(names is EVERY or operation in names.split() for names, _ in UNREACHED.get(code, []))
