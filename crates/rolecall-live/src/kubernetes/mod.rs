//! Kubernetes, read only: workloads, pods, service accounts, the webhook, the cluster's issuer.

mod client;
mod object;
mod selector;
pub mod watch;
mod webhook;
mod workload;

pub(crate) use client::Reached;
pub use client::{Kubernetes, client, client_config, refusal};
pub use object::yaml;
pub(crate) use webhook::webhook;
pub(crate) use workload::{Workload, workload};
