//! `rolecall serve`: the service, until it is told to stop.

pub mod log;
mod workers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use log::Log;
use rolecall_model::secret::Secret;
use rolecall_server::config::{Config, ISSUER_KEYS_AGE, Limits, PORT, RootCredentials, Tls, Trail};
use rolecall_server::import::{ImportError, Imported};
use rolecall_server::running::{RunError, Running};
use rolecall_server::{clock, master_key, random, root};

use super::{Done, Failure};
use crate::exit::Exit;
use crate::output::plain;

/// Run an STS and IAM of your own, which really verify tokens and evaluate policies.
///
/// The unmodified AWS CLI and SDKs speak to it with AWS_ENDPOINT_URL set. Every call is authorized, and every decision is
/// on the record before its answer leaves.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = SocketAddr::from(([127, 0, 0, 1], PORT)))]
    listen: SocketAddr,
    /// The data folder; made if it is missing.
    #[arg(long, value_name = "FOLDER", default_value = "rolecall-data", conflicts_with = "dev")]
    data: PathBuf,
    /// Memory only, loopback only, credentials `test` and `test`, issuers on this machine allowed.
    #[arg(long)]
    dev: bool,
    /// The file of the master key, mode 0600; made at the first start. Without it: FOLDER.key beside the data folder.
    #[arg(long, value_name = "FILE", conflicts_with = "dev")]
    key_file: Option<PathBuf>,
    /// An account, twelve digits; the first is the one whose root credentials may be given by the environment.
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<String>,
    /// The partition of ARNs.
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    partition: String,
    /// A certificate chain in PEM, leaf first.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Make a certificate at the first start, for these names besides localhost.
    #[arg(long, value_name = "NAME", num_args = 0.., conflicts_with = "tls_cert")]
    tls_self_made: Option<Vec<String>>,
    /// The URL under which others reach the service, where a proxy stands before it.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Let OIDC providers have ports, private addresses, and plain HTTP on loopback.
    #[arg(long)]
    allow_local_issuers: bool,
    /// Fetch an issuer's keys anew from this age on, in seconds: 10 to 1800. A key that its issuer dropped serves for
    /// twice as long at most, while the issuer can be reached.
    #[arg(long, value_name = "SECONDS", default_value_t = ISSUER_KEYS_AGE.as_secs(),
          value_parser = clap::value_parser!(u64).range(10..=1800))]
    issuer_keys_age: u64,
    /// Put the cause of a refused exchange into the sentence that the caller sees. On loopback only.
    #[arg(long)]
    explain_denials: bool,
    /// Take over a real account at the start: what `aws iam get-account-authorization-details`, `list-roles`,
    /// `get-open-id-connect-provider` and `aws eks describe-cluster` printed, one file each. What is there already stays.
    #[arg(long, value_name = "FOLDER")]
    import: Option<PathBuf>,
    /// Deliver the audit record to this folder too, in gzip files laid out as in CloudTrail's buckets.
    #[arg(long, value_name = "FOLDER", conflicts_with = "dev")]
    trail_out: Option<PathBuf>,
    /// Keep about so much of the audit record in the data folder, and remove the oldest beyond: 500M, 20G.
    #[arg(long, value_name = "SIZE", value_parser = size, conflicts_with = "dev")]
    trail_keep: Option<u64>,
    /// How to log, on standard error.
    #[arg(long, value_enum, default_value_t = Log::Text)]
    log: Log,
}

const EXAMPLES: &str = "\
Examples:
  rolecall serve --dev
  AWS_ENDPOINT_URL=http://127.0.0.1:8403 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws iam list-roles
  rolecall serve --data /var/lib/rolecall/data --listen 0.0.0.0:8403 --tls-self-made iam.internal

Environment:
  ROLECALL_ROOT_ACCESS_KEY_ID, ROLECALL_ROOT_SECRET_ACCESS_KEY   root credentials of the first account
  ROLECALL_MASTER_KEY                                            the master key itself: base64 of 32 bytes";

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let failed = |error| Failure::Service { source: Box::new(error), remedy: None };
    let _logging = log::start(arguments.log).map_err(failed)?;
    raise_file_limit();
    let config = config(arguments);
    let runtime = workers::runtime().map_err(failed)?;
    runtime.block_on(serve(config, arguments))
}

/// Every connection is an open file, and systems give a process 1024 of them unless it asks for what it may have.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // What cannot be had is told when a connection cannot be accepted.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

async fn serve(config: Config, arguments: &Arguments) -> Done {
    // Listened for from here on, so that a stop right after the announcement is a graceful one too.
    let stopped = tokio::spawn(stop_signal());
    let running = Running::start(config, Arc::new(clock::System), Arc::new(random::System)).await;
    let running = running.map_err(failure)?;
    announce(&running, arguments);
    let _ = stopped.await;
    eprintln!("stopping: calls in progress may end");
    running.stop().await;
    Ok(Exit::Fine)
}

fn announce(running: &Running, arguments: &Arguments) {
    let config = &running.desk.config;
    eprintln!("rolecall serves account {} at {}", config.account, running.url);
    eprintln!("  issuer       {}", running.desk.issuer.url(""));
    match (&config.data, &config.root) {
        (None, _) => {
            eprintln!("  credentials  test / test (everything is in memory and forgotten at the end)")
        }
        (Some(_), Some(_)) => eprintln!("  credentials  of the environment"),
        (Some(data), None) => eprintln!("  credentials  {}", data.join(root::FILE).display()),
    }
    if let (Some(data), None) = (&config.data, &config.master_key) {
        let file = config.key_file.clone().unwrap_or_else(|| master_key::beside(data));
        eprintln!("  master key   {} (keep it; without it the data cannot be read)", file.display());
    }
    if let (Some(data), Tls::SelfMade(_)) = (&config.data, &config.tls) {
        let file = data.join(rolecall_server::tls::CERTIFICATE);
        eprintln!("  certificate  {} (AWS_CA_BUNDLE for clients)", file.display());
    }
    if let Some(imported) = &running.imported {
        announce_import(imported);
    }
    if arguments.dev {
        let url = &running.url;
        eprintln!(
            "  try          AWS_ENDPOINT_URL={url} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 aws sts get-caller-identity"
        );
    }
}

fn announce_import(imported: &Imported) {
    let added: Vec<String> = imported.added.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let added = if added.is_empty() { "nothing new".to_owned() } else { added.join(", ") };
    eprintln!("  imported     {added}; {} were there already", imported.present);
    for remark in &imported.remarks {
        eprintln!("    note: {}", plain(remark));
    }
}

/// Bytes, with K, M, G or T for powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
        Some((at, _)) => text.split_at(at),
        None => (text, ""),
    };
    let power = match unit.trim_end_matches('B').trim_end_matches('i').to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        _ => return Err("write a number and K, M, G or T, as in `500M`".to_owned()),
    };
    let number: u64 =
        digits.parse().map_err(|_| "write a number and K, M, G or T, as in `500M`".to_owned())?;
    number.checked_mul(1024_u64.pow(power)).ok_or_else(|| "that is more than can be counted".to_owned())
}

fn config(arguments: &Arguments) -> Config {
    let dev = Config::dev(arguments.listen.port());
    let mut accounts = arguments.accounts.iter().cloned();
    let tls = match (&arguments.tls_cert, &arguments.tls_key, &arguments.tls_self_made) {
        (Some(chain), Some(key), _) => Tls::Files { chain: chain.clone(), key: key.clone() },
        (_, _, Some(names)) => Tls::SelfMade(names.clone()),
        _ => Tls::None,
    };
    Config {
        listen: arguments.listen,
        data: (!arguments.dev).then(|| arguments.data.clone()),
        key_file: arguments.key_file.clone(),
        master_key: variable("ROLECALL_MASTER_KEY").map(Secret::new),
        account: accounts.next().unwrap_or(dev.account),
        more_accounts: accounts.collect(),
        root: root_of_environment().or(if arguments.dev { dev.root } else { None }),
        partition: arguments.partition.clone(),
        tls,
        public_url: arguments.public_url.clone(),
        allow_local_issuers: arguments.allow_local_issuers || arguments.dev,
        issuer_keys_age: Duration::from_secs(arguments.issuer_keys_age),
        explain_denials: arguments.explain_denials,
        refuse_foreign_origins: arguments.dev,
        import: arguments.import.clone(),
        trail: Trail { out: arguments.trail_out.clone(), keep: arguments.trail_keep },
        limits: Limits::default(),
    }
}

fn root_of_environment() -> Option<RootCredentials> {
    Some(RootCredentials {
        access_key_id: variable("ROLECALL_ROOT_ACCESS_KEY_ID")?,
        secret_access_key: Secret::new(variable("ROLECALL_ROOT_SECRET_ACCESS_KEY")?),
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What stands in the way, with what to do about it where that is known.
fn failure(error: RunError) -> Failure {
    use rolecall_server::master_key::MasterKeyError;
    use rolecall_server::start::StartError;
    use rolecall_state::embedded::OpenError;
    let remedy = match &error {
        RunError::Start(StartError::MasterKey(MasterKeyError::Open { file, .. })) => {
            Some(format!("make it the owner's alone: mode 600 for `{}`", file.display()))
        }
        RunError::Start(StartError::Config(refused)) => Some(refused.remedy.clone()),
        RunError::Start(StartError::MasterKey(MasterKeyError::Missing { .. })) => {
            Some("bring it back, or name it with `--key-file`; the data cannot be read without it".to_owned())
        }
        RunError::Start(StartError::Store(OpenError::InUse { .. })) => {
            Some("stop that one, or name another folder with `--data`".to_owned())
        }
        RunError::Start(StartError::WrongKey(_)) => {
            Some("give the key file that the data folder was first started with".to_owned())
        }
        RunError::Start(StartError::Import(ImportError::Foreign { account })) => {
            Some(format!("serve that account: `--account {account}`"))
        }
        RunError::Listen { .. } => Some("another port: `--listen 127.0.0.1:PORT`".to_owned()),
        _ => None,
    };
    Failure::Service { source: Box::new(error), remedy }
}

/// Waits until the process is asked to stop.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
