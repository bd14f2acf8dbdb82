//! A call as its operation sees it: parameters, caller, the account's view, and what it may change.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

use rolecall_model::instant::Instant;
use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::entity::{Group, InstanceProfile, Kept, ManagedPolicy, OidcProvider, Role, Tag, User};
use rolecall_state::view::{AccountView, Page, PageRequest, Shared, Table, View};
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::query::Params;

use crate::compiled::managed_policy;
use crate::random::Random;
use crate::who::Who;

/// Names that a page of a list has where the request does not say (reference iam.md §2).
const PAGE: usize = 100;

/// A signed call that is allowed.
pub struct Call<'a> {
    /// The operation's name, as in `CreateRole`.
    pub operation: &'a str,
    /// What was sent.
    pub params: &'a Params<'a>,
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
    pub desk: &'a crate::desk::Desk,
    /// The region that the signature names.
    pub region: &'a str,
    /// Where the request came from.
    pub origin: &'a crate::origin::Origin<'a>,
    /// The thumbprint that was fetched before, for an operation that asked for it
    /// ([`crate::iam::oidc_provider::thumbprint_wanted`]); none for every other.
    pub fetched_thumbprint: Option<Result<String, Fault>>,
}

/// What an operation changes.
pub type Changes = Transaction;

/// An operation: a pure function of what is there. It writes the result and gives what is to be changed; where somebody
/// else changed the same meanwhile, it is run again.
pub type Run = fn(&Call<'_>, &mut Writer) -> Result<Changes, Fault>;

/// Changes that rest on an entity which must still be as it was read.
#[must_use]
pub fn changed<T: Kept>(before: &Shared<T>, change: Change) -> Changes {
    Transaction { compare: vec![Compare::unchanged(before)], changes: vec![change] }
}

/// The creation of an entity that must not exist yet.
#[must_use]
pub fn created<T: Kept>(entity: T) -> Changes
where
    rolecall_state::entity::Entity: From<T>,
{
    Transaction { compare: vec![Compare::absent(entity.key())], changes: vec![Change::put(entity)] }
}

/// Nothing to change.
#[must_use]
pub fn unchanged() -> Changes {
    Transaction::default()
}

/// `NoSuchEntity` with IAM's sentence (reference iam.md §9).
#[must_use]
pub fn no_such(sentence: String) -> Fault {
    Fault::new(Code::NoSuchEntity, sentence)
}

impl Call<'_> {
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

    /// A parameter, which the table of operations says is there; empty if it is not.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.params.get(name).unwrap_or_default()
    }

    /// A number, which the constraints have let through.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.params.get(name)?.parse().ok()
    }

    /// A truth value; false if it is not there.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.params.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The path that a new entity is to have.
    #[must_use]
    pub fn path(&self) -> &str {
        self.params.get("Path").unwrap_or("/")
    }

    /// Tags of the request.
    ///
    /// # Errors
    /// Where two keys differ in letter case alone.
    pub fn tags(&self) -> Result<Vec<Tag>, Fault> {
        let mut tags: Vec<Tag> = Vec::new();
        for view in self.params.list("Tags") {
            let (key, value) = (view.get("Key").unwrap_or_default(), view.get("Value").unwrap_or_default());
            if tags.iter().any(|tag| tag.key.eq_ignore_ascii_case(key)) {
                return Err(duplicate_tags());
            }
            tags.push(Tag { key: key.to_owned(), value: value.to_owned() });
        }
        Ok(tags)
    }

    /// The role that a parameter names.
    ///
    /// # Errors
    /// Where there is none.
    pub fn role(&self) -> Result<Shared<Role>, Fault> {
        let name = self.text("RoleName");
        let missing = || no_such(format!("The role with name {name} cannot be found."));
        self.account.roles.get(name).ok_or_else(missing)
    }

    /// The user that `UserName` names.
    ///
    /// # Errors
    /// Where there is none.
    pub fn user(&self) -> Result<Shared<User>, Fault> {
        self.user_named(self.text("UserName"))
    }

    /// The user that `UserName` names, else the caller itself.
    ///
    /// # Errors
    /// Where there is none, or the caller is no user.
    pub fn user_or_self(&self) -> Result<Shared<User>, Fault> {
        match (self.params.get("UserName"), self.who.user()) {
            (Some(name), _) => self.user_named(name),
            (None, Some(user)) => self.user_named(&user.name),
            (None, None) => {
                let sentence = "Must specify userName when calling with non-User credentials";
                Err(Fault::new(Code::ValidationError, sentence))
            }
        }
    }

    fn user_named(&self, name: &str) -> Result<Shared<User>, Fault> {
        let missing = || no_such(format!("The user with name {name} cannot be found."));
        self.account.users.get(name).ok_or_else(missing)
    }

    /// The group that `GroupName` names.
    ///
    /// # Errors
    /// Where there is none.
    pub fn group(&self) -> Result<Shared<Group>, Fault> {
        let name = self.text("GroupName");
        let missing = || no_such(format!("The group with name {name} cannot be found."));
        self.account.groups.get(name).ok_or_else(missing)
    }

    /// The instance profile that `InstanceProfileName` names.
    ///
    /// # Errors
    /// Where there is none.
    pub fn instance_profile(&self) -> Result<Shared<InstanceProfile>, Fault> {
        let name = self.text("InstanceProfileName");
        let missing = || no_such(format!("Instance Profile {name} cannot be found."));
        self.account.instance_profiles.get(name).ok_or_else(missing)
    }

    /// The managed policy that `PolicyArn` names: one of the account, or one of AWS.
    ///
    /// # Errors
    /// Where the text is no ARN, or there is none.
    pub fn policy(&self) -> Result<Shared<ManagedPolicy>, Fault> {
        let arn = self.text("PolicyArn");
        self.policy_of(arn)?.ok_or_else(|| no_such(format!("Policy {arn} was not found.")))
    }

    /// The managed policy of an ARN, if there is one that this account may use.
    ///
    /// # Errors
    /// Where the text is no ARN.
    pub fn policy_of(&self, arn: &str) -> Result<Option<Shared<ManagedPolicy>>, Fault> {
        if rolecall_model::arn::Arn::parse(arn).is_none() {
            return Err(Fault::new(Code::ValidationError, "Invalid ARN:  Could not be parsed!"));
        }
        let usable =
            |policy: &Shared<ManagedPolicy>| policy.account == "aws" || policy.account == self.account_id();
        Ok(managed_policy(self.view, arn).filter(usable))
    }

    /// The provider that `OpenIDConnectProviderArn` names.
    ///
    /// # Errors
    /// Where there is none in the account.
    pub fn provider(&self) -> Result<Shared<OidcProvider>, Fault> {
        let arn = self.text("OpenIDConnectProviderArn");
        let missing = || no_such(format!("OpenIDConnect Provider not found for arn {arn}"));
        let prefix = format!("arn:{}:iam::{}:oidc-provider/", self.partition(), self.account_id());
        let url = arn.strip_prefix(&prefix).ok_or_else(missing)?;
        self.account.oidc_providers.get(url).ok_or_else(missing)
    }

    /// Writes a page of a table as a list of structures, and whether there is more.
    ///
    /// # Errors
    /// Where the marker is none that a page was given.
    pub fn page<T: Kept>(
        &self,
        table: &Table<T>,
        name: &str,
        out: &mut Writer,
        mut write: impl FnMut(&mut Writer, &T),
    ) -> Result<(), Fault> {
        let after = self.marker()?;
        let page = table.page(&PageRequest {
            after: after.as_deref(),
            path_prefix: self.params.get("PathPrefix").unwrap_or("/"),
            name_prefix: "",
            limit: self.limit(),
        });
        let Page { items, more } = page;
        let last = items.last().map(|item| item.value.name().into_owned());
        out.list(name, &items, |out, item| write(out, &item.value));
        self.more(out, last.filter(|_| more).as_deref());
        Ok(())
    }

    /// Writes a page of a list that is in memory already, sorted by `key`.
    ///
    /// # Errors
    /// Where the marker is none that a page was given.
    pub fn page_of<T>(
        &self,
        items: &[T],
        name: &str,
        key: impl Fn(&T) -> String,
        out: &mut Writer,
        mut write: impl FnMut(&mut Writer, &T),
    ) -> Result<(), Fault> {
        let (page, last) = self.slice(items, &key)?;
        out.list(name, page, |out, item| write(out, item));
        self.more(out, last.as_deref());
        Ok(())
    }

    /// As [`Call::page_of`], for a list of texts.
    ///
    /// # Errors
    /// Where the marker is none that a page was given.
    pub fn page_of_texts(&self, items: &[String], name: &str, out: &mut Writer) -> Result<(), Fault> {
        let (page, last) = self.slice(items, &String::clone)?;
        out.texts(name, page);
        self.more(out, last.as_deref());
        Ok(())
    }

    /// The page's part of a list that is in memory already, and the key of its last item where more follows.
    ///
    /// # Errors
    /// Where the marker is none that a page was given.
    pub fn slice<'i, T>(
        &self,
        items: &'i [T],
        key: &impl Fn(&T) -> String,
    ) -> Result<(&'i [T], Option<String>), Fault> {
        let start = match self.marker()? {
            // Where the last item of the page before is gone, the next in order takes its place.
            Some(after) => match items.iter().position(|item| key(item) == after) {
                Some(at) => at + 1,
                None => items.iter().position(|item| key(item) > after).unwrap_or(items.len()),
            },
            None => 0,
        };
        let rest = items.get(start..).unwrap_or_default();
        let page = rest.get(..self.limit().min(rest.len())).unwrap_or_default();
        let last = page.last().filter(|_| page.len() < rest.len()).map(key);
        Ok((page, last))
    }

    /// Writes `IsTruncated` and, where more follows, `Marker`.
    pub fn more(&self, out: &mut Writer, last: Option<&str>) {
        out.bool("IsTruncated", last.is_some());
        if let Some(last) = last {
            out.text("Marker", &URL_SAFE_NO_PAD.encode(last));
        }
    }

    /// The name after which the page begins.
    ///
    /// # Errors
    /// Where the marker is none that a page was given.
    pub fn marker(&self) -> Result<Option<String>, Fault> {
        let Some(marker) = self.params.get("Marker") else { return Ok(None) };
        let name = URL_SAFE_NO_PAD.decode(marker).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        name.map(Some).ok_or_else(|| Fault::new(Code::ValidationError, "Invalid Marker."))
    }

    /// How many names a page may have.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.number("MaxItems").and_then(|items| usize::try_from(items).ok()).unwrap_or(PAGE)
    }
}

/// Two tag keys that differ in letter case alone, or not at all.
#[must_use]
pub fn duplicate_tags() -> Fault {
    Fault::new(
        Code::InvalidInput,
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
}
