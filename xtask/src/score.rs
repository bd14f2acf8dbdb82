//! The corpus, diagnosed: how often the labelled cause comes first, and whether healthy cases stay free of errors.

use std::fmt::Write;
use std::path::Path;

use rolecall_collect::Limits;
use rolecall_doctor::finding::Severity;
use rolecall_doctor::report::diagnose;
use rolecall_testkit::corpus::{self, Case};

use crate::Done;

/// Per cent of the faults whose primary cause must be the labelled one.
const WANTED: usize = 95;

#[derive(Default)]
struct Tally {
    faults: usize,
    right: usize,
    neighbours: usize,
    healthy: usize,
    clean: usize,
    missed: String,
}

/// Diagnoses every case below a folder and gives the score.
///
/// # Errors
/// Fails below [`WANTED`], on an error in a healthy case, and where the corpus cannot be read; says which cases did it.
pub fn score(root: &Path) -> Done {
    let cases =
        corpus::all(root).map_err(|error| format!("cannot read the corpus `{}`: {error}", root.display()))?;
    let mut tally = Tally::default();
    for case in &cases {
        tally.count(case)?;
    }
    let Tally { faults, right, neighbours, healthy, clean, missed } = &tally;
    let line = format!(
        "{missed}primary cause right in {right} of {faults} (another true cause first in {neighbours}); \
         {clean} of {healthy} healthy cases without an error"
    );
    let passed = *faults > 0 && right * 100 >= faults * WANTED && clean == healthy;
    if passed { Ok(line) } else { Err(line) }
}

impl Tally {
    fn count(&mut self, case: &Case) -> Result<(), String> {
        let evidence = rolecall_collect::read_folder(&case.folder, &Limits::default())
            .map_err(|error| format!("{}: {error}", case.name))?;
        let findings = diagnose(&evidence).findings;
        let wrong = |finding: &&rolecall_doctor::finding::Finding| finding.severity == Severity::Error;
        if case.is_healthy() {
            self.healthy += 1;
            match findings.iter().find(wrong) {
                None => self.clean += 1,
                Some(error) => self.miss(case, error.cause),
            }
            return Ok(());
        }
        let first = findings.first().map_or("nothing", |finding| finding.cause);
        self.faults += 1;
        if first == case.cause {
            self.right += 1;
            return Ok(());
        }
        self.neighbours += usize::from(case.is_true(first));
        self.miss(case, first);
        Ok(())
    }

    fn miss(&mut self, case: &Case, found: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.missed, "{}: wanted {}, found {found}", case.name, case.cause);
    }
}
