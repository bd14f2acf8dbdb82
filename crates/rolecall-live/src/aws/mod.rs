//! AWS, read only: who asks, roles, policies, providers, clusters, events.

mod client;
mod cluster;
mod failure;
mod guard;
mod json;
mod policy;
mod provider;
mod role;
mod trail;

pub(crate) use client::endpoint;
pub use client::{Aws, Connection, connect, connection, credentials_of_profile, region};
pub(crate) use cluster::{ClusterName, associations, cluster};
pub use failure::refusal;
pub use guard::{ALLOWED, Guard};
pub(crate) use json::printed;
pub(crate) use policy::policies;
pub(crate) use provider::{choose, detail, providers};
pub use role::identity;
pub(crate) use role::role;
pub(crate) use trail::{Wanted, events};
