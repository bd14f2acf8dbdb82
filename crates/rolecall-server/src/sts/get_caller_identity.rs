//! GetCallerIdentity: needs no permission and cannot be denied (reference sts.md §5.1).

use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use crate::call::{Call, Changes, unchanged};

/// GetCallerIdentity.
///
/// # Errors
/// None of its own.
pub fn run(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    out.text("Arn", &call.who.arn());
    out.text("UserId", &call.who.user_id());
    out.text("Account", call.account_id());
    Ok(unchanged())
}
