//! THE TABLE of operations that are offered: what each acts on, and the function that does it.

use rolecall_wire::operation::Operation;
use rolecall_wire::service::Service;

use crate::admin;
use crate::call::Run;
use crate::iam;
use crate::json_operations;
use crate::sts;
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

/// A row.
#[must_use]
pub const fn row(name: &'static str, target: Target, run: Run) -> Row {
    Row { name, target, run }
}

/// The row of an operation; none for one that is known and not offered (docs/differences.md).
#[must_use]
pub fn find(service: Service, name: &str) -> Option<&'static Row> {
    let rows: &[Row] = match service {
        Service::Sts => &STS,
        Service::Iam => iam::operations::ROWS,
        _ => &[],
    };
    rows.iter().find(|row| row.name == name)
}

/// Whether an operation is answered at all: by a row, or on a way of its own, as what nobody signs and administration are.
#[must_use]
pub fn is_offered(operation: &Operation) -> bool {
    let (service, name) = (operation.service, operation.name);
    let own_way =
        name == "AssumeRoleWithWebIdentity" || service == Service::EksAuth || admin::is_effect(operation);
    own_way || find(service, name).is_some() || json_operations::find(service, name).is_some()
}

static STS: [Row; 5] = [
    row("AssumeRole", Target::Itself, sts::assume_role::run),
    row("GetAccessKeyInfo", Target::Any, sts::get_access_key_info::run),
    row("GetCallerIdentity", Target::Free, sts::get_caller_identity::run),
    row("GetFederationToken", Target::Itself, sts::get_federation_token::run),
    row("GetSessionToken", Target::Free, sts::get_session_token::run),
];
