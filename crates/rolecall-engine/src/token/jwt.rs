//! The compact form of a JWT (RFC 7515 §3.1, RFC 7519), read so that a broken one can be explained.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rolecall_model::json::{self, Kind, Node};

/// Characters that STS takes at most (AWS STS API reference, `WebIdentityToken`).
pub const MAX_LENGTH: usize = 20_000;

/// A token that has the form of one. Its signature is not shown by `Debug`.
#[derive(Clone)]
pub struct Jwt<'t> {
    /// The header.
    pub header: Node,
    /// The claims.
    pub claims: Node,
    /// `HEADER.CLAIMS` as signed.
    pub signed: &'t str,
    signature: Vec<u8>,
}

impl std::fmt::Debug for Jwt<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Jwt")
            .field("header", &self.header)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

/// Why a text is no token, and at which byte it stops being one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFlaw {
    /// The byte.
    pub at: usize,
    /// What is wrong.
    pub kind: TokenFlawKind,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFlawKind {
    /// There is nothing.
    Empty,
    /// It is longer than STS takes.
    TooLong,
    /// It is a path to a file.
    Path,
    /// Quotes stand around it.
    Quoted,
    /// White space or a line end stands in it.
    WhiteSpace,
    /// It is text of another kind, such as JSON or HTML.
    Foreign,
    /// It does not have three parts.
    Parts(usize),
    /// A part is not base64url without padding.
    Base64(Part),
    /// A part does not hold a JSON object.
    NotJson(Part),
    /// The payload is itself a token.
    Nested,
}

/// A part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first.
    Header,
    /// The second.
    Claims,
    /// The third.
    Signature,
}

impl TokenFlawKind {
    /// In words, lower case, without a full stop.
    #[must_use]
    pub fn describe(self) -> String {
        let part = |part: Part| match part {
            Part::Header => "header",
            Part::Claims => "claims",
            Part::Signature => "signature",
        };
        match self {
            TokenFlawKind::Empty => "it is empty".into(),
            TokenFlawKind::TooLong => format!("it is longer than {MAX_LENGTH} characters"),
            TokenFlawKind::Path => "it is a path to a file, not what the file holds".into(),
            TokenFlawKind::Quoted => "quotes stand around it".into(),
            TokenFlawKind::WhiteSpace => "white space or a line end stands in it".into(),
            TokenFlawKind::Foreign => "it is text of another kind".into(),
            TokenFlawKind::Parts(count) => format!("it has {count} parts divided by dots, not three"),
            TokenFlawKind::Base64(which) => format!("its {} is not base64url without padding", part(which)),
            TokenFlawKind::NotJson(which) => format!("its {} is no JSON object", part(which)),
            TokenFlawKind::Nested => "its payload is another token".into(),
        }
    }
}

/// Reads a token. One line end at the end is forgiven, as files have it (reference cli.md §2: be lenient).
///
/// # Errors
/// Says what is wrong and where.
pub fn parse(text: &str) -> Result<Jwt<'_>, TokenFlaw> {
    let token = text.strip_suffix('\n').map_or(text, |rest| rest.strip_suffix('\r').unwrap_or(rest));
    let flaw = |at, kind| Err(TokenFlaw { at, kind });
    if token.trim().is_empty() {
        return flaw(0, TokenFlawKind::Empty);
    }
    if token.len() > MAX_LENGTH {
        return flaw(MAX_LENGTH, TokenFlawKind::TooLong);
    }
    if let Some(kind) = foreign(token) {
        return flaw(0, kind);
    }
    if let Some(at) = white_space(token) {
        return flaw(at, TokenFlawKind::WhiteSpace);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        let at = parts.iter().take(3).map(|part| part.len() + 1).sum::<usize>().saturating_sub(1);
        return flaw(at.min(token.len()), TokenFlawKind::Parts(parts.len()));
    };
    let (claims_at, signature_at) = (header.len() + 1, header.len() + claims.len() + 2);
    let header = object(header, Part::Header, 0)?;
    let claims = object(claims, Part::Claims, claims_at)?;
    let signature = decode(signature, Part::Signature, signature_at)?;
    let signed = token.get(..signature_at - 1).unwrap_or_default();
    Ok(Jwt { header, claims, signed, signature })
}

impl Jwt<'_> {
    /// The header's `alg`.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        self.header.get("alg").and_then(Node::as_str)
    }

    /// The header's `kid`; a token without one has the empty key id (reference sts.md §3.4).
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.header.get("kid").and_then(Node::as_str).unwrap_or_default()
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// Tokens are ASCII, and bytes are looked through faster than characters.
fn white_space(token: &str) -> Option<usize> {
    match token.is_ascii() {
        true => token.bytes().position(|byte| matches!(byte, b'\t'..=b'\r' | b' ')),
        false => token.find(char::is_whitespace),
    }
}

fn foreign(token: &str) -> Option<TokenFlawKind> {
    match token.trim_start().chars().next()? {
        '/' | '~' => Some(TokenFlawKind::Path),
        '"' | '\'' => Some(TokenFlawKind::Quoted),
        '{' | '<' | '[' => Some(TokenFlawKind::Foreign),
        _ if token.starts_with("file://") || token.contains(":\\") => Some(TokenFlawKind::Path),
        _ => None,
    }
}

fn decode(part: &str, which: Part, at: usize) -> Result<Vec<u8>, TokenFlaw> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| {
        let bad = |byte: u8| !(byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        let offset = part.bytes().position(bad).unwrap_or(part.len());
        TokenFlaw { at: at + offset, kind: TokenFlawKind::Base64(which) }
    })
}

fn object(part: &str, which: Part, at: usize) -> Result<Node, TokenFlaw> {
    let bytes = decode(part, which, at)?;
    let not_json = TokenFlaw { at, kind: TokenFlawKind::NotJson(which) };
    let text = String::from_utf8(bytes).map_err(|_| not_json.clone())?;
    if which == Part::Claims && text.starts_with("eyJ") {
        return Err(TokenFlaw { at, kind: TokenFlawKind::Nested });
    }
    let parsed = json::parse(&text);
    match parsed.root {
        Some(node) if matches!(node.kind, Kind::Object(_)) && parsed.flaws.is_empty() => Ok(node),
        _ => Err(not_json),
    }
}
