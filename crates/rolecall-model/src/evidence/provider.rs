//! The IAM OIDC providers of the role's account.

use super::fact::Fact;
use crate::document::{DocumentId, Text};

/// What is known of the providers.
#[derive(Clone, Debug)]
pub struct ProviderEvidence {
    /// ARNs that `aws iam list-open-id-connect-providers` printed.
    pub list: Fact<Vec<Text>>,
    /// One provider in full, as `aws iam get-open-id-connect-provider` printed it.
    pub detail: Fact<Provider>,
}

/// A provider in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The document.
    pub document: DocumentId,
    /// Host and path, without `https://`.
    pub url: Text,
    /// Client ids: audiences that it takes. None if the file does not say.
    pub client_ids: Option<Vec<Text>>,
    /// Thumbprints. None if the file does not say.
    pub thumbprints: Option<Vec<Text>>,
    /// Place of the client id list, for a caret when it is empty.
    pub client_ids_at: Option<crate::document::At>,
    /// Creation.
    pub created: Option<crate::instant::Instant>,
}
