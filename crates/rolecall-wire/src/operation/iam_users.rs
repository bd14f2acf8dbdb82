//! IAM users: policies, access keys, login profiles (reference iam.md §6).

use super::Operation;
use super::iam_shapes::{
    ARN, EXISTING_USER_NAME, MARKER, MAX_ITEMS, PATH, PATH_PREFIX, POLICY_DOCUMENT, POLICY_NAME, POLICY_PATH,
    TAG_KEY_LIST, TAG_LIST,
};
use super::shape::{Shape, matching, optional, required};
use crate::constraint::pattern;
use crate::service::Service::Iam;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write(
        Iam,
        "CreateUser",
        &[
            optional("Path", PATH),
            required("UserName", USER_NAME),
            optional("PermissionsBoundary", ARN),
            optional("Tags", TAG_LIST),
        ],
    ),
    Operation::read(Iam, "GetUser", &[optional("UserName", EXISTING_USER_NAME)]),
    Operation::read(
        Iam,
        "ListUsers",
        &[optional("PathPrefix", PATH_PREFIX), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::write(
        Iam,
        "UpdateUser",
        &[
            required("UserName", EXISTING_USER_NAME),
            optional("NewPath", PATH),
            optional("NewUserName", USER_NAME),
        ],
    )
    .without_result(),
    Operation::write(Iam, "DeleteUser", &[required("UserName", EXISTING_USER_NAME)]).without_result(),
    Operation::write(
        Iam,
        "PutUserPolicy",
        &[
            required("UserName", EXISTING_USER_NAME),
            required("PolicyName", POLICY_NAME),
            required("PolicyDocument", POLICY_DOCUMENT),
        ],
    )
    .without_result(),
    Operation::read(
        Iam,
        "GetUserPolicy",
        &[required("UserName", EXISTING_USER_NAME), required("PolicyName", POLICY_NAME)],
    ),
    Operation::read(
        Iam,
        "ListUserPolicies",
        &[
            required("UserName", EXISTING_USER_NAME),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::write(
        Iam,
        "DeleteUserPolicy",
        &[required("UserName", EXISTING_USER_NAME), required("PolicyName", POLICY_NAME)],
    )
    .without_result(),
    Operation::write(Iam, "AttachUserPolicy", &[required("UserName", USER_NAME), required("PolicyArn", ARN)])
        .without_result(),
    Operation::write(Iam, "DetachUserPolicy", &[required("UserName", USER_NAME), required("PolicyArn", ARN)])
        .without_result(),
    Operation::read(
        Iam,
        "ListAttachedUserPolicies",
        &[
            required("UserName", USER_NAME),
            optional("PathPrefix", POLICY_PATH),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::write(Iam, "TagUser", &[required("UserName", EXISTING_USER_NAME), required("Tags", TAG_LIST)])
        .without_result(),
    Operation::write(
        Iam,
        "UntagUser",
        &[required("UserName", EXISTING_USER_NAME), required("TagKeys", TAG_KEY_LIST)],
    )
    .without_result(),
    Operation::read(
        Iam,
        "ListUserTags",
        &[
            required("UserName", EXISTING_USER_NAME),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::write(
        Iam,
        "PutUserPermissionsBoundary",
        &[required("UserName", USER_NAME), required("PermissionsBoundary", ARN)],
    )
    .without_result(),
    Operation::write(Iam, "DeleteUserPermissionsBoundary", &[required("UserName", USER_NAME)])
        .without_result(),
    Operation::write(Iam, "CreateAccessKey", &[optional("UserName", EXISTING_USER_NAME)]),
    Operation::write(
        Iam,
        "UpdateAccessKey",
        &[
            optional("UserName", EXISTING_USER_NAME),
            required("AccessKeyId", ACCESS_KEY_ID),
            required("Status", STATUS),
        ],
    )
    .without_result(),
    Operation::write(
        Iam,
        "DeleteAccessKey",
        &[optional("UserName", EXISTING_USER_NAME), required("AccessKeyId", ACCESS_KEY_ID)],
    )
    .without_result(),
    Operation::read(
        Iam,
        "ListAccessKeys",
        &[
            optional("UserName", EXISTING_USER_NAME),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::read(Iam, "GetAccessKeyLastUsed", &[required("AccessKeyId", ACCESS_KEY_ID)]),
    Operation::write(
        Iam,
        "CreateLoginProfile",
        &[
            optional("UserName", USER_NAME),
            optional("Password", PASSWORD).sensitive(),
            optional("PasswordResetRequired", Shape::Boolean),
        ],
    ),
    Operation::read(Iam, "GetLoginProfile", &[optional("UserName", USER_NAME)]),
    Operation::write(
        Iam,
        "UpdateLoginProfile",
        &[
            required("UserName", USER_NAME),
            optional("Password", PASSWORD).sensitive(),
            optional("PasswordResetRequired", Shape::Boolean),
        ],
    )
    .without_result(),
    Operation::write(Iam, "DeleteLoginProfile", &[optional("UserName", USER_NAME)]).without_result(),
    Operation::write(
        Iam,
        "ChangePassword",
        &[required("OldPassword", PASSWORD).sensitive(), required("NewPassword", PASSWORD).sensitive()],
    )
    .without_result(),
    Operation::read(
        Iam,
        "ListGroupsForUser",
        &[
            required("UserName", EXISTING_USER_NAME),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
];

const USER_NAME: Shape = matching(1, 64, &pattern::NAME);
const ACCESS_KEY_ID: Shape = matching(16, 128, &pattern::WORD);
const STATUS: Shape = Shape::Choice(&["Active", "Inactive", "Expired"]);
const PASSWORD: Shape = matching(1, 128, &pattern::DOCUMENT);
