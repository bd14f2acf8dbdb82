//! The `RoleArn` of a request, and STS's sentences for what is none (reference sts.md §2.2).

use rolecall_model::arn::{Arn, parse_role_arn};
use rolecall_wire::fault::{Code, Fault};

/// Reads a role's ARN.
///
/// # Errors
/// `ValidationError` with STS's sentence.
pub fn read(text: &str) -> Result<Arn, Fault> {
    parse_role_arn(text).map_err(|_| match Arn::parse(text) {
        Some(_) => Fault::new(Code::ValidationError, "Request ARN is invalid"),
        None => Fault::new(Code::ValidationError, format!("{text} is invalid")),
    })
}
