//! A request as the pipeline hands it in, borrowed, and an answer as it leaves.

use std::fmt;

/// One header line: the name in any letter case, the value as it came.
pub type Header<'a> = (&'a str, &'a [u8]);

/// Everything of a request but its body. The `Debug` shows no value, since headers and query may hold
/// credentials.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path as it came, percent-encoded, without the query; begins with `/`.
    pub path: &'a str,
    /// The query as it came, percent-encoded, without the `?`; empty when there is none.
    pub query: &'a str,
    /// The header lines in order of appearance. With HTTP/2 the server adds `host` from the authority.
    pub headers: &'a [Header<'a>],
}

impl<'a> Head<'a> {
    /// The value of the first header of this name, letter case aside.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// The value of the first header of this name, if it is UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        std::str::from_utf8(self.header(name)?).ok().map(str::trim)
    }

    /// The values of all headers of this name, in order of appearance.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        out.debug_struct("Head")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &names)
            .finish()
    }
}

/// An answer: the server adds `x-amzn-RequestId`, `Date` and `Content-Length`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The value of `x-amzn-ErrorType`, which REST-JSON errors carry.
    pub error_type: Option<&'static str>,
    /// The body.
    pub body: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_in_any_letter_case_and_debug_hides_values() {
        let headers: [Header<'_>; 3] =
            [("X-Amz-Security-Token", b"hunter2"), ("accept", b" a "), ("Accept", b"\xff")];
        let head = Head { method: "GET", path: "/", query: "X-Amz-Signature=hunter2", headers: &headers };
        assert_eq!(head.text("ACCEPT"), Some("a"));
        assert_eq!(head.all("accept").count(), 2);
        assert_eq!(head.header("host"), None);
        assert!(!format!("{head:?}").contains("hunter2"));
    }
}
