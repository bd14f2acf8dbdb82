//! Looking at AWS and Kubernetes, read only: what is read becomes the files of an evidence folder, in memory.
//!
//! A live target and a folder can never be judged differently, since both are read by [`rolecall_collect::read_files`].
//! Nothing is changed by construction: the AWS clients refuse every operation that [`aws::ALLOWED`] does not list, and the
//! Kubernetes client has one method, which sends a GET.

pub mod authorities;
pub mod aws;
pub mod caller;
mod collect;
mod desk;
mod files;
mod issuer;
pub mod kubernetes;
mod later;
mod mask;
mod merge;
pub mod needs;
pub mod progress;
pub mod refusal;
pub mod scope;
pub mod target;

pub use collect::{collect, now};
pub use files::{Collected, Trouble, evidence};
pub use mask::mask_accounts;
pub use merge::merge;
