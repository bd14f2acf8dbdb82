//! IAM account settings: alias, summary, password policy, preferences (reference iam.md §6, §8).

use super::Operation;
use super::iam_shapes::{EXISTING_USER_NAME, MARKER, MAX_ITEMS, PATH_PREFIX};
use super::shape::{Shape, integer, matching, optional, required};
use crate::constraint::pattern;
use crate::service::Service::Iam;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write(Iam, "CreateAccountAlias", &[required("AccountAlias", ACCOUNT_ALIAS)]).without_result(),
    Operation::write(Iam, "DeleteAccountAlias", &[required("AccountAlias", ACCOUNT_ALIAS)]).without_result(),
    Operation::read(
        Iam,
        "ListAccountAliases",
        &[optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
    Operation::read(Iam, "GetAccountSummary", &[]),
    Operation::read(Iam, "GetAccountPasswordPolicy", &[]),
    Operation::write(
        Iam,
        "UpdateAccountPasswordPolicy",
        // In the order in which AWS tells their violations.
        &[
            optional("MinimumPasswordLength", MINIMUM_PASSWORD_LENGTH),
            optional("PasswordReusePrevention", PASSWORD_REUSE_PREVENTION),
            optional("RequireSymbols", Shape::Boolean),
            optional("RequireNumbers", Shape::Boolean),
            optional("RequireUppercaseCharacters", Shape::Boolean),
            optional("RequireLowercaseCharacters", Shape::Boolean),
            optional("AllowUsersToChangePassword", Shape::Boolean),
            optional("MaxPasswordAge", MAX_PASSWORD_AGE),
            optional("HardExpiry", Shape::Boolean),
        ],
    )
    .without_result(),
    Operation::write(Iam, "DeleteAccountPasswordPolicy", &[]).without_result(),
    Operation::write(
        Iam,
        "SetSecurityTokenServicePreferences",
        &[required("GlobalEndpointTokenVersion", GLOBAL_ENDPOINT_TOKEN_VERSION)],
    )
    .without_result(),
    Operation::read(Iam, "GetOutboundWebIdentityFederationInfo", &[]),
    Operation::write(Iam, "EnableOutboundWebIdentityFederation", &[]),
    Operation::write(Iam, "DisableOutboundWebIdentityFederation", &[]).without_result(),
    Operation::read(
        Iam,
        "ListMFADevices",
        &[
            optional("UserName", EXISTING_USER_NAME),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::read(
        Iam,
        "ListVirtualMFADevices",
        &[
            optional("AssignmentStatus", ASSIGNMENT_STATUS),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::read(
        Iam,
        "ListServerCertificates",
        &[optional("PathPrefix", PATH_PREFIX), optional("Marker", MARKER), optional("MaxItems", MAX_ITEMS)],
    ),
];

const ACCOUNT_ALIAS: Shape = matching(3, 63, &pattern::ALIAS);
const MINIMUM_PASSWORD_LENGTH: Shape = integer(6, 128);
const MAX_PASSWORD_AGE: Shape = integer(1, 1095);
const PASSWORD_REUSE_PREVENTION: Shape = integer(1, 24);
const GLOBAL_ENDPOINT_TOKEN_VERSION: Shape = Shape::Choice(&["v1Token", "v2Token"]);
const ASSIGNMENT_STATUS: Shape = Shape::Choice(&["Assigned", "Unassigned", "Any"]);
