//! IAM instance profiles (reference iam.md §6).

use super::Operation;
use super::iam_shapes::{MARKER, MAX_ITEMS, PATH, PATH_PREFIX, ROLE_NAME, TAG_KEY_LIST, TAG_LIST};
use super::shape::{Shape, matching, optional, required};
use crate::constraint::pattern;
use crate::service::Service::Iam;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write(
        Iam,
        "CreateInstanceProfile",
        &[
            required("InstanceProfileName", INSTANCE_PROFILE_NAME),
            optional("Path", PATH),
            optional("Tags", TAG_LIST),
        ],
    ),
    Operation::read(Iam, "GetInstanceProfile", &[required("InstanceProfileName", INSTANCE_PROFILE_NAME)]),
    Operation::read(
        Iam,
        "ListInstanceProfiles",
        &[optional("PathPrefix", PATH_PREFIX), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::read(
        Iam,
        "ListInstanceProfilesForRole",
        &[required("RoleName", ROLE_NAME), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::write(Iam, "DeleteInstanceProfile", &[required("InstanceProfileName", INSTANCE_PROFILE_NAME)])
        .without_result(),
    Operation::write(
        Iam,
        "AddRoleToInstanceProfile",
        &[required("InstanceProfileName", INSTANCE_PROFILE_NAME), required("RoleName", ROLE_NAME)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "RemoveRoleFromInstanceProfile",
        &[required("InstanceProfileName", INSTANCE_PROFILE_NAME), required("RoleName", ROLE_NAME)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "TagInstanceProfile",
        &[required("InstanceProfileName", INSTANCE_PROFILE_NAME), required("Tags", TAG_LIST)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "UntagInstanceProfile",
        &[required("InstanceProfileName", INSTANCE_PROFILE_NAME), required("TagKeys", TAG_KEY_LIST)],
    )
    .without_result(),
    Operation::read(
        Iam,
        "ListInstanceProfileTags",
        &[
            required("InstanceProfileName", INSTANCE_PROFILE_NAME),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
];

const INSTANCE_PROFILE_NAME: Shape = matching(1, 128, &pattern::NAME);
