//! A text that is no token: where it stops being one, shown without showing what may be secret in it.

use std::fmt::{self, Write};
use std::io::IsTerminal;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use rolecall_engine::token::jwt::{self, MAX_LENGTH, Part, TokenFlaw, TokenFlawKind};
use rolecall_model::json::Node;
use serde::Serialize;

use crate::output::plain;

/// Columns of the excerpt: a token is one long line, which is cut around the caret.
const WIDTH: usize = 100;

/// A flaw, for all formats.
#[derive(Serialize)]
pub struct Flaw {
    /// The byte of the text, from 0.
    byte: usize,
    /// What is wrong.
    message: String,
    /// What to do.
    remedy: &'static str,
    #[serde(skip)]
    name: String,
    #[serde(skip)]
    masked: String,
}

impl Flaw {
    /// The flaw of the text of a file, or of standard input for `-`.
    pub fn of(file: &Path, text: &str, flaw: &TokenFlaw) -> Flaw {
        let name = if file == Path::new("-") { "standard input".into() } else { file.display().to_string() };
        Flaw {
            byte: flaw.at,
            message: flaw.kind.describe(),
            remedy: remedy(flaw.kind),
            name: plain(&name),
            masked: masked(text, flaw.at),
        }
    }

    /// Writes it for people, with a caret under the byte.
    pub fn write(&self, out: &mut String) -> fmt::Result {
        let at = self.byte.min(self.masked.len());
        // A line end has no width, and behind the last byte there is nothing.
        let width = self
            .masked
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .filter(|c| *c != '\n')
            .map_or(0, char::len_utf8);
        let snippet = Snippet::source(self.masked.as_str())
            .path(self.name.as_str())
            .annotation(AnnotationKind::Primary.span(at..at + width).label(format!("byte {at}")));
        let title = format!("this is no token: {}", self.message);
        let group = Level::ERROR.primary_title(title).element(snippet);
        // A terminal gets colours; anstream takes them away again where `NO_COLOR` says so.
        let renderer = if std::io::stdout().is_terminal() { Renderer::styled() } else { Renderer::plain() };
        writeln!(out, "{}", renderer.term_width(WIDTH).render(&[group]))?;
        writeln!(out, "\n  try: {}", self.remedy)
    }
}

fn remedy(kind: TokenFlawKind) -> &'static str {
    match kind {
        TokenFlawKind::Empty => "look at what was to write it: the file is there and nothing is in it",
        TokenFlawKind::TooLong => "put fewer claims into it, such as fewer groups: STS takes no longer one",
        TokenFlawKind::Path => "give what that file holds: `rolecall token inspect THAT-FILE`",
        TokenFlawKind::Quoted => "take the quotes off: `jq -r` prints strings without them",
        TokenFlawKind::WhiteSpace => "take white space out: `tr -d '[:space:]' < FILE`",
        TokenFlawKind::Foreign => {
            "take the token out of the answer around it, as `jq -r .value` (GitHub) or `jq -r .status.token` (kubectl)"
        }
        TokenFlawKind::Parts(1) => "ask for an ID token: an opaque access token is none",
        TokenFlawKind::Parts(5) => "ask for a token that is signed and not encrypted: five parts are a JWE",
        TokenFlawKind::Parts(_) => "give all three parts, HEADER.CLAIMS.SIGNATURE, as the issuer gave them",
        TokenFlawKind::Base64(Part::Signature) => {
            "give the token as the issuer gave it: its signature was altered"
        }
        TokenFlawKind::Base64(_) => "give the token as the issuer gave it: base64url has no `+`, `/` and `=`",
        TokenFlawKind::NotJson(_) => "give the token as the issuer gave it: a part was cut off or altered",
        TokenFlawKind::Nested => "give the inner token: STS takes none that wraps another",
    }
}

/// The text, every byte in its place, with all struck out that is not known to be harmless: header and claims are shown,
/// the rest of what looks like data is not. Whoever gives the wrong file may have given a key.
fn masked(text: &str, at: usize) -> String {
    let shown = harmless(text);
    let mut out = String::new();
    for (index, c) in text.char_indices().take_while(|(index, _)| *index <= MAX_LENGTH) {
        let data = c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        match c {
            '\n' | ' ' | '.' => out.push(c),
            c if c.is_ascii_control() => out.push(' '),
            c if c.is_ascii() && (index < shown || (index == at && !data)) => out.push(c),
            c => out.extend(std::iter::repeat_n('*', c.len_utf8())),
        }
    }
    out
}

/// Bytes from the beginning that are a token's header and claims.
fn harmless(text: &str) -> usize {
    let body = text.trim_start_matches(['"', '\'', ' ', '\t', '\n']);
    let start = text.len() - body.len();
    let Some((header, rest)) = body.split_once('.') else { return 0 };
    // `e30` is `{}`: a sound token if the header is sound.
    let is_signed = |header: &Node| header.get("alg").is_some() && header.get("enc").is_none();
    if !jwt::parse(&format!("{header}.e30.")).is_ok_and(|jwt| is_signed(&jwt.header)) {
        return 0;
    }
    let claims_at = start + header.len() + 1;
    match rest.split_once('.') {
        Some((claims, _)) => claims_at + claims.len(),
        None if jwt::parse(&format!("{header}.{rest}.")).is_ok() => text.len(),
        None => claims_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"alg":"RS256"}` and `{"sub":"a"}`.
    const HEADER: &str = "eyJhbGciOiJSUzI1NiJ9";
    const CLAIMS: &str = "eyJzdWIiOiJhIn0";

    #[test]
    fn only_header_and_claims_are_shown() {
        let jwe = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0";
        let stars = |text: &str| text.replace(|c: char| c.is_ascii_alphanumeric(), "*");
        let table = [
            (format!("{HEADER}.{CLAIMS}.c2ln+"), 41, format!("{HEADER}.{CLAIMS}.****+")),
            (format!("{HEADER}.{CLAIMS}.c2\nln"), 39, format!("{HEADER}.{CLAIMS}.**\n**")),
            (format!("{HEADER}.{CLAIMS}"), 36, format!("{HEADER}.{CLAIMS}")),
            (format!("{HEADER}.c2lnbmF0"), 29, format!("{HEADER}.********")),
            (format!("\"{HEADER}.{CLAIMS}.c2ln\""), 0, format!("\"{HEADER}.{CLAIMS}.*****")),
            (format!("{jwe}.a.b.c.d"), 3, format!("{}.*.*.*.*", stars(jwe))),
            ("wJalrXUtnFEMI".into(), 13, "*************".into()),
            ("aws_secret_access_key = wJal".into(), 21, "********************* * ****".into()),
            ("né.x".into(), 0, "***.*".into()),
        ];
        for (text, at, wanted) in table {
            let got = masked(&text, at);
            assert_eq!(got, wanted, "{text}");
            assert_eq!(got.len(), text.len(), "{text}: bytes stay where they are");
        }
    }
}
