//! When roles and access keys were last used: noted in memory at every call, written into the store now and then.
//!
//! A use costs a look-up, and a lock once a second; no call waits for the store. What a kill loses is the last minutes
//! ([`EVERY`]); AWS's own answers lag as well.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rolecall_model::instant::Instant;
use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::entity::{AccessKey, Kept, KeyUse, LastUsed, Role, ServiceUse};
use rolecall_state::store::CommitError;
use rolecall_state::view::Shared;
use rolecall_wire::service::Service;

use crate::desk::Desk;
use crate::who::{Actor, Who};

/// How often uses are written.
pub const EVERY: Duration = Duration::from_secs(300);
/// Entities that are written in one transaction; the store takes 128 changes.
const TOGETHER: usize = 64;

/// The uses of roles and access keys.
#[derive(Debug, Default)]
pub struct Uses {
    /// By unique id.
    roles: Noted,
    /// By access key id.
    keys: Noted,
}

/// Uses by id, of what is there.
#[derive(Debug, Default)]
struct Noted(RwLock<HashMap<String, Use>>);

#[derive(Debug, Default)]
struct Use {
    services: BTreeMap<&'static str, ServiceUse>,
    unwritten: bool,
}

impl Uses {
    /// Notes a signed call: of its role, or of the access key that signed.
    pub fn signed(&self, who: &Who, service: Service, region: &str, now: Instant) {
        match (&who.actor, &who.session) {
            (Actor::Role(role), _) => self.roles.note(&role.id, service.signing_name(), region, now),
            (_, None) => self.keys.note(&who.access_key_id, service.signing_name(), region, now),
            (_, Some(_)) => {}
        }
    }

    /// Notes that a role was assumed.
    pub fn assumed(&self, role: &Role, region: &str, now: Instant) {
        self.roles.note(&role.id, Service::Sts.signing_name(), region, now);
    }

    /// The last use of a role, as far as it is known.
    #[must_use]
    pub fn of_role(&self, role: &Role) -> Option<LastUsed> {
        let kept = role.last_used.as_ref();
        let services = self.roles.joined(&role.id, kept.map(|kept| &kept.services));
        let newest = services.values().max_by_key(|one| one.at).cloned();
        let newest = newest.filter(|newest| kept.is_none_or(|kept| newest.at >= kept.at));
        match (newest, kept) {
            (Some(ServiceUse { at, region }), _) => Some(LastUsed { at, region, services }),
            (None, kept) => kept.cloned(),
        }
    }

    /// The last use of an access key, as far as it is known.
    #[must_use]
    pub fn of_key(&self, key: &AccessKey) -> Option<KeyUse> {
        let kept = key.last_used.as_ref();
        let services = self.keys.joined(&key.id, kept.map(|kept| &kept.services));
        let newest =
            services.iter().max_by_key(|(_, one)| one.at).map(|(name, one)| (name.clone(), one.clone()));
        let newest = newest.filter(|(_, newest)| kept.is_none_or(|kept| newest.at >= kept.at));
        match (newest, kept) {
            (Some((service, ServiceUse { at, region })), _) => Some(KeyUse { at, service, region, services }),
            (None, kept) => kept.cloned(),
        }
    }
}

impl Noted {
    fn note(&self, id: &str, service: &'static str, region: &str, now: Instant) {
        let is_noted = |noted: &Use| noted.services.get(service).is_some_and(|one| one.at >= now);
        if self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).is_some_and(is_noted) {
            return;
        }
        let mut noted = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let noted = noted.entry(id.to_owned()).or_default();
        noted.services.insert(service, ServiceUse { at: now, region: region.to_owned() });
        noted.unwritten = true;
    }

    /// What is kept of services, and what was noted since.
    fn joined(&self, id: &str, kept: Option<&BTreeMap<String, ServiceUse>>) -> BTreeMap<String, ServiceUse> {
        let mut services = kept.cloned().unwrap_or_default();
        let noted = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for (service, one) in noted.get(id).into_iter().flat_map(|noted| &noted.services) {
            if services.get(*service).is_none_or(|kept| kept.at < one.at) {
                services.insert((*service).to_owned(), one.clone());
            }
        }
        services
    }

    /// The ids of what was used since this was asked last.
    fn take_unwritten(&self) -> Vec<String> {
        let mut noted = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let unwritten = noted
            .iter_mut()
            .filter_map(|(id, noted)| std::mem::take(&mut noted.unwritten).then(|| id.clone()));
        unwritten.collect()
    }

    /// Notes that something is still to be written.
    fn put_back(&self, id: &str) {
        let mut noted = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(noted) = noted.get_mut(id) {
            noted.unwritten = true;
        }
    }

    /// Forgets what the store has, unless it was used again meanwhile: what is deleted later leaves nothing here.
    fn written(&self, id: &str) {
        let mut noted = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if noted.get(id).is_some_and(|noted| !noted.unwritten) {
            noted.remove(id);
        }
    }
}

/// Writes uses, as long as the service runs.
pub async fn tend(desk: Arc<Desk>) {
    let mut due = tokio::time::interval(EVERY);
    loop {
        due.tick().await;
        write(&desk).await;
    }
}

/// Writes the uses that are not written yet. What somebody else changes at the same time is left for the next turn.
pub async fn write(desk: &Desk) {
    let view = desk.state.view();
    let mut found = Vec::new();
    for id in desk.uses.roles.take_unwritten() {
        match view.role_by_id(&id) {
            Some(role) => found.push(used_role(desk, id, &role)),
            None => desk.uses.roles.written(&id),
        }
    }
    for id in desk.uses.keys.take_unwritten() {
        match view.access_key(&id) {
            Some(key) => found.push(used_key(desk, id, &key)),
            None => desk.uses.keys.written(&id),
        }
    }
    for some in found.chunks(TOGETHER) {
        if commit(desk, some).await.is_ok() {
            some.iter().for_each(|one| one.noted(desk).written(&one.id));
            continue;
        }
        for one in some {
            match commit(desk, std::slice::from_ref(one)).await {
                Ok(()) => one.noted(desk).written(&one.id),
                Err(error) => {
                    tracing::warn!(%error, "when a role or key was last used is not written yet");
                    one.noted(desk).put_back(&one.id);
                }
            }
        }
    }
}

/// An entity with its last use, to be written.
struct Used {
    id: String,
    is_role: bool,
    compare: Compare,
    change: Change,
}

impl Used {
    fn noted<'d>(&self, desk: &'d Desk) -> &'d Noted {
        if self.is_role { &desk.uses.roles } else { &desk.uses.keys }
    }
}

fn used_role(desk: &Desk, id: String, role: &Shared<Role>) -> Used {
    let last_used = desk.uses.of_role(role);
    used(id, true, role, Change::put(Role { last_used, ..role.value.clone() }))
}

fn used_key(desk: &Desk, id: String, key: &Shared<AccessKey>) -> Used {
    let last_used = desk.uses.of_key(key);
    used(id, false, key, Change::put(AccessKey { last_used, ..key.value.clone() }))
}

fn used<T: Kept>(id: String, is_role: bool, before: &Shared<T>, change: Change) -> Used {
    Used { id, is_role, compare: Compare::unchanged(before), change }
}

async fn commit(desk: &Desk, some: &[Used]) -> Result<(), CommitError> {
    let transaction = Transaction {
        compare: some.iter().map(|one| one.compare.clone()).collect(),
        changes: some.iter().map(|one| one.change.clone()).collect(),
    };
    desk.state.commit(transaction).await.map(|_| ())
}

#[cfg(test)]
mod tests;
