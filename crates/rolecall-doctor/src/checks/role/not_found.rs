//! The ARN names no role.
//!
//! ## What you see
//! `Not authorized to perform sts:AssumeRoleWithWebIdentity` (403): STS answers the same for a role that does not exist as
//! for one that refuses. If the ARN names another account, the answer is `No OpenIDConnect provider found` instead, since
//! the provider is looked up first, in the account of the ARN.
//!
//! ## Why
//! A wrong account id, a typo, a role that was deleted, or a path left out: a role under a path is
//! `role/PATH/NAME`, and its ARN without the path names nothing.
//!
//! ## How to tell
//! `aws iam get-role --role-name NAME` in the account of the ARN; compare its `Arn` letter by letter.
//!
//! ## How to mend it
//! Give the ARN that `get-role` prints.
//!
//! ## Source
//! Reference sts.md §3.3 (order of the checks); IAM User Guide, "IAM identifiers".

use rolecall_model::arn::Arn;
use rolecall_model::evidence::role::Role;

use crate::case::{Case, Requested, RequestedFrom};
use crate::check::Check;
use crate::compare::first_difference;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::fix::workload::rename_role;
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "role.not-found",
    title: "the ARN names no role",
    severity: Severity::Error,
    reads: &[Link::Role],
    source: include_str!("not_found.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let roles = case.role();
    let requested = case.requested();
    if roles.role.is_absent() {
        let title = match requested {
            Some(requested) => format!("`{}` does not exist", requested.arn.value),
            None => "the role does not exist".into(),
        };
        let mut finding = Finding::new(&CHECK, Certainty::Certain, title)
            .because("IAM was asked for the role and says that there is none. STS answers a call for it with the same words as a refusal by the trust policy.");
        if let Some(requested) = requested {
            finding = finding.at(requested.arn.at, "names no role");
        }
        return Some(finding.fix(
            "create the role, or give the ARN of one that exists",
            Safety::ShowOnly,
            &["aws iam list-roles --query 'Roles[].Arn'".into()],
        ));
    }
    let requested = requested.filter(|requested| requested.from != RequestedFrom::RoleFile)?;
    let asked = requested.parsed().ok()?;
    let known = || roles.role.present().into_iter().chain(&roles.others);
    if known().any(|role| role.arn.value == requested.arn.value) {
        return None;
    }
    let near = known().find_map(|role| Some((role, kinship(&asked, &Arn::parse(&role.arn.value)?)?)));
    if let Some((role, why)) = near {
        return Some(resembling(case, requested, role, why));
    }
    roles.listed.then(|| {
        Finding::new(
            &CHECK,
            Certainty::Likely,
            format!("`{}` is not among the account's roles", requested.arn.value),
        )
        .because("The account's roles were listed, and none has this ARN.")
        .at(requested.arn.at, "names no role that was listed")
        .fix(
            "give the ARN of a role that exists",
            Safety::ShowOnly,
            &["aws iam list-roles --query 'Roles[].Arn'".into()],
        )
    })
}

fn resembling(case: &Case<'_>, requested: &Requested, role: &Role, why: &str) -> Finding {
    let finding = Finding::new(&CHECK, Certainty::Certain, format!("`{}` is not the role `{}`", requested.arn.value, role.arn.value))
        .because(format!("{why} STS looks for the provider and the role in the account and under the name that the ARN gives, and finds nothing there."))
        .differs(requested.arn.at, "the caller asks for this", &role.arn.value, &requested.arn.value)
        .beside(role.arn.at, "the role is this one");
    let title = format!("give `{}`", role.arn.value);
    match rename_role(case, &role.arn.value) {
        Some(edits) => finding.change(title, Safety::Review, edits),
        None => finding.fix(title, Safety::ShowOnly, &[]),
    }
}

/// Why two ARNs that differ were evidently meant to be the same role; none where they are two roles.
fn kinship(asked: &Arn, role: &Arn) -> Option<&'static str> {
    let (name, known) = (asked.role_name()?, role.role_name()?);
    if asked.account != role.account && asked.resource == role.resource {
        return Some("The account in the ARN is another one than the role's.");
    }
    if asked.account == role.account && asked.partition != role.partition && asked.resource == role.resource {
        return Some("The partition in the ARN is another one than the role's.");
    }
    if asked.account != role.account {
        return None;
    }
    if name == known {
        return Some("The role lies under another path than the ARN says.");
    }
    if name.eq_ignore_ascii_case(known) {
        return Some("The name differs in letter case.");
    }
    (distance(name, known) == 1 && name.len() > 5).then_some("The name differs in one letter.")
}

/// Edit distance, as far as telling one slip from more needs it.
fn distance(a: &str, b: &str) -> usize {
    let same_front = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let rest = |text: &str| text.len() - same_front;
    let same_back = a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count();
    let same_back = same_back.min(rest(a)).min(rest(b));
    let digits = first_difference(a, b).is_some()
        && a.bytes().filter(u8::is_ascii_digit).ne(b.bytes().filter(u8::is_ascii_digit));
    if digits { usize::MAX } else { (rest(a) - same_back).max(rest(b) - same_back) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kin_and_strangers() {
        let table = [
            ("arn:aws:iam::111122223333:role/deploy", "arn:aws:iam::444455556666:role/deploy", true),
            ("arn:aws:iam::111122223333:role/deploy", "arn:aws:iam::111122223333:role/ci/deploy", true),
            ("arn:aws:iam::111122223333:role/Deploy", "arn:aws:iam::111122223333:role/deploy", true),
            ("arn:aws:iam::111122223333:role/deploy-rle", "arn:aws:iam::111122223333:role/deploy-role", true),
            ("arn:aws:iam::111122223333:role/deploy-1", "arn:aws:iam::111122223333:role/deploy-2", false),
            ("arn:aws:iam::111122223333:role/reader", "arn:aws:iam::111122223333:role/writer", false),
        ];
        for (asked, role, kin) in table {
            let found = kinship(&Arn::parse(asked).unwrap(), &Arn::parse(role).unwrap());
            assert_eq!(found.is_some(), kin, "{asked} {role}");
        }
    }
}
