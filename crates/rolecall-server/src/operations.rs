//! THE TABLE of operations that are offered: what each acts on, and the function that does it.

use rolecall_wire::service::Service;

use crate::call::Run;
use crate::iam;
use crate::target::Target;

/// An operation that is offered.
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What must be allowed for it.
    pub target: Target,
    /// What does it.
    pub run: Run,
}

const fn row(name: &'static str, target: Target, run: Run) -> Row {
    Row { name, target, run }
}

/// The row of an operation; none for one that is known and not offered (docs/differences.md).
#[must_use]
pub fn find(service: Service, name: &str) -> Option<&'static Row> {
    let rows: &[Row] = match service {
        Service::Sts => &STS,
        Service::Iam => &IAM,
        _ => &[],
    };
    rows.iter().find(|row| row.name == name)
}

static STS: [Row; 0] = [];

static IAM: [Row; 7] = [
    row("CreateRole", Target::Role, iam::role::create),
    row("GetRole", Target::Role, iam::role::get),
    row("ListRoles", Target::Roles, iam::role::list),
    row("UpdateRole", Target::Role, iam::role::update),
    row("UpdateRoleDescription", Target::Role, iam::role::update_description),
    row("UpdateAssumeRolePolicy", Target::Role, iam::role::update_trust),
    row("DeleteRole", Target::Role, iam::role::delete),
];
