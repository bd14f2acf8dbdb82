//! After a crash: what the journal holds is written into the segments again.

use super::block;
use super::journal::{self, GROUP_HEAD, Group, HALF, HEAD, Head, Journal};
use super::segment::path_of;
use super::{Cut, OpenError};
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Opens the journal of a trail, making it if it is missing, and brings the segments up to it. `None` for the journal
/// where the disk has no space for one: lines are then synced in their segments. Fails if the file is not a journal.
pub(super) fn open(folder: &Path) -> Result<(Option<Journal>, Option<Cut>), OpenError> {
    let path = folder.join(journal::NAME);
    let io = |source| OpenError::Io { path: path.clone(), source };
    let file = match open_or_create(folder, &path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            return Ok((None, None));
        }
        Err(error) => return Err(io(error)),
    };
    let mut bytes = vec![0; HEAD + 2 * HALF];
    file.read_exact_at(&mut bytes, 0).map_err(|error| io(foreign_if_short(error)))?;
    let head = journal::read_head(&bytes).ok_or_else(|| io(foreign()))?;
    let mut generation = head.generation;
    let groups = groups(&bytes, head);
    let cut = replay(folder, &groups).map_err(io)?;
    if !groups.is_empty() {
        generation = journal::next_generation(&file, generation).map_err(io)?;
    }
    let journal = Journal::void(file, block::open(&path), generation).map_err(io)?;
    Ok((Some(journal), cut))
}

fn open_or_create(folder: &Path, path: &Path) -> std::io::Result<File> {
    let open = || OpenOptions::new().read(true).write(true).open(path);
    match open() {
        Err(error) if error.kind() == ErrorKind::NotFound => journal::create(folder).and_then(|()| open()),
        opened => opened,
    }
}

fn foreign() -> std::io::Error {
    std::io::Error::new(ErrorKind::InvalidData, "the file is damaged, or not the journal of a trail")
}

fn foreign_if_short(error: std::io::Error) -> std::io::Error {
    if error.kind() == ErrorKind::UnexpectedEof { foreign() } else { error }
}

/// The groups of a generation in the order in which they were written. Those of the older half may be durable in their
/// segments: writing them again changes nothing.
fn groups(bytes: &[u8], head: Head) -> Vec<Group<'_>> {
    let halves = bytes.get(HEAD..).unwrap_or_default().chunks(HALF);
    let mut halves: Vec<Vec<Group<'_>>> = halves.map(|half| of_half(half, head)).collect();
    halves.sort_by_key(|groups| groups.first().map(|group| group.sequence));
    halves.into_iter().flatten().collect()
}

fn of_half(half: &[u8], head: Head) -> Vec<Group<'_>> {
    let mut found: Vec<Group<'_>> = Vec::new();
    let mut rest = half;
    while let Some(group) = journal::read_group(rest) {
        let follows = found.last().is_none_or(|last| group.sequence == last.sequence + 1);
        if group.generation != head.generation || !follows {
            break;
        }
        let length = (GROUP_HEAD + group.lines.len()).next_multiple_of(head.step);
        rest = rest.get(length..).unwrap_or_default();
        found.push(group);
    }
    found
}

/// Writes groups where they belong. Behind the last one nothing was acknowledged: it is cut off.
fn replay(folder: &Path, groups: &[Group<'_>]) -> std::io::Result<Option<Cut>> {
    let mut open: Option<(u64, File)> = None;
    let mut end = 0;
    for group in groups {
        let number = group.place.segment;
        if open.as_ref().is_none_or(|(open, _)| *open != number) {
            if let Some((_, file)) = open.take() {
                file.sync_all()?;
            }
            open = match OpenOptions::new().write(true).open(path_of(folder, number)) {
                Ok(file) => Some((number, file)),
                // Removed since by the limit on what is kept.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
        }
        if let Some((_, file)) = &open {
            file.write_all_at(group.lines, group.place.offset)?;
            end = group.place.offset + group.lines.len() as u64;
        }
    }
    let Some((number, file)) = open else { return Ok(None) };
    let length = file.metadata()?.len();
    if length > end {
        file.set_len(end)?;
    }
    file.sync_all()?;
    Ok((length > end).then(|| Cut { file: path_of(folder, number), bytes: length - end }))
}
