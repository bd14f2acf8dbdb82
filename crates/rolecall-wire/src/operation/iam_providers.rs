//! IAM OIDC providers (reference iam.md §7).

use super::Operation;
use super::iam_shapes::{ARN, MARKER, MAX_ITEMS, TAG_KEY_LIST, TAG_LIST};
use super::shape::{NO_MAX, Shape, list, optional, required, text};
use crate::service::Service::Iam;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write(
        Iam,
        "CreateOpenIDConnectProvider",
        // In the order in which AWS tells their violations.
        &[
            optional("ClientIDList", CLIENT_ID_LIST),
            optional("ThumbprintList", THUMBPRINT_LIST),
            required("Url", OPEN_ID_CONNECT_PROVIDER_URL),
            optional("Tags", TAG_LIST),
        ],
    ),
    Operation::read(Iam, "GetOpenIDConnectProvider", &[required("OpenIDConnectProviderArn", ARN)]),
    Operation::read(Iam, "ListOpenIDConnectProviders", &[]),
    Operation::write(
        Iam,
        "UpdateOpenIDConnectProviderThumbprint",
        &[required("OpenIDConnectProviderArn", ARN), required("ThumbprintList", THUMBPRINT_LIST)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "AddClientIDToOpenIDConnectProvider",
        &[required("OpenIDConnectProviderArn", ARN), required("ClientID", CLIENT_ID)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "RemoveClientIDFromOpenIDConnectProvider",
        &[required("OpenIDConnectProviderArn", ARN), required("ClientID", CLIENT_ID)],
    )
    .without_result(),
    Operation::write(Iam, "DeleteOpenIDConnectProvider", &[required("OpenIDConnectProviderArn", ARN)])
        .without_result(),
    Operation::write(
        Iam,
        "TagOpenIDConnectProvider",
        &[required("OpenIDConnectProviderArn", ARN), required("Tags", TAG_LIST)],
    )
    .without_result(),
    Operation::write(
        Iam,
        "UntagOpenIDConnectProvider",
        &[required("OpenIDConnectProviderArn", ARN), required("TagKeys", TAG_KEY_LIST)],
    )
    .without_result(),
    Operation::read(
        Iam,
        "ListOpenIDConnectProviderTags",
        &[
            required("OpenIDConnectProviderArn", ARN),
            optional("Marker", MARKER),
            optional("MaxItems", MAX_ITEMS),
        ],
    ),
    Operation::read(Iam, "ListSAMLProviders", &[]),
];

const OPEN_ID_CONNECT_PROVIDER_URL: Shape = text(1, 255);
const CLIENT_ID: Shape = text(1, 255);
const CLIENT_ID_LIST: Shape = list(0, NO_MAX, &CLIENT_ID);
const THUMBPRINT: Shape = text(40, 40);
const THUMBPRINT_LIST: Shape = list(0, NO_MAX, &THUMBPRINT);
