//! EKS Auth (reference eks.md §1.4).

use super::Operation;
use super::shape::{NO_MAX, Shape, matching, optional, required, text};
use crate::constraint::pattern;
use crate::service::Service::EksAuth;

pub(super) const OPERATIONS: &[Operation] = &[Operation::read(
    EksAuth,
    "AssumeRoleForPodIdentity",
    &[
        required("clusterName", CLUSTER_NAME).in_path("clusterName"),
        required("token", JWT_TOKEN).sensitive(),
        optional("eksNodeName", ANY_TEXT),
        optional("instanceId", ANY_TEXT),
        optional("zone", ANY_TEXT),
    ],
)
.at("POST", "/clusters/{clusterName}/assume-role-for-pod-identity")];

const CLUSTER_NAME: Shape = matching(1, 100, &pattern::CLUSTER_NAME);
const JWT_TOKEN: Shape = matching(1, NO_MAX, &pattern::JWT);
const ANY_TEXT: Shape = text(0, NO_MAX);
