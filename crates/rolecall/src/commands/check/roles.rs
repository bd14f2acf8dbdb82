//! Roles by the files that declare them.

use std::fs;
use std::path::{Path, PathBuf};

use rolecall_collect::terraform::{self, Given};
use rolecall_collect::{Limits, decode, read_files};
use rolecall_model::evidence::Evidence;
use rolecall_model::evidence::role::Role;
use rolecall_model::json::edit::quoted;

use super::file::CheckFile;
use crate::commands::Failure;

/// A role that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Names by which it can be meant: its own, its ARN, its Terraform label, its file's name.
    pub names: Vec<String>,
    /// The file.
    pub file: String,
    /// What `aws iam get-role` would print, or a trust policy alone; or why it could not be read.
    pub text: Result<String, String>,
}

/// Roles of all sources.
#[derive(Debug, Default)]
pub struct Roles {
    found: Vec<Found>,
    /// Files that were looked at and could not be read, with the reason.
    pub unread: Vec<(String, String)>,
}

/// Files of folders that may declare roles.
const EXTENSIONS: [&str; 5] = ["tf", "json", "yaml", "yml", "template"];
/// Folders below a folder that are looked into.
const DEPTH: usize = 8;
/// Files that are looked at, all sources together.
const FILES: usize = 5_000;

impl Roles {
    /// Reads every source of a file of assertions; paths are relative to its folder.
    ///
    /// # Errors
    /// Where a source is not there.
    pub fn read(check: &CheckFile, folder: &Path) -> Result<Roles, Failure> {
        let mut roles = Roles::default();
        let given = Given {
            account: check.account.clone(),
            partition: check.partition.clone(),
            variables: check.variables.clone(),
        };
        for source in &check.sources {
            let path = folder.join(source);
            let failed =
                |error: std::io::Error| Failure::Read { name: source.clone(), source: Box::new(error) };
            let mut files = Vec::new();
            match fs::metadata(&path).map_err(failed)?.is_dir() {
                true => walk(&path, DEPTH, &mut files).map_err(failed)?,
                false => files.push(path),
            }
            // Modules of Terraform are folders: references do not cross them.
            let mut modules: Vec<(PathBuf, Vec<(String, String)>)> = Vec::new();
            for file in files {
                match text(&file) {
                    Ok(text) if file.extension().is_some_and(|extension| extension == "tf") => {
                        let module = file.parent().unwrap_or(Path::new("")).to_owned();
                        let entry = (file.display().to_string(), text);
                        match modules.iter_mut().find(|(known, _)| *known == module) {
                            Some((_, files)) => files.push(entry),
                            None => modules.push((module, vec![entry])),
                        }
                    }
                    Ok(text) => roles.take(&file, &text),
                    Err(why) => roles.unread.push((file.display().to_string(), why)),
                }
            }
            for (_, files) in modules {
                roles.take_terraform(&files, &given);
            }
        }
        Ok(roles)
    }

    /// The one role that is meant; else a sentence that says why there is none.
    pub fn named(&self, name: &str) -> Result<&Found, String> {
        let meant = |found: &&Found| found.names.iter().any(|known| known == name);
        let mut all = self.found.iter().filter(meant);
        match (all.next(), all.next()) {
            (Some(one), None) => Ok(one),
            (Some(one), Some(other)) => {
                Err(format!("role `{name}` is declared twice, in `{}` and `{}`", one.file, other.file))
            }
            (None, _) => Err(format!("no source declares role `{name}`{}", self.known())),
        }
    }

    fn known(&self) -> String {
        let names: Vec<&str> =
            self.found.iter().filter_map(|found| found.names.first().map(String::as_str)).take(10).collect();
        if names.is_empty() { String::new() } else { format!("; there are {}", names.join(", ")) }
    }

    fn take_terraform(&mut self, files: &[(String, String)], given: &Given) {
        let (declared, flawed) = terraform::roles(files, given);
        self.unread.extend(flawed);
        for role in declared {
            let names = role.name.iter().cloned().chain([role.label.clone()]).collect();
            let name = role.name.map(|name| format!("\"RoleName\": {}, ", quoted(&name)));
            let text = role.trust.map(|trust| {
                let text = format!("{{{}\"AssumeRolePolicyDocument\": {trust}}}", name.unwrap_or_default());
                let written = |root| format!("{}\n", rolecall_model::json::edit::pretty(&root, "", "  "));
                rolecall_model::json::parse(&text).root.map_or(text, written)
            });
            self.found.push(Found { names, file: role.file, text });
        }
    }

    fn take(&mut self, file: &Path, text: &str) {
        let shown = file.display().to_string();
        let base = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let evidence = read_files(&[(base.clone(), text.as_bytes().to_vec())]);
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let all: Vec<&Role> = evidence.role.role.present().into_iter().chain(&evidence.role.others).collect();
        let alone = all.len() == 1;
        for role in all {
            let mut names: Vec<String> = Vec::new();
            names.extend(role.name.iter().map(|name| name.value.clone()));
            names.extend((!role.arn.value.is_empty()).then(|| role.arn.value.clone()));
            names.extend((alone || names.is_empty()).then(|| stem.clone()));
            names.extend(alone.then(|| base.clone()));
            names.dedup();
            let text = declared(&evidence, role).ok_or_else(|| "it holds no trust policy".to_owned());
            self.found.push(Found { names, file: shown.clone(), text });
        }
        self.unread.extend(evidence.skipped.iter().map(|skipped| (shown.clone(), skipped.why.clone())));
    }
}

/// The role as `aws iam get-role` prints it, its policy as it is written.
fn declared(evidence: &Evidence, role: &Role) -> Option<String> {
    let trust = role.trust.as_ref()?;
    let policy = evidence.documents.get(trust.document)?.slice(trust.node.span);
    // A policy of YAML is written anew.
    let policy = match policy.trim_start().starts_with('{') {
        true => policy.to_owned(),
        false => rolecall_model::json::edit::pretty(&trust.node, "", "  "),
    };
    let member = |key: &str, value: &str| format!("  \"{key}\": {}", quoted(value));
    let mut members = Vec::new();
    members.extend(role.name.as_ref().map(|name| member("RoleName", &name.value)));
    members.extend((!role.arn.value.is_empty()).then(|| member("Arn", &role.arn.value)));
    members.push(format!("  \"AssumeRolePolicyDocument\": {policy}"));
    Some(format!("{{\n{}\n}}\n", members.join(",\n")))
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (kind, path) = (entry.file_type()?, entry.path());
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let fits = path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| EXTENSIONS.contains(&extension));
        if kind.is_dir() && !hidden && depth > 0 {
            walk(&path, depth - 1, files)?;
        } else if kind.is_file() && fits && files.len() < FILES {
            files.push(path);
        }
    }
    Ok(())
}

fn text(file: &Path) -> Result<String, String> {
    let limit = Limits::default().file;
    let length = fs::metadata(file).map_err(|error| error.to_string())?.len();
    if length > limit {
        return Err(format!("it has {length} bytes; at most {limit} are read"));
    }
    decode(&fs::read(file).map_err(|error| error.to_string())?)
}
