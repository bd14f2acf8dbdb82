//! THE TABLE of quotas (reference iam.md §10) and IAM's sentence where one would be exceeded.

use rolecall_wire::fault::{Code, Fault};

/// A quota: its name in IAM's sentence, and its value.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// The name.
    pub name: &'static str,
    /// How many there may be.
    pub most: usize,
}

const fn quota(name: &'static str, most: usize) -> Quota {
    Quota { name, most }
}

/// Roles of an account.
pub const ROLES: Quota = quota("RolesPerAccount", 1000);
/// Users of an account.
pub const USERS: Quota = quota("UsersPerAccount", 5000);
/// Groups of an account.
pub const GROUPS: Quota = quota("GroupsPerAccount", 300);
/// Customer managed policies of an account.
pub const POLICIES: Quota = quota("PoliciesPerAccount", 1500);
/// Instance profiles of an account.
pub const INSTANCE_PROFILES: Quota = quota("InstanceProfilesPerAccount", 1000);
/// OIDC providers of an account.
pub const OIDC_PROVIDERS: Quota = quota("OpenIdConnectProvidersPerAccount", 100);
/// Client ids of an OIDC provider.
pub const CLIENT_IDS: Quota = quota("ClientIdsPerOpenIdConnectProvider", 100);
/// Managed policies attached to a role; 20 since 2024.
pub const ATTACHED_TO_ROLE: Quota = quota("PoliciesPerRole", 20);
/// Managed policies attached to a user.
pub const ATTACHED_TO_USER: Quota = quota("PoliciesPerUser", 10);
/// Managed policies attached to a group.
pub const ATTACHED_TO_GROUP: Quota = quota("PoliciesPerGroup", 10);
/// Access keys of a user, or of an account's root.
pub const ACCESS_KEYS: Quota = quota("AccessKeysPerUser", 2);
/// Groups that a user is in.
pub const GROUPS_OF_USER: Quota = quota("GroupsPerUser", 10);
/// Roles in an instance profile.
pub const ROLES_IN_PROFILE: Quota = quota("InstanceSessionsPerInstanceProfile", 1);
/// Versions of a managed policy.
pub const VERSIONS: usize = 5;
/// Tags of an entity.
pub const TAGS: usize = 50;
/// Thumbprints of an OIDC provider.
pub const THUMBPRINTS: usize = 5;
/// Characters of a trust policy.
pub const TRUST_POLICY: usize = 2048;
/// Characters of a managed policy.
pub const MANAGED_POLICY: usize = 6144;
/// Characters of a user's inline policies together.
pub const INLINE_OF_USER: usize = 2048;
/// Characters of a group's inline policies together.
pub const INLINE_OF_GROUP: usize = 5120;
/// Characters of a role's inline policies together.
pub const INLINE_OF_ROLE: usize = 10_240;

impl Quota {
    /// Whether one more fits.
    ///
    /// # Errors
    /// `LimitExceeded` where it does not.
    pub fn admit(self, present: usize) -> Result<(), Fault> {
        if present < self.most {
            return Ok(());
        }
        Err(self.exceeded())
    }

    /// IAM's sentence.
    #[must_use]
    pub fn exceeded(self) -> Fault {
        Fault::new(Code::LimitExceeded, format!("Cannot exceed quota for {}: {}", self.name, self.most))
    }
}
