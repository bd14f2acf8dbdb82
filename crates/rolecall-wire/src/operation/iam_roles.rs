//! IAM roles: trust policies, inline and attached policies, boundaries, tags, service-linked roles (reference
//! iam.md §3, §6).

use super::Operation;
use super::iam_shapes::{
    ARN, GROUP_NAME, MARKER, MAX_ITEMS, PATH, PATH_PREFIX, POLICY_DOCUMENT, POLICY_NAME, POLICY_PATH,
    ROLE_NAME, TAG_KEY_LIST, TAG_LIST,
};
use super::shape::{Shape, integer, matching, optional, required, text};
use crate::constraint::pattern;
use crate::service::Service::Iam;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write(
        Iam,
        "CreateRole",
        &[
            optional("Path", PATH),
            required("RoleName", ROLE_NAME),
            required("AssumeRolePolicyDocument", POLICY_DOCUMENT),
            optional("Description", ROLE_DESCRIPTION),
            optional("MaxSessionDuration", ROLE_MAX_SESSION_DURATION),
            optional("PermissionsBoundary", ARN),
            optional("Tags", TAG_LIST),
        ],
    ),
    Operation::read(Iam, "GetRole", &[required("RoleName", ROLE_NAME)]),
    Operation::read(
        Iam,
        "ListRoles",
        &[optional("PathPrefix", PATH_PREFIX), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::write(
        Iam,
        "UpdateRole",
        &[
            required("RoleName", ROLE_NAME),
            optional("Description", ROLE_DESCRIPTION),
            optional("MaxSessionDuration", ROLE_MAX_SESSION_DURATION),
        ],
    ),
    Operation::write(
        Iam,
        "UpdateRoleDescription",
        &[required("RoleName", ROLE_NAME), required("Description", ROLE_DESCRIPTION)],
    ),
    Operation::write(
        Iam,
        "UpdateAssumeRolePolicy",
        &[required("RoleName", ROLE_NAME), required("PolicyDocument", POLICY_DOCUMENT)],
    )
    .without_result(),
    Operation::write(Iam, "DeleteRole", &[required("RoleName", ROLE_NAME)]).without_result(),
    Operation::write(
        Iam,
        "PutRolePolicy",
        &[
            required("RoleName", ROLE_NAME),
            required("PolicyName", POLICY_NAME),
            required("PolicyDocument", POLICY_DOCUMENT),
        ],
    )
    .without_result(),
    Operation::read(
        Iam,
        "GetRolePolicy",
        &[required("RoleName", ROLE_NAME), required("PolicyName", POLICY_NAME)],
    ),
    Operation::read(
        Iam,
        "ListRolePolicies",
        &[required("RoleName", ROLE_NAME), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::write(
        Iam,
        "DeleteRolePolicy",
        &[required("RoleName", ROLE_NAME), required("PolicyName", POLICY_NAME)],
    )
    .without_result(),
    Operation::write(Iam, "AttachRolePolicy", &[required("RoleName", ROLE_NAME), required("PolicyArn", ARN)])
        .without_result(),
    Operation::write(Iam, "DetachRolePolicy", &[required("RoleName", ROLE_NAME), required("PolicyArn", ARN)])
        .without_result(),
    Operation::read(
        Iam,
        "ListAttachedRolePolicies",
        &[
            required("RoleName", ROLE_NAME),
            optional("PathPrefix", POLICY_PATH),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::write(Iam, "TagRole", &[required("RoleName", ROLE_NAME), required("Tags", TAG_LIST)])
        .without_result(),
    Operation::write(Iam, "UntagRole", &[required("RoleName", ROLE_NAME), required("TagKeys", TAG_KEY_LIST)])
        .without_result(),
    Operation::read(
        Iam,
        "ListRoleTags",
        &[required("RoleName", ROLE_NAME), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::write(
        Iam,
        "PutRolePermissionsBoundary",
        &[required("RoleName", ROLE_NAME), required("PermissionsBoundary", ARN)],
    )
    .without_result(),
    Operation::write(Iam, "DeleteRolePermissionsBoundary", &[required("RoleName", ROLE_NAME)])
        .without_result(),
    Operation::write(
        Iam,
        "CreateServiceLinkedRole",
        &[
            required("AWSServiceName", GROUP_NAME),
            optional("Description", ROLE_DESCRIPTION),
            optional("CustomSuffix", CUSTOM_SUFFIX),
        ],
    ),
    Operation::write(Iam, "DeleteServiceLinkedRole", &[required("RoleName", ROLE_NAME)]),
    Operation::read(
        Iam,
        "GetServiceLinkedRoleDeletionStatus",
        &[required("DeletionTaskId", DELETION_TASK_ID)],
    ),
];

const ROLE_DESCRIPTION: Shape = matching(0, 1000, &pattern::DESCRIPTION);
const ROLE_MAX_SESSION_DURATION: Shape = integer(3600, 43200);
const CUSTOM_SUFFIX: Shape = matching(1, 64, &pattern::NAME);
const DELETION_TASK_ID: Shape = text(1, 1000);
