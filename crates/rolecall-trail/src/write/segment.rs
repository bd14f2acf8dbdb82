//! The folder of a trail and its segments, `trail-0000000001.jsonl` and on.

use super::courier::{self, Courier};
use super::journal::{Journal, Place};
use super::{AppendError, Cut, OpenError, Options, recovery};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Locked while a process writes the trail.
const LOCK: &str = "trail.lock";
/// The end of a segment is looked at in pieces of this many bytes at first.
const TAIL: u64 = 64 << 10;

/// The segments of a trail in a folder, oldest first, with their sizes in bytes. Fails if the folder cannot be
/// read.
pub fn segments(folder: &Path) -> std::io::Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if number(&entry.path()).is_some() {
            found.push((entry.path(), entry.metadata()?.len()));
        }
    }
    found.sort_by_key(|(path, _)| number(path));
    Ok(found)
}

/// The number of a segment; `None` for other files.
pub(super) fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix("trail-")?.strip_suffix(".jsonl")?.parse().ok()
}

/// Where the segment of a number lies.
pub(super) fn path_of(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("trail-{number:010}.jsonl"))
}

/// The folder, with the segment that is being written.
pub(super) struct Folder {
    path: PathBuf,
    options: Options,
    segment: Segment,
    /// Whether the segment takes no more: it is full, old, or could not be synced.
    finished: bool,
    /// Makes lines durable; without one they are synced in the segment.
    journal: Option<Journal>,
    /// Delivers closed segments, if that is wished.
    courier: Option<Courier>,
    _lock: File,
}

struct Segment {
    path: PathBuf,
    number: u64,
    file: Arc<File>,
    /// Everything up to here is durable, in the journal or here.
    durable: u64,
    /// Whether something may lie behind `durable` that was never acknowledged.
    torn: bool,
    since: Instant,
}

impl Folder {
    /// Opens a folder, mends the last segment's end, and goes on with that segment.
    pub(super) fn open(path: &Path, options: &Options) -> Result<(Folder, Option<Cut>), OpenError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| OpenError::Io { path, source }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io(path))?;
        let lock = lock(path)?;
        let (journal, cut) = recovery::open(path)?;
        let last = segments(path).map_err(io(path))?.pop();
        let (segment, torn) = match last {
            Some((file, _)) => Segment::resume(&file).map_err(io(&file))?,
            None => (Segment::create(path, 1).map_err(io(path))?, None),
        };
        let cut = cut.or(torn);
        let courier = options.deliver.clone().map(|delivery| Courier::start(path, delivery));
        let courier = courier.transpose().map_err(io(path))?;
        // A segment that was delivered grows no more.
        let finished = segment.number <= courier::delivered(path);
        if let Some(courier) = &courier {
            courier.closed(segment.number.saturating_sub(1));
        }
        let path = path.to_owned();
        let options = options.clone();
        Ok((Folder { path, options, segment, finished, journal, courier, _lock: lock }, cut))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends lines and makes them durable. On failure none of them counts, and none is left in the file.
    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), AppendError> {
        // Recovery ends the last segment where the journal does: what goes past the journal begins one.
        self.finished |= self.journal.is_some() && !Journal::takes(lines.len());
        if self.finished {
            let next = self.segment.number + 1;
            let created = Segment::create(&self.path, next);
            self.segment = created.map_err(|source| AppendError::io(&self.segment.path, source))?;
            self.finished = false;
        }
        let journal = self.journal.as_mut().filter(|_| Journal::takes(lines.len()));
        let written = self.segment.append(lines, journal);
        if let Err((_, Failed::Sync)) = &written {
            // After a failed sync the system may have dropped pages it calls clean: never trust this file again, nor
            // the journal. It stays as it is for the next start, which finds in it what its segments may lack.
            self.journal = None;
            self.finished = true;
        }
        written.map_err(|(source, _)| AppendError::io(&self.segment.path, source))
    }

    /// How long nothing may come before [`Folder::rotate_if_due`] is to be asked; `None` where age matters to nobody.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.courier.as_ref().map(|_| self.options.segment_age.max(Duration::from_secs(1)))
    }

    /// Makes the segments complete without the journal; where closed segments are delivered, closes the last one.
    pub(super) fn end(mut self) {
        if self.courier.is_some() {
            self.finish();
        }
        if let Some(journal) = self.journal.take() {
            // If this fails the next start finds in the journal what the segments lack.
            let _ = journal.end();
        }
    }

    /// Closes the segment if it is large or old.
    pub(super) fn rotate_if_due(&mut self) {
        let segment = &self.segment;
        let due = segment.durable >= self.options.segment_bytes
            || segment.since.elapsed() >= self.options.segment_age && segment.durable > 0;
        if due {
            self.finish();
        }
    }

    /// Closes the segment, has it delivered where that is wished, and removes what is beyond the limit.
    pub(super) fn finish(&mut self) {
        if self.finished || self.segment.durable == 0 {
            return;
        }
        self.finished = true;
        if let Some(courier) = &self.courier {
            courier.closed(self.segment.number);
        }
        if let Some(keep) = self.options.keep_bytes {
            // What cannot be removed now is tried again at the next rotation.
            let _ = self.remove_beyond(keep);
        }
    }

    fn remove_beyond(&self, keep: u64) -> std::io::Result<()> {
        let segments = segments(&self.path)?;
        let mut total: u64 = segments.iter().map(|(_, size)| size).sum();
        for (path, size) in &segments {
            // What is still to be delivered stays.
            let waits = self.courier.as_ref().is_some_and(|courier| number(path) > Some(courier.delivered()));
            if total <= keep || *path == self.segment.path || waits {
                break;
            }
            fs::remove_file(path)?;
            total -= size;
        }
        Ok(())
    }
}

/// Which step of an append failed.
enum Failed {
    Write,
    Sync,
}

impl Segment {
    fn create(folder: &Path, number: u64) -> std::io::Result<Segment> {
        let path = path_of(folder, number);
        let file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(&path);
        let file = match file {
            // Left by an append that failed right after creating it; nothing in it was acknowledged.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let file = OpenOptions::new().append(true).open(&path)?;
                file.set_len(0)?;
                file
            }
            file => file?,
        };
        File::open(folder)?.sync_all()?;
        let file = Arc::new(file);
        Ok(Segment { path, number, file, durable: 0, torn: false, since: Instant::now() })
    }

    /// Goes on with a segment, its torn end cut off.
    fn resume(path: &Path) -> std::io::Result<(Segment, Option<Cut>)> {
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        let length = file.metadata()?.len();
        let sound = sound_length(&file, length)?;
        if sound < length {
            file.set_len(sound)?;
        }
        // What the last process wrote without syncing counts from now on.
        file.sync_all()?;
        let cut = (sound < length).then(|| Cut { file: path.to_owned(), bytes: length - sound });
        let number = number(path).unwrap_or(1);
        let (path, file, since) = (path.to_owned(), Arc::new(file), Instant::now());
        Ok((Segment { path, number, file, durable: sound, torn: false, since }, cut))
    }

    fn append(
        &mut self,
        lines: &[u8],
        journal: Option<&mut Journal>,
    ) -> Result<(), (std::io::Error, Failed)> {
        if self.torn {
            self.file.set_len(self.durable).map_err(|error| (error, Failed::Write))?;
        }
        self.torn = true;
        let place = Place { segment: self.number, offset: self.durable };
        let step = (&*self.file).write_all(lines).map_err(|error| (error, Failed::Write));
        let step = step.and_then(|()| {
            let synced = match journal {
                Some(journal) => journal.record(&self.file, place, lines),
                None => self.file.sync_data(),
            };
            synced.map_err(|error| (error, Failed::Sync))
        });
        match step {
            Ok(()) => self.durable += lines.len() as u64,
            Err(failure) => {
                // If this fails, the next append tries again before it writes.
                self.torn = self.file.set_len(self.durable).is_err();
                return Err(failure);
            }
        }
        self.torn = false;
        Ok(())
    }
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK);
    let io = |source| OpenError::Io { path: path.clone(), source };
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

/// The length up to the end of the last line that can be a record. Behind it lies what a crash tore: the
/// beginning of a line, or blocks that were never filled. Acknowledged lines were synced whole.
fn sound_length(file: &File, length: u64) -> std::io::Result<u64> {
    let mut window = TAIL.min(length);
    loop {
        let start = length - window;
        let mut tail = vec![0; usize::try_from(window).map_err(std::io::Error::other)?];
        file.read_exact_at(&mut tail, start)?;
        if let Some(end) = last_sound_end(&tail, start == 0) {
            return Ok(start + end as u64);
        }
        if start == 0 {
            return Ok(0);
        }
        window = (window * 2).min(length);
    }
}

/// Where the last sound line of a piece ends. A line that begins before the piece is not judged unless the
/// piece begins the file.
fn last_sound_end(piece: &[u8], whole: bool) -> Option<usize> {
    let mut ends = memchr::memrchr_iter(b'\n', piece).peekable();
    while let Some(end) = ends.next() {
        let start = match ends.peek() {
            Some(before) => before + 1,
            None if whole => 0,
            None => return None,
        };
        let line = piece.get(start..end)?;
        if line.first() == Some(&b'{') && line.last() == Some(&b'}') && memchr::memchr(0, line).is_none() {
            return Some(end + 1);
        }
    }
    None
}
