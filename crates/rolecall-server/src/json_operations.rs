//! THE TABLE of operations of JSON services that are offered: what each acts on, and the function that does it.

use rolecall_policy::context::Context;
use rolecall_wire::fault::Fault;
use rolecall_wire::service::Service;
use serde_json::{Map, Value};

use crate::json_call::{JsonCall, Run};
use crate::target::Resource;
use crate::{admin, cloudtrail, eks};

/// An operation that is offered.
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What must be allowed for it: the resource that policies see.
    pub resource: fn(&JsonCall<'_>) -> Resource,
    /// Condition keys of the service's own.
    pub keys: fn(&JsonCall<'_>, &mut Context),
    /// What is refused before the constraints are looked at, with a code of its own.
    pub before: fn(&Map<String, Value>) -> Result<(), Fault>,
    /// What does it.
    pub run: Run,
}

/// A row whose service has no condition keys of its own for it.
#[must_use]
pub const fn row(name: &'static str, resource: fn(&JsonCall<'_>) -> Resource, run: Run) -> Row {
    Row { name, resource, keys: |_, _| {}, before: |_| Ok(()), run }
}

/// The row of an operation; none for one that is known and not offered, or has effects beyond the state
/// ([`admin::EFFECTS`]).
#[must_use]
pub fn find(service: Service, name: &str) -> Option<&'static Row> {
    let rows: &[Row] = match service {
        Service::Eks => eks::operations::ROWS,
        Service::CloudTrail => cloudtrail::ROWS,
        Service::Rolecall => admin::ROWS,
        _ => &[],
    };
    rows.iter().find(|row| row.name == name)
}

/// Nothing in particular: policies see `*`.
#[must_use]
pub fn any(_: &JsonCall<'_>) -> Resource {
    Resource { arn: "*".to_owned(), ..Resource::default() }
}
