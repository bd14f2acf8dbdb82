//! rolecall's own administration.

use super::Operation;
use super::shape::{required, text};
use crate::service::Service::Rolecall;

pub(super) const OPERATIONS: &[Operation] =
    &[Operation::read(Rolecall, "DiagnoseEvent", &[required("EventId", text(1, 64))])];
