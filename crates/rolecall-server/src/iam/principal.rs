//! A user, group or role named by its ARN, with every policy that it has: for analysis and simulation.

use rolecall_model::arn::Arn;
use rolecall_state::entity::{Group, ManagedPolicy, Role, User};
use rolecall_state::view::Shared;
use rolecall_wire::fault::{Code, Fault};

use super::attached_policy::attached;
use super::holder::Holder;
use crate::call::{Call, no_such};
use crate::compiled::managed_policy;

/// An entity that has policies.
pub enum Principal {
    /// A user.
    User(Shared<User>),
    /// A group.
    Group(Shared<Group>),
    /// A role.
    Role(Shared<Role>),
}

/// A policy of an entity.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its document.
    pub document: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written on an entity: `user`, `group` or `role`, and its name.
    Inline(&'static str, String),
    /// A managed policy of this ARN.
    Managed(String),
}

impl Principal {
    /// The entity of an ARN of the caller's account.
    ///
    /// # Errors
    /// Where the ARN is none of a user, group or role, or there is no such entity.
    pub fn of(call: &Call<'_>, text: &str) -> Result<Principal, Fault> {
        let unclear = || {
            let sentence =
                format!("Invalid Entity Arn: {text} does not clearly define entity type and name.");
            Fault::new(Code::InvalidInput, sentence)
        };
        let arn = Arn::parse(text).filter(|arn| arn.service == "iam").ok_or_else(unclear)?;
        let (kind, _) = arn.resource.split_once('/').ok_or_else(unclear)?;
        let name = arn.resource.rsplit('/').next().unwrap_or_default();
        let account = &call.account;
        let found = match kind {
            "user" => account.users.get(name).map(Principal::User),
            "group" => account.groups.get(name).map(Principal::Group),
            "role" => account.roles.get(name).map(Principal::Role),
            _ => return Err(unclear()),
        };
        let missing = || no_such(format!("The {kind} with name {name} cannot be found."));
        found.filter(|found| found.arn(call) == text).ok_or_else(missing)
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self, call: &Call<'_>) -> String {
        match self {
            Principal::User(user) => user.arn(call.partition()),
            Principal::Group(group) => group.arn(call.partition()),
            Principal::Role(role) => role.arn(call.partition()),
        }
    }

    /// Its policies, inline ones first; a user has those of its groups as well.
    #[must_use]
    pub fn policies(&self, call: &Call<'_>) -> Vec<Source> {
        match self {
            Principal::User(user) => {
                let mut sources = sources(call, &user.value);
                for group in call.account.groups_of(&user.id) {
                    sources.extend(self::sources(call, &group.value));
                }
                sources
            }
            Principal::Group(group) => sources(call, &group.value),
            Principal::Role(role) => sources(call, &role.value),
        }
    }

    /// Its permissions boundary.
    #[must_use]
    pub fn boundary(&self, call: &Call<'_>) -> Option<Source> {
        let arn = match self {
            Principal::User(user) => user.permissions_boundary.as_deref()?,
            Principal::Role(role) => role.permissions_boundary.as_deref()?,
            Principal::Group(_) => return None,
        };
        managed_policy(call.view, arn).map(|policy| managed(call, &policy))
    }
}

fn sources<H: Holder>(call: &Call<'_>, holder: &H) -> Vec<Source>
where
    rolecall_state::entity::Entity: From<H>,
{
    let inline = holder.inline().iter().map(|(name, document)| Source {
        name: name.clone(),
        document: document.clone(),
        origin: Origin::Inline(H::WORD, holder.name().into_owned()),
    });
    let attached = attached(call, holder.attached());
    inline.chain(attached.iter().map(|policy| managed(call, policy))).collect()
}

/// A managed policy by its default version.
fn managed(call: &Call<'_>, policy: &ManagedPolicy) -> Source {
    Source {
        name: policy.name.clone(),
        document: policy.default_version().map(|version| version.document.clone()).unwrap_or_default(),
        origin: Origin::Managed(policy.arn(call.partition())),
    }
}
