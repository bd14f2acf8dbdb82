//! Taking over a real account: what `aws iam get-account-authorization-details` and its neighbours printed, one file each.
//!
//! Unique ids, dates and documents stay as they are. What is there already stays too: an import adds, and never overwrites;
//! a second import of the same folder changes nothing.

mod account;
mod file;
mod member;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::entity::{Entity, Kept};
use rolecall_state::store::CommitError;
use rolecall_state::view::{AccountView, Table};

use crate::desk::Desk;
use account::Account;

/// Entities that go into one transaction.
const TOGETHER: usize = 50;

/// Why nothing was taken over.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder cannot be read.
    #[error("cannot read `{}`", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Nothing in the folder is of an account.
    #[error("nothing in `{}` can be taken over: {why}", folder.display())]
    Nothing {
        /// The folder.
        folder: PathBuf,
        /// Why.
        why: String,
    },
    /// The files are of an account that is not served.
    #[error("the folder is of account `{account}`, which is not served")]
    Foreign {
        /// The account in the ARNs.
        account: String,
    },
    /// The state cannot be written; what was written before stays.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The account.
    pub account: String,
    /// How many entities were added, by their kind's name in the plural; kinds of which there are none are left out.
    pub added: Vec<(&'static str, usize)>,
    /// How many were there already, the same.
    pub present: usize,
    /// What could not be taken, or not wholly, and why; each a sentence without a full stop.
    pub remarks: Vec<String>,
}

/// Takes over what a folder holds.
///
/// # Errors
/// Where there is nothing to take, or it is of an account that is not served.
pub async fn run(desk: &Desk, folder: &Path) -> Result<Imported, ImportError> {
    let mut account = Account::default();
    let read = file::read(folder, &mut account);
    read.map_err(|source| ImportError::Folder { folder: folder.to_owned(), source })?;
    let Some(number) = account.number().map(str::to_owned) else {
        let why = account.remarks.first().cloned().unwrap_or_else(|| "it holds no JSON files".to_owned());
        return Err(ImportError::Nothing { folder: folder.to_owned(), why });
    };
    let served = std::iter::once(&desk.config.account).chain(&desk.config.more_accounts);
    if !served.clone().any(|served| *served == number) {
        return Err(ImportError::Foreign { account: number });
    }
    account.complete();
    let mut imported = Imported { account: number.clone(), ..Imported::default() };
    let view = desk.state.view();
    let aws = std::mem::take(&mut account.aws_policies);
    if let Some(known) = view.account("aws") {
        // AWS's own are the same for everybody; those that the service has stay as they are.
        let missing = aws.into_iter().filter(|policy| known.policies.find(&policy.name).is_none());
        add(desk, "AWS managed policies", missing.map(Entity::from).collect(), &mut imported).await?;
    }
    let Some(known) = view.account(&number) else { return Err(ImportError::Foreign { account: number }) };
    let mut keep = Sorting { known: &known, imported: &mut imported };
    let kinds = [
        ("managed policies", keep.missing(account.policies, |known| &known.policies)),
        ("users", keep.missing(account.users, |known| &known.users)),
        ("groups", keep.missing(account.groups, |known| &known.groups)),
        ("roles", keep.missing(account.roles, |known| &known.roles)),
        ("instance profiles", keep.missing(account.instance_profiles, |known| &known.instance_profiles)),
        ("OIDC providers", keep.missing(account.providers, |known| &known.oidc_providers)),
        ("clusters", keep.missing(account.clusters, |known| &known.clusters)),
        (
            "Pod Identity associations",
            keep.missing(account.associations, |known| &known.pod_identity_associations),
        ),
    ];
    for (kind, entities) in kinds {
        add(desk, kind, entities, &mut imported).await?;
    }
    imported.remarks.append(&mut account.remarks);
    Ok(imported)
}

/// Tells what is new from what is there.
struct Sorting<'a> {
    known: &'a AccountView,
    imported: &'a mut Imported,
}

impl Sorting<'_> {
    fn missing<T: Kept + PartialEq>(
        &mut self,
        entities: Vec<T>,
        table: impl Fn(&AccountView) -> &Table<T>,
    ) -> Vec<Entity>
    where
        Entity: From<T>,
    {
        let mut new = Vec::new();
        for entity in entities {
            match table(self.known).find(&entity.name()) {
                None => new.push(Entity::from(entity)),
                Some(known) if known.value == entity => self.imported.present += 1,
                Some(_) => {
                    let name = entity.name();
                    let kind = T::KIND.word();
                    let remark = format!("{kind}: `{name}` is there already and differs; it stays as it is");
                    self.imported.remarks.push(remark);
                }
            }
        }
        new
    }
}

async fn add(
    desk: &Desk,
    kind: &'static str,
    entities: Vec<Entity>,
    imported: &mut Imported,
) -> Result<(), CommitError> {
    if !entities.is_empty() {
        imported.added.push((kind, entities.len()));
    }
    for some in entities.chunks(TOGETHER) {
        let transaction = Transaction {
            compare: some.iter().map(|entity| Compare::absent(entity.key())).collect(),
            changes: some.iter().cloned().map(Change::Put).collect(),
        };
        desk.state.commit(transaction).await?;
    }
    Ok(())
}
