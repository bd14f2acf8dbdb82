//! Inline policies of roles, users and groups: Put, Get, List, Delete (reference iam.md §3).

use rolecall_policy::validate::size;
use rolecall_state::change::Change;
use rolecall_state::entity::Entity;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::document;
use super::holder::Holder;
use crate::call::{Call, Changes, changed, no_such, unchanged};

/// Put…Policy: creates or replaces.
///
/// # Errors
/// As IAM.
pub fn put<H: Holder>(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<H>,
{
    let before = H::modifiable(call)?;
    let text = call.text("PolicyDocument");
    document::identity(text)?;
    let mut holder = before.value.clone();
    holder.inline_mut().insert(call.text("PolicyName").to_owned(), text.to_owned());
    // The quota is one for all inline policies together.
    let together: usize = holder.inline().values().map(|text| size(text)).sum();
    if together > H::INLINE {
        let (most, word, name) = (H::INLINE, H::WORD, holder.name());
        let sentence = format!("Maximum policy size of {most} bytes exceeded for {word} {name}");
        return Err(Fault::new(Code::LimitExceeded, sentence));
    }
    Ok(changed(&before, Change::put(holder)))
}

/// Get…Policy.
///
/// # Errors
/// As IAM.
pub fn get<H: Holder>(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<H>,
{
    let holder = H::named(call)?;
    let policy = call.text("PolicyName");
    let text = holder.inline().get(policy).ok_or_else(|| missing::<H>(policy))?;
    out.text(H::MEMBER, &holder.value.name());
    out.text("PolicyName", policy);
    out.document("PolicyDocument", text);
    Ok(unchanged())
}

/// List…Policies.
///
/// # Errors
/// As IAM.
pub fn list<H: Holder>(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<H>,
{
    let holder = H::named(call)?;
    let names: Vec<String> = holder.inline().keys().cloned().collect();
    call.page_of_texts(&names, "PolicyNames", out)?;
    Ok(unchanged())
}

/// Delete…Policy.
///
/// # Errors
/// As IAM.
pub fn delete<H: Holder>(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault>
where
    Entity: From<H>,
{
    let before = H::modifiable(call)?;
    let policy = call.text("PolicyName");
    let mut holder = before.value.clone();
    holder.inline_mut().remove(policy).ok_or_else(|| missing::<H>(policy))?;
    Ok(changed(&before, Change::put(holder)))
}

fn missing<H: Holder>(policy: &str) -> Fault
where
    Entity: From<H>,
{
    no_such(format!("The {} policy with name {policy} cannot be found.", H::WORD))
}
