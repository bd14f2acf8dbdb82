//! Rules of causes: the slug is the address of the check, its comment is a whole page, and something shows that it fires.

use std::path::Path;

use rolecall_doctor::catalogue::CATALOGUE;
use rolecall_doctor::check::Check;
use rolecall_testkit::corpus;

use crate::docs::source;
use crate::tree;

/// Sections that every page has. "When it is not this" is there where a neighbour is easily mistaken for it.
const SECTIONS: [&str; 5] = ["What you see", "Why", "How to tell", "How to mend it", "Source"];

/// Places that break a rule.
pub fn problems(root: &Path) -> Result<Vec<String>, String> {
    let cases =
        corpus::all(&root.join("corpus")).map_err(|error| format!("cannot read the corpus: {error}"))?;
    let tests = tree::files(&root.join("crates/rolecall-doctor/tests"), &[".rs"])?;
    let mut problems = Vec::new();
    for check in CATALOGUE {
        let path = source(check);
        let mut wrong = |what: &str| problems.push(format!("{path}: {what}"));
        if tree::read(root, &path).is_none_or(|text| text != check.source) {
            wrong("the check is elsewhere than its slug says");
        }
        for section in missing_sections(check) {
            wrong(&format!("its page has no section `{section}`"));
        }
        let quoted = format!("\"{}\"", check.slug);
        let shown = cases.iter().any(|case| case.cause == check.slug);
        if !shown && !tests.iter().any(|file| file.text.contains(&quoted)) {
            wrong("neither a case of the corpus nor a test shows it");
        }
    }
    let unknown = cases.iter().filter(|case| !case.is_healthy());
    let unknown = unknown.filter(|case| CATALOGUE.iter().all(|check| check.slug != case.cause));
    problems.extend(unknown.map(|case| format!("corpus/{}: no check is named `{}`", case.name, case.cause)));
    Ok(problems)
}

fn missing_sections(check: &Check) -> Vec<&'static str> {
    let page = check.page();
    let has = |section: &str| page.lines().any(|line| line == format!("## {section}"));
    SECTIONS.into_iter().filter(|section| !has(section)).collect()
}
