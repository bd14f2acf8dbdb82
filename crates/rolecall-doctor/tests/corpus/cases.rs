//! The cases of the corpus: evidence, and what its label says.

#![allow(clippy::disallowed_methods, reason = "the corpus is read from its folder")]

use std::fs;
use std::path::Path;

/// A case.
pub struct Case {
    /// `group/NNN-slug`
    pub name: String,
    /// The label.
    pub cause: String,
    /// Causes that are true beside it, or that a careful reader chose.
    pub others: Vec<String>,
    /// Files of its evidence.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Case {
    /// Whether a cause is true of this case.
    pub fn is_true(&self, cause: &str) -> bool {
        self.cause == cause || self.others.iter().any(|other| other == cause)
    }
}

/// Every case of the corpus of reported failures, in order.
pub fn all() -> Vec<Case> {
    below("corpus")
}

/// Every case of a corpus in the repository, in order.
pub fn below(corpus: &str) -> Vec<Case> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(corpus);
    let mut cases = Vec::new();
    for group in ["ci", "k8s"] {
        let mut folders: Vec<_> =
            fs::read_dir(root.join(group)).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        cases.extend(folders.iter().map(|folder| read(group, folder)));
    }
    cases
}

fn read(group: &str, folder: &Path) -> Case {
    let label = fs::read_to_string(folder.join("case.yaml")).unwrap();
    let field = |name: &str| {
        label
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}:")))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let listed = label
        .lines()
        .skip_while(|line| !line.starts_with("also:"))
        .skip(1)
        .take_while(|line| line.starts_with("- "));
    let listed = listed.map(|line| line.trim_start_matches("- ").to_owned());
    let inline = field("also") + "," + &field("arguable");
    let inline =
        inline.split(['[', ']', ',']).map(|one| one.trim().to_owned()).filter(|one| one.contains('.'));
    let mut names: Vec<_> =
        fs::read_dir(folder.join("evidence")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let file = |path: &std::path::PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())
    };
    Case {
        name: format!("{group}/{}", folder.file_name().unwrap().to_string_lossy()),
        cause: field("cause"),
        others: listed.chain(inline).collect(),
        files: names.iter().map(file).collect(),
    }
}
