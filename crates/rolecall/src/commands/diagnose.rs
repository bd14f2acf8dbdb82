//! `rolecall diagnose`: why an attempt failed, from AWS and Kubernetes, a folder of evidence, or a pasted text.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use rolecall_doctor::finding::Severity;
use rolecall_doctor::report::{Report, diagnose};

use super::Done;
use super::job::JobFlags;
use super::live::LiveFlags;
use super::probe::ProbeFlags;
use super::target::{Targets, folder};
use crate::exit::Exit;
use crate::output;

/// Name the cause of a failed AssumeRoleWithWebIdentity, from what you have.
///
/// A live TARGET is read from AWS and Kubernetes, and nothing is changed there: deploy/NAME, sts/NAME, ds/NAME, job/NAME,
/// cronjob/NAME, pod/NAME, sa/NAME, role/NAME, a role's ARN, cluster/NAME; several together where they belong together.
///
/// FOLDER holds what the common tools print, one file each, all of them optional: role.json (aws iam get-role),
/// providers.json (aws iam list-open-id-connect-providers), provider.json (aws iam get-open-id-connect-provider),
/// token.txt or token.claims.json, serviceaccount.yaml and pod.yaml (kubectl get … -o yaml), env.txt, error.txt,
/// debug.log, cloudtrail.json, workflow.yaml and more. With `-` a pasted error, log, CloudTrail event or
/// `aws … --debug` output is read from standard input.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall diagnose -n payments deploy/api\n  rolecall diagnose -n payments deploy/api --with trust.json     the world as it would be\n  rolecall diagnose arn:aws:iam::111122223333:role/api --profile prod\n  rolecall diagnose ./evidence\n  rolecall diagnose ./evidence --format json | jq '.findings[0].cause'\n  rolecall diagnose ./evidence --fixes terraform\n  rolecall diagnose .github/workflows/deploy.yml --job deploy --ref refs/heads/main --role-arn ARN\n  rolecall diagnose --here role/deploy     inside a CI job\n  rolecall diagnose ./evidence --format markdown >> \"$GITHUB_STEP_SUMMARY\"\n  rolecall diagnose ./evidence --format html > report.html\n  pbpaste | rolecall diagnose -\n  rolecall diagnose --event 3f6a1c0e-0000-4000-8000-000000000002     asks a running `rolecall serve`"
)]
pub struct Arguments {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    job: JobFlags,
    #[command(flatten)]
    live: LiveFlags,
    #[command(flatten)]
    probe: ProbeFlags,
    /// How to print the report.
    #[arg(long, short = 'o', visible_short_alias = 'f', value_enum, default_value_t = Format::Human)]
    format: Format,
    /// How the human report writes out the changes of its fixes; the other formats hold every notation.
    #[arg(long, value_enum, value_name = "NOTATION", default_value_t = Fixes::Short)]
    fixes: Fixes,
    /// Exit with 1 also when only warnings were found.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
}

/// Formats of a report.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people, in the manner of rustc.
    Human,
    /// `rolecall.report/v1` (docs/report.schema.json).
    Json,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
    /// For tickets and the job summaries of CI.
    Markdown,
    /// One page that loads nothing, for a browser.
    Html,
}

/// How the human report writes out fixes.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Fixes {
    /// The diff of each, and the commands of the first.
    Short,
    /// Diffs of the evidence.
    Diff,
    /// Commands of the AWS CLI and kubectl.
    #[value(alias = "aws-cli", alias = "kubectl")]
    Shell,
    /// Terraform.
    Terraform,
    /// CloudFormation.
    #[value(name = "cloudformation")]
    CloudFormation,
    /// All of them.
    All,
}

/// What makes the exit code fail.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum FailOn {
    /// Errors, as by default.
    Error,
    /// Warnings too.
    Warning,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    if arguments.live.needs {
        return arguments.live.print_needs(&arguments.targets);
    }
    let event = arguments.targets.ci_event().map(str::to_owned);
    let job = JobFlags { event, ..arguments.job.clone() };
    let mut read = arguments.targets.read_with(&arguments.live, &job)?;
    let probed = arguments.probe.run(&arguments.targets, &arguments.live, &mut read)?;
    let evidence = read.evidence;
    if job.any() || arguments.targets.here {
        job.tell(&evidence);
    }
    let mut report = diagnose(&evidence);
    if let Some(probed) = probed {
        probed.settle(&mut report);
    }
    match arguments.format {
        Format::Human => output::human::report(&report, arguments.fixes)?,
        Format::Json => print(&output::json::report(&report))?,
        Format::Sarif => print(&output::sarif::report(&report, folder(&arguments.targets)))?,
        Format::Markdown => print(&output::markdown::report(&report))?,
        Format::Html => print(&output::html::report(&report))?,
    }
    Ok(exit(&report, arguments.fail_on))
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn exit(report: &Report<'_>, fail_on: Option<FailOn>) -> Exit {
    let warned = report.findings.iter().any(|finding| finding.severity == Severity::Warning);
    match Exit::from(report.conclusion) {
        Exit::Fine | Exit::Undetermined if warned && fail_on == Some(FailOn::Warning) => Exit::Found,
        exit => exit,
    }
}
