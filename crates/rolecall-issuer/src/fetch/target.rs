//! A URL that may be fetched, taken apart.

use http::Uri;
use http::uri::{PathAndQuery, Scheme};

use crate::error::ErrorKind;

/// Longest URL taken: browsers and servers agree on about that much.
const MAX_LENGTH: usize = 2048;

/// A URL that may be fetched, as far as can be told before its host is resolved.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The host: a name or an address, an IPv6 address without brackets.
    pub(super) host: String,
    /// The port.
    pub(super) port: u16,
    /// Whether TLS is spoken.
    pub(super) tls: bool,
    /// Path and query.
    pub(super) path: PathAndQuery,
    authority: String,
}

impl Target {
    /// Reads a URL. Without `allow_local` it must be HTTPS on port 443, as IAM wants it (reference sts.md §3.9).
    pub(super) fn parse(url: &str, allow_local: bool) -> Result<Target, ErrorKind> {
        if url.len() > MAX_LENGTH {
            return Err(ErrorKind::Url("it is too long"));
        }
        let uri: Uri = url.parse().map_err(|_| ErrorKind::Url("it cannot be read"))?;
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP && allow_local => false,
            Some(scheme) if *scheme == Scheme::HTTP => return Err(ErrorKind::Url("it is not `https`")),
            _ => return Err(ErrorKind::Url("it is neither `https` nor `http`")),
        };
        let authority = uri.authority().ok_or(ErrorKind::Url("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(ErrorKind::Url("it holds a user name"));
        }
        let usual = if tls { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(usual);
        if port != usual && !allow_local {
            return Err(ErrorKind::Url("it has a port"));
        }
        let host = authority.host();
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if bare.is_empty() {
            return Err(ErrorKind::Url("it has no host"));
        }
        let path = uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        Ok(Target { host: bare.to_owned(), port, tls, path, authority: authority.to_string() })
    }

    /// The URL that a `Location` of this one means (RFC 3986 §5.2, without dot segments).
    pub(super) fn resolve(&self, location: &str) -> Option<String> {
        let scheme = if self.tls { "https" } else { "http" };
        let base = || format!("{scheme}://{}", self.authority);
        if location.is_empty() {
            None
        } else if location.contains("://") {
            Some(location.to_owned())
        } else if location.starts_with("//") {
            Some(format!("{scheme}:{location}"))
        } else if location.starts_with('/') {
            Some(base() + location)
        } else {
            let folder = self.path.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            Some(format!("{}{folder}/{location}", base()))
        }
    }

    /// What the `Host` header says.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_urls() {
        let table = [
            ("https://idp.example.com", Ok(443), Ok(443)),
            ("https://idp.example.com:443/a?b=c", Ok(443), Ok(443)),
            ("https://idp.example.com:8443", Err("it has a port"), Ok(8443)),
            ("http://idp.example.com", Err("it is not `https`"), Ok(80)),
            (
                "ftp://idp.example.com",
                Err("it is neither `https` nor `http`"),
                Err("it is neither `https` nor `http`"),
            ),
            ("file:///etc/passwd", Err("it cannot be read"), Err("it cannot be read")),
            ("https://user:word@idp.example.com", Err("it holds a user name"), Err("it holds a user name")),
            (
                "idp.example.com",
                Err("it is neither `https` nor `http`"),
                Err("it is neither `https` nor `http`"),
            ),
            ("https://[::1]/", Ok(443), Ok(443)),
            ("https://a b/", Err("it cannot be read"), Err("it cannot be read")),
            ("", Err("it cannot be read"), Err("it cannot be read")),
        ];
        let port = |url, allow_local| match Target::parse(url, allow_local) {
            Ok(target) => Ok(target.port),
            Err(ErrorKind::Url(why)) => Err(why),
            Err(other) => panic!("{other}"),
        };
        for (url, strict, local) in table {
            assert_eq!(port(url, false), strict, "{url}");
            assert_eq!(port(url, true), local, "{url}");
        }
        assert!(Target::parse(&format!("https://a/{}", "a".repeat(MAX_LENGTH)), true).is_err());
        assert_eq!(Target::parse("https://[::1]:8443/", true).unwrap().host, "::1");
    }

    #[test]
    fn redirects() {
        let from = Target::parse("https://a:1/b/c?d", true).unwrap();
        let table = [
            ("https://x/y", Some("https://x/y")),
            ("//x/y", Some("https://x/y")),
            ("/y", Some("https://a:1/y")),
            ("y", Some("https://a:1/b/y")),
            ("", None),
        ];
        for (location, wanted) in table {
            assert_eq!(from.resolve(location).as_deref(), wanted, "{location}");
        }
    }
}
