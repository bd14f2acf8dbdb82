//! Pages of docs/ that are made from the code.

mod causes;
mod exit_codes;
mod issuers;
mod operations;
mod operators;

use std::fs;
use std::path::Path;

pub use causes::source;

use crate::Done;

/// A page: its path from the root, and its text.
pub struct Page {
    path: String,
    text: String,
}

impl Page {
    /// A page made from a source file, which its first line names.
    fn new(path: impl Into<String>, source: &str, body: &str) -> Page {
        let head = format!("<!-- made by `cargo xtask docs` from {source}; edit that file -->\n\n");
        Page { path: path.into(), text: format!("{head}{}\n", body.trim_end()) }
    }
}

/// The folder that holds nothing but generated pages.
const CAUSES: &str = "docs/causes";

fn pages() -> Result<Vec<Page>, String> {
    let mut pages = causes::pages()?;
    pages.push(operations::page());
    pages.push(operators::page());
    pages.push(issuers::page());
    pages.push(exit_codes::page());
    Ok(pages)
}

/// Writes every page, and takes away pages of causes that are gone.
pub fn write(root: &Path) -> Done {
    let pages = pages()?;
    let failed = |path: &str, error: &dyn std::fmt::Display| format!("cannot write `{path}`: {error}");
    fs::create_dir_all(root.join(CAUSES)).map_err(|error| failed(CAUSES, &error))?;
    for page in &pages {
        fs::write(root.join(&page.path), &page.text).map_err(|error| failed(&page.path, &error))?;
    }
    for path in left_over(root, &pages)? {
        fs::remove_file(root.join(&path)).map_err(|error| failed(&path, &error))?;
    }
    Ok(format!("{} pages written", pages.len()))
}

/// Paths of pages that are not what [`write`] would make of them.
pub fn stale(root: &Path) -> Result<Vec<String>, String> {
    let pages = pages()?;
    let fresh = |page: &Page| fs::read_to_string(root.join(&page.path)).is_ok_and(|text| text == page.text);
    let stale = pages.iter().filter(|page| !fresh(page)).map(|page| page.path.clone());
    Ok(stale.chain(left_over(root, &pages)?).collect())
}

fn left_over(root: &Path, pages: &[Page]) -> Result<Vec<String>, String> {
    let Ok(entries) = fs::read_dir(root.join(CAUSES)) else { return Ok(Vec::new()) };
    let mut left = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| format!("cannot read `{CAUSES}`: {error}"))?;
        let path = format!("{CAUSES}/{}", entry.file_name().to_string_lossy());
        if !pages.iter().any(|page| page.path == path) {
            left.push(path);
        }
    }
    Ok(left)
}

/// A row of a markdown table; `|` inside a cell is escaped.
fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}
