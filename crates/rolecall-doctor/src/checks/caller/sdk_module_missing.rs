//! The SDK's STS module is not installed.
//!
//! ## What you see
//! `To use … the aws-java-sdk-sts module must be on the class path`, `sts service module must be on the class path`,
//! `Assembly AWSSDK.SecurityToken could not be found`. Then the node's role signs.
//!
//! ## Why
//! Some SDKs are cut into modules, and the provider for web identity needs the one for STS. Without it the chain goes on to
//! the next source, often with no more than a debug line.
//!
//! ## How to tell
//! The dependency list of the program; logging of the SDK at debug level.
//!
//! ## How to mend it
//! Add the module: `software.amazon.awssdk:sts`, `com.amazonaws:aws-java-sdk-sts`, `AWSSDK.SecurityToken`.
//!
//! ## Source
//! AWS SDK for Java Developer Guide, "Credentials"; AWS SDK for .NET Developer Guide; reference cli.md §7.

use rolecall_model::evidence::attempt::Symptom;

use crate::case::Case;
use crate::check::Check;
use crate::finding::{Certainty, Finding, Safety, Severity};
use crate::link::Link;

/// The check.
pub const CHECK: Check = Check {
    slug: "caller.sdk-module-missing",
    title: "the SDK's STS module is not installed",
    severity: Severity::Error,
    reads: &[] as &[Link],
    source: include_str!("sdk_module_missing.rs"),
    run: check,
};

fn check(case: &Case<'_>) -> Option<Finding> {
    let seen = case.saw(|symptom| matches!(symptom, Symptom::SdkModuleMissing { .. }))?;
    let Symptom::SdkModuleMissing { module } = &seen.symptom else { return None };
    let mut finding = Finding::new(
        &CHECK,
        Certainty::Certain,
        format!(
            "the module `{module}` is not \
                                                                        installed"
        ),
    )
    .because(
        "The SDK found role and token file, and cannot call STS without that module. It went on to \
             the next source, \
             so whatever was refused later was refused to another identity.",
    )
    .at(seen.at, "the SDK says so");
    if let Some(signer) = case.signer() {
        finding = finding.beside(signer.arn.at, "so this identity signed instead");
    }
    Some(finding.fix(
        format!("add `{module}` to the program's dependencies, in the version of the rest of the SDK"),
        Safety::ShowOnly,
        &[],
    ))
}
