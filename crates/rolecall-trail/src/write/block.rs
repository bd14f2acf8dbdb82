//! Writing past the system's cache: whole blocks, from memory that begins where a block may.

use std::fs::File;
use std::path::Path;

/// What devices and file systems take as a block (open(2), O_DIRECT): none asks for more than a page.
pub(super) const SIZE: usize = 4096;

/// Bytes as whole blocks.
pub(super) fn whole(bytes: usize) -> usize {
    bytes.next_multiple_of(SIZE)
}

/// Opens a file for writing past the cache; `None` where the file system or the system has no such thing.
#[cfg(target_os = "linux")]
pub(super) fn open(path: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let direct = i32::try_from(rustix::fs::OFlags::DIRECT.bits()).ok()?;
    std::fs::OpenOptions::new().write(true).custom_flags(direct).open(path).ok()
}

/// As above.
#[cfg(not(target_os = "linux"))]
pub(super) fn open(_: &Path) -> Option<File> {
    None
}

/// Memory that is filled again and again, beginning where a block may.
#[derive(Default)]
pub(super) struct Aligned {
    bytes: Vec<u8>,
}

impl Aligned {
    /// The pieces one behind the other, filled up with zeros to whole blocks.
    pub(super) fn fill(&mut self, pieces: &[&[u8]]) -> &[u8] {
        let length = whole(pieces.iter().map(|piece| piece.len()).sum());
        self.bytes.clear();
        // So much that nothing moves below.
        self.bytes.reserve(length + SIZE);
        let start = self.bytes.as_ptr().align_offset(SIZE).min(SIZE);
        self.bytes.resize(start, 0);
        for piece in pieces {
            self.bytes.extend_from_slice(piece);
        }
        self.bytes.resize(start + length, 0);
        self.bytes.get(start..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_begins_where_a_block_may() {
        let mut memory = Aligned::default();
        for length in [1, SIZE - 3, SIZE - 2, SIZE - 1, 3 * SIZE, 100_000, 5] {
            let line = vec![b'x'; length];
            let filled = memory.fill(&[b"ab", &line]);
            assert_eq!(filled.as_ptr() as usize % SIZE, 0);
            assert_eq!(filled.len(), whole(length + 2));
            assert!(filled.starts_with(b"abx"));
            assert!(filled[length + 2..].iter().all(|byte| *byte == 0));
        }
    }
}
