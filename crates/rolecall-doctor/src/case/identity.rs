//! What the caller presents: issuer, subject and audience, from the nearest witness.

use rolecall_model::document::Text;

use super::Case;
use crate::link::Link;

/// Who says what was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// The token's own claims.
    Token,
    /// CloudTrail, which prints subject, provider and audience of a refused exchange.
    Trail,
    /// The error text.
    Error,
    /// It follows from the cluster, the pod, the service account or the pipeline.
    Predicted,
}

/// A presented value and its witness.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The value and its place.
    pub text: Text,
    /// The witness.
    pub via: Via,
}

impl Case<'_> {
    /// The token's subject.
    #[must_use]
    pub fn subject(&self) -> Option<Presented> {
        self.note(Link::Token);
        self.exchange.presented.subject.clone()
    }

    /// The token's issuer, with its scheme.
    #[must_use]
    pub fn presented_issuer(&self) -> Option<Presented> {
        self.note(Link::Token);
        self.exchange.presented.issuer.clone()
    }

    /// The audience that STS reads: `azp` where the token has one.
    #[must_use]
    pub fn audience(&self) -> Option<Presented> {
        self.note(Link::Token);
        self.exchange.presented.audience.clone()
    }
}
