//! Changed files as a unified diff.

use similar::TextDiff;

use crate::fix::files::FileChange;

/// The diff of every file that changes; a file that goes away is not shown line by line.
pub(super) fn render(files: &[FileChange]) -> String {
    let mut out = String::new();
    for file in files {
        let Some(after) = &file.after else { continue };
        let before = file.before.as_deref().unwrap_or_default();
        let (from, to) = match file.before {
            Some(_) => (format!("a/{}", file.name), format!("b/{}", file.name)),
            None => ("/dev/null".to_owned(), format!("b/{}", file.name)),
        };
        out.push_str(&TextDiff::from_lines(before, after).unified_diff().header(&from, &to).to_string());
    }
    out
}
