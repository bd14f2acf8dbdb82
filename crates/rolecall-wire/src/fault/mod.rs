//! Refusals and failures, and the bytes in which each protocol says them.

mod code;
mod render;

pub use code::Code;

use std::borrow::Cow;

/// What a caller is told instead of a result: AWS's code and sentence. Neither may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code:?}: {message}")]
pub struct Fault {
    /// The code; its text and status depend on the service that answers.
    pub code: Code,
    /// AWS's sentence.
    pub message: Cow<'static, str>,
    /// The cluster concerned, which EKS names beside the sentence.
    pub cluster: Option<Box<str>>,
}

impl Fault {
    /// A fault of this code with this sentence.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Fault {
        Fault { code, message: message.into(), cluster: None }
    }

    /// Names the cluster concerned.
    #[must_use]
    pub fn about_cluster(mut self, name: &str) -> Fault {
        self.cluster = Some(name.into());
        self
    }

    /// The answer to a request of which service or operation cannot be told (reference sts.md §1.2).
    #[must_use]
    pub fn undetermined() -> Fault {
        Fault::new(Code::Undetermined, "Unable to determine service/operation name to be authorized")
    }

    /// The answer to a request that should be signed and is not (sigv4.md §6).
    #[must_use]
    pub fn unsigned() -> Fault {
        Fault::new(Code::MissingAuthenticationToken, "Request is missing Authentication Token")
    }

    /// The answer when the access key is unknown, inactive or deleted, or a token does not belong to it
    /// (sigv4.md §5, §6).
    #[must_use]
    pub fn unknown_key() -> Fault {
        Fault::new(Code::InvalidClientTokenId, "The security token included in the request is invalid.")
    }

    /// The answer when a session token was sent that cannot be read or opened: AWS spells this one without
    /// full stop (sigv4.md §5).
    #[must_use]
    pub fn bad_token() -> Fault {
        Fault::new(Code::InvalidClientTokenId, "The security token included in the request is invalid")
    }

    /// The answer when the session is over (sigv4.md §6).
    #[must_use]
    pub fn expired_session() -> Fault {
        Fault::new(Code::ExpiredToken, "The security token included in the request is expired")
    }

    /// The answer to too many requests.
    #[must_use]
    pub fn throttled() -> Fault {
        Fault::new(Code::Throttling, "Rate exceeded")
    }
}
