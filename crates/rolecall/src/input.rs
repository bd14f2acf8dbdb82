//! Texts that the user names on the command line: a file, or `-` for standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::commands::Failure;

/// Largest text taken, in bytes: no document that AWS takes or prints comes near it.
pub const LIMIT: u64 = 8 * 1024 * 1024;

/// The whole text of a file, or of standard input for `-`; UTF-8 or UTF-16.
///
/// # Errors
/// Fails where it cannot be read, is larger than [`LIMIT`] or is no text.
pub fn text(target: &Path) -> Result<String, Failure> {
    let name = if target == Path::new("-") { "standard input".into() } else { target.display().to_string() };
    let failed =
        |source: Box<dyn std::error::Error + Send + Sync>| Failure::Read { name: name.clone(), source };
    let bytes = bytes(target).map_err(|error| failed(Box::new(error)))?;
    rolecall_collect::decode(&bytes).map_err(|why| failed(why.into()))
}

fn bytes(target: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if target == Path::new("-") {
        io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes)?;
    } else {
        File::open(target)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::other(format!("it is larger than {LIMIT} bytes")));
    }
    Ok(bytes)
}
