//! THE TABLE of IAM's operations that are offered.

use super::role;
use crate::operations::{Row, row};
use crate::target::Target;

/// The rows.
pub static ROWS: &[Row] = &[
    row("CreateRole", Target::Role, role::create),
    row("GetRole", Target::Role, role::get),
    row("ListRoles", Target::Roles, role::list),
    row("UpdateRole", Target::Role, role::update),
    row("UpdateRoleDescription", Target::Role, role::update_description),
    row("UpdateAssumeRolePolicy", Target::Role, role::update_trust),
    row("DeleteRole", Target::Role, role::delete),
];
