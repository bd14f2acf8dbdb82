//! The name under which IAM knows an OIDC provider: the issuer URL without `https://`, compared exactly.

/// The provider name for an issuer: `https://` taken off, nothing else touched. `None` for any other scheme, save
/// `http://` on loopback: AWS can never reach such an issuer, and a service on the same machine may admit it.
///
/// A trailing slash and letter case stay: IAM compares whole strings (AWS STS API reference,
/// AssumeRoleWithWebIdentity; policy reference rule 10.5).
#[must_use]
pub fn provider_name(issuer: &str) -> Option<&str> {
    let plain = || issuer.strip_prefix("http://").filter(|name| is_loopback(name));
    issuer.strip_prefix("https://").or_else(plain)
}

/// Whether a provider name's host, with or without a port, is this machine itself.
#[must_use]
pub fn is_loopback(name: &str) -> bool {
    let host = host(name);
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Providers that are built into IAM: trust policies name them bare and no provider resource exists.
///
/// Source: IAM User Guide, "Principal", web identity session principals.
pub const BUILT_IN: [&str; 4] =
    ["accounts.google.com", "cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com"];

/// Whether the provider name is one of the four that are built in.
#[must_use]
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name)
}

/// Host of a provider name or issuer: up to the first slash, scheme taken off.
#[must_use]
pub fn host(name: &str) -> &str {
    let bare = name.split_once("://").map_or(name, |(_, rest)| rest);
    bare.split('/').next().unwrap_or(bare)
}

/// How two provider names relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Equal to the byte.
    Same,
    /// They differ by a trailing slash alone.
    Slash,
    /// They differ by letter case alone.
    Case,
    /// One carries a scheme such as `https://` that the other lacks.
    Scheme,
    /// Same host, other path: one is the beginning of the other, or a segment of it is absent.
    Path,
    /// Same path, hosts that differ in one or two labels, such as a region.
    HostVariant,
    /// Nothing but chance in common.
    Different,
}

/// Compares two provider names as somebody who registered the one may have meant the other.
///
/// Opaque identifiers in the path (cluster ids, tenant ids) must agree: `…/id/A` is no near miss of `…/id/B`.
#[must_use]
pub fn likeness(a: &str, b: &str) -> Likeness {
    if a == b {
        return Likeness::Same;
    }
    let bare = |name: &str| -> String { name.split_once("://").map_or(name, |(_, rest)| rest).to_owned() };
    let (plain_a, plain_b) = (bare(a), bare(b));
    if plain_a == plain_b {
        return Likeness::Scheme;
    }
    let (cut_a, cut_b) = (plain_a.trim_end_matches('/'), plain_b.trim_end_matches('/'));
    if cut_a == cut_b {
        return Likeness::Slash;
    }
    if cut_a.eq_ignore_ascii_case(cut_b) {
        return Likeness::Case;
    }
    let (host_a, path_a) = cut_a.split_once('/').unwrap_or((cut_a, ""));
    let (host_b, path_b) = cut_b.split_once('/').unwrap_or((cut_b, ""));
    if host_a.eq_ignore_ascii_case(host_b) {
        let nested = path_a.starts_with(path_b) || path_b.starts_with(path_a);
        return if nested { Likeness::Path } else { Likeness::Different };
    }
    if path_a == path_b && kindred_hosts(host_a, host_b) || shared_telling(path_a, path_b) {
        return Likeness::HostVariant;
    }
    Likeness::Different
}

/// Hosts with the same last two labels of which all but at most one label agree, as `s3.us-east-1.…` and
/// `s3.us-east-2.…`, or `vstoken.actions.…` and `token.actions.…`; AWS's own service hosts need more than that.
fn kindred_hosts(a: &str, b: &str) -> bool {
    let labels = |host: &str| host.split('.').map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let (a, b) = (labels(a), labels(b));
    if a.len() < 3 || a.len() != b.len() {
        return false;
    }
    let differing = a.iter().zip(&b).filter(|(x, y)| x != y).count();
    let last_agree = a.iter().rev().zip(b.iter().rev()).take(2).all(|(x, y)| x == y);
    differing == 1 && last_agree && a.len() > 3
}

/// Whether paths have a segment in common that is so particular (a tenant, a cluster) that another host with it is
/// meant to be the same issuer: `sts.windows.net/TENANT/` and `login.microsoftonline.com/TENANT/v2.0`.
fn shared_telling(a: &str, b: &str) -> bool {
    let telling = |segment: &&str| segment.len() >= 16 && segment.bytes().any(|byte| byte.is_ascii_digit());
    a.split('/').filter(telling).any(|segment| b.split('/').any(|other| other == segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses() {
        use Likeness::{Case, Different, HostVariant, Path, Same, Scheme, Slash};
        let eks = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
        let table = [
            (eks, eks, Same),
            ("idp.example.com", "idp.example.com/", Slash),
            ("idp.example.com/T1", "idp.example.com/t1", Case),
            ("https://idp.example.com", "idp.example.com", Scheme),
            ("idp.example.com", "idp.example.com/tenant", Path),
            ("oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", eks, HostVariant),
            ("oidc.eks.eu-west-1.amazonaws.com/id/1123456789ABCDEF0123456789ABCDEF", eks, Different),
            ("bucket.s3.us-east-1.amazonaws.com/a1", "bucket.s3.us-east-2.amazonaws.com/a1", HostVariant),
            ("vstoken.actions.githubusercontent.com", "token.actions.githubusercontent.com", HostVariant),
            ("token.actions.githubusercontent.com", "token.actions.octo.ghe.com", Different),
            ("one.example.com", "two.example.com", Different),
            (
                "sts.windows.net/0a1b2c3d-1111-4222-8333-444455556666/",
                "login.microsoftonline.com/0a1b2c3d-1111-4222-8333-444455556666/v2.0",
                HostVariant,
            ),
            (
                "sts.windows.net/0a1b2c3d-1111-4222-8333-444455556666/",
                "login.microsoftonline.com/0a1b2c3d-1111-4222-8333-444455556667/v2.0",
                Different,
            ),
            ("idp.example.com/a", "idp.example.com/b", Different),
        ];
        for (a, b, wanted) in table {
            assert_eq!(likeness(a, b), wanted, "{a} {b}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(provider_name("https://a.b/c/"), Some("a.b/c/"));
        assert_eq!(provider_name("http://a.b"), None);
        assert_eq!(provider_name("http://127.0.0.1.example.com/a"), None);
        assert_eq!(provider_name("http://127.0.0.1:8403/issuer"), Some("127.0.0.1:8403/issuer"));
        assert_eq!(provider_name("http://[::1]:8403"), Some("[::1]:8403"));
        assert_eq!(provider_name("http://localhost"), Some("localhost"));
        assert_eq!(host("https://a.b/c"), "a.b");
        assert!(is_built_in("accounts.google.com"));
    }
}
