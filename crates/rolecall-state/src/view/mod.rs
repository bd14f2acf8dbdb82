//! The view: everything that is kept, in memory, typed. Reads never wait for the disk.

mod account;
mod apply;
mod reference;
mod table;

pub use account::AccountView;
pub use reference::Referrer;
pub use table::{Page, PageRequest, Table};

use crate::entity::{AccessKey, Kept, OidcProvider, Role, ServiceKey, User};
use crate::key::SERVICE;
use crate::revision::{Record, Revision};
use arc_swap::ArcSwap;
use hashbrown::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An entity as the view gives it.
pub type Shared<T> = Arc<Record<T>>;

/// Everything that is kept. Single look-ups are atomic; two look-ups may see different revisions, which the
/// comparison of a transaction finds out.
pub struct View {
    accounts: ArcSwap<HashMap<String, Arc<AccountView>>>,
    /// What belongs to the service itself.
    service: Arc<AccountView>,
    key_ids: table::ById<AccessKey>,
    role_ids: table::ById<Role>,
    user_ids: table::ById<User>,
    revision: AtomicU64,
}

impl Default for View {
    /// The view of an empty store.
    fn default() -> Self {
        View {
            accounts: ArcSwap::default(),
            service: Arc::new(AccountView::new(SERVICE)),
            key_ids: table::ById::default(),
            role_ids: table::ById::default(),
            user_ids: table::ById::default(),
            revision: AtomicU64::new(0),
        }
    }
}

impl View {
    /// The account of a number, if it exists or anything is kept in it (`aws` for AWS's own policies).
    #[must_use]
    pub fn account(&self, account: &str) -> Option<Arc<AccountView>> {
        self.accounts.load().get(account).cloned()
    }

    /// The role of this very name in an account: like `account(…).roles.get(…)`, at less cost.
    #[must_use]
    pub fn role(&self, account: &str, name: &str) -> Option<Shared<Role>> {
        self.accounts.load().get(account)?.roles.get(name)
    }

    /// The OIDC provider of a URL (without `https://`) in an account, at less cost than by way of the account.
    #[must_use]
    pub fn oidc_provider(&self, account: &str, url: &str) -> Option<Shared<OidcProvider>> {
        self.accounts.load().get(account)?.oidc_providers.get(url)
    }

    /// Every account, in the order of their numbers.
    #[must_use]
    pub fn accounts(&self) -> Vec<Arc<AccountView>> {
        let mut accounts: Vec<_> = self.accounts.load().values().cloned().collect();
        accounts.sort_by(|a, b| a.number().cmp(b.number()));
        accounts
    }

    /// The access key of an id (`AKIA…`), whichever account it lies in.
    #[must_use]
    pub fn access_key(&self, id: &str) -> Option<Shared<AccessKey>> {
        self.key_ids.get(id)
    }

    /// The role of a unique id (`AROA…`), whichever account it lies in.
    #[must_use]
    pub fn role_by_id(&self, id: &str) -> Option<Shared<Role>> {
        self.role_ids.get(id)
    }

    /// The user of a unique id (`AIDA…`), whichever account it lies in.
    #[must_use]
    pub fn user_by_id(&self, id: &str) -> Option<Shared<User>> {
        self.user_ids.get(id)
    }

    /// The service's own keys by `PURPOSE/ID`; page with the prefix `PURPOSE/` for all of a purpose.
    #[must_use]
    pub fn service_keys(&self) -> &Table<ServiceKey> {
        &self.service.service_keys
    }

    /// The last commit that is in the view whole.
    #[must_use]
    pub fn revision(&self) -> Revision {
        Revision(self.revision.load(Ordering::Acquire))
    }

    /// The account, or the place of what is the service's own.
    fn place(&self, account: &str) -> Option<Arc<AccountView>> {
        if account == SERVICE { Some(Arc::clone(&self.service)) } else { self.account(account) }
    }

    /// The account, made empty if it is not there yet.
    fn account_or_new(&self, account: &str) -> Arc<AccountView> {
        if let Some(found) = self.place(account) {
            return found;
        }
        let fresh = Arc::new(AccountView::new(account));
        self.accounts.rcu(|accounts| {
            let mut accounts = HashMap::clone(accounts);
            accounts.entry(account.to_owned()).or_insert_with(|| Arc::clone(&fresh));
            accounts
        });
        self.account(account).unwrap_or(fresh)
    }
}

/// Whether two keys name the same entity of a kind.
fn same_name<T: Kept>(kept: &T, name: &str) -> bool {
    kept.name() == name
}
