//! Fixes written out in the notations in which people keep their infrastructure.

mod aws_cli;
mod cloudformation;
mod diff;
mod kubectl;
mod terraform;

pub use diff::unified;

use rolecall_model::evidence::Evidence;

use super::Fix;
use super::edit::Edit;
use super::files::files;

/// A notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// A unified diff of the files of the evidence.
    Diff,
    /// Commands of the AWS CLI and of kubectl.
    Shell,
    /// Terraform.
    Terraform,
    /// CloudFormation, as YAML.
    CloudFormation,
}

impl Notation {
    /// All of them.
    pub const ALL: [Notation; 4] =
        [Notation::Diff, Notation::Shell, Notation::Terraform, Notation::CloudFormation];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Notation::Diff => "diff",
            Notation::Shell => "shell",
            Notation::Terraform => "terraform",
            Notation::CloudFormation => "cloudformation",
        }
    }
}

/// The fix in a notation; none where it has nothing to say in it.
#[must_use]
pub fn render(evidence: &Evidence, fix: &Fix, notation: Notation) -> Option<String> {
    let text = match notation {
        Notation::Diff => diff::render(&files(evidence, &fix.edits)),
        Notation::Shell => fix.commands.join("\n"),
        Notation::Terraform => parts(fix, terraform::render),
        Notation::CloudFormation => cloudformation::render(&fix.edits),
    };
    Some(text).filter(|text| !text.is_empty())
}

fn parts(fix: &Fix, part: impl Fn(&Edit) -> Option<String>) -> String {
    fix.edits.iter().filter_map(part).collect::<Vec<_>>().join("\n")
}

/// Edits as commands for a POSIX shell, in the order in which they are to be run.
pub(super) fn commands(edits: &[Edit]) -> Vec<String> {
    edits.iter().flat_map(shell).collect()
}

fn shell(edit: &Edit) -> Vec<String> {
    match edit {
        Edit::AnnotateServiceAccount { .. }
        | Edit::CreateServiceAccount { .. }
        | Edit::PatchPodTemplate { .. }
        | Edit::SetContainerEnv { .. }
        | Edit::RestartWorkload { .. } => kubectl::render(edit),
        _ => aws_cli::render(edit),
    }
}

/// The name of a managed policy: the end of its ARN, behind its path.
fn policy_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The text without the indent that it has because it stood inside of another document.
fn flush(text: &str) -> String {
    let blanks = |line: &str| line.len() - line.trim_start().len();
    let Some(depth) = text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(blanks).min() else {
        return text.to_owned();
    };
    let lines = text
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 0 { line } else { line.get(depth..).unwrap_or("") });
    lines.collect::<Vec<_>>().join("\n")
}
