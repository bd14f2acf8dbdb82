//! `rolecall whoami`: as whom a program would call AWS, and why as nobody else.

mod sdks;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rolecall_live::caller::{Caller, Link, Sdk, State, Variables, caller};
use rolecall_live::refusal::Refusal;
use rolecall_live::scope::AwsScope;

use super::live::runtime;
use super::{Done, Failure, STDIN_LIMIT};
use crate::exit::Exit;
use crate::output;

/// Show which credentials a program would use, and why no others.
///
/// Every link of the SDK's chain is shown, and the one that wins.
///
/// Variables and configuration files are looked at; nothing is called unless --ask says so. With --env the variables of
/// another process are taken, such as those of a container, and no files.
///
/// With --trail it is CloudTrail that tells: who called, with which SDK, and whether that SDK knows web identity. One that
/// does not passes over role and token file without a word, and works as its node.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall whoami\n  kubectl exec deploy/api -- env | rolecall whoami --env -\n  rolecall whoami --profile prod --ask\n  rolecall whoami --trail ./AWSLogs\n\nExit codes:\n  0  a link wins; with --trail, no SDK is too old\n  1  none does, or the one that wins is half set up; with --trail, an SDK is too old\n  2  rolecall failed\n  3  --ask got no answer"
)]
pub struct Arguments {
    /// Variables of another process, a line each, or `-` for standard input.
    #[arg(long, value_name = "FILE|-")]
    env: Option<PathBuf>,
    /// Profile of the AWS configuration files.
    #[arg(long, value_name = "NAME", conflicts_with = "env")]
    profile: Option<String>,
    /// Whose order of links.
    #[arg(long, value_enum, value_name = "SDK", default_value_t = Order::Botocore)]
    sdk: Order,
    /// Ask STS who that is.
    #[arg(long, conflicts_with = "env")]
    ask: bool,
    /// Where AWS is, for --ask.
    #[arg(long, value_name = "URL", requires = "ask")]
    endpoint_url: Option<String>,
    /// Files and folders of CloudTrail, or what `aws cloudtrail lookup-events` printed.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["env", "profile", "ask"])]
    trail: Vec<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Order {
    /// The AWS CLI and boto3.
    #[value(alias = "cli", alias = "boto3")]
    Botocore,
    /// The JavaScript SDK, version 3.
    #[value(name = "javascript", alias = "js")]
    JavaScript,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    if !arguments.trail.is_empty() {
        return sdks::run(&arguments.trail);
    }
    let variables = match &arguments.env {
        Some(file) => parse(&text(file)?),
        None => std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
    };
    let sdk = match arguments.sdk {
        Order::Botocore => Sdk::Botocore,
        Order::JavaScript => Sdk::JavaScript,
    };
    let runtime = runtime()?;
    let files = arguments.env.is_none();
    let found = runtime.block_on(caller(&variables, arguments.profile.as_deref(), sdk, files));
    print(&found)?;
    if arguments.ask {
        let scope = AwsScope {
            profile: arguments.profile.clone(),
            region: None,
            endpoint_url: arguments.endpoint_url.clone(),
        };
        return asked(runtime.block_on(ask(&scope)));
    }
    let sound = found.wins().is_some_and(|link| matches!(link.state, State::Set(_)));
    Ok(if sound { Exit::Fine } else { Exit::Found })
}

async fn ask(scope: &AwsScope) -> Result<(String, String), Refusal> {
    use rolecall_live::aws;
    let aws = aws::connect(aws::connection(scope).await?);
    aws::identity(&aws).await
}

fn asked(answer: Result<(String, String), Refusal>) -> Done {
    match answer {
        Ok((_, arn)) => {
            println!("\nSTS says    {}", output::plain(&arn));
            Ok(Exit::Fine)
        }
        Err(refusal) => {
            output::human::trouble("sts:GetCallerIdentity", &refusal.line, refusal.remedy.as_deref());
            Ok(Exit::Undetermined)
        }
    }
}

fn print(found: &Caller) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let plain = |text: &str| output::plain(&rolecall_collect::redact(text));
    writeln!(out, "profile     {} ({})", plain(&found.profile.value), plain(&found.profile.from))?;
    for (name, setting) in [("region", &found.region), ("endpoint", &found.endpoint)] {
        match setting {
            Some(setting) => writeln!(out, "{name:11} {} ({})", plain(&setting.value), plain(&setting.from))?,
            None if name == "region" => writeln!(out, "{name:11} not set")?,
            None => writeln!(out, "{name:11} the region's own")?,
        }
    }
    writeln!(out, "credentials")?;
    let wins = found.wins().map(|link| link.source);
    for Link { source, state } in &found.chain {
        let first = wins == Some(*source);
        let said = match state {
            State::Unset => "-".to_owned(),
            State::Set(detail) if first => format!("wins: {}", plain(detail)),
            State::Set(detail) => format!("passed over: {}", plain(detail)),
            State::Half(detail) if first => format!("stops here: {}", plain(detail)),
            State::Half(detail) => format!("half set up: {}", plain(detail)),
            State::Asked if wins.is_none() => "asked last, over the network".to_owned(),
            State::Asked => "not reached".to_owned(),
        };
        writeln!(out, "  {:30} {said}", source.name())?;
    }
    if let Some(why) = &found.unread {
        writeln!(out, "the configuration files could not be read: {}", plain(why))?;
    }
    out.flush()
}

fn text(file: &Path) -> Result<String, Failure> {
    let failed =
        |error: io::Error| Failure::Read { name: file.display().to_string(), source: Box::new(error) };
    if file != Path::new("-") {
        return fs::read_to_string(file).map_err(failed);
    }
    let mut text = String::new();
    io::stdin().lock().take(STDIN_LIMIT).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

fn parse(text: &str) -> Variables {
    let pair = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.trim().to_owned(), value.trim_end_matches('\r').to_owned()))
    };
    text.lines().filter_map(pair).collect()
}
