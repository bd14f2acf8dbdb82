//! IAM analysis: authorization details, last access, reports, simulation (reference iam.md §8, simulator.md
//! §1).

use super::Operation;
use super::iam_shapes::{ARN, ENTITY, MARKER, MAX_ITEMS, POLICY_DOCUMENT, POLICY_NAME};
use super::shape::{NO_MAX, Shape, list, matching, optional, required, text};
use crate::constraint::pattern;
use crate::service::Service::Iam;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read(
        Iam,
        "GetAccountAuthorizationDetails",
        &[optional("Filter", ENTITY_LIST), optional("MaxItems", MAX_ITEMS), optional("Marker", MARKER)],
    ),
    Operation::read(
        Iam,
        "GenerateServiceLastAccessedDetails",
        &[required("Arn", ARN), optional("Granularity", ACCESS_ADVISOR_USAGE_GRANULARITY)],
    ),
    Operation::read(
        Iam,
        "GetServiceLastAccessedDetails",
        &[required("JobId", JOB_ID), optional("MaxItems", MAX_ITEMS), optional("Marker", MARKER)],
    ),
    Operation::read(
        Iam,
        "GetServiceLastAccessedDetailsWithEntities",
        &[
            required("JobId", JOB_ID),
            required("ServiceNamespace", SERVICE_NAMESPACE),
            optional("MaxItems", MAX_ITEMS),
            optional("Marker", MARKER),
        ],
    ),
    Operation::read(
        Iam,
        "ListPoliciesGrantingServiceAccess",
        &[
            optional("Marker", MARKER),
            required("Arn", ARN),
            required("ServiceNamespaces", SERVICE_NAMESPACE_LIST),
        ],
    ),
    Operation::read(Iam, "GenerateCredentialReport", &[]),
    Operation::read(Iam, "GetCredentialReport", &[]),
    Operation::read(
        Iam,
        "SimulatePrincipalPolicy",
        &[
            required("PolicySourceArn", ARN),
            optional("PolicyInputList", SIMULATION_POLICY_LIST),
            optional("PermissionsBoundaryPolicyInputList", SIMULATION_POLICY_LIST),
            optional("PolicyExclusionList", POLICY_EXCLUSIONS_LIST),
            required("ActionNames", ACTION_NAME_LIST),
            optional("ResourceArns", RESOURCE_NAME_LIST),
            optional("ResourcePolicy", POLICY_DOCUMENT),
            optional("ResourceOwner", RESOURCE_NAME),
            optional("CallerArn", RESOURCE_NAME),
            optional("ContextEntries", CONTEXT_ENTRY_LIST),
            optional("ResourceHandlingOption", RESOURCE_HANDLING_OPTION),
            optional("MaxItems", MAX_ITEMS),
            optional("Marker", MARKER),
        ],
    ),
    Operation::read(
        Iam,
        "SimulateCustomPolicy",
        &[
            required("PolicyInputList", SIMULATION_POLICY_LIST),
            optional("PermissionsBoundaryPolicyInputList", SIMULATION_POLICY_LIST),
            optional("OrderedOrganizationPolicyInputList", ORGANIZATION_POLICY_LIST),
            required("ActionNames", ACTION_NAME_LIST),
            optional("ResourceArns", RESOURCE_NAME_LIST),
            optional("ResourcePolicy", POLICY_DOCUMENT),
            optional("ResourceOwner", RESOURCE_NAME),
            optional("CallerArn", RESOURCE_NAME),
            optional("ContextEntries", CONTEXT_ENTRY_LIST),
            optional("ResourceHandlingOption", RESOURCE_HANDLING_OPTION),
            optional("MaxItems", MAX_ITEMS),
            optional("Marker", MARKER),
        ],
    ),
    Operation::read(
        Iam,
        "GetContextKeysForCustomPolicy",
        &[required("PolicyInputList", SIMULATION_POLICY_LIST)],
    ),
    Operation::read(
        Iam,
        "GetContextKeysForPrincipalPolicy",
        &[required("PolicySourceArn", ARN), optional("PolicyInputList", SIMULATION_POLICY_LIST)],
    ),
];

const ENTITY_LIST: Shape = list(0, NO_MAX, &ENTITY);
const ACCESS_ADVISOR_USAGE_GRANULARITY: Shape = Shape::Choice(&["SERVICE_LEVEL", "ACTION_LEVEL"]);
const JOB_ID: Shape = text(36, 36);
const SERVICE_NAMESPACE: Shape = matching(1, 64, &pattern::SERVICE_NAMESPACE);
const SERVICE_NAMESPACE_LIST: Shape = list(1, 200, &SERVICE_NAMESPACE);
const SIMULATION_POLICY_LIST: Shape = list(0, NO_MAX, &POLICY_DOCUMENT);
const POLICY_IDENTIFIER_POLICY: Shape =
    Shape::Choice(&["inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"]);
const ATTACHMENT: Shape = Shape::Choice(&["user", "group", "role"]);
const ATTACHMENT_NAME: Shape = matching(1, 128, &pattern::NAME);
const INLINE_POLICY_IDENTIFIER: Shape = Shape::Structure(&[
    required("PolicyName", POLICY_NAME),
    required("AttachmentType", ATTACHMENT),
    required("AttachmentName", ATTACHMENT_NAME),
]);
const POLICY_IDENTIFIER: Shape = Shape::Structure(&[
    optional("PolicyType", POLICY_IDENTIFIER_POLICY),
    optional("PolicyArn", ARN),
    optional("InlinePolicyIdentifier", INLINE_POLICY_IDENTIFIER),
]);
const POLICY_EXCLUSIONS_LIST: Shape = list(0, 256, &POLICY_IDENTIFIER);
const ACTION_NAME: Shape = text(3, 128);
const ACTION_NAME_LIST: Shape = list(0, NO_MAX, &ACTION_NAME);
const RESOURCE_NAME: Shape = text(1, 2048);
const RESOURCE_NAME_LIST: Shape = list(0, NO_MAX, &RESOURCE_NAME);
const CONTEXT_KEY_NAME: Shape = text(5, 256);
const ANY_TEXT: Shape = text(0, NO_MAX);
const CONTEXT_KEY_VALUE_LIST: Shape = list(0, NO_MAX, &ANY_TEXT);
const CONTEXT_KEY_TYPE_ENUM: Shape = Shape::Choice(&[
    "string",
    "stringList",
    "numeric",
    "numericList",
    "boolean",
    "booleanList",
    "ip",
    "ipList",
    "binary",
    "binaryList",
    "date",
    "dateList",
]);
const CONTEXT_ENTRY: Shape = Shape::Structure(&[
    optional("ContextKeyName", CONTEXT_KEY_NAME),
    optional("ContextKeyValues", CONTEXT_KEY_VALUE_LIST),
    optional("ContextKeyType", CONTEXT_KEY_TYPE_ENUM),
]);
const CONTEXT_ENTRY_LIST: Shape = list(0, NO_MAX, &CONTEXT_ENTRY);
const RESOURCE_HANDLING_OPTION: Shape = text(1, 64);
const ORDERED_ORGANIZATION_POLICY: Shape =
    Shape::Structure(&[optional("ServiceControlPolicyInputList", SIMULATION_POLICY_LIST)]);
const ORGANIZATION_POLICY_LIST: Shape = list(0, 7, &ORDERED_ORGANIZATION_POLICY);
