//! The thread that syncs segments while the journal's other half is written.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Syncs files, one set at a time.
pub(super) struct Syncer {
    files: Sender<Vec<Arc<File>>>,
    outcomes: Receiver<std::io::Result<()>>,
    /// Whether a set was given whose outcome was not asked for.
    busy: bool,
}

impl Syncer {
    /// Starts the thread; it ends when this is dropped.
    pub(super) fn start() -> std::io::Result<Syncer> {
        let (files, taken) = channel::<Vec<Arc<File>>>();
        let (done, outcomes) = channel();
        std::thread::Builder::new().name("trail-syncer".to_owned()).spawn(move || {
            for files in taken {
                let outcome = files.iter().try_for_each(|file| file.sync_data());
                if done.send(outcome).is_err() {
                    break;
                }
            }
        })?;
        Ok(Syncer { files, outcomes, busy: false })
    }

    /// Begins to sync files.
    pub(super) fn sync(&mut self, files: Vec<Arc<File>>) -> std::io::Result<()> {
        self.busy = true;
        self.files.send(files).map_err(|_| ended())
    }

    /// Waits until what was begun is done; fails if it failed.
    pub(super) fn wait(&mut self) -> std::io::Result<()> {
        if !std::mem::take(&mut self.busy) {
            return Ok(());
        }
        self.outcomes.recv().map_err(|_| ended())?
    }
}

fn ended() -> std::io::Error {
    std::io::Error::other("the thread that syncs segments has ended")
}
