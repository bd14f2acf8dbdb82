//! A file of fixed size that makes appended lines durable by overwriting it.
//!
//! Appending to a file changes its length, so that a sync waits for the file system's own journal as well; overwriting
//! what was written before needs the data alone. A group of lines is written to its segment without a sync, then here
//! with one. When a half of the journal is full the segments it speaks of are synced by a thread of their own, while
//! the other half takes over. After a crash [`super::recovery`] writes the groups into their segments again.

use super::block::{self, Aligned};
use super::syncer::Syncer;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

/// The journal's name in the folder of a trail.
pub(super) const NAME: &str = "trail.journal";
/// The journal while it is made for the first time.
pub(super) const UNFINISHED: &str = "trail.journal.part";
/// The head fills one page; it says which generation of groups counts.
pub(super) const HEAD: usize = 4096;
/// Bytes of one half.
pub(super) const HALF: usize = 4 << 20;
/// What stands before the lines of a group.
pub(super) const GROUP_HEAD: usize = 40;
/// What the file begins with: groups begin at multiples of a block.
const MAGIC: &[u8; 24] = b"rolecall trail journal 2";
/// As above, for a journal in which a group follows the one before without a gap.
const MAGIC_WITHOUT_GAPS: &[u8; 24] = b"rolecall trail journal 1";

/// Where lines lie in the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of the segment.
    pub(super) segment: u64,
    /// Bytes before them.
    pub(super) offset: u64,
}

/// The journal while it is written.
pub(super) struct Journal {
    file: File,
    /// The same file past the system's cache, where it can be written so: there is one copy less to make.
    direct: Option<File>,
    generation: u64,
    sequence: u64,
    half: usize,
    /// Bytes of the half that are in use.
    used: usize,
    /// The segments that the half speaks of, which are synced when it is full.
    segments: Vec<Arc<File>>,
    syncer: Syncer,
    buffer: Aligned,
}

/// What the head of a journal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The generation of the groups that count.
    pub(super) generation: u64,
    /// Groups begin at multiples of this.
    pub(super) step: usize,
}

impl Journal {
    /// A journal whose groups count no more, or which holds none: whatever they say must be durable in its segment.
    /// The head is written with the first group.
    pub(super) fn void(file: File, direct: Option<File>, generation: u64) -> std::io::Result<Journal> {
        let (segments, buffer, syncer) = (Vec::new(), Aligned::default(), Syncer::start()?);
        Ok(Journal { file, direct, generation, sequence: 0, half: 0, used: 0, segments, syncer, buffer })
    }

    /// Whether so many bytes of lines go into one group.
    pub(super) fn takes(lines: usize) -> bool {
        lines <= HALF - GROUP_HEAD
    }

    /// Makes lines durable that were just written to a segment. After a failure the journal is not to be used again.
    pub(super) fn record(&mut self, segment: &Arc<File>, place: Place, lines: &[u8]) -> std::io::Result<()> {
        if self.sequence == 0 {
            self.generation = next_generation(&self.file, self.generation)?;
        }
        if self.used + block::whole(GROUP_HEAD + lines.len()) > HALF {
            self.turn()?;
        }
        if !self.segments.last().is_some_and(|last| Arc::ptr_eq(last, segment)) {
            self.segments.push(Arc::clone(segment));
        }
        let head = group_head(self.generation, self.sequence, place, lines);
        let group = self.buffer.fill(&[&head, lines]);
        write_durably(&self.file, &mut self.direct, group, (HEAD + self.half * HALF + self.used) as u64)?;
        self.used += group.len();
        self.sequence += 1;
        Ok(())
    }

    /// Makes everything durable in the segments, and the journal void.
    pub(super) fn end(mut self) -> std::io::Result<()> {
        if self.sequence == 0 {
            return Ok(());
        }
        self.syncer.wait()?;
        for segment in &self.segments {
            segment.sync_data()?;
        }
        next_generation(&self.file, self.generation).map(|_| ())
    }

    /// Goes over to the other half. What that one spoke of must be durable in the segments.
    fn turn(&mut self) -> std::io::Result<()> {
        self.syncer.wait()?;
        self.syncer.sync(std::mem::take(&mut self.segments))?;
        self.half = 1 - self.half;
        self.used = 0;
        Ok(())
    }
}

/// Makes the file, whole and durable before it has its name. Every block is written, since blocks that were only
/// set aside change the file's map when they are filled.
pub(super) fn create(folder: &Path) -> std::io::Result<()> {
    let unfinished = folder.join(UNFINISHED);
    let made = fill(&unfinished).and_then(|()| fs::rename(&unfinished, folder.join(NAME)));
    if made.is_err() {
        // The space it took is needed more than its name.
        let _ = fs::remove_file(&unfinished);
    }
    made.and_then(|()| File::open(folder)?.sync_all())
}

fn fill(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(&vec![0; HEAD + 2 * HALF])?;
    write_head(&file, 0)
}

/// Makes void what a journal holds.
pub(super) fn next_generation(file: &File, last: u64) -> std::io::Result<u64> {
    let generation = last.wrapping_add(1);
    write_head(file, generation)?;
    Ok(generation)
}

fn write_head(file: &File, generation: u64) -> std::io::Result<()> {
    let mut head = [0; MAGIC.len() + 8];
    let (magic, number) = head.split_at_mut(MAGIC.len());
    magic.copy_from_slice(MAGIC);
    number.copy_from_slice(&generation.to_le_bytes());
    let check = crc32fast::hash(&head);
    file.write_all_at(&[&head[..], &check.to_le_bytes()].concat(), 0)?;
    file.sync_data()
}

/// What a head says; `None` if this is not the head of a journal.
pub(super) fn read_head(bytes: &[u8]) -> Option<Head> {
    let (head, rest) = bytes.split_at_checked(MAGIC.len() + 8)?;
    let (magic, generation) = head.split_at_checked(MAGIC.len())?;
    let step =
        [(MAGIC, block::SIZE), (MAGIC_WITHOUT_GAPS, 1)].into_iter().find(|(known, _)| magic == *known)?.1;
    let sound = rest.get(..4)? == crc32fast::hash(head).to_le_bytes();
    sound.then_some(Head { generation: u64::from_le_bytes(generation.try_into().ok()?), step })
}

/// Where writing past the cache is not offered after all, the cache does.
fn write_durably(file: &File, direct: &mut Option<File>, group: &[u8], at: u64) -> std::io::Result<()> {
    if let Some(past) = direct {
        match past.write_all_at(group, at) {
            Ok(()) => return past.sync_data(),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => *direct = None,
            Err(error) => return Err(error),
        }
    }
    file.write_all_at(group, at)?;
    file.sync_data()
}

fn group_head(generation: u64, sequence: u64, place: Place, lines: &[u8]) -> [u8; GROUP_HEAD] {
    let mut head = [0; GROUP_HEAD];
    let (check, rest) = head.split_at_mut(4);
    let (length, numbers) = rest.split_at_mut(4);
    length.copy_from_slice(&u32::try_from(lines.len()).unwrap_or(u32::MAX).to_le_bytes());
    for (to, number) in numbers.chunks_mut(8).zip([generation, sequence, place.segment, place.offset]) {
        to.copy_from_slice(&number.to_le_bytes());
    }
    let mut sum = crc32fast::Hasher::new();
    sum.update(rest);
    sum.update(lines);
    check.copy_from_slice(&sum.finalize().to_le_bytes());
    head
}

/// A group as it stands in the journal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group<'journal> {
    pub(super) generation: u64,
    pub(super) sequence: u64,
    pub(super) place: Place,
    pub(super) lines: &'journal [u8],
}

/// The group that bytes begin with; `None` if they begin with none that is whole.
pub(super) fn read_group(bytes: &[u8]) -> Option<Group<'_>> {
    let (check, rest) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*rest.first_chunk::<4>()?) as usize;
    let sealed = rest.get(..GROUP_HEAD - 4 + length)?;
    if crc32fast::hash(sealed).to_le_bytes() != *check {
        return None;
    }
    let (head, lines) = sealed.split_at_checked(GROUP_HEAD - 4)?;
    let number = |at: usize| head.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    let place = Place { segment: number(20)?, offset: number(28)? };
    Some(Group { generation: number(4)?, sequence: number(12)?, place, lines })
}
