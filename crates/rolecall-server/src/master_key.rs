//! The master key: from the environment, from a file of mode 0600 outside the data folder, or made for memory alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rolecall_model::secret::Secret;

use crate::keys::{KEY_LENGTH, Key};
use crate::random::Random;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is not base64 of 32 bytes.
    #[error("the master key in {place} is not base64 of 32 bytes")]
    Form {
        /// Where the text stood.
        place: String,
    },
    /// The file may be read by others.
    #[error("the key file `{}` may be read by others (mode {mode:o})", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The data folder holds data, and its key file is gone.
    #[error("the key file `{}` of this data folder is missing", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("the key file `{}` cannot be used", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The key file that goes with a data folder where none is named: beside it, never inside.
#[must_use]
pub fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().map(|name| name.to_os_string()).unwrap_or_default();
    name.push(".key");
    data.with_file_name(name)
}

/// Reads a key given as text.
///
/// # Errors
/// Where it is not base64 of 32 bytes.
pub fn from_text(text: &Secret<String>) -> Result<Key, MasterKeyError> {
    parse(text.expose(), "the environment")
}

/// Reads the key of a file; makes it where the data folder is new.
///
/// # Errors
/// Where the file is missing beside existing data, may be read by others, or holds no key.
pub fn from_file(file: &Path, is_new: bool, random: &dyn Random) -> Result<Key, MasterKeyError> {
    let io = |source| MasterKeyError::Io { file: file.to_owned(), source };
    let open = match fs::File::open(file) {
        Ok(open) => open,
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_new => return make(file, random),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(MasterKeyError::Missing { file: file.to_owned() });
        }
        Err(error) => return Err(io(error)),
    };
    let mode = open.metadata().map_err(io)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(MasterKeyError::Open { file: file.to_owned(), mode });
    }
    let mut text = String::new();
    open.take(1024).read_to_string(&mut text).map_err(io)?;
    parse(Secret::new(text).expose(), &format!("`{}`", file.display()))
}

/// A key that ends with the process.
#[must_use]
pub fn passing(random: &dyn Random) -> Option<Key> {
    let mut bytes = [0; KEY_LENGTH];
    random.fill(&mut bytes);
    Key::new(&bytes)
}

fn make(file: &Path, random: &dyn Random) -> Result<Key, MasterKeyError> {
    let io = |source| MasterKeyError::Io { file: file.to_owned(), source };
    let mut bytes = [0; KEY_LENGTH];
    random.fill(&mut bytes);
    let text = Secret::new(format!("{}\n", STANDARD.encode(bytes)));
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(io)?;
    out.write_all(text.expose().as_bytes()).and_then(|()| out.sync_all()).map_err(io)?;
    parse(text.expose(), &format!("`{}`", file.display()))
}

fn parse(text: &str, place: &str) -> Result<Key, MasterKeyError> {
    let form = || MasterKeyError::Form { place: place.to_owned() };
    let bytes = Secret::new(STANDARD.decode(text.trim()).map_err(|_| form())?);
    let bytes: &[u8; KEY_LENGTH] = bytes.expose().as_slice().try_into().map_err(|_| form())?;
    Key::new(bytes).ok_or_else(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let file = beside(&data);
        assert_eq!(file, folder.path().join("data.key"));
        let random = Seeded::new(21);
        assert!(matches!(from_file(&file, false, &random), Err(MasterKeyError::Missing { .. })));
        let made = from_file(&file, true, &random).unwrap();
        let sealed = made.seal(b"x", b"", &random);
        assert_eq!(from_file(&file, false, &random).unwrap().open(&sealed, b"").unwrap(), b"x");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(from_file(&file, false, &random), Err(MasterKeyError::Open { mode: 0o640, .. })));
    }

    #[test]
    fn texts_that_are_no_key() {
        for text in ["", "x", "AAAA", &STANDARD.encode([0; 31]), &STANDARD.encode([0; 33])] {
            assert!(from_text(&Secret::new(text.to_owned())).is_err(), "{text}");
        }
        assert!(from_text(&Secret::new(STANDARD.encode([0; 32]))).is_ok());
    }
}
