//! `rolecall export`: the account of a running service, in the files that `rolecall serve --import` takes.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use rolecall_model::instant::Instant;
use rolecall_wire::percent::decode_path;
use serde_json::{Map, Value, json};

use super::{Done, Failure};
use crate::exit::Exit;
use crate::service_client::Endpoint;

/// Write the account of a running service into a folder, as the AWS CLI prints it: users, groups, roles, policies,
/// instance profiles and OIDC providers with their unique ids; no secrets.
///
/// `rolecall serve --import FOLDER` takes it over again; every other reader of `aws iam get-account-authorization-details`
/// takes it too.
#[derive(Args)]
#[command(after_help = "Example:\n  rolecall export ./account && rolecall serve --dev --import ./account")]
pub struct Arguments {
    /// The folder; made if it is missing. Files of the same names are replaced.
    folder: PathBuf,
    #[command(flatten)]
    endpoint: Endpoint,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    let (folder, endpoint) = (&arguments.folder, &arguments.endpoint);
    let failed = |source| Failure::Output { name: folder.display().to_string(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let details = pages(endpoint, "GetAccountAuthorizationDetails")?;
    let mut written = 0;
    for (index, page) in details.iter().enumerate() {
        written += save(folder, &format!("account-authorization-details-{:04}.json", index + 1), page)?;
    }
    for (index, page) in pages(endpoint, "ListRoles")?.iter().enumerate() {
        written += save(folder, &format!("roles-{:04}.json", index + 1), page)?;
    }
    let listed = printed(endpoint.iam("ListOpenIDConnectProviders", &[])?);
    let providers = listed.get("OpenIDConnectProviderList").and_then(Value::as_array);
    let arns = providers.into_iter().flatten().filter_map(|one| one.get("Arn")?.as_str());
    for (index, arn) in arns.enumerate() {
        let parameters = [("OpenIDConnectProviderArn", arn)];
        let provider = printed(endpoint.iam("GetOpenIDConnectProvider", &parameters)?);
        written += save(folder, &format!("oidc-provider-{:04}.json", index + 1), &provider)?;
    }
    written += save(folder, "oidc-providers.json", &listed)?;
    writeln!(io::stdout().lock(), "{written} files in {}", folder.display())?;
    Ok(Exit::Fine)
}

fn pages(endpoint: &Endpoint, operation: &str) -> Result<Vec<Value>, Failure> {
    let mut pages = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let mut parameters = vec![("MaxItems", "1000")];
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = printed(endpoint.iam(operation, &parameters)?);
        marker = page.get("Marker").and_then(Value::as_str).map(str::to_owned);
        pages.push(page);
        if marker.is_none() {
            return Ok(pages);
        }
    }
}

fn save(folder: &Path, name: &str, value: &Value) -> Result<usize, Failure> {
    let file = folder.join(name);
    let failed = |source| Failure::Output { name: file.display().to_string(), source };
    fs::write(&file, format!("{value:#}\n")).map_err(failed)?;
    Ok(1)
}

/// An answer as the AWS CLI prints it: dates in ISO 8601, documents as JSON.
fn printed(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.into_iter().map(member).collect::<Map<_, _>>()),
        Value::Array(items) => Value::Array(items.into_iter().map(printed).collect()),
        other => other,
    }
}

fn member((name, value): (String, Value)) -> (String, Value) {
    let value = match value {
        Value::String(text) if name.ends_with("Document") => document(&text).unwrap_or(json!(text)),
        Value::Number(seconds) if name.ends_with("Date") => match seconds.as_i64() {
            Some(seconds) => json!(Instant(seconds).to_string()),
            None => json!(seconds),
        },
        other => printed(other),
    };
    (name, value)
}

fn document(encoded: &str) -> Option<Value> {
    serde_json::from_str(&decode_path(encoded)?).ok()
}
