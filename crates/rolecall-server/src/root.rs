//! Accounts and the credentials of their roots: given, or made at the first start and kept in a file of mode 0600.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rolecall_model::secret::Secret;
use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::entity::{AccessKey, Account, AccountSettings, Kept, KeyOwner, KeyStatus, Wrapped};
use rolecall_state::store::CommitError;

use crate::desk::Desk;
use crate::id::{self, Prefix};
use crate::random::Random;

/// The file in the data folder that root credentials are kept in, in the form of the AWS CLI's credentials file.
pub const FILE: &str = "root-credentials";

/// Why root credentials could not be settled.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// The file cannot be written.
    #[error("root credentials cannot be written to `{}`", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The state cannot be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Makes the configured accounts that are not there yet, and the root credentials that they lack.
///
/// # Errors
/// Where they cannot be written down.
pub async fn settle(desk: &Desk) -> Result<(), RootError> {
    let config = &desk.config;
    let mut made = String::new();
    for account in std::iter::once(&config.account).chain(&config.more_accounts) {
        let view = desk.state.view().account(account);
        let known = view.as_ref().and_then(|view| view.account()).is_some();
        if !known {
            let entity = Account {
                account: account.clone(),
                partition: config.partition.clone(),
                alias: None,
                label: None,
                created: desk.clock.now(),
                global_endpoint_token_version: 1,
                settings: AccountSettings::default(),
            };
            create(desk, entity.key(), Change::put(entity)).await?;
        }
        let given = config.root.as_ref().filter(|_| *account == config.account);
        if let Some(given) = given {
            put(desk, account, &given.access_key_id, &given.secret_access_key).await?;
        } else if view.is_none_or(|view| view.root_access_keys().is_empty()) {
            let id = id::mint(Prefix::AccessKey, account, desk.random.as_ref());
            let secret = secret(desk.random.as_ref());
            put(desk, account, &id, &secret).await?;
            let profile = if *account == config.account { "default" } else { account.as_str() };
            made.push_str(&format!(
                "[{profile}]\naws_access_key_id = {id}\naws_secret_access_key = {}\n\n",
                secret.expose()
            ));
        }
    }
    match &config.data {
        Some(data) if !made.is_empty() => write(&data.join(FILE), &Secret::new(made)),
        _ => Ok(()),
    }
}

/// A new secret access key: forty characters, as AWS's are.
#[must_use]
pub fn secret(random: &dyn Random) -> Secret<String> {
    let mut bytes = [0; 30];
    random.fill(&mut bytes);
    Secret::new(STANDARD.encode(bytes))
}

async fn put(desk: &Desk, account: &str, id: &str, secret: &Secret<String>) -> Result<(), RootError> {
    let key = AccessKey {
        account: account.to_owned(),
        id: id.to_owned(),
        owner: KeyOwner::Root,
        status: KeyStatus::Active,
        created: desk.clock.now(),
        secret: Wrapped(desk.wrap_secret(id, secret.expose())),
        last_used: None,
    };
    desk.state.commit(Transaction { compare: Vec::new(), changes: vec![Change::put(key)] }).await?;
    Ok(())
}

async fn create(desk: &Desk, key: rolecall_state::key::Key, change: Change) -> Result<(), RootError> {
    let transaction = Transaction { compare: vec![Compare::absent(key)], changes: vec![change] };
    desk.state.commit(transaction).await?;
    Ok(())
}

fn write(file: &Path, text: &Secret<String>) -> Result<(), RootError> {
    let failed = |source| RootError::File { file: file.to_owned(), source };
    let mut out = OpenOptions::new().append(true).create(true).mode(0o600).open(file).map_err(failed)?;
    out.write_all(text.expose().as_bytes()).and_then(|()| out.sync_all()).map_err(failed)
}
