//! Which SDK called, as far as texts, user agents and images tell, and whether it knows web identity.
//!
//! Source: Amazon EKS User Guide, "Use IRSA with the AWS SDK" (table of first versions); reference cli.md §8.

use rolecall_model::document::{At, Located, Text};
use rolecall_model::span::Span;

use super::Case;

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

/// Products as user agents write them, and the first version that knows web identity.
const FIRST: [(&str, &str); 13] = [
    ("aws-sdk-java/2", "2.10.11"),
    ("aws-sdk-java/1", "1.11.704"),
    ("aws-sdk-go-v2/", "0.0.0"),
    ("aws-sdk-go/", "1.23.13"),
    ("botocore/", "1.12.200"),
    ("boto3/", "1.9.220"),
    ("aws-cli/", "1.16.232"),
    ("aws-sdk-nodejs/", "2.525.0"),
    ("aws-sdk-js/3", "3.27.0"),
    ("aws-sdk-ruby3/", "3.58.0"),
    ("aws-sdk-cpp/", "1.7.174"),
    ("aws-sdk-php/", "3.110.7"),
    ("aws-cli:", "1.16.232"),
];

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
    let lower = text.value.to_ascii_lowercase();
    for (product, since) in FIRST {
        let Some(start) = lower.find(product) else { continue };
        // A generation in the table (`…/2`) is part of the version.
        let name = product.trim_end_matches(|c: char| c.is_ascii_digit());
        let version: String = lower
            .get(start + name.len()..)
            .unwrap_or_default()
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        if numbers(&version).len() < 2 {
            continue;
        }
        if numbers(&version) >= numbers(since) {
            return Some(Sdk::Knows { name: "its version" });
        }
        let end = start + name.len() + version.len();
        let span = Span::new(text.at.span.start as usize + start, text.at.span.start as usize + end);
        let words = text.value.get(start..end).unwrap_or_default().to_owned();
        return Some(Sdk::TooOld { shown: Located::new(words, At::new(text.at.document, span)), since });
    }
    None
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use rolecall_model::document::DocumentId;

    use super::*;

    #[test]
    fn versions_are_compared_with_the_first_that_knows() {
        let table = [
            ("aws-cli/2.15.0 Python/3.11", Some(true)),
            ("Boto3/1.9.100 Python/2.7 Botocore/1.12.253", Some(true)),
            ("Boto3/1.9.100 Python/2.7", Some(false)),
            ("aws-sdk-java/1.11.500 Linux", Some(false)),
            ("aws-sdk-java/2.31.1", Some(true)),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.9.8 aws-sdk-go-v2/1.36.3", Some(true)),
            ("aws-sdk-go/1.19.0 (go1.12)", Some(false)),
            ("amazon/aws-cli:latest", None),
            ("nothing", None),
        ];
        for (text, wanted) in table {
            let text = Located::new(text.to_owned(), At::new(DocumentId(0), Span::new(0, text.len())));
            let found = by_version(&text).map(|sdk| matches!(sdk, Sdk::Knows { .. }));
            assert_eq!(found, wanted, "{}", text.value);
        }
    }
}
