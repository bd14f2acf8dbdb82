//! The sentences, and the checks of single values.

use super::pattern::Pattern;
use crate::fault::{Code, Fault};
use crate::operation::{Member, Shape, lower_camel};
use crate::service::Service;
use std::fmt::{self, Write as _};

/// How many violations are written out. All are counted.
const WRITTEN: usize = 100;
/// How much of a value is repeated, in characters. AWS has no such bound; nobody needs a megabyte back.
const REPEATED: usize = 4096;

/// The way to a value, as messages print it: `tags.3.member.key`.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Top,
    Member(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
    /// A value of a map, under its key.
    Entry(&'p Path<'p>, &'p str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Top => Ok(()),
            Path::Member(Path::Top, name) => out.write_str(&lower_camel(name)),
            Path::Member(above, name) => write!(out, "{above}.{}", lower_camel(name)),
            Path::Item(above, number) => write!(out, "{above}.{number}.member"),
            Path::Entry(above, key) => write!(out, "{above}.{key:.128}.member"),
        }
    }
}

/// The violations of one request.
pub(super) struct Violations {
    count: usize,
    text: String,
    /// Whether no value is repeated: IAM leaves them out (reference iam.md §1.1).
    hides: bool,
}

impl Violations {
    pub fn of(service: Service) -> Violations {
        Violations { count: 0, text: String::new(), hides: service == Service::Iam }
    }

    pub fn into_result(self) -> Result<(), Fault> {
        if self.count == 0 {
            return Ok(());
        }
        let errors = if self.count == 1 { "error" } else { "errors" };
        let message = format!("{} validation {errors} detected: {}", self.count, self.text);
        Err(Fault::new(Code::ValidationError, message))
    }

    pub fn missing(&mut self, path: &Path<'_>) {
        self.add(format_args!("Value null at '{path}'"), format_args!("Member must not be null"));
    }

    /// One value of a text or a choice. The order, pattern before length, is the recorded one.
    pub fn text(&mut self, path: &Path<'_>, member: &Member, shape: &Shape, value: &str) {
        let shown = Shown { value, hidden: self.hides || member.sensitive };
        for broken in broken(shape, value) {
            self.add(format_args!("Value{shown} at '{path}'"), format_args!("{broken}"));
        }
    }

    /// A list of texts, whose violations AWS tells in one sentence about the whole list (reference iam.md
    /// §7).
    pub fn texts(&mut self, path: &Path<'_>, member: &Member, of: &Shape, values: &[&str]) {
        if values.iter().all(|value| broken(of, value).next().is_none()) {
            return;
        }
        let shown = ShownList { values, hidden: self.hides || member.sensitive };
        let mut all: Vec<String> = all(of).map(|broken| broken.to_string()).collect();
        // Recorded of IAM's tag keys; client ids and thumbprints, which have no pattern, lack it.
        if self.hides && matches!(of, Shape::Text { pattern: Some(_), .. }) {
            all.push("Member must not be null".to_owned());
        }
        self.add(
            format_args!("Value{shown} at '{path}'"),
            format_args!("Member must satisfy constraint: [{}]", all.join(", ")),
        );
    }

    pub fn integer(&mut self, path: &Path<'_>, shape: &Shape, value: i64) {
        let Shape::Integer { min, max } = shape else { return };
        let bound = if value < *min {
            format!("greater than or equal to {min}")
        } else if value > *max {
            format!("less than or equal to {max}")
        } else {
            return;
        };
        let value = value.to_string();
        let shown = Shown { value: &value, hidden: self.hides };
        self.add(format_args!("Value{shown} at '{path}'"), format_args!("Member must have value {bound}"));
    }

    /// The number of items of a list or of entries of a map. The items themselves are not repeated.
    pub fn count(&mut self, path: &Path<'_>, min: usize, max: usize, count: usize) {
        let broken = if count < min {
            Broken::Least(min)
        } else if count > max {
            Broken::Most(max)
        } else {
            return;
        };
        self.add(format_args!("Value at '{path}'"), format_args!("{broken}"));
    }

    fn add(&mut self, subject: fmt::Arguments<'_>, constraint: fmt::Arguments<'_>) {
        self.count += 1;
        if self.count <= WRITTEN {
            let separator = if self.count == 1 { "" } else { "; " };
            let _ = write!(self.text, "{separator}{subject} failed to satisfy constraint: {constraint}");
        }
    }
}

/// A value of another kind than the member has, such as a word for a number. AWS answers these before it
/// validates; its sentence is not recorded.
pub(super) fn unreadable(path: &Path<'_>, kind: &str) -> Fault {
    Fault::new(Code::MalformedInput, format!("Value at '{path}' is not {kind}"))
}

/// A constraint that a value breaks.
enum Broken {
    Pattern(&'static Pattern),
    Least(usize),
    Most(usize),
    Choice(&'static [&'static str]),
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Pattern(pattern) => {
                write!(out, "Member must satisfy regular expression pattern: {}", pattern.text)
            }
            Broken::Least(min) => write!(out, "Member must have length greater than or equal to {min}"),
            Broken::Most(max) => write!(out, "Member must have length less than or equal to {max}"),
            Broken::Choice(of) => write!(out, "Member must satisfy enum value set: [{}]", of.join(", ")),
        }
    }
}

fn broken(shape: &Shape, value: &str) -> impl Iterator<Item = Broken> {
    let (mut pattern, mut length, mut choice) = (None, None, None);
    match shape {
        Shape::Text { min, max, pattern: wanted } => {
            pattern = wanted.filter(|wanted| !wanted.fits(value)).map(Broken::Pattern);
            let units = units(value);
            if units < *min {
                length = Some(Broken::Least(*min));
            } else if units > *max {
                length = Some(Broken::Most(*max));
            }
        }
        Shape::Choice(of) if !of.contains(&value) => choice = Some(Broken::Choice(of)),
        _ => {}
    }
    pattern.into_iter().chain(length).chain(choice)
}

/// Every constraint of a shape, in the order of the recorded sentence.
fn all(shape: &Shape) -> impl Iterator<Item = Broken> {
    let constraints = match shape {
        Shape::Text { min, max, pattern } => {
            [Some(Broken::Most(*max)), Some(Broken::Least(*min)), pattern.map(Broken::Pattern)]
        }
        Shape::Choice(of) => [Some(Broken::Choice(of)), None, None],
        _ => [None, None, None],
    };
    constraints.into_iter().flatten().filter(|broken| !matches!(broken, Broken::Most(usize::MAX)))
}

/// The length as AWS counts it.
fn units(value: &str) -> usize {
    if value.is_ascii() { value.len() } else { value.encode_utf16().count() }
}

/// ` 'value'`, cut when it is very long, or nothing.
struct Shown<'v> {
    value: &'v str,
    hidden: bool,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden { Ok(()) } else { write!(out, " '{}'", cut(self.value)) }
    }
}

struct ShownList<'v> {
    values: &'v [&'v str],
    hidden: bool,
}

impl fmt::Display for ShownList<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden {
            return Ok(());
        }
        out.write_str(" '[")?;
        let mut left = REPEATED;
        for (at, value) in self.values.iter().enumerate() {
            out.write_str(if at == 0 { "" } else { ", " })?;
            if value.len() > left {
                out.write_str("…")?;
                break;
            }
            left -= value.len();
            out.write_str(value)?;
        }
        out.write_str("]'")
    }
}

fn cut(value: &str) -> std::borrow::Cow<'_, str> {
    if value.len() <= REPEATED {
        return value.into();
    }
    let mut head: String = value.chars().take(REPEATED).collect();
    head.push('…');
    head.into()
}
