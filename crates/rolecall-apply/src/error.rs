//! Why a change was not made.

use std::path::PathBuf;

use rolecall_live::refusal::Refusal;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// AWS or Kubernetes refused a call.
    #[error("{}", .0.line)]
    Refused(Refusal),
    /// The live object is neither as the edit found it nor as it would leave it.
    #[error("{what} was changed by somebody else meanwhile: it is left alone")]
    Changed {
        /// What.
        what: String,
    },
    /// There is nothing that makes the pod anew.
    #[error("pod `{pod}` has no controller that would make it anew")]
    BarePod {
        /// The pod.
        pod: String,
    },
    /// No pods come of a mark on the workload's template.
    #[error("the pods of {workload} are not made anew by a change of it: {why}")]
    Held {
        /// The workload.
        workload: String,
        /// Why.
        why: &'static str,
    },
    /// An edit of a file is no live change.
    #[error("`{0}` is a file of yours: it is not changed from here")]
    File(String),
    /// The journal could not be read or written.
    #[error("cannot use the undo file `{}`", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl From<Refusal> for ApplyError {
    fn from(refusal: Refusal) -> Self {
        ApplyError::Refused(refusal)
    }
}

impl ApplyError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        match self {
            ApplyError::Refused(refusal) => refusal.remedy.clone(),
            ApplyError::Changed { .. } => Some("diagnose again, and look at who changes it".into()),
            ApplyError::BarePod { pod } => {
                Some(format!("delete `{pod}` and create it again from its manifest"))
            }
            ApplyError::Held { .. } => Some("delete its pods one by one, or let it roll them first".into()),
            ApplyError::File(_) => Some("`rolecall fix … --in DIR` changes it where it is kept".into()),
            ApplyError::Journal { .. } => {
                Some("name the file that the fix named, `rolecall-undo-….json`".into())
            }
        }
    }
}
