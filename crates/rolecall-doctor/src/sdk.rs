//! SDKs as user agents show them, and whether they know web identity.
//!
//! Source: Amazon EKS User Guide, "Use IRSA with the AWS SDK" (table of first versions); reference cli.md §8.

use std::ops::Range;

/// A product with its version, as a text shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
    /// Whether it knows web identity.
    pub knows_web_identity: bool,
    /// The first version that does.
    pub since: &'static str,
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

/// The first product of the table that a user agent, a log line or the name of an image shows with a version; none where
/// it shows none.
#[must_use]
pub fn shown(text: &str) -> Option<Shown> {
    let lower = text.to_ascii_lowercase();
    FIRST.iter().find_map(|(product, since)| {
        let start = lower.find(product)?;
        // A generation in the table (`…/2`) is part of the version.
        let name = product.trim_end_matches(|c: char| c.is_ascii_digit());
        let rest = lower.get(start + name.len()..).unwrap_or_default();
        let version: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        if numbers(&version).len() < 2 {
            return None;
        }
        let end = start + name.len() + version.len();
        Some(Shown { at: start..end, knows_web_identity: numbers(&version) >= numbers(since), since })
    })
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
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
            ("aws-sdk-java/1.11.703", Some(false)),
            ("aws-sdk-java/1.11.704", Some(true)),
            ("nothing", None),
        ];
        for (text, wanted) in table {
            let found = shown(text).map(|product| product.knows_web_identity);
            assert_eq!(found, wanted, "{text}");
        }
    }
}
