//! The files of a folder: which is the output of which command.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::account::Account;

/// Bytes of one file: several pages of a large account.
const LIMIT: u64 = 256 << 20;
/// Lists and objects of `get-account-authorization-details`, which may come in several pages.
const DETAILS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

/// Reads every JSON file of a folder, in the order of their names, into the account.
///
/// # Errors
/// Where the folder itself cannot be read; files that cannot are remarked.
pub fn read(folder: &Path, account: &mut Account) -> io::Result<()> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    files.sort();
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_json = name.ends_with(".json");
        let plain = fs::symlink_metadata(&file).is_ok_and(|found| found.is_file());
        if !is_json || !plain {
            account.remark(format!("`{name}` was not read: only plain files named `.json` are"));
            continue;
        }
        match values(&file) {
            // What a command printed page by page may stand in one file, one document after another.
            Ok(values) => values.into_iter().for_each(|value| take(&name, &value, account)),
            Err(why) => account.remark(format!("`{name}` was not read: {why}")),
        }
    }
    Ok(())
}

fn values(file: &Path) -> Result<Vec<Value>, String> {
    let mut text = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut text));
    read.map_err(|error| error.to_string())?;
    if text.len() as u64 > LIMIT {
        return Err(format!("it is larger than {LIMIT} bytes"));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    serde_json::Deserializer::from_slice(text)
        .into_iter::<Value>()
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}

fn take(name: &str, value: &Value, account: &mut Account) {
    if DETAILS.iter().any(|member| value.get(member).is_some()) {
        account.details(value);
    } else if let Some(role) = value.get("Role") {
        account.role_summary(role);
    } else if let Some(roles) = value.get("Roles").and_then(Value::as_array) {
        roles.iter().for_each(|role| account.role_summary(role));
    } else if value.get("ClientIDList").is_some() {
        account.provider(value);
    } else if let Some(listed) = value.get("OpenIDConnectProviderList").and_then(Value::as_array) {
        listed.iter().for_each(|one| account.listed_provider(one));
    } else if let Some(cluster) = value.get("cluster") {
        account.cluster(cluster);
    } else if let Some(association) = value.get("association") {
        account.association(association);
    } else {
        account.remark(format!("`{name}` was not read: it is the output of no command that is known here"));
    }
}
