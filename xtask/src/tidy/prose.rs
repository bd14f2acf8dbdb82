//! Rules of documents: they speak of the project alone, and what they point at is there.

use std::path::Path;

use crate::tree::{self, File};

/// Beginnings of paths on somebody's machine.
const MACHINES: [&str; 4] = ["/home/", "/Users/", "/root/", "/work/"];

/// Pages that code names already and that come with the part they tell of. One that is there leaves this list.
const UNDERWAY: [&str; 0] = [];

/// Places that break a rule.
pub fn problems(root: &Path) -> Result<Vec<String>, String> {
    let documents = tree::files(root, &[".md"])?;
    let naming = tree::files(root, &[".rs", ".toml", ".md"])?;
    let mut problems: Vec<String> = documents.iter().flat_map(machines).collect();
    problems.extend(documents.iter().flat_map(|file| links(root, file)));
    problems.extend(naming.iter().flat_map(|file| pages(root, file)));
    let arrived = UNDERWAY.iter().filter(|path| root.join(path).exists());
    problems.extend(arrived.map(|path| format!("{path}: it is there; take it from the list in xtask")));
    if let Some(guarded) = documents.iter().find(|file| file.path == "SECURITY.md") {
        problems.extend(guards(guarded, &tree::files(root, &[".rs", ".py"])?));
    }
    Ok(problems)
}

/// Tests that a document names as guards and that are not there: names in backticks with two underscores or more.
fn guards(document: &File, sources: &[File]) -> Vec<String> {
    let named = document.text.split('`').skip(1).step_by(2);
    let is_test = |name: &&str| {
        name.matches('_').count() > 1 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let defined = |name: &str| [format!("fn {name}("), format!("def {name}(")];
    let is_there = |name: &&str| {
        sources.iter().any(|file| defined(name).iter().any(|mark| file.text.contains(mark.as_str())))
    };
    let missing = named.filter(is_test).filter(|name| !is_there(name));
    missing.map(|name| format!("{}: there is no test `{name}`", document.path)).collect()
}

fn machines(file: &File) -> Vec<String> {
    let shows = |line: &str| {
        let starts = |mark: &&&str| {
            line.match_indices(**mark).any(|(at, _)| {
                let before = line.get(..at).and_then(|text| text.chars().next_back());
                before.is_none_or(|c| !c.is_alphanumeric() && !"/._-~}".contains(c))
            })
        };
        MACHINES.iter().find(starts).copied()
    };
    let lines = file.text.lines().enumerate();
    let found = lines.filter_map(|(at, line)| Some((at, shows(line)?)));
    found
        .map(|(at, mark)| format!("{}:{}: a path of somebody's machine: `{mark}`", file.path, at + 1))
        .collect()
}

/// Links of a document that lead to no file. Addresses and anchors are not followed.
fn links(root: &Path, file: &File) -> Vec<String> {
    let folder = root.join(&file.path).parent().map(Path::to_path_buf).unwrap_or_default();
    let targets =
        file.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-#".contains(c);
    let targets = targets.filter(|target| target.chars().all(plain));
    let targets = targets.filter_map(|target| target.split('#').next()).filter(|target| !target.is_empty());
    let dead = targets.filter(|target| !folder.join(target).exists());
    dead.map(|target| format!("{}: the link to `{target}` leads nowhere", file.path)).collect()
}

/// Pages of docs/ that are named and are not there.
fn pages(root: &Path, file: &File) -> Vec<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let named = file.text.match_indices("docs/").filter_map(|(at, _)| {
        let before = file.text.get(..at)?.chars().next_back();
        let rest = file.text.get(at..)?;
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let pattern = rest.get(end..).is_some_and(|after| after.starts_with(['*', '<', '{', '$']));
        let whole = before.is_none_or(|c| !part(c)) && !pattern;
        whole.then(|| rest.get(..end))?.map(|path| path.trim_end_matches(['.', '/']))
    });
    let dead = named.filter(|path| !root.join(path).exists() && !UNDERWAY.contains(path));
    dead.map(|path| format!("{}: names `{path}`, which is not there", file.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        File { path: "README.md".into(), text: text.into() }
    }

    #[test]
    fn machines_are_told_from_links_of_the_field() {
        assert_eq!(machines(&file("see `/home/me/x`")).len(), 1);
        assert_eq!(machines(&file("/work/a and /root/b")).len(), 1);
        assert!(machines(&file("https://example.com/home/x, a/work/b, ~/root/x")).is_empty());
    }

    #[test]
    fn tests_that_guard_are_there() {
        let tests = [File { path: "a.rs".into(), text: "fn a_b_c() {}".into() }];
        assert_eq!(guards(&file("`a_b_c`, `a_b_d`, `a_b` and `x`"), &tests).len(), 1);
    }

    #[test]
    fn dead_links_are_found() {
        let root = tree::root();
        assert_eq!(
            links(&root, &file("[a](no-such-page.md) [b](README.md#x) [c](https://e.com) [d](#x)")).len(),
            1
        );
        assert_eq!(pages(&root, &file(concat!("`docs", "/no-such-page.md` and docs", "/*.md"))).len(), 1);
        assert!(pages(&root, &file("my-docs/x docs/exit-codes.md.")).is_empty());
    }
}
