//! From request and claims to condition keys (policy reference sections 10 and 11; reference sts.md §3.7).

mod caller;
mod claims;
mod global;

use rolecall_model::instant::Instant;
use rolecall_model::json::Node;
use rolecall_policy::context::Context;

use crate::world::{Request, Role};

pub use caller::caller_keys;

/// What keys are made from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// The token's claims.
    pub claims: &'a Node,
    /// Whether they are all there are.
    pub whole: bool,
    /// The request.
    pub request: &'a Request<'a>,
    /// The role, if it was read.
    pub role: Option<&'a Role<'a>>,
    /// STS's clock, if it was read.
    pub now: Option<Instant>,
}

/// Every condition key of the call.
#[must_use]
pub fn keys(source: &Source<'_>) -> Context {
    let mut context = Context::with_capacity(32);
    claims::set(&mut context, source);
    global::set(&mut context, source);
    for (key, values) in source.request.context {
        context.set(key, values.iter().cloned());
    }
    context
}
