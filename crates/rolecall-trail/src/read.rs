//! Records from files: JSON lines, `Records` objects, arrays, bare records, LookupEvents output; plain or gzip.

use crate::record::Record;
use crate::ring::Ring;
use crate::write::segments;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The most bytes read of one file, after decompression: CloudTrail ends its files at 50 MB.
pub const FILE_LIMIT: u64 = 256 << 20;
/// So many broken records are named; the others are only counted.
pub const NAMED_LIMIT: usize = 100;

/// What a file held.
#[derive(Debug, Default)]
pub struct Reading {
    /// The records, in the order they stand there.
    pub records: Vec<Record>,
    /// Broken ones, the first [`NAMED_LIMIT`].
    pub broken: Vec<Broken>,
    /// How many were broken.
    pub broken_count: usize,
}

/// A record that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// `line 7`, `record 3`, `line 7, record 3`, or `the file`.
    pub place: String,
    /// What is wrong.
    pub why: String,
}

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system did not let us, or the gzip data is broken.
    #[error("cannot read `{}`", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// More than the limit.
    #[error("`{}` holds more than {limit} bytes", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The limit.
        limit: u64,
    },
}

/// Reads a file of any form, decompressing it if it begins like gzip; at most [`FILE_LIMIT`] bytes.
pub fn file(path: &Path) -> Result<Reading, ReadError> {
    file_within(path, FILE_LIMIT)
}

/// Reads a file like [`file`], with a limit of the caller's on the bytes after decompression.
pub fn file_within(path: &Path, limit: u64) -> Result<Reading, ReadError> {
    let io = |source| ReadError::Io { file: path.to_owned(), source };
    let opened = File::open(path).map_err(io)?;
    let text = text(opened, limit).map_err(io)?;
    let text = text.ok_or_else(|| ReadError::TooLarge { file: path.to_owned(), limit })?;
    Ok(bytes(&text))
}

/// Reads the text of a file of any form, not compressed.
#[must_use]
pub fn bytes(text: &[u8]) -> Reading {
    let mut reading = Reading::default();
    match serde_json::from_slice::<Value>(text) {
        Ok(value) => reading.take(value, ""),
        Err(error) => {
            reading.lines(text);
            if reading.records.is_empty() && reading.broken_count > 0 {
                // No line is JSON: it is one document, with a flaw.
                reading = Reading::default();
                reading.breaks("the file".to_owned(), &error);
            }
        }
    }
    reading
}

/// Fills a ring from the newest records of a trail folder that belong into the event history; what is broken there is
/// named and passed over.
/// Reads no more segments than the ring's bounds can hold.
pub fn refill(ring: &Ring, folder: &Path) -> Result<Reading, ReadError> {
    let segments = segments(folder).map_err(|source| ReadError::Io { file: folder.to_owned(), source })?;
    let bounds = ring.bounds();
    let mut bytes = 0;
    let newest = segments.iter().rev().take_while(|(_, size)| {
        let needed = bytes <= bounds.bytes as u64;
        bytes += size;
        needed
    });
    let newest: Vec<_> = newest.collect();
    let mut broken = Reading::default();
    for (path, _) in newest.into_iter().rev() {
        let io = |source| ReadError::Io { file: path.clone(), source };
        let lines = BufReader::new(File::open(path).map_err(io)?).split(b'\n');
        for (index, line) in lines.enumerate() {
            let line = line.map_err(io)?;
            match Record::from_json(&line) {
                Ok(record) if record.is_in_event_history() => ring.push(&record, line),
                Ok(_) => {}
                Err(error) => broken.breaks(format!("{}, line {}", path.display(), index + 1), &error),
            }
        }
    }
    Ok(broken)
}

/// The text of a file, decompressed; `None` beyond the limit.
fn text(file: File, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut reader = BufReader::new(file);
    let is_gzip = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let mut text = Vec::new();
    let read = if is_gzip {
        MultiGzDecoder::new(reader).take(limit.saturating_add(1)).read_to_end(&mut text)?
    } else {
        reader.take(limit.saturating_add(1)).read_to_end(&mut text)?
    };
    Ok((read as u64 <= limit).then_some(text))
}

impl Reading {
    fn lines(&mut self, text: &[u8]) {
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let place = format!("line {}", index + 1);
            match serde_json::from_slice::<Value>(line) {
                Ok(value) => self.take(value, &place),
                Err(error) => self.breaks(place, &error),
            }
        }
    }

    /// Takes the records out of a document: of one record, of a list, of `Records`, of `Events`.
    fn take(&mut self, value: Value, place: &str) {
        let within = |index: usize| match place {
            "" => format!("record {}", index + 1),
            place => format!("{place}, record {}", index + 1),
        };
        let list = match value {
            Value::Array(list) => list,
            Value::Object(mut members) => {
                match members.remove("Records").or_else(|| members.remove("Events")) {
                    Some(Value::Array(list)) => list,
                    Some(other) => return self.record(other, within(0)),
                    None => return self.record(Value::Object(members), or(place, "the file")),
                }
            }
            other => return self.record(other, or(place, "the file")),
        };
        for (index, value) in list.into_iter().enumerate() {
            self.record(value, within(index));
        }
    }

    /// Takes one record, or one event of LookupEvents, whose record is a text.
    fn record(&mut self, value: Value, place: String) {
        let record = match value.get("CloudTrailEvent").and_then(Value::as_str) {
            Some(text) => Record::from_json(text.as_bytes()),
            None => Record::deserialize(value),
        };
        match record {
            Ok(record) => self.records.push(record),
            Err(error) => self.breaks(place, &error),
        }
    }

    fn breaks(&mut self, place: String, why: &serde_json::Error) {
        self.broken_count += 1;
        if self.broken.len() < NAMED_LIMIT {
            self.broken.push(Broken { place, why: why.to_string() });
        }
    }
}

fn or(place: &str, otherwise: &str) -> String {
    if place.is_empty() { otherwise } else { place }.to_owned()
}
