//! One file per command.

pub mod causes;
pub mod check;
pub mod cluster;
pub mod collect;
pub mod completions;
pub mod demo;
pub mod diagnose;
pub mod explain;
pub mod export;
pub mod fix;
pub mod fix_live;
pub mod fix_sources;
pub mod job;
pub mod keys;
pub mod live;
pub mod man;
pub mod probe;
pub mod serve;
pub mod simulate;
pub mod target;
pub mod token;
pub mod trail;
pub mod undo;
pub mod webhook;
pub mod whoami;

use std::io;

/// Why a command failed: a failure of rolecall or of how it was called, never a finding.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A file or folder could not be read.
    #[error("cannot read `{name}`")]
    Read {
        /// What the user wrote.
        name: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file or folder could not be written.
    #[error("cannot write `{name}`")]
    Output {
        /// What the user wrote.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The service does not run, or a running one does not answer as asked.
    #[error("{}", chain(source.as_ref()))]
    Service {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
        /// What to do about it.
        remedy: Option<String>,
    },
    /// Standard output could not be written.
    #[error("cannot write the output")]
    Write(#[from] io::Error),
    /// The user asked for something that does not exist, or gave something that is not what it should be.
    #[error("{fact}")]
    Unknown {
        /// What is not known, the user's words in backticks.
        fact: String,
        /// What to do instead.
        remedy: String,
    },
}

impl Failure {
    /// Whether the reader of our output went away, as `head` does: no failure at all.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What to do instead, if there is a way.
    pub fn remedy(&self) -> Option<&str> {
        match self {
            Failure::Unknown { remedy, .. } => Some(remedy),
            Failure::Service { remedy, .. } => remedy.as_deref(),
            _ => None,
        }
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // A transparent error says the same as its source.
        let said = error.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = error.source();
    }
    text
}

/// Result of a command.
pub type Done = Result<crate::exit::Exit, Failure>;

/// Largest text taken from standard input: logs are cut by whoever pipes them.
pub const STDIN_LIMIT: u64 = 8 * 1024 * 1024;
