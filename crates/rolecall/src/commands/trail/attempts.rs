//! `rolecall trail attempts`: who tried to assume roles, how it ended, and why by the doctor.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::report::{Report, diagnose};
use rolecall_model::evidence::Evidence;
use rolecall_model::instant::Instant;
use rolecall_trail::attempts::{Attempt, Group, groups};
use rolecall_trail::changes::Change;
use rolecall_trail::evidence::{again, then};
use rolecall_trail::filter::is_role;
use rolecall_trail::record::Record;
use rolecall_trail::timeline::trust_at;
use serde_json::{Value, json};

use super::{Format, Source, instant, outcome, print_json, report_skipped, skipped_json};
use crate::commands::{Done, Failure};
use crate::exit::Exit;
use crate::output::plain;

/// Show attempts to assume roles, those that are alike together, with the cause of refusals.
///
/// The doctor judges a refusal by its event and by the trust policy that the records say the role had then. With
/// `--evidence` it says too whether the same attempt would be admitted now.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall trail attempts --refused\n  rolecall trail attempts --role payments-api --from ./AWSLogs\n  rolecall trail attempts --role payments-api --evidence ./payments      role.json, provider.json … of today"
)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// A role, by name or ARN.
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Refused attempts alone.
    #[arg(long)]
    refused: bool,
    /// Not before this.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    start: Option<Instant>,
    /// Not after this.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    end: Option<Instant>,
    /// A folder with role and providers as they are now (`rolecall diagnose --help` names the files).
    #[arg(long, value_name = "FOLDER")]
    evidence: Option<PathBuf>,
    /// For people, or as `rolecall.attempts/v1`.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Files of an evidence folder that tell of the account, not of one attempt.
const OF_ACCOUNT: [&str; 9] = [
    "role.json",
    "role.json.error",
    "trust.json",
    "trust-policy.json",
    "providers.json",
    "provider.json",
    "provider.json.error",
    "identity-policies.json",
    "rcp.json",
];

/// A group with what the doctor says of it.
struct Judged {
    group: Group,
    /// The cause then: slug and title.
    cause: Option<(String, String)>,
    /// Whether the trust policy of then is known.
    trust_known: bool,
    /// What would become of it now.
    now: Option<Now>,
}

/// What would become of an attempt now.
struct Now {
    conclusion: Conclusion,
    cause: Option<(String, String)>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let role = arguments.role.as_deref();
    let within = |record: &Record| {
        arguments.start.is_none_or(|start| record.event_time >= start)
            && arguments.end.is_none_or(|end| record.event_time <= end)
    };
    // Changes of before the window say which trust policy held in it.
    let scan = arguments
        .source
        .scan(|record| Change::of(record).is_some() || within(record) && Attempt::of(record).is_some())?;
    let today = arguments.evidence.as_deref().map(today).transpose()?;
    let wanted = |group: &Group| {
        role.is_none_or(|role| is_role(&group.last.role_arn, role))
            && !(arguments.refused && group.last.is_granted())
    };
    let judged: Vec<Judged> = groups(&scan.records)
        .into_iter()
        .filter(wanted)
        .map(|group| judge(group, &scan.records, today.as_deref()))
        .collect();
    match arguments.format {
        Format::Json => print_json(&json!({
            "schema": "rolecall.attempts/v1",
            "attempts": judged.iter().map(as_json).collect::<Vec<_>>(),
            "skipped": skipped_json(&scan),
        }))?,
        Format::Human => {
            let mut out = io::stdout().lock();
            for one in &judged {
                human(&mut out, one)?;
            }
            if judged.is_empty() {
                writeln!(out, "no attempts were found")?;
            }
            drop(out);
            report_skipped(&scan)?;
        }
    }
    Ok(if judged.iter().any(|one| !one.group.last.is_granted()) { Exit::Found } else { Exit::Fine })
}

fn judge(group: Group, records: &[Record], today: Option<&[(String, Vec<u8>)]>) -> Judged {
    let attempt = &group.last;
    if attempt.is_granted() || attempt.record.event_name != "AssumeRoleWithWebIdentity" {
        return Judged { group, cause: None, trust_known: false, now: None };
    }
    let trust =
        trust_at(records, &attempt.role_arn, attempt.record.event_time).and_then(|change| change.trust);
    let evidence = evidence(then(attempt, trust.as_deref()), &[]);
    let report = diagnose(&evidence);
    let (cause, trust_known) = (first(&report), trust.is_some());
    let now = today.and_then(|files| {
        let evidence = self::evidence(again(attempt), files);
        let role = evidence.role.role.present()?;
        let own = is_role(&role.arn.value, &attempt.role_arn);
        let report = own.then(|| diagnose(&evidence))?;
        Some(Now { conclusion: report.conclusion, cause: first(&report) })
    });
    Judged { group, cause, trust_known, now }
}

fn first(report: &Report<'_>) -> Option<(String, String)> {
    report.findings.first().map(|finding| (finding.cause.to_string(), finding.title.to_string()))
}

fn evidence(files: Vec<(String, String)>, more: &[(String, Vec<u8>)]) -> Evidence {
    let mut all: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    all.extend(more.iter().cloned());
    rolecall_collect::read_files(&all)
}

/// The files of a folder that tell of the account as it is now.
fn today(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut files = Vec::new();
    for name in OF_ACCOUNT {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => files.push((name.to_owned(), bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Failure::Read { name: path.display().to_string(), source: Box::new(error) });
            }
        }
    }
    if files.is_empty() {
        return Err(Failure::Unknown {
            fact: format!("`{}` holds nothing that tells of a role", folder.display()),
            remedy: "put `aws iam get-role` into role.json there".to_owned(),
        });
    }
    Ok(files)
}

fn human(out: &mut impl Write, judged: &Judged) -> io::Result<()> {
    let (attempt, group) = (&judged.group.last, &judged.group);
    let times = if group.count == 1 {
        String::new()
    } else {
        format!(", {} times since {}", group.count, group.first)
    };
    writeln!(out, "{}  {}{times}", attempt.record.event_time, outcome(attempt))?;
    writeln!(out, "  {}  by {}", plain(&attempt.record.event_name), plain(&attempt.who))?;
    writeln!(out, "  role      {}", plain(&attempt.role_arn))?;
    if let Some(provider) = &attempt.provider {
        writeln!(out, "  provider  {}", plain(provider))?;
    }
    if let Some((slug, title)) = &judged.cause {
        writeln!(out, "  cause     {slug}: {}", plain(title))?;
    } else if !attempt.is_granted() && attempt.provider.is_some() {
        let why = if judged.trust_known {
            "the event and the trust policy of then do not tell"
        } else {
            "no record tells the trust policy of then"
        };
        writeln!(out, "  cause     not known: {why}")?;
    }
    if let Some(now) = &judged.now {
        writeln!(out, "  now       {}", sentence(now))?;
    }
    writeln!(out, "  event     {}", plain(&attempt.record.event_id))?;
    writeln!(out)
}

fn sentence(now: &Now) -> String {
    match (now.conclusion, &now.cause) {
        (Conclusion::Admitted, _) => "refused then; would be admitted now".to_owned(),
        (Conclusion::Refused, Some((slug, title))) => {
            format!("would be refused now too, by {slug}: {}", plain(title))
        }
        (Conclusion::Refused, None) => "would be refused now too".to_owned(),
        _ => "the evidence does not tell what would become of it now".to_owned(),
    }
}

fn as_json(judged: &Judged) -> Value {
    let (attempt, group) = (&judged.group.last, &judged.group);
    let cause = |cause: &Option<(String, String)>| {
        cause.as_ref().map(|(slug, title)| json!({"cause": slug, "title": title}))
    };
    json!({
        "operation": attempt.record.event_name,
        "role": attempt.role_arn,
        "who": attempt.who,
        "provider": attempt.provider,
        "audience": attempt.audience,
        "outcome": if attempt.is_granted() { "granted" } else { "refused" },
        "errorCode": attempt.code,
        "count": group.count,
        "first": group.first.to_string(),
        "last": attempt.record.event_time.to_string(),
        "eventId": attempt.record.event_id,
        "requestId": attempt.record.request_id,
        "cause": cause(&judged.cause),
        "now": judged.now.as_ref().map(|now| json!({
            "conclusion": match now.conclusion {
                Conclusion::Admitted => "admitted",
                Conclusion::Refused => "refused",
                _ => "undetermined",
            },
            "cause": cause(&now.cause),
        })),
    })
}
