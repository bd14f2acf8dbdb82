//! THE TABLE of operations: one file per service or family, one line per operation and member.
//!
//! Names, members and constraints are those of AWS's published API models (reference sts.md §2, iam.md §3 to
//! §8, simulator.md §1, eks.md §1, cloudtrail.md §1). Operations that are not here are answered as unknown.

mod cloudtrail;
mod eks;
mod eks_auth;
mod errors;
mod find;
mod iam_account;
mod iam_analysis;
mod iam_groups;
mod iam_instance_profiles;
mod iam_policies;
mod iam_providers;
mod iam_roles;
mod iam_shapes;
mod iam_users;
mod rolecall;
mod shape;
mod sts;

pub use find::{Labels, asked, find, of, route};
pub use shape::{Member, Place, Shape};

use crate::service::Service;
use std::borrow::Cow;

/// One operation of one service.
#[derive(Debug)]
pub struct Operation {
    /// The service.
    pub service: Service,
    /// The name, such as `AssumeRole`; the action it needs is `sts:AssumeRole`.
    pub name: &'static str,
    /// Whether it must be signed. A signature that comes with an unsigned operation is checked nonetheless
    /// (reference sigv4.md §7).
    pub signed: bool,
    /// `readOnly` of its audit record.
    pub read_only: bool,
    /// Whether its answer has a result element, be it an empty one (iam.md §1).
    pub has_result: bool,
    /// Method and path of REST-JSON, `POST /` otherwise.
    pub route: Route,
    /// What it takes.
    pub members: &'static [Member],
}

/// Where an operation is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, with labels such as `{name}` for one segment each.
    pub path: &'static str,
}

impl Operation {
    /// The action that policies name, such as `iam:GetRole`.
    #[must_use]
    pub fn action(&self) -> String {
        format!("{}:{}", self.service.signing_name(), self.name)
    }

    /// The member of this name, at the top.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }

    const fn read(service: Service, name: &'static str, members: &'static [Member]) -> Operation {
        let route = Route { method: "POST", path: "/" };
        Operation { service, name, signed: true, read_only: true, has_result: true, route, members }
    }

    const fn write(service: Service, name: &'static str, members: &'static [Member]) -> Operation {
        Operation { read_only: false, ..Operation::read(service, name, members) }
    }

    const fn unsigned(self) -> Operation {
        Operation { signed: false, ..self }
    }

    const fn without_result(self) -> Operation {
        Operation { has_result: false, ..self }
    }

    const fn at(self, method: &'static str, path: &'static str) -> Operation {
        Operation { route: Route { method, path }, ..self }
    }
}

/// A member's name as messages and audit records spell it: `RoleName` as `roleName`.
#[must_use]
pub fn lower_camel(name: &str) -> Cow<'_, str> {
    match name.as_bytes().first() {
        Some(first) if first.is_ascii_uppercase() => {
            let mut lower = String::with_capacity(name.len());
            lower.push(char::from(first.to_ascii_lowercase()));
            lower.extend(name.chars().skip(1));
            Cow::Owned(lower)
        }
        _ => Cow::Borrowed(name),
    }
}
