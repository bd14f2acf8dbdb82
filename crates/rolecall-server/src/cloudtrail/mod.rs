//! Operations of CloudTrail: the event history, and what little there is to say of trails (reference cloudtrail.md §1).

pub mod lookup_events;
mod trails;

#[cfg(test)]
mod tests;

use crate::json_operations::{Row, any, row};

/// The rows.
pub static ROWS: &[Row] = &[
    Row { before: lookup_events::check, ..row("LookupEvents", any, lookup_events::run) },
    row("DescribeTrails", any, trails::describe),
    row("ListTrails", any, trails::list),
    row("GetTrail", any, trails::no_such),
    row("GetTrailStatus", any, trails::no_such),
    row("GetEventSelectors", any, trails::no_such),
    Row { before: trails::check_public_keys, ..row("ListPublicKeys", any, trails::public_keys) },
];
