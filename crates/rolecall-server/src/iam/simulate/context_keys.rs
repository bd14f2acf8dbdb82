//! Context keys that policies use: GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy (reference
//! simulator.md §1).

use rolecall_policy::document::{Policy, Statement};
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::Fault;

use super::request::readable;
use crate::call::{Call, Changes, unchanged};
use crate::iam::principal::Principal;

/// Keys as the policies spell them, each once; letter case does not tell keys apart.
#[derive(Default)]
pub(super) struct Keys(Vec<String>);

impl Keys {
    pub fn add(&mut self, key: &str) {
        if !self.0.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            self.0.push(key.to_owned());
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }

    /// Every variable and every condition key of a policy, in this order.
    fn of_policy(&mut self, policy: &Policy) {
        if policy.uses_variables() {
            policy.statements.iter().flat_map(variables).for_each(|key| self.add(key));
        }
        let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
        conditions.for_each(|condition| self.add(&condition.key.text));
    }
}

/// GetContextKeysForCustomPolicy.
///
/// # Errors
/// As IAM.
pub fn custom(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let keys = given(call)?;
    out.texts("ContextKeyNames", keys.iter());
    Ok(unchanged())
}

/// GetContextKeysForPrincipalPolicy.
///
/// # Errors
/// As IAM.
pub fn principal(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let principal = Principal::of(call, call.text("PolicySourceArn"))?;
    let mut keys = given(call)?;
    for source in principal.policies(call) {
        keys.of_policy(&Policy::from_text(&source.document));
    }
    out.texts("ContextKeyNames", keys.iter());
    Ok(unchanged())
}

fn given(call: &Call<'_>) -> Result<Keys, Fault> {
    let mut keys = Keys::default();
    for text in call.params.texts("PolicyInputList") {
        keys.of_policy(&readable(text)?);
    }
    Ok(keys)
}

/// The keys of the variables in a statement's resources and condition values, as they are spelled.
pub(super) fn variables(statement: &Statement) -> impl Iterator<Item = &str> {
    let resources = statement.resource.iter().flat_map(|element| &element.patterns);
    let values = statement.conditions.iter().flat_map(|condition| &condition.values);
    resources.chain(values).flat_map(|word| word.text.split("${").skip(1)).filter_map(|rest| {
        let key = rest.get(..rest.find(['}', ','])?)?;
        (!matches!(key, "*" | "?" | "$" | "")).then_some(key)
    })
}
