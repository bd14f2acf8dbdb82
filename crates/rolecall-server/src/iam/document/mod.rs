//! Policy documents as IAM takes them: refused with IAM's own sentences (reference iam.md §4, §5).

use rolecall_policy::document::Policy;
use rolecall_policy::validate::{Gravity, Usage, too_large, validate};
use rolecall_wire::fault::{Code, Fault};

use crate::call::Call;

/// Whether IAM would store this trust policy.
///
/// # Errors
/// `MalformedPolicyDocument` or `LimitExceeded` with IAM's sentence.
pub fn trust(call: &Call<'_>, text: &str) -> Result<(), Fault> {
    grammar(text, Usage::Trust)?;
    let _ = call;
    Ok(())
}

/// Whether IAM would store this document for a usage.
///
/// # Errors
/// `MalformedPolicyDocument` or `LimitExceeded` with IAM's sentence.
pub fn grammar(text: &str, usage: Usage) -> Result<(), Fault> {
    let flaws = validate(&Policy::from_text(text), usage);
    if let Some(flaw) = flaws.iter().find(|flaw| flaw.gravity() == Gravity::Error) {
        return Err(Fault::new(Code::MalformedPolicyDocument, flaw.message.clone()));
    }
    match too_large(text, usage) {
        Some(flaw) => Err(Fault::new(Code::LimitExceeded, flaw.message)),
        None => Ok(()),
    }
}
