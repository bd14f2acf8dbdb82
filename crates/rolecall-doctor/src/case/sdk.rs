//! Which SDK called, as far as texts, user agents and images tell, and whether it knows web identity.

use rolecall_model::document::{At, Located, Text};
use rolecall_model::span::Span;

use super::Case;
use crate::sdk;

/// What is known of the SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sdk {
    /// It has known web identity from the first release, or its version is late enough.
    Knows {
        /// How that is known.
        name: &'static str,
    },
    /// Its version is shown, and is older than the first that knows web identity.
    TooOld {
        /// Product and version as shown, and where.
        shown: Text,
        /// The first version that knows web identity.
        since: &'static str,
    },
    /// Nothing tells.
    Unknown,
}

/// Words that only SDKs print which have known web identity from their first release.
const GENERATIONS: [(&str, &str); 7] = [
    ("software.amazon.awssdk", "AWS SDK for Java v2"),
    ("https response error StatusCode", "AWS SDK for Go v2"),
    ("get identity: get credentials", "AWS SDK for Go v2"),
    ("$metadata", "AWS SDK for JavaScript v3"),
    ("aws-sdk-rust/", "AWS SDK for Rust"),
    ("aws_smithy", "AWS SDK for Rust"),
    ("aws-sdk-kotlin/", "AWS SDK for Kotlin"),
];

impl Case<'_> {
    /// Which SDK called. A version that is shown says more than the form of a message.
    #[must_use]
    pub fn sdk(&self) -> Sdk {
        let mut shown = self.lines();
        shown.extend(self.attempt().events.iter().filter_map(|event| event.user_agent.clone()));
        if let Some(pod) = self.pod().pod.present() {
            shown.extend(pod.containers.iter().filter_map(|container| container.image.clone()));
        }
        if let Some(sdk) = shown.iter().find_map(by_version) {
            return sdk;
        }
        let words = |text: &Text| GENERATIONS.iter().find(|(words, _)| text.value.contains(words));
        match shown.iter().find_map(words) {
            Some((_, name)) => Sdk::Knows { name },
            None => Sdk::Unknown,
        }
    }
}

fn by_version(text: &Text) -> Option<Sdk> {
    let product = sdk::shown(&text.value)?;
    if product.knows_web_identity {
        return Some(Sdk::Knows { name: "its version" });
    }
    let start = text.at.span.start as usize;
    let span = Span::new(start + product.at.start, start + product.at.end);
    let words = text.value.get(product.at).unwrap_or_default().to_owned();
    let shown = Located::new(words, At::new(text.at.document, span));
    Some(Sdk::TooOld { shown, since: product.since })
}
