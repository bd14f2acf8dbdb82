//! Changed files written: all of them compared first, each in one step.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::changes::FileChange;

/// Why files were not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file is not as it was read: nothing was written.
    #[error("`{}` was changed meanwhile: nothing was written", .0.display())]
    Changed(PathBuf),
    /// A file could not be written.
    #[error("cannot write `{}`{}", path.display(), written(done))]
    Failed {
        /// The file.
        path: PathBuf,
        /// Files that were written before it.
        done: Vec<PathBuf>,
        /// Why.
        #[source]
        source: io::Error,
    },
}

fn written(done: &[PathBuf]) -> String {
    let names: Vec<String> = done.iter().map(|path| format!("`{}`", path.display())).collect();
    if names.is_empty() { String::new() } else { format!("; {} had been written", names.join(", ")) }
}

/// Writes the changes below a folder. Each file gives way to its new text in one step and keeps its permissions.
///
/// # Errors
/// Where a file is not as it was read, and then nothing is written; or where one cannot be written.
pub fn write(root: &Path, changes: &[FileChange]) -> Result<(), WriteError> {
    for change in changes {
        let path = root.join(&change.name);
        let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
        if !is_file || fs::read(&path).ok().as_deref() != Some(change.before.as_bytes()) {
            return Err(WriteError::Changed(path));
        }
    }
    let mut done = Vec::new();
    for change in changes {
        let path = root.join(&change.name);
        match replace(&path, &change.after) {
            Ok(()) => done.push(path),
            Err(source) => return Err(WriteError::Failed { path, done, source }),
        }
    }
    Ok(())
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let permissions = fs::metadata(path)?.permissions();
    let mut file = tempfile::Builder::new().prefix(".rolecall-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
