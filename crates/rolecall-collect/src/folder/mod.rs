//! A folder of evidence: each known file into its place, everything else named and left alone (design: docs/evidence-folder.md).

mod asked;
mod cut;
mod failed_lookup;
mod issuer;
mod kubernetes;
mod permission;
mod place;
mod provider;
mod recognised;
mod role;
mod template;
mod terraform;
mod token;
mod workflow;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rolecall_model::evidence::{Evidence, Skipped};

use crate::text::{decode, visible};

/// Name and bytes of files.
pub type Files = Vec<(String, Vec<u8>)>;

/// Bounds on what is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one file. Of a longer log its beginning and its end are read.
    pub file: u64,
    /// Bytes of all files.
    pub total: u64,
    /// Number of files.
    pub files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file: 4 * 1024 * 1024, total: 32 * 1024 * 1024, files: 512 }
    }
}

/// Why a folder could not be read at all. Single files never fail it: they are named in [`Evidence::skipped`].
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The path is not there or may not be read.
    #[error("it cannot be opened")]
    Open(#[from] std::io::Error),
    /// It is neither a folder nor a file.
    #[error("it is neither a folder nor a regular file")]
    Kind,
    /// The single file that was given is no text.
    #[error("{0}")]
    Text(String),
}

/// Reads a folder of evidence, or a single file as if it had been pasted.
///
/// # Errors
/// Fails only where the folder itself cannot be read.
pub fn read_folder(path: &Path, limits: &Limits) -> Result<Evidence, FolderError> {
    if fs::metadata(path)?.is_file() {
        let (files, _) = folder_files(path, limits)?;
        return Ok(files.first().map_or_else(Evidence::unread, |(name, bytes)| single(name, bytes)));
    }
    let (files, mut skipped) = folder_files(path, limits)?;
    let mut evidence = read_files(&files);
    skipped.append(&mut evidence.skipped);
    evidence.skipped = skipped;
    Ok(evidence)
}

/// Name and bytes of each file of a folder, or of a single file, and the files that were not read.
///
/// # Errors
/// Fails only where the folder itself, or the single file, cannot be read.
pub fn folder_files(path: &Path, limits: &Limits) -> Result<(Files, Vec<Skipped>), FolderError> {
    let kind = fs::metadata(path)?;
    if kind.is_file() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = read_bounded(path, &name, limits.file).map_err(FolderError::Text)?;
        return Ok((vec![(name, bytes)], Vec::new()));
    }
    if !kind.is_dir() {
        return Err(FolderError::Kind);
    }
    let root = fs::canonicalize(path)?;
    let mut names: Vec<_> =
        fs::read_dir(path)?.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
    names.sort();
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    let mut total = 0;
    for (index, name) in names.into_iter().enumerate() {
        let shown = visible(&name.to_string_lossy());
        let read = if index >= limits.files {
            Err(format!("a folder of evidence holds at most {} files", limits.files))
        } else {
            check(&root, &path.join(&name))
                .and_then(|file| read_bounded(&file, &shown, limits.file.min(limits.total - total)))
        };
        match read {
            Ok(bytes) => {
                total += bytes.len() as u64;
                files.push((shown, bytes));
            }
            Err(why) => skipped.push(Skipped { name: shown, why }),
        }
    }
    Ok((files, skipped))
}

/// Reads files that are in memory: name and bytes of each.
#[must_use]
pub fn read_files(files: &[(String, Vec<u8>)]) -> Evidence {
    let mut evidence = Evidence::unread();
    // Files that only their shape tells come last: they fill what no known name has filled.
    let (known, others): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| place::is_known(name));
    for (name, bytes) in known.into_iter().chain(others) {
        match decode(bytes) {
            Ok(text) => place::file(&mut evidence, name, &text),
            Err(why) => place::illegible(&mut evidence, name, why),
        }
    }
    place::finish(&mut evidence);
    evidence
}

/// Whether two files would be read into the same place, so that one takes the other's. A bare trust policy takes no place
/// of a role's file: it is the policy in it that it replaces. Manifests hold objects of many kinds: only those of one name
/// are the same.
#[must_use]
pub fn same_place(one: &str, other: &str) -> bool {
    let known = place::place_of(one);
    let manifest = known == Some(place::Place::Manifest);
    let trust = [one, other].iter().any(|name| name.to_ascii_lowercase().starts_with("trust"));
    known.is_some() && !manifest && !trust && known == place::place_of(other)
}

/// The name under which a file is read: its own where that is known, else what its shape tells; none where neither does.
#[must_use]
pub fn known_name(name: &str, text: &str) -> Option<String> {
    if place::is_known(name) || name.ends_with(".error") {
        return Some(name.to_owned());
    }
    crate::shape::known_as(text).map(str::to_owned)
}

/// A file whose name is known is read as that file; any other as a pasted text.
fn single(name: &str, bytes: &[u8]) -> Evidence {
    if place::is_known(name) {
        return read_files(&[(name.to_owned(), bytes.to_vec())]);
    }
    crate::paste::read_text(name, bytes)
}

/// A folder may come from a stranger: nothing but regular files inside it is opened. Opening a pipe would wait forever.
fn check(root: &Path, path: &Path) -> Result<PathBuf, String> {
    let kind = fs::symlink_metadata(path).map_err(|error| format!("it cannot be read: {error}"))?.file_type();
    let target = if kind.is_symlink() {
        let target =
            fs::canonicalize(path).map_err(|error| format!("it is a link that leads nowhere: {error}"))?;
        if !target.starts_with(root) {
            return Err("it is a link that leads out of the folder".into());
        }
        target
    } else {
        path.to_owned()
    };
    let kind = fs::metadata(&target).map_err(|error| format!("it cannot be read: {error}"))?;
    if kind.is_dir() {
        return Err("it is a folder; only files are read".into());
    }
    if !kind.is_file() {
        return Err("it is a pipe, socket or device, not a regular file".into());
    }
    Ok(target)
}

/// Reads a file whole, or the beginning and end of a log that is too long.
fn read_bounded(path: &Path, name: &str, limit: u64) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("it cannot be read: {error}");
    let mut file = fs::File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length <= limit {
        let mut bytes = Vec::new();
        file.by_ref().take(limit).read_to_end(&mut bytes).map_err(failed)?;
        return Ok(bytes);
    }
    if !place::is_log(name) {
        return Err(format!("it has {length} bytes; at most {limit} are read"));
    }
    ends(&mut file, length, limit).map_err(failed)
}

fn ends(file: &mut fs::File, length: u64, limit: u64) -> std::io::Result<Vec<u8>> {
    use std::io::{Seek, SeekFrom};
    let half = limit / 2;
    let mut bytes = Vec::new();
    file.by_ref().take(half).read_to_end(&mut bytes)?;
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1));
    file.seek(SeekFrom::Start(length - half))?;
    let mut tail = Vec::new();
    file.by_ref().take(half).read_to_end(&mut tail)?;
    let first_line = tail.iter().position(|byte| *byte == b'\n').map_or(tail.len(), |newline| newline + 1);
    bytes.extend_from_slice(tail.get(first_line..).unwrap_or_default());
    Ok(bytes)
}
