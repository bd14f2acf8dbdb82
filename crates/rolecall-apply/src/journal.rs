//! The undo file: what is about to be changed, on disk before anything is, and how far it came.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rolecall_doctor::fix::edit::Edit;
use serde::{Deserialize, Serialize};

use crate::ApplyError;
use crate::change::Change;

/// Name of the format.
const SCHEMA: &str = "rolecall.undo/v1";

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// Nothing was done.
    Planned,
    /// It may or may not have been done: the run was interrupted.
    Begun,
    /// It was done.
    Done,
    /// It was done and undone.
    Undone,
}

/// A step: what changes, and how far it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What changes.
    pub change: Change,
    /// How far it came.
    pub progress: Progress,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    schema: String,
    steps: Vec<Step>,
}

/// An undo file.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// Its steps, in the order in which they are made.
    pub steps: Vec<Step>,
}

impl Journal {
    /// The journal at a path: the one that is there, if a run was interrupted; a new one, if there is none.
    ///
    /// # Errors
    /// Where the file is there and is no undo file.
    pub fn open(path: &Path) -> Result<Journal, ApplyError> {
        match fs::read(path) {
            Ok(bytes) => Journal::parse(path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Journal { path: path.to_owned(), steps: Vec::new() })
            }
            Err(error) => Err(failed(path, error)),
        }
    }

    /// The journal of a run.
    ///
    /// # Errors
    /// Where the file is not there or is no undo file.
    pub fn read(path: &Path) -> Result<Journal, ApplyError> {
        let bytes = fs::read(path).map_err(|error| failed(path, error))?;
        Journal::parse(path, &bytes)
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Journal, ApplyError> {
        let kept: Kept =
            serde_json::from_slice(bytes).map_err(|error| failed(path, io::Error::other(error)))?;
        if kept.schema != SCHEMA {
            return Err(failed(path, io::Error::other(format!("its schema is `{}`", kept.schema))));
        }
        Ok(Journal { path: path.to_owned(), steps: kept.steps })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether something of it is neither done nor undone.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.progress, Progress::Planned | Progress::Begun))
    }

    /// Adds steps; those that stand there unfinished with the same change are the same steps.
    pub fn plan(&mut self, edits: &[Edit]) {
        for change in edits.iter().filter_map(Change::of) {
            let known = |step: &Step| {
                step.change == change && matches!(step.progress, Progress::Planned | Progress::Begun)
            };
            if !self.steps.iter().any(known) {
                self.steps.push(Step { change, progress: Progress::Planned });
            }
        }
    }

    /// Writes it through to the disk, whole or not at all, for its owner alone.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self) -> Result<(), ApplyError> {
        let kept = Kept { schema: SCHEMA.to_owned(), steps: self.steps.clone() };
        let write = || -> io::Result<()> {
            let beside = self.path.with_extension("json.new");
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&beside)?;
            file.write_all(&serde_json::to_vec_pretty(&kept)?)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|error| failed(&self.path, error))
    }
}

fn failed(path: &Path, source: io::Error) -> ApplyError {
    ApplyError::Journal { path: path.to_owned(), source }
}
