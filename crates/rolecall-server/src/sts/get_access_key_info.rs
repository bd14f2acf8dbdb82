//! GetAccessKeyInfo: the account of an access key id, also of one that is no longer there (reference sts.md §5.5, §6.2).

use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use crate::call::{Call, Changes, unchanged};
use crate::id;

/// GetAccessKeyInfo.
///
/// # Errors
/// `ValidationError` for a text that is no access key id.
pub fn run(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let key = call.text("AccessKeyId");
    let known = call.view.access_key(key).map(|key| key.account.clone());
    let minted = || (key.starts_with("AKIA") || key.starts_with("ASIA")).then(|| id::account(key)).flatten();
    let account = known
        .or_else(minted)
        .ok_or_else(|| Fault::new(Code::ValidationError, format!("{key} is not a valid access key ID.")))?;
    out.text("Account", &account);
    Ok(unchanged())
}
