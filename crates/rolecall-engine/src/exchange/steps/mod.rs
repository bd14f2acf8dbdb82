//! THE ORDER of the steps. What is recorded, and what is our choice, stands beside each (reference sts.md §3.3).

mod audience;
mod claims;
mod duration;
mod keys;
mod lifetime;
mod parameters;
mod provider;
mod rcp;
mod role;
mod session;
mod signature;
mod tags;
mod token_shape;
mod trust;

use super::scene::Scene;
use crate::verdict::{Outcome, Step};

/// A step.
pub(super) type Run = fn(&Scene<'_>) -> Outcome;

/// The steps, in order.
pub(super) const ORDER: [(Step, Run); 14] = [
    (Step::Parameters, parameters::run), // recorded: parameter validation comes first
    (Step::TokenShape, token_shape::run), // choice: structure before content
    (Step::Claims, claims::run),         // choice
    (Step::Provider, provider::run),     // recorded: before any look at the role
    (Step::Audience, audience::run),     // choice of place
    (Step::Keys, keys::run),             // choice of place; only for registered providers
    (Step::Signature, signature::run),   // choice of place
    (Step::Lifetime, lifetime::run),     // choice: a forged token learns no more than an honest one
    (Step::Role, role::run),             // recorded: a missing role answers as a refusing one
    (Step::Rcp, rcp::run),               // documented: RCPs apply to the role; an explicit deny ends it
    (Step::Trust, trust::run),           // recorded: after the provider
    (Step::Tags, tags::run), // documented: sts:TagSession and sts:SetSourceIdentity are separate evaluations
    (Step::Duration, duration::run), // choice: after authorization
    (Step::Session, session::run), // choice: last
];
