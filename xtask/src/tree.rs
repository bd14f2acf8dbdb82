//! The repository's files.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 4] = ["target", ".git", "node_modules", ".work"];

/// The repository's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A text file of the repository.
pub struct File {
    /// Path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Every text file below `root` whose name ends in one of `endings`, in order of its path. Evidence of the corpus is
/// left out: it is as its tools printed it.
///
/// # Errors
/// Fails where a folder cannot be read.
pub fn files(root: &Path, endings: &[&str]) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    walk(root, "", endings, &mut files)?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, endings: &[&str], files: &mut Vec<File>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| format!("cannot read `{prefix}`: {error}"))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let from_root = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let evidence = from_root.starts_with("corpus/") && name == "evidence";
        if path.is_dir() {
            if !FOREIGN.contains(&name.as_str()) && !evidence {
                walk(&path, &from_root, endings, files)?;
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let text =
                fs::read_to_string(&path).map_err(|error| format!("cannot read `{from_root}`: {error}"))?;
            files.push(File { path: from_root, text });
        }
    }
    Ok(())
}

/// The text of a file; none where it is not there or is no text.
pub fn read(root: &Path, path: &str) -> Option<String> {
    fs::read_to_string(root.join(path)).ok()
}
