//! `rolecall cluster`: clusters that a running service knows, so that `aws eks describe-cluster` tells their issuers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Done, Failure};
use crate::exit::Exit;
use crate::output::plain;
use crate::service_client::Endpoint;

/// Tell a running service of Kubernetes clusters, as EKS would know them.
///
/// The region is the AWS CLI's: that of AWS_REGION, else of the profile, else us-east-1.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Remove(Remove),
}

/// Register a cluster that runs elsewhere; one of the same name is described anew.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  rolecall cluster add prod --issuer https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF\n  rolecall cluster add kind --kubeconfig ~/.kube/config --context kind-kind\n  aws eks describe-cluster --name prod --query cluster.identity.oidc.issuer --output text"
)]
struct Add {
    /// The cluster's name.
    name: String,
    /// The issuer of its service accounts' tokens.
    #[arg(long, value_name = "URL", required_unless_present = "kubeconfig")]
    issuer: Option<String>,
    /// Ask the cluster itself, by kubectl with this configuration: its issuer, its address, its certificate authority.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The context in the configuration; else its current one.
    #[arg(long, value_name = "NAME", requires = "kubeconfig")]
    context: Option<String>,
    #[command(flatten)]
    endpoint: Endpoint,
}

/// List the clusters of the account in the region.
#[derive(Args)]
struct List {
    #[command(flatten)]
    endpoint: Endpoint,
}

/// Forget a cluster, with its associations.
#[derive(Args)]
struct Remove {
    /// The cluster's name.
    name: String,
    #[command(flatten)]
    endpoint: Endpoint,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    match &arguments.command {
        Command::Add(arguments) => add(arguments),
        Command::List(arguments) => list(arguments),
        Command::Remove(arguments) => remove(arguments),
    }
}

fn add(arguments: &Add) -> Done {
    let mut input = json!({"Name": arguments.name});
    if let Some(file) = &arguments.kubeconfig {
        input = asked(file, arguments.context.as_deref(), input)?;
    }
    if let (Some(issuer), Some(members)) = (&arguments.issuer, input.as_object_mut()) {
        members.insert("Issuer".to_owned(), json!(issuer));
    }
    let answer = arguments.endpoint.call("RegisterCluster", &input)?;
    let text = |path: &str| plain(answer.pointer(path).and_then(Value::as_str).unwrap_or_default());
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n  issuer  {}", text("/cluster/arn"), text("/cluster/identity/oidc/issuer"))?;
    Ok(Exit::Fine)
}

fn list(arguments: &List) -> Done {
    let answer = arguments.endpoint.call("ListRegisteredClusters", &json!({}))?;
    let mut out = io::stdout().lock();
    for cluster in answer.get("Clusters").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| plain(cluster.get(name).and_then(Value::as_str).unwrap_or("-"));
        writeln!(out, "{}\t{}\t{}", text("Name"), text("Issuer"), text("Endpoint"))?;
    }
    Ok(Exit::Fine)
}

fn remove(arguments: &Remove) -> Done {
    arguments.endpoint.call("RemoveCluster", &json!({"Name": arguments.name}))?;
    Ok(Exit::Fine)
}

/// What the cluster says of itself. kubectl is asked, since it knows every way in which a configuration may log in.
fn asked(file: &Path, context: Option<&str>, mut input: Value) -> Result<Value, Failure> {
    let config =
        kubectl(file, context, &["config", "view", "--minify", "--flatten", "--raw", "--output", "json"])?;
    let discovery = kubectl(file, context, &["get", "--raw", "/.well-known/openid-configuration"])?;
    let text = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let issuer = text(&discovery, "/issuer").ok_or_else(|| Failure::Service {
        source: "the cluster's discovery document names no issuer".into(),
        remedy: Some("give it: `--issuer URL`".to_owned()),
    })?;
    if let Some(members) = input.as_object_mut() {
        members.insert("Issuer".to_owned(), json!(issuer));
        let found = [
            ("Endpoint", text(&config, "/clusters/0/cluster/server")),
            ("CertificateAuthority", text(&config, "/clusters/0/cluster/certificate-authority-data")),
        ];
        members.extend(found.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))));
    }
    Ok(input)
}

fn kubectl(file: &Path, context: Option<&str>, arguments: &[&str]) -> Result<Value, Failure> {
    let failed = |source: String, remedy: &str| Failure::Service {
        source: source.into(),
        remedy: Some(remedy.to_owned()),
    };
    let mut command = Process::new("kubectl");
    command.arg("--kubeconfig").arg(file).args(context.iter().flat_map(|name| ["--context", name]));
    let done = command.args(arguments).stdin(Stdio::null()).output();
    let done = done.map_err(|error| {
        failed(format!("`kubectl` cannot be run: {error}"), "install it, or give the issuer: `--issuer URL`")
    })?;
    if !done.status.success() {
        let said = plain(String::from_utf8_lossy(&done.stderr).trim());
        return Err(failed(
            format!("`kubectl {}` fails: {said}", arguments.join(" ")),
            "give the issuer: `--issuer URL`",
        ));
    }
    serde_json::from_slice(&done.stdout).map_err(|error| {
        failed(
            format!("`kubectl {}` prints no JSON: {error}", arguments.join(" ")),
            "give the issuer: `--issuer URL`",
        )
    })
}
