//! `Null`: whether the request has a key (rules 4.11, 4.12, 5.12).

use super::operator::Qualifier;
use crate::context::Lookup;
use crate::trace::Tri;

/// Whether a `Null` condition holds, whose values include `true` or `false` or both.
///
/// An empty text counts as nothing. `ForAllValues:Null` always holds, `ForAnyValue:Null` never.
#[must_use]
pub fn holds(qualifier: Qualifier, wants_null: bool, wants_value: bool, lookup: Lookup<'_>) -> Tri {
    match qualifier {
        Qualifier::ForAllValues => return Tri::Yes,
        Qualifier::ForAnyValue => return Tri::No,
        Qualifier::Plain => {}
    }
    match lookup {
        _ if wants_null == wants_value => Tri::from(wants_null),
        Lookup::Unknown => Tri::Unknown,
        Lookup::Absent => Tri::from(wants_null),
        Lookup::Present { values, .. } if values.iter().all(String::is_empty) => Tri::from(wants_null),
        Lookup::Present { .. } => Tri::from(wants_value),
    }
}
