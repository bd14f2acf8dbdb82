//! The tables of the file, its format version, and the steps from older formats.

use redb::{ReadableTable, TableDefinition, WriteTransaction};

/// Key to (revision, value).
pub(super) const VALUES: TableDefinition<'_, &str, (u64, &[u8])> = TableDefinition::new("values");
/// `format` and `revision`.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// In [`META`]: the version of the file's format.
pub(super) const FORMAT: &str = "format";
/// In [`META`]: the revision of the last commit.
pub(super) const REVISION: &str = "revision";

/// One step from a format to the next.
pub(super) type Step = fn(&WriteTransaction) -> Result<(), redb::Error>;

/// A format and how older files come to it.
pub(super) struct Format {
    /// The version written and read.
    pub(super) version: u64,
    /// The first leads from version 1 to 2, and so on; one fewer than `version`.
    pub(super) steps: &'static [Step],
}

/// The format of this rolecall.
pub(super) const CURRENT: Format = Format { version: 1, steps: &[] };

/// What a file is, seen by a format.
pub(super) enum Standing {
    /// It has the format now; at this revision.
    Ready(u64),
    /// It is of a newer format.
    Newer(u64),
    /// It has no format or no revision: it is not ours.
    Foreign,
}

/// Writes the tables of an empty store.
pub(super) fn initialise(write: &WriteTransaction, format: &Format) -> Result<(), redb::Error> {
    write.open_table(VALUES)?;
    let mut meta = write.open_table(META)?;
    meta.insert(FORMAT, format.version)?;
    meta.insert(REVISION, 0)?;
    Ok(())
}

/// Brings a file to the format, within one transaction of the caller's.
pub(super) fn migrate(write: &WriteTransaction, format: &Format) -> Result<Standing, redb::Error> {
    let meta = |name: &str| -> Result<Option<u64>, redb::Error> {
        Ok(write.open_table(META)?.get(name)?.map(|value| value.value()))
    };
    let (Some(found), Some(revision)) = (meta(FORMAT)?, meta(REVISION)?) else {
        return Ok(Standing::Foreign);
    };
    if found > format.version {
        return Ok(Standing::Newer(found));
    }
    let done = usize::try_from(found.saturating_sub(1)).unwrap_or(usize::MAX);
    for step in format.steps.iter().skip(done) {
        step(write)?;
    }
    write.open_table(META)?.insert(FORMAT, format.version)?;
    Ok(Standing::Ready(revision))
}
