//! Asks one check, by its slug, about evidence that is written as a folder would hold it.

use rolecall_doctor::case::Case;
use rolecall_doctor::catalogue;
use rolecall_doctor::finding::{Certainty, Finding};

/// Name and text of each file of a folder.
pub type Files<'a> = Vec<(&'a str, String)>;

/// What a row expects of a check: nothing, or a finding of that certainty.
pub type Wanted = Option<Certainty>;

pub const CERTAIN: Wanted = Some(Certainty::Certain);
pub const LIKELY: Wanted = Some(Certainty::Likely);
pub const POSSIBLE: Wanted = Some(Certainty::Possible);

/// Asks one check about a folder.
pub fn ask(slug: &str, files: &[(&str, String)]) -> Option<Finding> {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes())).collect();
    let evidence = rolecall_collect::read_files(&files);
    let check = catalogue::find(slug).unwrap_or_else(|| panic!("{slug} is not in the catalogue"));
    let case = Case::new(&evidence);
    let found = (check.run)(&case);
    let undeclared: Vec<_> =
        case.take_read().into_iter().filter(|link| !check.reads.contains(link)).collect();
    assert!(undeclared.is_empty(), "{slug} reads {undeclared:?} without saying so");
    found
}

/// Asks one check about each row's folder.
pub fn table(slug: &str, rows: Vec<(&str, Files<'_>, Wanted)>) {
    for (what, files, wanted) in rows {
        let found = ask(slug, &files);
        let certainty = found.as_ref().map(|finding| finding.certainty);
        assert_eq!(certainty, wanted, "{slug}: {what}\n{found:#?}");
        if let Some(finding) = found {
            assert!(!finding.places.is_empty(), "{slug}: {what}: no place");
            assert!(finding.places.iter().any(|place| place.primary), "{slug}: {what}: no caret");
            assert!(!finding.explanation.is_empty() && !finding.fixes.is_empty(), "{slug}: {what}");
            assert!(!finding.title.ends_with('.'), "{slug}: {}", finding.title);
        }
    }
}
