//! IAM managed policies and their versions (reference iam.md §5.2).

use super::Operation;
use super::iam_shapes::{
    ARN, ENTITY, MARKER, MAX_ITEMS, PATH, POLICY_DOCUMENT, POLICY_NAME, POLICY_PATH, TAG_KEY_LIST, TAG_LIST,
};
use super::shape::{NO_MAX, Shape, matching, optional, required, text};
use crate::constraint::pattern;
use crate::service::Service::Iam;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write(
        Iam,
        "CreatePolicy",
        &[
            required("PolicyName", POLICY_NAME),
            optional("Path", POLICY_PATH),
            required("PolicyDocument", POLICY_DOCUMENT),
            optional("Description", POLICY_DESCRIPTION),
            optional("Tags", TAG_LIST),
        ],
    ),
    Operation::read(Iam, "GetPolicy", &[required("PolicyArn", ARN)]),
    Operation::read(
        Iam,
        "ListPolicies",
        &[
            optional("Scope", POLICY_SCOPE),
            optional("OnlyAttached", Shape::Boolean),
            optional("PathPrefix", POLICY_PATH),
            optional("PolicyUsageFilter", POLICY_USAGE),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::write(Iam, "DeletePolicy", &[required("PolicyArn", ARN)]).without_result(),
    Operation::write(
        Iam,
        "CreatePolicyVersion",
        &[
            required("PolicyArn", ARN),
            required("PolicyDocument", POLICY_DOCUMENT),
            optional("SetAsDefault", Shape::Boolean),
        ],
    ),
    Operation::read(
        Iam,
        "GetPolicyVersion",
        &[required("PolicyArn", ARN), required("VersionId", POLICY_VERSION_ID)],
    ),
    Operation::read(
        Iam,
        "ListPolicyVersions",
        &[required("PolicyArn", ARN), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::write(
        Iam,
        "SetDefaultPolicyVersion",
        &[required("PolicyArn", ARN), required("VersionId", POLICY_VERSION_ID)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "DeletePolicyVersion",
        &[required("PolicyArn", ARN), required("VersionId", POLICY_VERSION_ID)],
    )
    .without_result(),
    Operation::read(
        Iam,
        "ListEntitiesForPolicy",
        &[
            required("PolicyArn", ARN),
            optional("EntityFilter", ENTITY),
            optional("PathPrefix", PATH),
            optional("PolicyUsageFilter", POLICY_USAGE),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::write(Iam, "TagPolicy", &[required("PolicyArn", ARN), required("Tags", TAG_LIST)])
        .without_result(),
    Operation::write(Iam, "UntagPolicy", &[required("PolicyArn", ARN), required("TagKeys", TAG_KEY_LIST)])
        .without_result(),
    Operation::read(
        Iam,
        "ListPolicyTags",
        &[required("PolicyArn", ARN), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
];

const POLICY_DESCRIPTION: Shape = text(0, 1000);
const POLICY_SCOPE: Shape = Shape::Choice(&["All", "AWS", "Local"]);
const POLICY_USAGE: Shape = Shape::Choice(&["PermissionsPolicy", "PermissionsBoundary"]);
const POLICY_VERSION_ID: Shape = matching(0, NO_MAX, &pattern::VERSION_ID);
