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

/// Roles of an account.
pub const ROLES: Quota = Quota { name: "RolesPerAccount", most: 1000 };

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
