//! Policy documents as IAM takes them: refused with IAM's own sentences (reference iam.md §4, §5).

pub mod identity;
pub mod legacy_date;
pub mod principals;
pub mod resource;
pub mod shared_provider;
pub mod trust;

use rolecall_policy::validate::size;
use rolecall_wire::fault::{Code, Fault};

use super::quota;

pub use trust::trust;

/// Whether IAM would store this document as an inline policy, whose size is counted with its neighbours'.
///
/// # Errors
/// `MalformedPolicyDocument` with IAM's sentence.
pub fn identity(text: &str) -> Result<(), Fault> {
    identity::check(text).map_err(malformed)
}

/// Whether IAM would store this document as a version of a managed policy.
///
/// # Errors
/// `MalformedPolicyDocument` or `LimitExceeded` with IAM's sentence.
pub fn managed(text: &str) -> Result<(), Fault> {
    identity(text)?;
    let most = quota::MANAGED_POLICY;
    if size(text) > most {
        return Err(Fault::new(Code::LimitExceeded, format!("Cannot exceed quota for PolicySize: {most}")));
    }
    Ok(())
}

/// `MalformedPolicyDocument` with IAM's sentence.
pub(super) fn malformed(sentence: impl Into<String>) -> Fault {
    Fault::new(Code::MalformedPolicyDocument, sentence.into())
}
