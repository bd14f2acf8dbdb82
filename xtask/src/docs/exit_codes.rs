//! docs/exit-codes.md: the exit codes, from the table of the command.

use super::{Page, row};
use crate::exit::TABLE;

const HEAD: &str = "\
# Exit codes

The same for every command, and held stable: scripts may rest on them.

| code | meaning |
|---|---|
";

const TAIL: &str = "
- Warnings change nothing, unless `diagnose --fail-on warning` asks for it: then 0 and 3 become 1.
- 3 is no failure: rolecall ran, and says which facts would decide. A script that must not go on without an answer \
  treats it as 1.
- A reader that goes away (`rolecall causes | head`) is no failure.
";

/// The page.
pub fn page() -> Page {
    let rows = TABLE.iter().map(|(exit, meaning)| row(&[&exit.code().to_string(), meaning]));
    let body = format!("{HEAD}{}{TAIL}", rows.collect::<String>());
    Page::new("docs/exit-codes.md", "crates/rolecall/src/exit.rs", &body)
}
