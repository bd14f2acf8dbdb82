//! What was collected: the files of an evidence folder, in memory.

use rolecall_model::evidence::Evidence;

use crate::desk::Side;
use crate::refusal::RefusalKind;

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// Name and text of each file.
    pub files: Vec<(String, String)>,
    /// What could not be read, for the user.
    pub troubles: Vec<Trouble>,
    /// Calls that were made.
    pub calls: Vec<Call>,
    /// What was found on the way.
    pub seen: Seen,
}

/// What was found on the way, for whoever goes on from there.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The namespace that was looked into.
    pub namespace: Option<String>,
    /// The pod that was chosen.
    pub pod: Option<String>,
    /// The service account.
    pub service_account: Option<String>,
    /// The role's ARN.
    pub role: Option<String>,
    /// The account of the credentials.
    pub account: Option<String>,
    /// Who asked.
    pub caller: Option<String>,
}

/// Something that could not be read.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub(crate) side: Side,
    /// Of what sort it is.
    pub kind: RefusalKind,
    /// What was asked.
    pub what: String,
    /// The answer.
    pub line: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What was asked.
    pub what: String,
    /// Its place in the longest chain of calls that wait for each other, from 1.
    pub depth: usize,
}

impl Collected {
    /// The text of a file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// The length of the longest chain of calls that waited for each other.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.calls.iter().map(|call| call.depth).max().unwrap_or(0)
    }
}

/// The evidence that the files make, read as a folder's files are read.
#[must_use]
pub fn evidence(files: &[(String, String)]) -> Evidence {
    let mut sorted: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    rolecall_collect::read_files(&sorted)
}
