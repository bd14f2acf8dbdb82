//! The certificate that is served, kept fresh: given files read again, or our own renewed in a Secret or a folder.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rolecall_apply::webhook::{Cluster, Saved};
use rolecall_model::secret::Secret;
use rolecall_server::clock::Clock;
use rolecall_server::webhook::Webhook;
use rolecall_server::webhook::certificate::validity;
use rolecall_server::webhook::rotation::{Kept, Terms, step};

/// Where certificates come from.
pub enum Source {
    /// Files that somebody else renews.
    Given {
        /// The chain.
        chain: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// A folder of our own.
    Folder(PathBuf),
    /// A Secret that replicas share.
    Secret {
        /// The cluster.
        cluster: Cluster,
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// Keeps the certificate fresh.
pub struct Certificates {
    pub source: Source,
    /// The cluster, and the configuration whose `caBundle` is kept up to date.
    pub publish: Option<(Cluster, String)>,
    /// Names of the certificate.
    pub names: Vec<String>,
    pub terms: Terms,
    /// How often to look.
    pub look: Duration,
    pub webhook: Arc<Webhook>,
    pub clock: Arc<dyn Clock>,
    /// What is served.
    pub served: Option<String>,
}

/// Time until the next attempt where there is no certificate yet.
const SOON: Duration = Duration::from_secs(2);
/// Replicas that are quicker, one after the other, before a turn is given up.
const CONFLICTS: usize = 5;

type Trouble = Box<dyn std::error::Error + Send + Sync>;

impl Certificates {
    /// Looks for as long as it is let.
    pub async fn keep(mut self) {
        loop {
            if let Err(error) = self.turn().await {
                self.webhook.metrics.rotation_failures.inc();
                tracing::error!(
                    "the certificate was not looked after: {}",
                    super::super::chain(error.as_ref())
                );
            }
            tokio::time::sleep(if self.served.is_some() { self.look } else { SOON.min(self.look) }).await;
        }
    }

    /// Looks once. Where something fails, what is served goes on being served.
    async fn turn(&mut self) -> Result<(), Trouble> {
        if let Source::Given { chain, key } = &self.source {
            let (chain, key) = (fs::read_to_string(chain)?, Secret::new(fs::read_to_string(key)?));
            return self.serve(&chain, &key);
        }
        let mut kept = None;
        for _ in 0..CONFLICTS {
            let (found, version) = self.load().await?;
            let published = match &found {
                Some(found) => self.publish(found).await,
                None => false,
            };
            match step(found.as_ref(), published, &self.names, &self.terms, self.clock.now())? {
                None => kept = found,
                Some(next) if self.save(&next, version.as_deref()).await? == Saved::Conflict => continue,
                Some(next) => {
                    self.publish(&next).await;
                    kept = Some(next);
                }
            }
            break;
        }
        let kept = kept.ok_or("other replicas were quicker each time")?;
        self.serve(&kept.leaf.certificate, &kept.leaf.key)
    }

    fn serve(&mut self, chain: &str, key: &Secret<String>) -> Result<(), Trouble> {
        if self.served.as_deref() == Some(chain) {
            return Ok(());
        }
        self.webhook.key_pair.put(chain, key.expose())?;
        let until = validity(chain)?.until;
        self.webhook.metrics.certificate_expiry.set(until.0);
        if self.served.replace(chain.to_owned()).is_some() {
            self.webhook.metrics.rotations.inc();
        }
        tracing::info!(%until, "a certificate was put in place");
        Ok(())
    }

    /// Whether API servers are known to trust what is kept: it stood there before this look.
    async fn publish(&self, kept: &Kept) -> bool {
        let Some((cluster, configuration)) = &self.publish else { return true };
        match cluster.trust(configuration, &kept.bundle()).await {
            Ok(false) => true,
            Ok(true) => {
                tracing::info!("the API server was told whom to trust, in `{configuration}`");
                false
            }
            Err(refusal) => {
                tracing::warn!("the API server was not told whom to trust: {}", refusal.line);
                false
            }
        }
    }

    async fn load(&self) -> Result<(Option<Kept>, Option<String>), Trouble> {
        match &self.source {
            Source::Secret { cluster, namespace, name } => {
                let read = cluster.secret(namespace, name).await.map_err(|refusal| refusal.line)?;
                Ok((Kept::read(&read.entries), read.version))
            }
            Source::Folder(folder) => Ok((Kept::read(&entries(folder)?), None)),
            Source::Given { .. } => Ok((None, None)),
        }
    }

    async fn save(&self, kept: &Kept, version: Option<&str>) -> Result<Saved, Trouble> {
        match &self.source {
            Source::Secret { cluster, namespace, name } => {
                let saved = cluster.save_secret(namespace, name, &kept.entries(), version).await;
                Ok(saved.map_err(|refusal| refusal.line)?)
            }
            Source::Folder(folder) => {
                write_all(folder, &kept.entries())?;
                Ok(Saved::Yes)
            }
            Source::Given { .. } => Ok(Saved::Yes),
        }
    }
}

/// Largest file of a folder of certificates that is read.
const LARGEST: u64 = 256 * 1024;

fn entries(folder: &Path) -> io::Result<BTreeMap<String, Secret<String>>> {
    let mut entries = BTreeMap::new();
    let found = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(entries),
        found => found?,
    };
    for file in found {
        let file = file?;
        let (name, kind) = (file.file_name(), file.metadata()?);
        let Some(name) = name.to_str().filter(|name| name.ends_with(".crt") || name.ends_with(".key")) else {
            continue;
        };
        if kind.is_file() && kind.len() <= LARGEST {
            entries.insert(name.to_owned(), Secret::new(fs::read_to_string(file.path())?));
        }
    }
    Ok(entries)
}

/// Writes every entry beside its place and moves it there; those that are gone are deleted.
fn write_all(folder: &Path, entries: &BTreeMap<String, Secret<String>>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in entries {
        let (place, beside) = (folder.join(name), folder.join(format!("{name}.new")));
        let mode = if name.ends_with(".key") { 0o600 } else { 0o644 };
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside)?;
        file.write_all(text.expose().as_bytes()).and_then(|()| file.sync_all())?;
        fs::rename(beside, place)?;
    }
    for gone in ["ca-next.crt", "ca-next.key", "ca-previous.crt"] {
        if !entries.contains_key(gone) {
            match fs::remove_file(folder.join(gone)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
