//! Changed files as a unified diff.

use similar::TextDiff;

use crate::fix::files::FileChange;

/// The diff of every file that changes; a file that goes away is not shown line by line.
pub(super) fn render(files: &[FileChange]) -> String {
    let mut out = String::new();
    for file in files {
        let Some(after) = &file.after else { continue };
        let before = file.before.as_deref().unwrap_or_default();
        if file.before.is_some() {
            out.push_str(&unified(&file.name, before, after));
            continue;
        }
        let to = format!("b/{}", file.name);
        out.push_str(
            &TextDiff::from_lines(before, after).unified_diff().header("/dev/null", &to).to_string(),
        );
    }
    out
}

/// The unified diff of a file; nothing where both texts are the same.
#[must_use]
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let (from, to) = (format!("a/{name}"), format!("b/{name}"));
    TextDiff::from_lines(before, after).unified_diff().header(&from, &to).to_string()
}
