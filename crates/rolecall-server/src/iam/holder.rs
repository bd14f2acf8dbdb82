//! What policies hang on: roles, users and groups, seen alike by the operations that are the same for all three.

use std::collections::BTreeMap;

use rolecall_state::entity::{Entity, Group, Kept, Role, User};
use rolecall_state::view::Shared;
use rolecall_wire::fault::{Code, Fault};

use super::quota::{self, Quota};
use crate::call::Call;

/// A role, user or group.
pub trait Holder: Kept + Clone
where
    Entity: From<Self>,
{
    /// The word in IAM's sentences: `role`.
    const WORD: &'static str;
    /// The member of answers that names it: `RoleName`.
    const MEMBER: &'static str;
    /// Characters that its inline policies may have together.
    const INLINE: usize;
    /// How many managed policies may be attached.
    const ATTACHED: Quota;

    /// The one that the request names.
    ///
    /// # Errors
    /// Where there is none.
    fn named(call: &Call<'_>) -> Result<Shared<Self>, Fault>;

    /// The one that the request names, to be changed.
    ///
    /// # Errors
    /// Where there is none, or only AWS may change it.
    fn modifiable(call: &Call<'_>) -> Result<Shared<Self>, Fault> {
        Self::named(call)
    }

    /// Its inline policies.
    fn inline(&self) -> &BTreeMap<String, String>;
    /// Its inline policies, to be changed.
    fn inline_mut(&mut self) -> &mut BTreeMap<String, String>;
    /// ARNs of the managed policies attached to it.
    fn attached(&self) -> &Vec<String>;
    /// ARNs of the managed policies attached to it, to be changed.
    fn attached_mut(&mut self) -> &mut Vec<String>;
}

macro_rules! policies {
    () => {
        fn inline(&self) -> &BTreeMap<String, String> {
            &self.inline_policies
        }

        fn inline_mut(&mut self) -> &mut BTreeMap<String, String> {
            &mut self.inline_policies
        }

        fn attached(&self) -> &Vec<String> {
            &self.attached_policies
        }

        fn attached_mut(&mut self) -> &mut Vec<String> {
            &mut self.attached_policies
        }
    };
}

impl Holder for Role {
    const WORD: &'static str = "role";
    const MEMBER: &'static str = "RoleName";
    const INLINE: usize = quota::INLINE_OF_ROLE;
    const ATTACHED: Quota = quota::ATTACHED_TO_ROLE;

    fn named(call: &Call<'_>) -> Result<Shared<Self>, Fault> {
        call.role()
    }

    fn modifiable(call: &Call<'_>) -> Result<Shared<Self>, Fault> {
        let role = call.role()?;
        if is_service_linked(&role) {
            let name = &role.name;
            let sentence = format!(
                "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
            );
            return Err(Fault::new(Code::UnmodifiableEntity, sentence));
        }
        Ok(role)
    }

    policies!();
}

impl Holder for User {
    const WORD: &'static str = "user";
    const MEMBER: &'static str = "UserName";
    const INLINE: usize = quota::INLINE_OF_USER;
    const ATTACHED: Quota = quota::ATTACHED_TO_USER;

    fn named(call: &Call<'_>) -> Result<Shared<Self>, Fault> {
        call.user()
    }

    policies!();
}

impl Holder for Group {
    const WORD: &'static str = "group";
    const MEMBER: &'static str = "GroupName";
    const INLINE: usize = quota::INLINE_OF_GROUP;
    const ATTACHED: Quota = quota::ATTACHED_TO_GROUP;

    fn named(call: &Call<'_>) -> Result<Shared<Self>, Fault> {
        call.group()
    }

    policies!();
}

/// Whether a role belongs to a service of AWS, which alone may change it: told by its path.
#[must_use]
pub fn is_service_linked(role: &Role) -> bool {
    role.path.starts_with("/aws-service-role/")
}
