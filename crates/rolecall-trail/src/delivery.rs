//! Closed segments as CloudTrail delivers its logs: gzip files by account, region and day (reference cloudtrail.md §5).

use crate::record::Record;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// The most bytes of one file before compression, as CloudTrail has it.
const FILE_LIMIT: usize = 50 * 1_000_000;

/// Why a segment could not be delivered.
#[derive(Debug, thiserror::Error)]
#[error("cannot deliver to `{}`: {source}", path.display())]
pub struct DeliveryError {
    /// The file or folder concerned.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

/// Writes the records of a segment that a trail of AWS would have into `folder`, in files of the layout
/// `AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_UNIQUE.json.gz`, and gives
/// their number. A file's time is that of its newest record, its unique part comes of its first record's id: delivering a
/// segment again writes the same files.
///
/// # Errors
/// Where the segment cannot be read or a file not be written; no file is left half written.
pub fn deliver(segment: &Path, folder: &Path) -> Result<usize, DeliveryError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| DeliveryError { path, source }
    };
    let mut batches: BTreeMap<(String, String), Batch> = BTreeMap::new();
    let mut written = 0;
    for line in BufReader::new(File::open(segment).map_err(failed(segment))?).split(b'\n') {
        let line = line.map_err(failed(segment))?;
        let Ok(record) = Record::from_json(&line) else { continue };
        if !record.is_in_event_history()
            || ![&record.recipient_account_id, &record.aws_region].into_iter().all(|part| is_plain(part))
        {
            continue;
        }
        let key = (record.recipient_account_id.clone(), record.aws_region.clone());
        let batch = batches.entry(key).or_default();
        if batch.bytes + line.len() > FILE_LIMIT {
            std::mem::take(batch).write(&record, folder)?;
            written += 1;
        }
        batch.add(&record, line);
    }
    for batch in batches.into_values() {
        if let Some(record) = batch.first.clone() {
            batch.write(&record, folder)?;
            written += 1;
        }
    }
    Ok(written)
}

/// Records that go into one file.
#[derive(Default)]
struct Batch {
    first: Option<Record>,
    newest: i64,
    lines: Vec<Vec<u8>>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, record: &Record, line: Vec<u8>) {
        self.first.get_or_insert_with(|| record.clone());
        self.newest = self.newest.max(record.event_time.0);
        self.bytes += line.len() + 1;
        self.lines.push(line);
    }

    /// `like` tells account and region.
    fn write(self, like: &Record, folder: &Path) -> Result<(), DeliveryError> {
        let Some(first) = &self.first else { return Ok(()) };
        let (account, region) = (&like.recipient_account_id, &like.aws_region);
        // `2026-03-01T12:00:00Z`
        let time = rolecall_model::instant::Instant(self.newest).to_string();
        let (day, clock) = time.split_once('T').unwrap_or((&time, ""));
        let minute: String = clock.chars().filter(char::is_ascii_digit).take(4).collect();
        let unique: String =
            first.event_id.chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>();
        let name = format!(
            "{account}_CloudTrail_{region}_{}T{minute}Z_{}.json.gz",
            day.replace('-', ""),
            unique.to_ascii_uppercase()
        );
        let at = folder.join(format!("AWSLogs/{account}/CloudTrail/{region}/{}", day.replace('-', "/")));
        let failed = |source| DeliveryError { path: at.join(&name), source };
        fs::create_dir_all(&at).map_err(failed)?;
        let unfinished = at.join(format!(".{name}.part"));
        let done = self.compress(&unfinished).and_then(|()| fs::rename(&unfinished, at.join(&name)));
        if done.is_err() {
            // What stays of it has a name that nobody reads.
            let _ = fs::remove_file(&unfinished);
        }
        done.map_err(failed)
    }

    fn compress(&self, path: &Path) -> std::io::Result<()> {
        let mut out = GzEncoder::new(File::create(path)?, Compression::default());
        out.write_all(b"{\"Records\":[")?;
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                out.write_all(b",")?;
            }
            out.write_all(line)?;
        }
        out.write_all(b"]}")?;
        out.finish()?.sync_all()
    }
}

/// Whether a region can be part of a path.
fn is_plain(region: &str) -> bool {
    !region.is_empty() && region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}
