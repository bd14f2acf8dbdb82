//! Opening a file without touching it: what would be written stays in memory.
//!
//! redb repairs while it opens, and trusts a file that was closed cleanly. So each file is opened here
//! first, every checksum in it is verified, and only a file that passes is opened for good.

use redb::StorageBackend;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, PoisonError};

/// Writes are kept in pieces of this many bytes.
const PIECE: u64 = 4096;

/// A file whose writes stay in memory.
#[derive(Debug)]
pub(super) struct Rehearsal {
    file: File,
    overlay: Mutex<Overlay>,
}

#[derive(Debug)]
struct Overlay {
    length: u64,
    /// What lies beyond this in the file counts no more.
    file_length: u64,
    pieces: BTreeMap<u64, Vec<u8>>,
}

impl Rehearsal {
    /// Rehearses on an open file, which is read only.
    pub(super) fn new(file: File) -> std::io::Result<Rehearsal> {
        let length = file.metadata()?.len();
        let overlay = Overlay { length, file_length: length, pieces: BTreeMap::new() };
        Ok(Rehearsal { file, overlay: Mutex::new(overlay) })
    }

    /// The bytes of a piece, from memory or from the file; zeros beyond its end.
    fn piece(&self, overlay: &Overlay, number: u64) -> std::io::Result<Vec<u8>> {
        if let Some(piece) = overlay.pieces.get(&number) {
            return Ok(piece.clone());
        }
        let start = number * PIECE;
        let there = overlay.file_length.saturating_sub(start).min(PIECE);
        let mut piece = vec![0; usize::try_from(there).map_err(Error::other)?];
        self.file.read_exact_at(&mut piece, start)?;
        piece.resize(usize::try_from(PIECE).map_err(Error::other)?, 0);
        Ok(piece)
    }
}

/// Calls `each` with every piece a range touches: its number, where in it the range begins, and how many
/// bytes of the range are done before it.
fn pieces(
    offset: u64,
    length: usize,
    mut each: impl FnMut(u64, usize, usize) -> std::io::Result<usize>,
) -> std::io::Result<()> {
    let mut done = 0;
    while done < length {
        let at = offset + done as u64;
        let within = usize::try_from(at % PIECE).map_err(Error::other)?;
        done += each(at / PIECE, within, done)?;
    }
    Ok(())
}

impl StorageBackend for Rehearsal {
    fn len(&self) -> std::io::Result<u64> {
        Ok(self.overlay.lock().unwrap_or_else(PoisonError::into_inner).length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        let overlay = self.overlay.lock().unwrap_or_else(PoisonError::into_inner);
        if offset.checked_add(out.len() as u64).is_none_or(|end| end > overlay.length) {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        if overlay.pieces.is_empty() && offset + out.len() as u64 <= overlay.file_length {
            return self.file.read_exact_at(out, offset);
        }
        pieces(offset, out.len(), |number, within, done| {
            let piece = self.piece(&overlay, number)?;
            let from = piece.get(within..).unwrap_or_default();
            let to = out.get_mut(done..).unwrap_or_default();
            let count = from.len().min(to.len());
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            Ok(count)
        })
    }

    fn set_len(&self, length: u64) -> std::io::Result<()> {
        let mut overlay = self.overlay.lock().unwrap_or_else(PoisonError::into_inner);
        overlay.length = length;
        overlay.file_length = overlay.file_length.min(length);
        overlay.pieces.split_off(&length.div_ceil(PIECE));
        if let Some(last) = overlay.pieces.get_mut(&(length / PIECE)) {
            let rest = last.iter_mut().skip(usize::try_from(length % PIECE).map_err(Error::other)?);
            rest.for_each(|byte| *byte = 0);
        }
        Ok(())
    }

    fn sync_data(&self) -> std::io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> std::io::Result<()> {
        let mut overlay = self.overlay.lock().unwrap_or_else(PoisonError::into_inner);
        pieces(offset, data.len(), |number, within, done| {
            let mut piece = self.piece(&overlay, number)?;
            let to = piece.get_mut(within..).unwrap_or_default();
            let from = data.get(done..).unwrap_or_default();
            let count = from.len().min(to.len());
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            overlay.pieces.insert(number, piece);
            Ok(count)
        })
    }
}
