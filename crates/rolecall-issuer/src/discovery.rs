//! The discovery document of an issuer (OpenID Connect Discovery 1.0 §4): where it is, and what it must say.

use rolecall_model::json::Node;

use crate::error::ErrorKind;

/// The URL of the document: a slash at the issuer's end is taken off first (Discovery §4.1).
pub(crate) fn url(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.strip_suffix('/').unwrap_or(issuer))
}

/// Where the keys are. Only `issuer` and `jwks_uri` are looked at: documents that lack everything else work with AWS
/// (reference sts.md §3.5).
pub(crate) fn jwks_uri<'d>(document: &'d Node, issuer: &str) -> Result<&'d str, ErrorKind> {
    let named = document.get("issuer").and_then(Node::as_str).unwrap_or_default();
    if named != issuer {
        return Err(ErrorKind::IssuerDiffers(named.chars().take(SHOWN).collect()));
    }
    document.get("jwks_uri").and_then(Node::as_str).ok_or(ErrorKind::NoJwksUri)
}

/// Characters of a foreign name that are repeated.
const SHOWN: usize = 255;

#[cfg(test)]
mod tests {
    use rolecall_model::json;

    use super::*;

    #[test]
    fn documents() {
        let issuer = "https://idp.example.com/t";
        let table = [
            (r#"{"issuer": "https://idp.example.com/t", "jwks_uri": "https://k"}"#, Ok("https://k")),
            (r#"{"issuer": "https://idp.example.com/t/", "jwks_uri": "https://k"}"#, Err("issuer-differs")),
            (r#"{"issuer": "https://IDP.example.com/t", "jwks_uri": "https://k"}"#, Err("issuer-differs")),
            (r#"{"jwks_uri": "https://k"}"#, Err("issuer-differs")),
            (r#"{"issuer": "https://idp.example.com/t"}"#, Err("no-jwks-uri")),
            (r#"{"issuer": "https://idp.example.com/t", "jwks_uri": ["https://k"]}"#, Err("no-jwks-uri")),
        ];
        for (text, wanted) in table {
            let document = json::parse(text).root.unwrap();
            assert_eq!(jwks_uri(&document, issuer).map_err(|kind| kind.name()), wanted, "{text}");
        }
        assert_eq!(url("https://a/"), "https://a/.well-known/openid-configuration");
        assert_eq!(url("https://a/b"), "https://a/b/.well-known/openid-configuration");
    }
}
