//! A call of a JSON service as its operation sees it: input, caller, the account's view. The counterpart of [`crate::call`].

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rolecall_model::instant::Instant;
use rolecall_policy::context::Context;
use rolecall_state::change::Transaction;
use rolecall_state::view::{AccountView, View};
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::operation::Operation;
use serde_json::{Map, Value};

use crate::call::Changes;
use crate::desk::Desk;
use crate::origin::Origin;
use crate::permission;
use crate::random::Random;
use crate::target::Resource;
use crate::who::Who;

/// A signed call of a JSON service.
#[derive(Clone)]
pub struct JsonCall<'a> {
    /// The operation.
    pub operation: &'static Operation,
    /// Everything that was sent: path, query and body as one object.
    pub input: &'a Map<String, Value>,
    /// Who signed.
    pub who: &'a Who,
    /// Everything there is.
    pub view: &'a View,
    /// The caller's account.
    pub account: Arc<AccountView>,
    /// The service's clock.
    pub now: Instant,
    /// Where new identifiers come from.
    pub random: &'a dyn Random,
    /// What the service itself lends to some operations.
    pub desk: &'a Desk,
    /// The region that the signature names.
    pub region: &'a str,
    /// Where the request came from.
    pub origin: &'a Origin<'a>,
}

/// What an operation came to.
pub struct Done {
    /// What is to be changed before the answer leaves.
    pub changes: Changes,
    /// The answer.
    pub output: Value,
}

/// An operation: a pure function of what is there; where somebody else changed the same meanwhile, it is run again.
pub type Run = fn(&JsonCall<'_>) -> Result<Done, Fault>;

/// An answer that changes nothing.
#[must_use]
pub fn answer(output: Value) -> Done {
    Done { changes: Transaction::default(), output }
}

impl JsonCall<'_> {
    /// The partition of ARNs in the caller's account.
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.who.partition
    }

    /// The caller's account, twelve digits.
    #[must_use]
    pub fn account_id(&self) -> &str {
        &self.who.account
    }

    /// A text, if it is there and not null.
    #[must_use]
    pub fn text_if(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }

    /// A text, which the table of operations says is there; empty if it is not.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.text_if(name).unwrap_or_default()
    }

    /// A truth value, if it is there.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.input.get(name).and_then(Value::as_bool)
    }

    /// A list of texts; those that are none are left out.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let list = self.input.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// How many items a page may have: what the request says, within what the operation allows, else all of that.
    #[must_use]
    pub fn limit(&self, member: &str, most: usize) -> usize {
        let asked =
            self.input.get(member).and_then(Value::as_u64).and_then(|items| usize::try_from(items).ok());
        asked.unwrap_or(most).min(most)
    }

    /// What a page's token names: the item after which the page begins.
    ///
    /// # Errors
    /// Where the token is none that a page was given.
    pub fn after(&self) -> Result<Option<String>, Fault> {
        let Some(token) = self.text_if("nextToken") else { return Ok(None) };
        let name = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let invalid = || Fault::new(Code::InvalidParameterException, "The nextToken is invalid.");
        name.map(Some).ok_or_else(invalid)
    }

    /// Every condition key of the call, but those of the service's own.
    #[must_use]
    pub fn context(&self, resource: &Resource) -> Context {
        let mut context = Context::new();
        self.who.keys(&mut context);
        self.origin.keys(self.now, self.region, &mut context);
        context.set("aws:ResourceAccount", [self.account_id().to_owned()]);
        for tag in &resource.tags {
            context.set(&format!("aws:ResourceTag/{}", tag.key), [tag.value.clone()]);
        }
        let tags = self.input.get("tags").and_then(Value::as_object).into_iter().flatten();
        let mut keys: Vec<String> = Vec::new();
        for (key, value) in tags {
            context.set(&format!("aws:RequestTag/{key}"), [value.as_str().unwrap_or_default().to_owned()]);
            keys.push(key.clone());
        }
        keys.extend(self.texts("tagKeys").into_iter().map(str::to_owned));
        if !keys.is_empty() {
            context.set_multivalued("aws:TagKeys", keys);
        }
        context
    }

    /// Whether the caller may do an action to a resource of its account.
    ///
    /// # Errors
    /// `AccessDenied` with AWS's sentence.
    pub fn allow(&self, action: &str, resource: &str, context: &Context) -> Result<(), Fault> {
        permission::decide(self.desk, self.who, self.view, action, resource, context)
    }

    /// Whether the caller may hand a role to a service (IAM User Guide, "Grant a user permissions to pass a role").
    ///
    /// # Errors
    /// `AccessDenied` with AWS's sentence.
    pub fn pass_role(&self, role_arn: &str, service: &str) -> Result<(), Fault> {
        let mut context = self.context(&Resource::default());
        context.set("iam:PassedToService", [service.to_owned()]);
        self.allow("iam:PassRole", role_arn, &context)
    }
}

/// The token of a page's end.
#[must_use]
pub fn token(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(last)
}
