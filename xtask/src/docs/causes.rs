//! docs/causes/: a page for each cause, from the module comment of its check, and the index of them.

use rolecall_doctor::catalogue::CATALOGUE;
use rolecall_doctor::check::Check;
use rolecall_doctor::finding::Severity;
use rolecall_doctor::link::Link;
use rolecall_testkit::corpus::{self, Case};

use super::{CAUSES, Page, row};

/// Cases of the corpus that a page names at most.
const SHOWN: usize = 5;

const HEAD: &str = "\
# Causes

Every cause that rolecall can name, by the link of the chain where it sits. A slug never changes its meaning. The same \
pages come from `rolecall explain CAUSE`, the list from `rolecall causes`. Errors make an attempt fail; warnings work \
now, and admit more than meant or will break.
";

/// The page of every cause, and the index.
///
/// # Errors
/// Fails where the corpus cannot be read.
pub fn pages() -> Result<Vec<Page>, String> {
    let cases = corpus::all(&corpus::root()).map_err(|error| format!("cannot read the corpus: {error}"))?;
    let pages = CATALOGUE.iter().map(|check| page(check, &cases));
    Ok(pages.chain([index()]).collect())
}

fn page(check: &Check, cases: &[Case]) -> Page {
    let mut body = format!("# {}\n\nSeverity: {}\n\n", check.slug, severity(check));
    body.push_str(&linked(&check.page(), check.slug));
    body.push('\n');
    let known: Vec<&Case> = cases.iter().filter(|case| case.cause == check.slug).collect();
    if !known.is_empty() {
        body.push_str("\n## See it\n");
        for case in known.iter().take(SHOWN) {
            body.push_str(&format!("- `rolecall diagnose corpus/{}/evidence`\n", case.name));
        }
    }
    Page::new(format!("{CAUSES}/{}.md", check.slug), &source(check), &body)
}

/// Where the check of a cause stands: the slug is its address.
pub fn source(check: &Check) -> String {
    let path = check.slug.replacen('.', "/", 1).replace('-', "_");
    format!("crates/rolecall-doctor/src/checks/{path}.rs")
}

/// The text with other causes and pages of docs/ made into links.
fn linked(text: &str, own: &str) -> String {
    let mut text = text.to_owned();
    for slug in CATALOGUE.iter().map(|check| check.slug).filter(|slug| *slug != own) {
        text = text.replace(&format!("`{slug}`"), &format!("[`{slug}`]({slug}.md)"));
    }
    text.replace("`docs/issuers.md`", "[known issuers](../issuers.md)")
}

fn index() -> Page {
    let mut body = HEAD.to_owned();
    for link in Link::ALL {
        let checks: Vec<&Check> = CATALOGUE.iter().filter(|check| check.link() == link).collect();
        if checks.is_empty() {
            continue;
        }
        body.push_str(&format!("\n## {}\n\n| cause | severity | |\n|---|---|---|\n", link.name()));
        for check in checks {
            let name = format!("[{0}]({0}.md)", check.slug);
            body.push_str(&row(&[&name, severity(check), check.title]));
        }
    }
    Page::new(format!("{CAUSES}/README.md"), "crates/rolecall-doctor/src/catalogue.rs", &body)
}

fn severity(check: &Check) -> &'static str {
    match check.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
