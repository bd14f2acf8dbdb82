//! What the steps share, worked out once: claims, provider's name, the caller's name in policies, condition keys.

use rolecall_model::arn::{Arn, parse_role_arn};
use rolecall_model::json::Node;
use rolecall_model::provider_url::{is_built_in, provider_name};
use rolecall_policy::compile::Compiled;
use rolecall_policy::context::Context;
use rolecall_policy::request::{Principal, PrincipalKind, Request as PolicyRequest};
use rolecall_policy::trace::{Outcome, Trace};

use super::grant::DEFAULT_DURATION;
use crate::context;
use crate::token::jwt::{self, Jwt, TokenFlaw};
use crate::world::{Given, Request, Role, Token, World};

/// The action of the call.
pub const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// An exchange made ready for its steps.
pub struct Scene<'a> {
    pub world: &'a World<'a>,
    pub request: &'a Request<'a>,
    /// The token, where it had to be read here.
    parsed: Option<Result<Jwt<'a>, TokenFlaw>>,
    role_arn: Option<Arn>,
    /// The same as text.
    resource: Option<String>,
    federated: Option<String>,
    context: Option<Context>,
}

impl<'a> Scene<'a> {
    pub fn new(world: &'a World<'a>, request: &'a Request<'a>) -> Self {
        let parsed = match request.token {
            Token::Raw(text) => Some(jwt::parse(text)),
            _ => None,
        };
        let asked = request.role_arn.known().and_then(|arn| parse_role_arn(arn).ok());
        let role_arn = asked.or_else(|| world.role.known().and_then(|role| Arn::parse(role.arn)));
        let resource = role_arn.as_ref().map(ToString::to_string);
        let mut scene = Scene { world, request, parsed, role_arn, resource, federated: None, context: None };
        scene.federated = scene.name_in_policies();
        scene.context = scene.condition_keys();
        scene
    }

    /// The token, where it was given whole.
    pub fn jwt(&self) -> Option<&Result<Jwt<'a>, TokenFlaw>> {
        match self.request.token {
            Token::Parsed { jwt, .. } => Some(jwt),
            _ => self.parsed.as_ref(),
        }
    }

    pub fn claims(&self) -> Option<&Node> {
        match (self.jwt(), &self.request.token) {
            (Some(Ok(jwt)), _) => Some(&jwt.claims),
            (None, Token::Decoded { claims, .. }) => Some(claims),
            _ => None,
        }
    }

    pub fn header(&self) -> Option<&Node> {
        match (self.jwt(), &self.request.token) {
            (Some(Ok(jwt)), _) => Some(&jwt.header),
            (None, Token::Decoded { header, .. }) => *header,
            _ => None,
        }
    }

    /// Whether a claim that is not among them is absent from the token.
    pub fn claims_are_whole(&self) -> bool {
        match self.request.token {
            Token::Decoded { whole, .. } => whole,
            _ => true,
        }
    }

    pub fn claim(&self, name: &str) -> Option<&str> {
        self.claims()?.get(name)?.as_str()
    }

    /// The provider's name: the issuer without `https://`.
    pub fn provider_name(&self) -> Option<&str> {
        self.claim("iss").and_then(provider_name)
    }

    /// The name by which policies know the caller.
    pub fn federated(&self) -> Option<&str> {
        self.federated.as_deref()
    }

    pub fn role(&self) -> Option<&Role<'a>> {
        self.world.role.known()
    }

    pub fn duration(&self) -> i64 {
        self.request.duration.known().copied().unwrap_or(DEFAULT_DURATION)
    }

    /// The provider's ARN in the account of the role (policy reference rule 10.5).
    fn name_in_policies(&self) -> Option<String> {
        let name = self.provider_name()?;
        if is_built_in(name) {
            return Some(name.to_owned());
        }
        let role = self.role_arn.as_ref()?;
        Some(format!("arn:{}:iam::{}:oidc-provider/{name}", role.partition, role.account))
    }

    fn condition_keys(&self) -> Option<Context> {
        Some(context::keys(&context::Source {
            provider: self.provider_name()?,
            claims: self.claims()?,
            whole: self.claims_are_whole(),
            request: self.request,
            role: self.role(),
            now: self.world.now.known().copied(),
        }))
    }

    /// What a compiled policy says to an action of this caller; none where the caller is not known.
    pub fn ask(&self, policy: &Compiled, action: &str) -> Option<Outcome> {
        self.with_request(action, |request| policy.decide(request).outcome)
    }

    fn with_request<T>(&self, action: &str, ask: impl FnOnce(&PolicyRequest<'_>) -> T) -> Option<T> {
        let names = [self.federated()?];
        let principal = Principal { kind: PrincipalKind::Federated, names: &names, bounded: false };
        let context = self.context.as_ref()?;
        Some(ask(&PolicyRequest { principal, action, resource: self.resource.as_deref(), context }))
    }

    pub fn trust(&self) -> Option<&'a Compiled> {
        match self.role()?.trust {
            Given::Known(trust) => Some(trust),
            _ => None,
        }
    }

    pub fn trust_trace(&self) -> Option<Trace> {
        let trust = self.trust()?;
        self.with_request(ACTION, |request| trust.trace(request))
    }

    pub fn rcp_traces(&self) -> Vec<Trace> {
        let levels = self.world.rcp.known().copied().unwrap_or_default();
        levels.iter().filter_map(|level| self.with_request(ACTION, |request| level.trace(request))).collect()
    }
}
