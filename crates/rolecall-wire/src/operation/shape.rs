//! What an operation takes: members and the constraints on their values (reference sts.md §2.1, iam.md §2).

use crate::constraint::pattern::Pattern;

/// One member of an operation or of a structure.
#[derive(Debug)]
pub struct Member {
    /// The name on the wire, such as `RoleName`.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Whether its value appears neither in messages nor in records.
    pub sensitive: bool,
    /// Where the request carries it.
    pub place: Place,
    /// What its values look like.
    pub shape: Shape,
}

/// Where a request carries a member. Only REST-JSON knows other places than the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among the parameters, or in the JSON body.
    Body,
    /// In the path, at this label.
    Path(&'static str),
    /// In the query, under this name.
    Query(&'static str),
}

/// What values look like.
#[derive(Debug)]
pub enum Shape {
    /// A text, its length counted in UTF-16 units as AWS does.
    Text {
        /// The least length.
        min: usize,
        /// The greatest length.
        max: usize,
        /// The pattern it must match as a whole.
        pattern: Option<&'static Pattern>,
    },
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A whole number.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// An instant; seconds since 1970 in the JSON protocols.
    Instant,
    /// A list.
    List {
        /// The least number of items.
        min: usize,
        /// The greatest number of items.
        max: usize,
        /// What the items look like.
        of: &'static Shape,
    },
    /// A structure.
    Structure(&'static [Member]),
    /// A map from texts to texts.
    Map {
        /// The greatest number of entries.
        max: usize,
        /// What the keys look like.
        key: &'static Shape,
        /// What the values look like.
        value: &'static Shape,
    },
    /// A value of which no constraint is checked.
    Any,
}

/// No upper bound.
pub(super) const NO_MAX: usize = usize::MAX;

pub(super) const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, sensitive: false, place: Place::Body, shape }
}

pub(super) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, sensitive: false, place: Place::Body, shape }
}

impl Member {
    pub(super) const fn sensitive(self) -> Member {
        Member { sensitive: true, ..self }
    }

    pub(super) const fn in_path(self, label: &'static str) -> Member {
        Member { place: Place::Path(label), ..self }
    }

    pub(super) const fn in_query(self, name: &'static str) -> Member {
        Member { place: Place::Query(name), ..self }
    }
}

pub(super) const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, pattern: None }
}

pub(super) const fn matching(min: usize, max: usize, pattern: &'static Pattern) -> Shape {
    Shape::Text { min, max, pattern: Some(pattern) }
}

pub(super) const fn integer(min: i64, max: i64) -> Shape {
    Shape::Integer { min, max }
}

pub(super) const fn list(min: usize, max: usize, of: &'static Shape) -> Shape {
    Shape::List { min, max, of }
}
