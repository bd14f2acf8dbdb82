//! Policies ready for evaluation, kept as long as they are used: by the revision of whatever they came from.

use std::fmt::Write as _;
use std::sync::Arc;

use rolecall_engine::authorize::{Layers, Policies};
use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;
use rolecall_state::entity::{ManagedPolicy, Role};
use rolecall_state::view::{Shared, View};

use crate::recent::Recent;
use crate::who::{Actor, Who};

/// Compiled trust policies and callers' layers that are kept.
const KEPT: usize = 20_000;

/// The cache.
#[derive(Debug)]
pub struct CompiledPolicies {
    trust: Recent<(u64, String), Arc<Compiled>>,
    layers: Recent<String, Arc<Layers>>,
}

impl Default for CompiledPolicies {
    fn default() -> Self {
        Self { trust: Recent::new(KEPT), layers: Recent::new(KEPT) }
    }
}

impl CompiledPolicies {
    /// A role's trust policy.
    pub fn trust(&self, role: &Shared<Role>) -> Arc<Compiled> {
        self.trust.get_or(&(role.revision.0, role.id.clone()), || {
            Arc::new(Compiled::compile_resource_policies(&[&Policy::from_text(&role.trust_policy)]))
        })
    }

    /// The layers of a caller: identity policies, boundary and session policies. A session policy that names a managed
    /// policy which is no longer there allows nothing by it.
    pub fn layers(&self, who: &Who, view: &View) -> Arc<Layers> {
        let sources = Sources::of(who, view);
        self.layers.get_or(&sources.key(who), || Arc::new(sources.compile(who, None)))
    }

    /// The layers of a caller together with a role's trust policy, for AssumeRole; compiled anew each time. A role that is
    /// not there is one whose trust policy allows nothing.
    pub fn layers_and_trust(&self, who: &Who, view: &View, trust: Option<&str>) -> Layers {
        let trust = Policy::from_text(trust.unwrap_or(ALLOWS_NOTHING));
        Sources::of(who, view).compile(who, Some(&trust))
    }
}

/// Everything whose policies bear on a caller, as the view has it now.
#[derive(Default)]
struct Sources {
    /// What names principal and groups, and when they were last changed.
    holders: String,
    inline: Vec<String>,
    attached: Vec<Shared<ManagedPolicy>>,
    boundary: Vec<Shared<ManagedPolicy>>,
    /// Whether the boundary that is set is gone: then nothing is allowed.
    boundary_gone: bool,
    session: Vec<Shared<ManagedPolicy>>,
}

impl Sources {
    fn of(who: &Who, view: &View) -> Sources {
        let mut sources = Sources::default();
        let user = match &who.actor {
            Actor::Role(role) => {
                sources.holder(&role.id, role.revision.0, role.inline_policies.values());
                sources.attach(view, &role.attached_policies);
                sources.bound(view, role.permissions_boundary.as_deref());
                None
            }
            Actor::User(user) | Actor::Federated(_, Some(user)) => Some(user),
            Actor::Root | Actor::Federated(_, None) => {
                sources.holder(&who.account, 0, std::iter::empty());
                None
            }
        };
        if let Some(user) = user {
            sources.holder(&user.id, user.revision.0, user.inline_policies.values());
            sources.attach(view, &user.attached_policies);
            sources.bound(view, user.permissions_boundary.as_deref());
            let account = view.account(&who.account);
            for group in account.map(|account| account.groups_of(&user.id)).unwrap_or_default() {
                sources.holder(&group.id, group.revision.0, group.inline_policies.values());
                sources.attach(view, &group.attached_policies);
            }
        }
        if let Some(session) = &who.session {
            sources.session =
                session.policy_arns.iter().filter_map(|arn| managed_policy(view, arn)).collect();
        }
        sources
    }

    fn holder<'p>(&mut self, id: &str, revision: u64, inline: impl Iterator<Item = &'p String>) {
        let _ = write!(self.holders, "{id}@{revision};");
        self.inline.extend(inline.cloned());
    }

    fn attach(&mut self, view: &View, arns: &[String]) {
        self.attached.extend(arns.iter().filter_map(|arn| managed_policy(view, arn)));
    }

    fn bound(&mut self, view: &View, arn: Option<&str>) {
        let Some(arn) = arn else { return };
        match managed_policy(view, arn) {
            Some(policy) => self.boundary.push(policy),
            None => self.boundary_gone = true,
        }
    }

    /// What the compiled form depends on, and nothing else.
    fn key(&self, who: &Who) -> String {
        let mut key = self.holders.clone();
        for (kind, policies) in [("a", &self.attached), ("b", &self.boundary), ("s", &self.session)] {
            for policy in policies {
                let _ = write!(key, "{kind}{}@{};", policy.id, policy.revision.0);
            }
        }
        if let Some(session) = who.session.as_ref().filter(|session| session.is_limited()) {
            let _ = write!(key, "limited;{}", session.policy.as_deref().unwrap_or_default());
        }
        key
    }

    fn compile(&self, who: &Who, resource: Option<&Policy>) -> Layers {
        let document = |policy: &Shared<ManagedPolicy>| {
            Policy::from_text(policy.default_version().map_or("", |version| version.document.as_str()))
        };
        let mut identity: Vec<Policy> = self.inline.iter().map(|text| Policy::from_text(text)).collect();
        identity.extend(self.attached.iter().map(document));
        let mut boundary: Vec<Policy> = self.boundary.iter().map(document).collect();
        if self.boundary_gone {
            boundary.push(Policy::from_text(ALLOWS_NOTHING));
        }
        let mut session: Vec<Policy> = self.session.iter().map(document).collect();
        if let Some(limited) = who.session.as_ref().filter(|session| session.is_limited()) {
            session.extend(limited.policy.as_deref().map(Policy::from_text));
            if session.is_empty() {
                session.push(Policy::from_text(ALLOWS_NOTHING));
            }
        }
        Layers::compile(&Policies {
            identity: &identity,
            boundary: &boundary,
            session: &session,
            resource,
            ..Policies::default()
        })
    }
}

/// A policy that exists and allows nothing.
const ALLOWS_NOTHING: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

/// The managed policy of an ARN: of its account, or AWS's own (`arn:aws:iam::aws:policy/…`).
#[must_use]
pub fn managed_policy(view: &View, arn: &str) -> Option<Shared<ManagedPolicy>> {
    let mut parts = arn.splitn(6, ':');
    let (partition, account) = (parts.nth(1)?, parts.nth(2)?);
    let path_and_name = parts.next()?.strip_prefix("policy/")?;
    let name = path_and_name.rsplit('/').next()?;
    let policy = view.account(account)?.policies.get(name)?;
    let path = path_and_name.strip_suffix(name)?;
    // The path's leading slash is the one behind `policy`.
    let same = policy.path.strip_prefix('/') == Some(path) && !partition.is_empty();
    same.then_some(policy)
}
