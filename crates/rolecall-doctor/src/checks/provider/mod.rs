//! Causes in the IAM OIDC provider.

pub mod audience_unregistered;
pub mod missing;
pub mod thumbprint_mismatch;
pub mod url_mismatch;

use rolecall_model::arn::Arn;
use rolecall_model::document::Text;
use rolecall_model::provider_url::{Likeness, likeness};

use crate::case::Case;

/// The registered provider that resembles the issuer without being it.
fn resembling(case: &Case<'_>, name: &str) -> Option<(Text, String, Likeness)> {
    let detail =
        case.provider().detail.present().map(|provider| (provider.url.clone(), provider.url.value.clone()));
    let listed = case.provider().list.present().into_iter().flatten();
    let listed =
        listed.filter_map(|arn| Some((arn.clone(), Arn::parse(&arn.value)?.oidc_provider()?.to_owned())));
    listed.chain(detail).find_map(|(text, registered)| {
        let likeness = likeness(&registered, name);
        (!matches!(likeness, Likeness::Same | Likeness::Different)).then_some((text, registered, likeness))
    })
}
