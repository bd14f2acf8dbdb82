//! STS (reference sts.md §2).

use super::Operation;
use super::shape::{NO_MAX, Shape, integer, list, matching, optional, required, text};
use crate::constraint::pattern;
use crate::service::Service::Sts;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::read(
        Sts,
        "AssumeRole",
        &[
            required("RoleArn", ARN),
            required("RoleSessionName", ROLE_SESSION_NAME),
            optional("PolicyArns", POLICY_DESCRIPTOR_LIST),
            optional("Policy", UNRESTRICTED_SESSION_POLICY_DOCUMENT),
            optional("DurationSeconds", ROLE_DURATION_SECONDS),
            optional("Tags", TAG_LIST),
            optional("TransitiveTagKeys", TAG_KEY_LIST),
            optional("ExternalId", EXTERNAL_ID),
            optional("SerialNumber", SERIAL_NUMBER),
            optional("TokenCode", TOKEN_CODE),
            optional("SourceIdentity", SOURCE_IDENTITY),
            optional("ProvidedContexts", PROVIDED_CONTEXTS_LIST),
            optional("MinimumSessionTokenSize", MINIMUM_SESSION_TOKEN_SIZE),
        ],
    ),
    Operation::read(
        Sts,
        "AssumeRoleWithWebIdentity",
        &[
            required("RoleArn", ARN),
            required("RoleSessionName", ROLE_SESSION_NAME),
            required("WebIdentityToken", CLIENT_TOKEN).sensitive(),
            optional("ProviderId", URL),
            optional("PolicyArns", POLICY_DESCRIPTOR_LIST),
            optional("Policy", SESSION_POLICY_DOCUMENT),
            optional("DurationSeconds", ROLE_DURATION_SECONDS),
            optional("MinimumSessionTokenSize", MINIMUM_SESSION_TOKEN_SIZE),
        ],
    )
    .unsigned(),
    Operation::read(
        Sts,
        "AssumeRoleWithSAML",
        &[
            required("RoleArn", ARN),
            required("PrincipalArn", ARN),
            required("SAMLAssertion", SAML_ASSERTION).sensitive(),
            optional("PolicyArns", POLICY_DESCRIPTOR_LIST),
            optional("Policy", SESSION_POLICY_DOCUMENT),
            optional("DurationSeconds", ROLE_DURATION_SECONDS),
            optional("MinimumSessionTokenSize", MINIMUM_SESSION_TOKEN_SIZE),
        ],
    )
    .unsigned(),
    Operation::write(
        Sts,
        "AssumeRoot",
        &[
            required("TargetPrincipal", TARGET_PRINCIPAL),
            required("TaskPolicyArn", POLICY_DESCRIPTOR),
            optional("DurationSeconds", ROOT_DURATION_SECONDS),
            optional("MinimumSessionTokenSize", MINIMUM_SESSION_TOKEN_SIZE),
        ],
    ),
    Operation::read(Sts, "DecodeAuthorizationMessage", &[required("EncodedMessage", ENCODED_MESSAGE)]),
    Operation::read(Sts, "GetAccessKeyInfo", &[required("AccessKeyId", ACCESS_KEY_ID)]),
    Operation::read(Sts, "GetCallerIdentity", &[]),
    Operation::write(Sts, "GetDelegatedAccessToken", &[required("TradeInToken", ANY_TEXT).sensitive()]),
    Operation::write(
        Sts,
        "GetFederationToken",
        &[
            required("Name", USER_NAME),
            optional("Policy", SESSION_POLICY_DOCUMENT),
            optional("PolicyArns", POLICY_DESCRIPTOR_LIST),
            optional("DurationSeconds", DURATION_SECONDS),
            optional("Tags", TAG_LIST),
            optional("MinimumSessionTokenSize", MINIMUM_SESSION_TOKEN_SIZE),
        ],
    ),
    Operation::write(
        Sts,
        "GetSessionToken",
        &[
            optional("DurationSeconds", DURATION_SECONDS),
            optional("SerialNumber", SERIAL_NUMBER),
            optional("TokenCode", TOKEN_CODE),
            optional("MinimumSessionTokenSize", MINIMUM_SESSION_TOKEN_SIZE),
        ],
    ),
    Operation::read(
        Sts,
        "GetWebIdentityToken",
        &[
            required("Audience", WEB_IDENTITY_TOKEN_AUDIENCE_LIST),
            optional("DurationSeconds", WEB_IDENTITY_TOKEN_DURATION_SECONDS),
            required("SigningAlgorithm", JWT_ALGORITHM),
            optional("Tags", TAG_LIST),
        ],
    ),
];

const ARN: Shape = matching(20, 2048, &pattern::ARN);
const ROLE_SESSION_NAME: Shape = matching(2, 64, &pattern::NAME_OR_EMPTY);
const POLICY_DESCRIPTOR: Shape = Shape::Structure(&[optional("arn", ARN)]);
const POLICY_DESCRIPTOR_LIST: Shape = list(0, NO_MAX, &POLICY_DESCRIPTOR);
const UNRESTRICTED_SESSION_POLICY_DOCUMENT: Shape = matching(1, NO_MAX, &pattern::DOCUMENT);
const ROLE_DURATION_SECONDS: Shape = integer(900, 43200);
const TAG_KEY: Shape = matching(1, 128, &pattern::TAG_KEY);
const TAG_VALUE: Shape = matching(0, 256, &pattern::TAG_VALUE);
const TAG: Shape = Shape::Structure(&[required("Key", TAG_KEY), required("Value", TAG_VALUE)]);
const TAG_LIST: Shape = list(0, 50, &TAG);
const TAG_KEY_LIST: Shape = list(0, 50, &TAG_KEY);
const EXTERNAL_ID: Shape = matching(2, 1224, &pattern::EXTERNAL_ID);
const SERIAL_NUMBER: Shape = matching(9, 256, &pattern::SERIAL_NUMBER);
const TOKEN_CODE: Shape = matching(6, 6, &pattern::DIGITS_OR_EMPTY);
const SOURCE_IDENTITY: Shape = matching(2, 64, &pattern::NAME_OR_EMPTY);
const CONTEXT_ASSERTION: Shape = text(4, 2048);
const PROVIDED_CONTEXT: Shape =
    Shape::Structure(&[optional("ProviderArn", ARN), optional("ContextAssertion", CONTEXT_ASSERTION)]);
const PROVIDED_CONTEXTS_LIST: Shape = list(1, 5, &PROVIDED_CONTEXT);
const MINIMUM_SESSION_TOKEN_SIZE: Shape = integer(0, 4096);
const CLIENT_TOKEN: Shape = text(4, 20000);
const URL: Shape = text(4, 2048);
const SESSION_POLICY_DOCUMENT: Shape = matching(1, 2048, &pattern::DOCUMENT);
const SAML_ASSERTION: Shape = text(4, 100000);
const TARGET_PRINCIPAL: Shape = text(12, 2048);
const ROOT_DURATION_SECONDS: Shape = integer(0, 900);
const ENCODED_MESSAGE: Shape = text(1, 10240);
const ACCESS_KEY_ID: Shape = matching(16, 128, &pattern::WORD_OR_EMPTY);
const ANY_TEXT: Shape = text(0, NO_MAX);
const USER_NAME: Shape = matching(2, 32, &pattern::NAME_OR_EMPTY);
const DURATION_SECONDS: Shape = integer(900, 129600);
const WEB_IDENTITY_TOKEN_AUDIENCE_STRING: Shape = text(1, 1000);
const WEB_IDENTITY_TOKEN_AUDIENCE_LIST: Shape = list(1, 10, &WEB_IDENTITY_TOKEN_AUDIENCE_STRING);
const WEB_IDENTITY_TOKEN_DURATION_SECONDS: Shape = integer(60, 3600);
const JWT_ALGORITHM: Shape = text(5, 5);
