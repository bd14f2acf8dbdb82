//! The flat parameters of the Query protocol: decoded, bounded, with lists and structures seen through views.

use crate::fault::{Code, Fault};
use crate::http::Head;
use crate::percent;
use std::borrow::Cow;
use std::fmt;

/// The most bytes that query and body may have together.
pub const MAX_BYTES: usize = 2 << 20;
/// The most parameters one request may have.
pub const MAX_COUNT: usize = 10_000;

/// The parameters of one request. Where a name occurs twice, the first counts: all who read see the same
/// value. The `Debug` shows names only, since values may be secret.
#[derive(Default)]
pub struct Params<'a> {
    /// In the order they were sent.
    entries: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Places in `entries`, in byte order of the names, without repetitions.
    sorted: Vec<u32>,
}

impl<'a> Params<'a> {
    /// Reads the parameters of a request: those of the query and, unless the content type says JSON, those of
    /// the body. Fails as [`Params::read`].
    pub fn of_request(head: &Head<'a>, body: &'a [u8]) -> Result<Params<'a>, Fault> {
        let json = head.text("content-type").is_some_and(|kind| {
            kind.starts_with("application/json") || kind.starts_with("application/x-amz-json-")
        });
        Params::read(head.query, if json { b"" } else { body })
    }

    /// Reads a query and the body of a form: what stands in the query comes first. Fails with
    /// `MalformedQueryString` on broken percent-encoding, on what is not UTF-8, and beyond [`MAX_BYTES`] or
    /// [`MAX_COUNT`].
    pub fn read(query: &'a str, body: &'a [u8]) -> Result<Params<'a>, Fault> {
        let malformed = || Fault::new(Code::MalformedQueryString, "The query string contains a syntax error");
        if query.len() + body.len() > MAX_BYTES {
            return Err(Fault::new(Code::MalformedQueryString, "The query string is too long"));
        }
        let body = std::str::from_utf8(body).map_err(|_| malformed())?.trim_end_matches(['\r', '\n']);
        let mut entries = Vec::with_capacity(16);
        for pair in query.split('&').chain(body.split('&')).filter(|pair| !pair.is_empty()) {
            if entries.len() == MAX_COUNT {
                return Err(Fault::new(
                    Code::MalformedQueryString,
                    "The query string has too many parameters",
                ));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |raw| percent::decode_form(raw).ok_or_else(malformed);
            entries.push((decode(name)?, decode(value)?));
        }
        let mut sorted: Vec<u32> = (0..).take(entries.len()).collect();
        let name = |at: &u32| entries.get(*at as usize).map(|(name, _)| name);
        sorted.sort_by(|a, b| name(a).cmp(&name(b)));
        sorted.dedup_by(|later, earlier| name(later) == name(earlier));
        Ok(Params { entries, sorted })
    }

    /// The value of a parameter; empty if it was sent without one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.view().get(name)
    }

    /// The items of a list: `list("Tags")` gives one view for each `Tags.member.N…`, in numerical order, gaps
    /// closed. A list sent as `Tags=` and one not sent are both empty.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<View<'_>> {
        self.view().list(name)
    }

    /// The values of a list of texts: `texts("ActionNames")`.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.view().texts(name)
    }

    /// The members of a structure: `structure("TaskPolicyArn")` for `TaskPolicyArn.arn`. `None` if none was
    /// sent.
    #[must_use]
    pub fn structure(&self, name: &str) -> Option<View<'_>> {
        self.view().structure(name)
    }

    /// Whether a parameter of this name was sent, or any inside it.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.view().has(name)
    }

    /// Names and values in the order they were sent, repetitions included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(name, value)| (&**name, &**value))
    }

    /// All parameters, as one structure.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View { entries: &self.entries, sorted: &self.sorted, skip: 0 }
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.entries.iter().map(|(name, _)| name)).finish()
    }
}

/// The parameters below one place, such as `Tags.member.1`. Reading costs no copy.
#[derive(Clone, Copy)]
pub struct View<'p> {
    entries: &'p [(Cow<'p, str>, Cow<'p, str>)],
    /// Those of `Params::sorted` whose names lie below the place.
    sorted: &'p [u32],
    /// How many bytes of each name lead to the place.
    skip: usize,
}

impl<'p> View<'p> {
    /// The value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'p str> {
        let at = self.sorted.binary_search_by(|at| self.rest(*at).cmp(name)).ok()?;
        self.value_at(at)
    }

    /// The value of the place itself, as items of a list of texts have.
    #[must_use]
    pub fn value(&self) -> Option<&'p str> {
        self.rest(*self.sorted.first()?).is_empty().then(|| self.value_at(0))?
    }

    /// As [`Params::list`].
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<View<'p>> {
        let Some(below) = self.structure(name).and_then(|view| view.structure("member")) else {
            return Vec::new();
        };
        below.items().into_iter().map(|(_, view)| view).collect()
    }

    /// As [`Params::texts`].
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&'p str> {
        self.list(name).iter().filter_map(View::value).collect()
    }

    /// As [`Params::structure`].
    #[must_use]
    pub fn structure(&self, name: &str) -> Option<View<'p>> {
        let below = |at: &u32| self.rest(*at).strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        let before = |at: &u32| match self.rest(*at).strip_prefix(name) {
            Some(rest) => rest.as_bytes() < b".".as_slice(),
            None => self.rest(*at) < name,
        };
        let start = self.sorted.partition_point(before);
        let tail = self.sorted.get(start..)?;
        let inside = tail.get(..tail.partition_point(below)).filter(|inside| !inside.is_empty())?;
        Some(View { entries: self.entries, sorted: inside, skip: self.skip + name.len() + 1 })
    }

    /// As [`Params::has`].
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some() || self.structure(name).is_some()
    }

    /// Whether what was sent for a list can be read as one: nothing but `name=` without value, or
    /// `name.member.N…`.
    pub(crate) fn is_list(&self, name: &str) -> bool {
        if self.get(name).is_some_and(|value| !value.is_empty()) {
            return false;
        }
        let Some(below) = self.structure(name) else { return true };
        let Some(members) = below.structure("member") else { return false };
        members.sorted.len() == below.sorted.len()
            && members.items().iter().map(|(_, view)| view.sorted.len()).sum::<usize>()
                == members.sorted.len()
    }

    /// The views at `1`, `2`, … in numerical order. In byte order all names of one number follow one another,
    /// save that names such as `1!` come between `1` and `1.Key`; those are no items.
    fn items(&self) -> Vec<(u32, View<'p>)> {
        let mut items: Vec<(u32, View<'p>)> = Vec::new();
        let mut at = 0;
        while let Some(first) = self.sorted.get(at) {
            let rest = self.rest(*first);
            let digits = rest.split_once('.').map_or(rest, |(digits, _)| digits);
            let same = |other: &u32| {
                self.rest(*other)
                    .strip_prefix(digits)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let tail = self.sorted.get(at..).unwrap_or_default();
            let length = tail.iter().take_while(|other| same(other)).count().max(1);
            if let (Some(number), Some(sorted)) = (index(digits), tail.get(..length)) {
                items.push((
                    number,
                    View { entries: self.entries, sorted, skip: self.skip + digits.len() + 1 },
                ));
            }
            at += length;
        }
        items.sort_by_key(|(number, _)| *number);
        items
    }

    /// What remains of a name below the place; empty for the place itself.
    fn rest(&self, at: u32) -> &'p str {
        self.entries.get(at as usize).and_then(|(name, _)| name.get(self.skip..)).unwrap_or_default()
    }

    fn value_at(&self, at: usize) -> Option<&'p str> {
        self.entries.get(*self.sorted.get(at)? as usize).map(|(_, value)| &**value)
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.sorted.iter().map(|at| self.rest(*at))).finish()
    }
}

/// The number of an item: decimal, from 1, without leading zeros.
fn index(digits: &str) -> Option<u32> {
    if digits.starts_with('0') || digits.starts_with('+') {
        return None;
    }
    digits.parse().ok()
}
