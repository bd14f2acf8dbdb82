//! Access keys of users and of the account's root: Create, Update, Delete, List, GetAccessKeyLastUsed (reference iam.md
//! §6).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rolecall_model::secret::Secret;
use rolecall_state::change::{Change, Compare};
use rolecall_state::entity::{AccessKey, KeyOwner, KeyStatus, User, Wrapped};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::{account, quota, user};
use crate::call::{Call, Changes, changed, no_such, unchanged};
use crate::id::{self, Prefix};
use crate::who::Actor;

/// Bytes of a secret: 40 characters of base64.
const SECRET: usize = 30;

/// Whose keys a call is about.
enum Owner {
    Root,
    User(Shared<User>),
}

/// CreateAccessKey: the secret is in the answer and nowhere else.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let owner = Owner::of(call)?;
    quota::ACCESS_KEYS.admit(owner.keys(call).len())?;
    let id = id::mint(Prefix::AccessKey, call.account_id(), call.random);
    let mut bytes = [0_u8; SECRET];
    call.random.fill(&mut bytes);
    let secret = Secret::new(STANDARD.encode(bytes));
    let sealed = call.desk.master.seal(secret.expose().as_bytes(), id.as_bytes(), call.random);
    let key = AccessKey {
        account: call.account_id().to_owned(),
        id,
        owner: owner.id(),
        status: KeyStatus::Active,
        created: call.now,
        secret: Wrapped(sealed),
        last_used: None,
    };
    out.structure("AccessKey", |out| {
        out.text_if("UserName", owner.name());
        out.text("AccessKeyId", &key.id);
        out.text("Status", "Active");
        out.text("SecretAccessKey", secret.expose());
        out.instant("CreateDate", key.created);
    });
    let mut changes = crate::call::created(key);
    // Whoever creates another key meanwhile, or deletes the user, sees a change.
    match &owner {
        Owner::User(of) => user::rely_on(&mut changes, of),
        Owner::Root => {
            let account = account::of(call)?;
            changes.compare.push(Compare::unchanged(&account));
            changes.changes.push(Change::put(account.value.clone()));
        }
    }
    Ok(changes)
}

/// UpdateAccessKey.
///
/// # Errors
/// As IAM.
pub fn update(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = named(call)?;
    let status = match call.text("Status") {
        "Active" => KeyStatus::Active,
        "Inactive" => KeyStatus::Inactive,
        // `Expired` is a status that keys come to have, none that can be given.
        _ => return Err(Fault::new(Code::InvalidInput, "Access key status must be Active or Inactive.")),
    };
    Ok(changed(&before, Change::put(AccessKey { status, ..before.value.clone() })))
}

/// DeleteAccessKey.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let key = named(call)?;
    Ok(changed(&key, Change::delete(&key.value)))
}

/// ListAccessKeys, without secrets.
///
/// # Errors
/// As IAM.
pub fn list(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let owner = Owner::of(call)?;
    let keys = owner.keys(call);
    call.page_of(
        &keys,
        "AccessKeyMetadata",
        |key| key.id.clone(),
        out,
        |out, key| {
            out.text_if("UserName", owner.name());
            out.text("AccessKeyId", &key.id);
            out.text("Status", status(key));
            out.instant("CreateDate", key.created);
        },
    )?;
    Ok(unchanged())
}

/// GetAccessKeyLastUsed.
///
/// # Errors
/// As IAM.
pub fn last_used(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let id = call.text("AccessKeyId");
    // What is not there is refused as what may not be seen, whoever asks.
    let hidden = || {
        let caller = call.who.arn();
        let sentence = format!(
            "User: {caller} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key {id}"
        );
        Fault::new(Code::AccessDenied, sentence)
    };
    let key = call.account.access_keys.get(id).ok_or_else(hidden)?;
    let user = match &key.owner {
        KeyOwner::User(user) => call.view.user_by_id(user),
        KeyOwner::Root => None,
    };
    out.text_if("UserName", user.as_ref().map(|user| user.name.as_str()));
    out.structure("AccessKeyLastUsed", |out| {
        let used = call.desk.uses.of_key(&key);
        let used = used.as_ref();
        if let Some(used) = used {
            out.instant("LastUsedDate", used.at);
        }
        out.text("ServiceName", used.map_or("N/A", |used| &used.service));
        out.text("Region", used.map_or("N/A", |used| &used.region));
    });
    Ok(unchanged())
}

/// The word for a key's status.
#[must_use]
pub fn status(key: &AccessKey) -> &'static str {
    match key.status {
        KeyStatus::Active => "Active",
        KeyStatus::Inactive => "Inactive",
    }
}

/// The key that the request names, among those of its owner.
fn named(call: &Call<'_>) -> Result<Shared<AccessKey>, Fault> {
    let owner = Owner::of(call)?;
    let id = call.text("AccessKeyId");
    let key = call.account.access_keys.get(id).filter(|key| key.owner == owner.id());
    key.ok_or_else(|| missing(id))
}

fn missing(id: &str) -> Fault {
    no_such(format!("The Access Key with id {id} cannot be found."))
}

impl Owner {
    /// The user that is named, else the caller itself.
    fn of(call: &Call<'_>) -> Result<Owner, Fault> {
        if call.params.get("UserName").is_none() && matches!(call.who.actor, Actor::Root) {
            return Ok(Owner::Root);
        }
        call.user_or_self().map(Owner::User)
    }

    fn id(&self) -> KeyOwner {
        match self {
            Owner::Root => KeyOwner::Root,
            Owner::User(user) => KeyOwner::User(user.id.clone()),
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Owner::Root => None,
            Owner::User(user) => Some(&user.name),
        }
    }

    fn keys(&self, call: &Call<'_>) -> Vec<Shared<AccessKey>> {
        match self {
            Owner::Root => call.account.root_access_keys(),
            Owner::User(user) => call.account.access_keys_of(&user.id),
        }
    }
}
