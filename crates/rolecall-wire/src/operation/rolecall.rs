//! rolecall's own administration.

use super::Operation;
use super::shape::{Shape, integer, list, matching, optional, required, text};
use crate::constraint::pattern;
use crate::service::Service::Rolecall;

const AUDIENCE: Shape = text(1, 1000);
const CLUSTER_NAME: Shape = matching(1, 100, &pattern::CLUSTER_NAME);
const URL: Shape = text(1, 1024);

pub(super) const OPERATIONS: &[Operation] = &[
    // The evidence of a refused exchange, by the id of its event or of its request.
    Operation::read(Rolecall, "DiagnoseEvent", &[required("EventId", text(1, 64))]),
    // A token of the service's own issuer.
    Operation::write(
        Rolecall,
        "MintToken",
        &[
            optional("Issuer", text(0, 64)),
            required("Subject", text(1, 1024)),
            required("Audience", list(1, 10, &AUDIENCE)),
            optional("LifetimeSeconds", integer(-86_400, 86_400)),
            optional("Claims", Shape::Any),
            optional("Algorithm", Shape::Choice(&["RS256", "ES256"])),
        ],
    ),
    // Ends every session that was issued before.
    Operation::write(Rolecall, "RevokeSessions", &[]),
    // A new generation of the keys that seal sessions, or of the issuer's.
    Operation::write(Rolecall, "RotateKeys", &[required("Keys", Shape::Choice(&["sessions", "issuer"]))]),
    // A cluster that runs elsewhere, as EKS is to describe it; a name that is there already is described anew.
    Operation::write(
        Rolecall,
        "RegisterCluster",
        &[
            required("Name", CLUSTER_NAME),
            required("Issuer", URL),
            optional("Endpoint", URL),
            optional("CertificateAuthority", text(1, 65_536)),
            optional("Version", text(1, 32)),
        ],
    ),
    Operation::write(Rolecall, "RemoveCluster", &[required("Name", CLUSTER_NAME)]),
    // The clusters of the caller's account in the region, with their issuers.
    Operation::read(Rolecall, "ListRegisteredClusters", &[]),
];
