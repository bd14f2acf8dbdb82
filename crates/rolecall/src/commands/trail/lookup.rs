//! `rolecall trail lookup`: the records that are wanted.

use std::io::{self, Write};

use clap::Args;
use rolecall_model::instant::Instant;
use rolecall_trail::filter::Filter;
use rolecall_trail::record::Record;
use serde_json::Value;

use super::{Format, Source, instant, report_skipped};
use crate::commands::Done;
use crate::exit::Exit;
use crate::output::plain;

/// Find records, the newest first; everything that is asked for must hold.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall trail lookup --event-name AssumeRoleWithWebIdentity --refused\n  rolecall trail lookup --role payments-api --start 2026-03-01T11:00:00Z --from ./AWSLogs\n  rolecall trail lookup --id 3f6a1c0e-0000-4000-8000-000000000002 --format json"
)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// The operation, as in AssumeRoleWithWebIdentity.
    #[arg(long, value_name = "NAME")]
    event_name: Option<String>,
    /// The service: sts, iam, eks.amazonaws.com.
    #[arg(long, value_name = "SOURCE")]
    event_source: Option<String>,
    /// A user's name, a session's name, a token's subject.
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// The access key that signed, or that was issued.
    #[arg(long, value_name = "ID")]
    access_key_id: Option<String>,
    /// A role, by name or ARN: asked for, changed, or calling.
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// The id of the event, or of the request.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The error code.
    #[arg(long, value_name = "CODE")]
    error_code: Option<String>,
    /// Refused calls alone.
    #[arg(long, conflicts_with = "granted")]
    refused: bool,
    /// Granted calls alone.
    #[arg(long)]
    granted: bool,
    /// Not before this.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    start: Option<Instant>,
    /// Not after this.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    end: Option<Instant>,
    /// The region of the call.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The account whose trail it is.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    max_items: usize,
    /// Lines for people, or one record of JSON a line.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let filter = filter(arguments);
    let scan = arguments.source.scan(|record| filter.admits(record))?;
    let mut out = io::stdout().lock();
    for record in scan.records.iter().rev().take(arguments.max_items) {
        line(&mut out, record, arguments.format)?;
    }
    out.flush()?;
    drop(out);
    let more = scan.records.len().saturating_sub(arguments.max_items);
    if more > 0 {
        writeln!(io::stderr().lock(), "{more} older records were found too: `--max-items`")?;
    }
    report_skipped(&scan)?;
    Ok(Exit::Fine)
}

fn filter(arguments: &Arguments) -> Filter {
    Filter {
        name: arguments.event_name.clone(),
        source: arguments.event_source.clone(),
        user: arguments.username.clone(),
        access_key: arguments.access_key_id.clone(),
        role: arguments.role.clone(),
        id: arguments.id.clone(),
        code: arguments.error_code.clone(),
        refused: match (arguments.refused, arguments.granted) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        start: arguments.start,
        end: arguments.end,
        region: arguments.region.clone(),
        account: arguments.account.clone(),
    }
}

/// Writes a record as one line.
pub(super) fn line(out: &mut impl Write, record: &Record, format: Format) -> io::Result<()> {
    if format == Format::Json {
        out.write_all(&record.to_json())?;
        return out.write_all(b"\n");
    }
    let identity = &record.user_identity;
    let who = identity.arn.as_deref().or(identity.user_name.as_deref()).unwrap_or(&identity.kind);
    let parameters = record.request_parameters.as_ref().map(|fields| fields.value());
    let subject = ["roleArn", "roleName", "policyArn", "openIDConnectProviderArn", "url", "userName", "name"];
    let text = |name: &&str| parameters.as_ref()?.get(*name).and_then(Value::as_str).map(str::to_owned);
    let subject = subject.iter().find_map(text).unwrap_or_default();
    let source = record.event_source.strip_suffix(".amazonaws.com").unwrap_or(&record.event_source);
    let outcome = record.error_code.as_deref().unwrap_or("ok");
    let fields = [&format!("{source}:{}", record.event_name), outcome, who, &subject, &record.event_id];
    write!(out, "{}", record.event_time)?;
    for field in fields {
        write!(out, "  {}", plain(if field.is_empty() { "-" } else { field }))?;
    }
    writeln!(out)
}
