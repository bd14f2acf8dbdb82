//! Records from many files and folders: a trail of ours, a copy of CloudTrail's bucket. What cannot be read is named,
//! counted and passed over; the rest is answered.

use crate::read::{self, NAMED_LIMIT};
use crate::record::Record;
use hashbrown::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// So many files are looked at.
pub const FILES_LIMIT: usize = 200_000;
/// So many records are kept.
pub const RECORDS_LIMIT: usize = 2_000_000;
/// Folders within folders, at most.
const DEPTH: usize = 32;
/// Files of our own beside segments.
const OWN: [&str; 3] = ["trail.lock", "trail.delivered", "trail.journal"];
/// The major version of events that are understood (reference cloudtrail.md §2.1: major for equality).
const MAJOR: &str = "1";

/// What was found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The records that were wanted, oldest first; each event once, however often it was delivered.
    pub records: Vec<Record>,
    /// Files that were read.
    pub files: usize,
    /// Records in them, wanted or not.
    pub seen: usize,
    /// What was passed over: the first [`NAMED_LIMIT`].
    pub skipped: Vec<Skipped>,
    /// How much was passed over.
    pub skipped_count: usize,
}

/// A file, or a record of it, that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file, with the place in it where that is known.
    pub place: String,
    /// Why.
    pub why: String,
}

/// Reads files, and every file below folders whose name is one of CloudTrail's or ours. Links are not followed.
#[must_use]
pub fn scan(paths: &[PathBuf], wanted: impl Fn(&Record) -> bool) -> Scan {
    let mut scan = Scan::default();
    let mut files = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => scan.walk(path, 0, &mut files),
            Ok(_) => files.push(path.clone()),
            Err(error) => scan.skip(path.display().to_string(), error.to_string()),
        }
    }
    let mut known = HashSet::new();
    for file in &files {
        scan.file(file, &wanted, &mut known);
    }
    scan.records.sort_by_key(|record| record.event_time.0);
    scan
}

impl Scan {
    fn walk(&mut self, folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.skip(folder.display().to_string(), error.to_string()),
        };
        let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') || OWN.contains(&name.as_str()) {
                continue;
            }
            let place = path.display().to_string();
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_dir() && depth < DEPTH => self.walk(&path, depth + 1, files),
                Ok(found) if found.is_dir() => self.skip(place, "too many folders within folders"),
                Ok(found) if !found.is_file() => self.skip(place, "not a plain file; links are not followed"),
                Ok(_) if !is_log(&name) => {
                    self.skip(place, "not named like a log: `.json`, `.json.gz`, `.jsonl`")
                }
                Ok(_) if files.len() >= FILES_LIMIT => {
                    self.skip(place, format!("more than {FILES_LIMIT} files"))
                }
                Ok(_) => files.push(path),
                Err(error) => self.skip(place, error.to_string()),
            }
        }
    }

    fn file(&mut self, file: &Path, wanted: &impl Fn(&Record) -> bool, known: &mut HashSet<String>) {
        let place = file.display().to_string();
        if place.contains("_CloudTrail-Digest_") {
            return self.skip(place, "a digest, which holds no events");
        }
        let reading = match read::file(file) {
            Ok(reading) => reading,
            Err(error) => {
                let why =
                    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                return self.skip(place, why);
            }
        };
        self.files += 1;
        for broken in &reading.broken {
            self.skip(format!("{place}, {}", broken.place), broken.why.clone());
        }
        self.skipped_count += reading.broken_count.saturating_sub(reading.broken.len());
        for record in reading.records {
            self.seen += 1;
            let version = record.event_version.split('.').next().unwrap_or_default();
            if !version.is_empty() && version != MAJOR {
                let why = format!("event version `{}` is not known", record.event_version);
                self.skip(format!("{place}, event {}", record.event_id), why);
            } else if wanted(&record) && (record.event_id.is_empty() || known.insert(record.event_id.clone()))
            {
                if self.records.len() >= RECORDS_LIMIT {
                    self.skip(place, format!("more than {RECORDS_LIMIT} records"));
                    return;
                }
                self.records.push(record);
            }
        }
    }

    fn skip(&mut self, place: String, why: impl Into<String>) {
        self.skipped_count += 1;
        if self.skipped.len() < NAMED_LIMIT {
            self.skipped.push(Skipped { place, why: why.into() });
        }
    }
}

fn is_log(name: &str) -> bool {
    [".json", ".json.gz", ".jsonl", ".jsonl.gz"].iter().any(|end| name.ends_with(end))
}
