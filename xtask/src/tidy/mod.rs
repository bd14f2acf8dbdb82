//! The repository's own rules, as far as a program can hold them.

mod causes;
mod crates;
mod prose;
mod sources;

use std::path::Path;

/// Every place that breaks a rule, as `path: what is wrong`.
///
/// # Errors
/// Fails where the repository cannot be read.
pub fn problems(root: &Path) -> Result<Vec<String>, String> {
    let mut problems = sources::problems(root)?;
    problems.extend(prose::problems(root)?);
    problems.extend(causes::problems(root)?);
    problems.extend(crates::problems(root)?);
    Ok(problems)
}
