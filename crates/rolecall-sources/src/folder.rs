//! A folder of sources: which of its files may declare something, read within bounds.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rolecall_collect::decode;

/// Bounds on what is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files.
    pub total: u64,
    /// Number of files.
    pub files: usize,
    /// Folders below the folder.
    pub depth: usize,
    /// Entries of folders that are looked at.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let (file, total) = (1024 * 1024, 64 * 1024 * 1024);
        Limits { file, total, files: 5_000, depth: 16, entries: 200_000 }
    }
}

/// A file of sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path below the folder, with `/` between its parts.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl SourceFile {
    /// The folder in which it stands; nothing for the top.
    pub fn folder(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// What follows the last dot of its name.
    pub fn extension(&self) -> &str {
        let base = self.name.rsplit('/').next().unwrap_or_default();
        base.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// What was not read, and why: a sentence, lower case, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The path below the folder.
    pub name: String,
    /// Why.
    pub why: String,
}

/// The sources of a folder.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The folder.
    pub root: PathBuf,
    /// Its files, by name.
    pub files: Vec<SourceFile>,
    /// What was not read.
    pub unread: Vec<Unread>,
}

/// Ends of the names of files that may declare something, and of those that set Terraform's variables.
const EXTENSIONS: [&str; 6] = ["tf", "tfvars", "yaml", "yml", "json", "template"];
/// Folders that hold what others wrote, or what tools keep.
const SKIPPED: [&str; 6] = [".git", ".terraform", ".terragrunt-cache", "node_modules", ".venv", "vendor"];

/// Reads the sources of a folder. Links are not followed.
///
/// # Errors
/// Where the folder itself cannot be read.
pub fn read(root: &Path, limits: &Limits) -> io::Result<Sources> {
    let mut walk = Walk { limits, entries: 0, total: 0, files: BTreeMap::new(), unread: Vec::new() };
    walk.folder(root, "", limits.depth)?;
    let files = walk.files.into_iter().map(|(name, text)| SourceFile { name, text }).collect();
    Ok(Sources { root: root.to_owned(), files, unread: walk.unread })
}

struct Walk<'l> {
    limits: &'l Limits,
    entries: usize,
    total: u64,
    files: BTreeMap<String, String>,
    unread: Vec<Unread>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) -> io::Result<()> {
        let mut entries: Vec<fs::DirEntry> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.entries += 1;
            if self.entries > self.limits.entries {
                self.skip(name, &format!("more than {} files and folders are there", self.limits.entries));
                return Ok(());
            }
            let base = entry.file_name().to_string_lossy().into_owned();
            let below = if name.is_empty() { base.clone() } else { format!("{name}/{base}") };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.below(&entry.path(), &base, &below, depth);
            } else if is_source(&base) {
                match kind.is_file() {
                    true => self.file(&entry.path(), &below),
                    false => self.skip(&below, "it is a link or no regular file, and is not followed"),
                }
            }
        }
        Ok(())
    }

    fn below(&mut self, path: &Path, base: &str, name: &str, depth: usize) {
        if SKIPPED.contains(&base) {
            return;
        }
        let Some(depth) = depth.checked_sub(1) else {
            return self.skip(name, &format!("it lies more than {} folders deep", self.limits.depth));
        };
        if let Err(error) = self.folder(path, name, depth) {
            self.skip(name, &error.to_string());
        }
    }

    fn file(&mut self, path: &Path, name: &str) {
        let limits = self.limits;
        let length = fs::symlink_metadata(path).map_or(0, |metadata| metadata.len());
        if length > limits.file {
            return self.skip(name, &format!("it has {length} bytes; at most {} are read", limits.file));
        }
        if self.files.len() >= limits.files || self.total + length > limits.total {
            return self.skip(name, "there is more than is read");
        }
        let text = fs::read(path).map_err(|error| error.to_string());
        // What was changed must be written back byte for byte: another encoding is not taken.
        let read = text.and_then(|bytes| {
            let text = decode(&bytes)?;
            if text.as_bytes() == bytes { Ok(text) } else { Err("it is not plain UTF-8".into()) }
        });
        match read {
            Ok(text) => {
                self.total += length;
                self.files.insert(name.to_owned(), text);
            }
            Err(why) => self.skip(name, &why),
        }
    }

    fn skip(&mut self, name: &str, why: &str) {
        self.unread.push(Unread { name: name.to_owned(), why: why.to_owned() });
    }
}

fn is_source(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}

impl Sources {
    /// The file of that name.
    pub fn file(&self, name: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.name == name)
    }

    /// Another text for a file.
    pub fn set(&mut self, name: &str, text: String) {
        if let Some(file) = self.files.iter_mut().find(|file| file.name == name) {
            file.text = text;
        }
    }
}
