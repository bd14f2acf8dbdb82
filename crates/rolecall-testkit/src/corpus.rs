//! The corpus: reported failures, each a folder of evidence with a label.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Label of a healthy case: no error may be found in it.
const HEALTHY: &str = "none";

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// `group/NNN-slug`
    pub name: String,
    /// The label: the primary cause, or `none`.
    pub cause: String,
    /// Causes that are true beside it, or that a careful reader chose.
    pub others: Vec<String>,
    /// The folder of its evidence.
    pub folder: PathBuf,
    /// Names and bytes of its evidence, sorted by name.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Case {
    /// Whether nothing is wrong in it.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.cause == HEALTHY
    }

    /// Whether a cause is true of this case.
    #[must_use]
    pub fn is_true(&self, cause: &str) -> bool {
        self.cause == cause || self.others.iter().any(|other| other == cause)
    }
}

/// The corpus of this repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

/// Every case below `root`, in order of group and number.
///
/// # Errors
/// Fails where a case lacks its label or its evidence, or cannot be read.
pub fn all(root: &Path) -> io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for group in folders(root)? {
        for folder in folders(&group)? {
            cases.push(read(&file_name(&group), &folder)?);
        }
    }
    Ok(cases)
}

fn read(group: &str, folder: &Path) -> io::Result<Case> {
    let label = fs::read_to_string(folder.join("case.yaml"))?;
    let evidence = folder.join("evidence");
    let mut files = Vec::new();
    for path in entries(&evidence)? {
        files.push((file_name(&path), fs::read(&path)?));
    }
    Ok(Case {
        name: format!("{group}/{}", file_name(folder)),
        cause: field(&label, "cause").to_owned(),
        others: others(&label),
        folder: evidence,
        files,
    })
}

/// The value of a field on its line.
fn field<'l>(label: &'l str, name: &str) -> &'l str {
    let value = |line: &'l str| line.strip_prefix(name)?.strip_prefix(':');
    label.lines().find_map(value).unwrap_or_default().trim()
}

/// The slugs under `also`, as a list in brackets or below it, and the one under `arguable`.
fn others(label: &str) -> Vec<String> {
    let below = label.lines().skip_while(|line| !line.starts_with("also:")).skip(1);
    let below = below.map_while(|line| line.strip_prefix("- "));
    let inline = [field(label, "also"), field(label, "arguable")];
    let inline = inline.into_iter().flat_map(|list| list.split(['[', ']', ',']));
    let slugs = below.chain(inline).map(str::trim).filter(|slug| slug.contains('.'));
    slugs.map(str::to_owned).collect()
}

fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    Ok(entries(path)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn entries(path: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        let label = "cause: trust.malformed\nalso:\n- a.b\n- c.d\narguable: e.f\nnotes: x.y\n";
        assert_eq!(field(label, "cause"), "trust.malformed");
        assert_eq!(others(label), ["a.b", "c.d", "e.f"]);
        assert_eq!(others("cause: none\nalso: [a.b, c.d]\n"), ["a.b", "c.d"]);
        assert_eq!(others("cause: none\nalso: []\n"), Vec::<String>::new());
    }

    #[test]
    fn every_case_has_label_and_evidence() {
        let cases = all(&root()).unwrap();
        assert!(cases.len() >= 128, "the corpus has {} cases", cases.len());
        assert!(cases.iter().all(|case| !case.cause.is_empty() && !case.files.is_empty()));
    }
}
