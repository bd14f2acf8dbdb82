//! A case: the evidence as the checks see it, with what follows from several facts worked out once.

mod egress;
mod endpoint;
mod identity;
mod injection;
mod maker;
mod pipeline;
mod plan;
mod requested;
mod sdk;
mod seen;
mod selector;
mod texts;
mod trusted;
mod webhook;
mod workload;

use std::cell::Cell;

use rolecall_model::evidence::attempt::Attempt;
use rolecall_model::evidence::caller::CallerEvidence;
use rolecall_model::evidence::issuer::IssuerEvidence;
use rolecall_model::evidence::permission::PermissionEvidence;
use rolecall_model::evidence::pod::PodEvidence;
use rolecall_model::evidence::provider::ProviderEvidence;
use rolecall_model::evidence::role::RoleEvidence;
use rolecall_model::evidence::serviceaccount::ServiceAccountEvidence;
use rolecall_model::evidence::token::TokenEvidence;
use rolecall_model::evidence::workflow::Workflow;
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::instant::Instant;

pub use egress::Blocked;
pub use endpoint::{Endpoint, EndpointFrom};
pub use identity::{Presented, Via};
pub use injection::{Injection, TokenMount};
pub(crate) use injection::{ROLE_ARN, TOKEN_FILE};
pub(crate) use plan::gives_identity;
pub use requested::{Requested, RequestedFrom};
pub use sdk::Sdk;
pub use seen::Phase;
pub(crate) use seen::is_exchange_refusal;
pub use trusted::Trusted;
pub use webhook::Miss;
pub use workload::{Signer, SignerKind, account_of, runs_under};

use crate::exchange::Exchange;
use crate::link::Link;

/// The evidence of one attempt and what follows from it.
pub struct Case<'a> {
    evidence: &'a Evidence,
    exchange: Exchange<'a>,
    requested: Option<Requested>,
    read: Cell<u16>,
}

impl<'a> Case<'a> {
    /// Works out what follows from the evidence.
    #[must_use]
    pub fn new(evidence: &'a Evidence) -> Self {
        let requested = requested::requested(evidence);
        let exchange = Exchange::new(evidence, requested.as_ref());
        Case { evidence, exchange, requested, read: Cell::new(0) }
    }

    /// All of the evidence, for places and texts; facts are asked of the accessors below.
    #[must_use]
    pub fn evidence(&self) -> &'a Evidence {
        self.evidence
    }

    /// What was seen to happen.
    #[must_use]
    pub fn attempt(&self) -> &'a Attempt {
        &self.evidence.attempt
    }

    /// The instant of judgement.
    #[must_use]
    pub fn now(&self) -> Option<Instant> {
        self.evidence.now.present().copied()
    }

    /// The instant of judgement as a fact.
    #[must_use]
    pub fn now_fact(&self) -> &'a Fact<Instant> {
        &self.evidence.now
    }

    /// Pipeline definitions.
    #[must_use]
    pub fn workflows(&self) -> &'a [Workflow] {
        self.note(Link::Workload);
        &self.evidence.workflows
    }

    /// The service account.
    #[must_use]
    pub fn serviceaccount(&self) -> &'a ServiceAccountEvidence {
        self.note(Link::ServiceAccount);
        &self.evidence.serviceaccount
    }

    /// The pod.
    #[must_use]
    pub fn pod(&self) -> &'a PodEvidence {
        self.note(Link::Pod);
        &self.evidence.pod
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &'a TokenEvidence {
        self.note(Link::Token);
        &self.evidence.token
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &'a IssuerEvidence {
        self.note(Link::Issuer);
        &self.evidence.issuer
    }

    /// The providers.
    #[must_use]
    pub fn provider(&self) -> &'a ProviderEvidence {
        self.note(Link::Provider);
        &self.evidence.provider
    }

    /// The roles; trust policies in them are the link Trust.
    #[must_use]
    pub fn role(&self) -> &'a RoleEvidence {
        self.note(Link::Role);
        &self.evidence.role
    }

    /// Policies beside and after the trust policy.
    #[must_use]
    pub fn permission(&self) -> &'a PermissionEvidence {
        self.note(Link::Permission);
        &self.evidence.permission
    }

    /// The calling program.
    #[must_use]
    pub fn caller(&self) -> &'a CallerEvidence {
        self.note(Link::Caller);
        &self.evidence.caller
    }

    /// What STS would decide, as far as the facts go. Counts as reading the link it concerns: `link`.
    #[must_use]
    pub fn exchange(&self, link: Link) -> &Exchange<'a> {
        self.note(link);
        &self.exchange
    }

    /// The role that the caller asks for, and who says so.
    #[must_use]
    pub fn requested(&self) -> Option<&Requested> {
        self.note(Link::Role);
        self.requested.as_ref()
    }

    fn note(&self, link: Link) {
        self.read.set(self.read.get() | 1 << link as u16);
    }

    /// The links that were asked since the last call; for the test that holds checks to what they declare.
    #[must_use]
    pub fn take_read(&self) -> Vec<Link> {
        let read = self.read.replace(0);
        Link::ALL.into_iter().filter(|link| read & (1 << *link as u16) != 0).collect()
    }
}
