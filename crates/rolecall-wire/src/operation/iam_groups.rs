//! IAM groups (reference iam.md §6).

use super::Operation;
use super::iam_shapes::{
    ARN, EXISTING_USER_NAME, GROUP_NAME, MARKER, MAX_ITEMS, PATH, PATH_PREFIX, POLICY_DOCUMENT, POLICY_NAME,
    POLICY_PATH,
};
use super::shape::{optional, required};
use crate::service::Service::Iam;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write(Iam, "CreateGroup", &[optional("Path", PATH), required("GroupName", GROUP_NAME)]),
    Operation::read(
        Iam,
        "GetGroup",
        &[required("GroupName", GROUP_NAME), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::read(
        Iam,
        "ListGroups",
        &[optional("PathPrefix", PATH_PREFIX), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::write(
        Iam,
        "UpdateGroup",
        &[required("GroupName", GROUP_NAME), optional("NewPath", PATH), optional("NewGroupName", GROUP_NAME)],
    )
    .without_result(),
    Operation::write(Iam, "DeleteGroup", &[required("GroupName", GROUP_NAME)]).without_result(),
    Operation::write(
        Iam,
        "AddUserToGroup",
        &[required("GroupName", GROUP_NAME), required("UserName", EXISTING_USER_NAME)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "RemoveUserFromGroup",
        &[required("GroupName", GROUP_NAME), required("UserName", EXISTING_USER_NAME)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "PutGroupPolicy",
        &[
            required("GroupName", GROUP_NAME),
            required("PolicyName", POLICY_NAME),
            required("PolicyDocument", POLICY_DOCUMENT),
        ],
    )
    .without_result(),
    Operation::read(
        Iam,
        "GetGroupPolicy",
        &[required("GroupName", GROUP_NAME), required("PolicyName", POLICY_NAME)],
    ),
    Operation::read(
        Iam,
        "ListGroupPolicies",
        &[required("GroupName", GROUP_NAME), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::write(
        Iam,
        "DeleteGroupPolicy",
        &[required("GroupName", GROUP_NAME), required("PolicyName", POLICY_NAME)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "AttachGroupPolicy",
        &[required("GroupName", GROUP_NAME), required("PolicyArn", ARN)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "DetachGroupPolicy",
        &[required("GroupName", GROUP_NAME), required("PolicyArn", ARN)],
    )
    .without_result(),
    Operation::read(
        Iam,
        "ListAttachedGroupPolicies",
        &[
            required("GroupName", GROUP_NAME),
            optional("PathPrefix", POLICY_PATH),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
];
