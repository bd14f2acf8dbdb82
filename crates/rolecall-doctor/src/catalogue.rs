//! THE LIST of causes, in the order in which they would stop an attempt: what fails earlier explains what follows.

use crate::check::Check;
use crate::checks::serviceaccount;

/// Every cause, the one that stops an attempt earliest first.
pub const CATALOGUE: &[Check] = &[serviceaccount::annotation_missing::CHECK];

/// The cause of that slug.
#[must_use]
pub fn find(slug: &str) -> Option<&'static Check> {
    CATALOGUE.iter().find(|check| check.slug == slug)
}
