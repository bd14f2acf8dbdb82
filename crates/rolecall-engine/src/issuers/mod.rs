//! Known issuers of tokens: how each is recognised, how its subjects are built, which of its claims STS offers as
//! condition keys and since when.

mod neighbour;
mod subject;
mod table;

use rolecall_model::evidence::token::JsonObject;
use rolecall_model::instant::Instant;
use rolecall_model::provider_url::host;

pub use neighbour::{Neighbour, neighbours};
pub use subject::segments;
pub use table::{Family, Issuer, TABLE};

/// What is known of an issuer.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    row: &'static Issuer,
}

/// Whether STS offers a claim as a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySupport {
    /// For every issuer, ever since.
    Always,
    /// Since that day, which has passed or whose passing is not known.
    Since(Instant),
    /// Since that day, which is after the instant in question.
    NotYet(Instant),
    /// Not for this issuer.
    Never,
}

/// Claims that become keys for every OIDC issuer (policy reference section 11).
pub(crate) const UNIVERSAL: [&str; 5] = ["aud", "sub", "amr", "email", "oaud"];

/// The row for a provider by its name (host and path); the claims tell self-hosted issuers of some families.
#[must_use]
pub fn known(provider: &str, claims: Option<&JsonObject>) -> Known {
    let bare = provider.trim_end_matches('/');
    let (host, path) = (host(bare), bare.split_once('/').map_or("", |(_, path)| path));
    let by_name = TABLE.iter().find(|row| row.recognises(host, path));
    let by_claims = || {
        let claims = claims?;
        TABLE.iter().find(|row| !row.marks.is_empty() && row.marks.iter().all(|claim| claims.has(claim)))
    };
    let by_subject = || {
        let subject = claims?.text("sub")?;
        subject
            .value
            .starts_with("system:serviceaccount:")
            .then(|| TABLE.iter().find(|row| row.family == Family::Kubernetes && row.hosts.is_empty()))?
    };
    Known { row: by_name.or_else(by_claims).or_else(by_subject).unwrap_or(&table::OTHER) }
}

/// Whether STS offers `claim` of the provider as a condition key at an instant; none means now.
#[must_use]
pub fn key_support(provider: &str, claim: &str, at: Option<Instant>) -> KeySupport {
    known(provider, None).key_support(claim, at)
}

impl Known {
    /// As [`key_support`], for an issuer that was looked up already.
    #[must_use]
    pub fn key_support(&self, claim: &str, at: Option<Instant>) -> KeySupport {
        if UNIVERSAL.iter().any(|known| known.eq_ignore_ascii_case(claim)) {
            return KeySupport::Always;
        }
        if !self.row.keys.iter().any(|key| key.eq_ignore_ascii_case(claim)) {
            return KeySupport::Never;
        }
        match (self.row.keys_since, at) {
            (None, _) => KeySupport::Always,
            (Some(since), Some(at)) if at.0 < since => KeySupport::NotYet(Instant(since)),
            (Some(since), _) => KeySupport::Since(Instant(since)),
        }
    }

    /// Its row.
    #[must_use]
    pub fn issuer(&self) -> &'static Issuer {
        self.row
    }

    /// Its family.
    #[must_use]
    pub fn family(&self) -> Family {
        self.row.family
    }

    /// The audience that its tokens have unless another is asked for.
    #[must_use]
    pub fn default_audience(&self) -> Option<&'static str> {
        self.row.default_audience
    }

    /// Whether its subjects are service accounts.
    #[must_use]
    pub fn is_kubernetes(&self) -> bool {
        self.row.family == Family::Kubernetes
    }

    /// Whether it is GitHub in any of its forms.
    #[must_use]
    pub fn is_github(&self) -> bool {
        self.row.family == Family::GitHub
    }
}

impl Issuer {
    fn recognises(&self, host: &str, path: &str) -> bool {
        self.hosts.iter().any(|pattern| matches(pattern, host, path))
    }
}

/// Whether a host and path are what a pattern means. Every exchange asks this of every row, and the first letter says no to
/// most.
fn matches(pattern: &str, host: &str, path: &str) -> bool {
    let first = |text: &str| text.bytes().next().map(|byte| byte.to_ascii_lowercase());
    if first(pattern) != Some(b'*') && first(pattern) != first(host) {
        return false;
    }
    let (wanted_host, wanted_path) = pattern.split_once('/').unwrap_or((pattern, ""));
    matches_host(wanted_host, host) && path.starts_with(wanted_path)
}

/// The one `*` of a pattern stands for any run of characters.
fn matches_host(pattern: &str, host: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern.eq_ignore_ascii_case(host) };
    let begins = host.get(..before.len()).is_some_and(|start| start.eq_ignore_ascii_case(before));
    let rest = host.get(before.len()..).unwrap_or_default();
    let end = rest.len().checked_sub(after.len()).and_then(|at| rest.get(at..));
    begins && end.is_some_and(|end| end.eq_ignore_ascii_case(after))
}

#[cfg(test)]
mod tests {
    use rolecall_model::document::DocumentId;
    use rolecall_model::json;

    use super::*;

    #[test]
    fn hosts() {
        let eks = "oidc.eks.*.amazonaws.com";
        for (pattern, host, matches) in [
            (eks, "oidc.eks.eu-west-1.amazonaws.com", true),
            (eks, "OIDC.eks.eu-west-1.AmazonAWS.com", true),
            (eks, "oidc.eks.eu-west-1.amazonaws.com.cn", false),
            (eks, "oidc.eks.amazonaws.com", false),
            (eks, "oidc.eks.é.amazonaws.com", true),
            (eks, "x", false),
            ("*.okta.com", "acme.okta.com", true),
            ("*.okta.com", "okta.com", false),
            ("gitlab.com", "GitLab.com", true),
            ("gitlab.com", "gitlab.com.example", false),
        ] {
            assert_eq!(matches_host(pattern, host), matches, "{pattern} {host}");
        }
        // What the function counts on.
        let hosts = TABLE.iter().flat_map(|row| row.hosts);
        assert!(hosts.clone().count() > 20);
        for pattern in hosts {
            assert!(pattern.matches('*').count() <= 1 && !pattern.contains('?'), "{pattern}");
        }
        assert_eq!(known("oidc.eks.eu-west-1.amazonaws.com/id/ABC", None).family(), Family::Kubernetes);
    }

    #[test]
    fn clusters_are_told_from_eks() {
        let known = |provider: &str, claims: &str| {
            let node = json::parse(claims).root.unwrap();
            known(provider, Some(&JsonObject { document: DocumentId(0), node })).issuer().name
        };
        let subject = r#"{"sub": "system:serviceaccount:shop:api"}"#;
        let table = [
            ("oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", subject, "Amazon EKS"),
            ("idp.example.com", subject, "Kubernetes"),
            ("idp.example.com", r#"{"sub": "x", "kubernetes.io": {}}"#, "Kubernetes"),
            ("idp.example.com", r#"{"sub": "system:serviceaccount"}"#, "another issuer"),
        ];
        for (provider, claims, wanted) in table {
            assert_eq!(known(provider, claims), wanted, "{provider} {claims}");
        }
    }
}
