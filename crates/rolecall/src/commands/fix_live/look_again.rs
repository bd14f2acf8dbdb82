//! The look after a change: everything read and judged again.

use std::time::{Duration, Instant};

use rolecall_doctor::fix::files::of_the_attempt;
use rolecall_doctor::report::diagnose;
use rolecall_model::evidence::Evidence;

use crate::commands::Failure;
use crate::commands::live::LiveFlags;
use crate::commands::target::{ReadTargets, Targets};
use crate::output;

/// Between two looks while a change takes effect.
const PAUSE: Duration = Duration::from_secs(1);

/// Which pod is looked at after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PodAfterwards {
    /// The one from before.
    TheSame,
    /// One that is made anew: there is none for a moment.
    Another,
    /// One that comes later: what was changed is the template of a cron job.
    Later,
}

/// Reads again until the cause is gone and there is a pod where one is made anew, or the time is up.
pub(super) fn look_again(
    targets: &Targets,
    flags: &LiveFlags,
    cause: &str,
    pod: PodAfterwards,
    wait: u64,
) -> Result<ReadTargets, Failure> {
    let deadline = Instant::now() + Duration::from_secs(wait);
    let mut told = false;
    // What CloudTrail shows by now was refused before the change, and so was what a given error or log tells.
    let flags = &LiveFlags { trail: 0, ..flags.clone() };
    if pod == PodAfterwards::Later {
        output::human::note(
            "the next job is made of the changed template: that is looked at, not the pod of before",
        );
    }
    loop {
        let mut read = without_attempt(targets.read(flags)?);
        let there = read.collected.as_ref().is_some_and(|collected| collected.seen.pod.is_some());
        if pod == PodAfterwards::Later && there {
            read = without(read, &["pod.yaml".to_owned()]);
        }
        // Between the old pod and the new one there may be none.
        let replaced = pod != PodAfterwards::Another || there;
        let now = Instant::now();
        if (replaced && !stands(&read.evidence, cause)) || now >= deadline {
            return Ok(read);
        }
        if !told {
            output::human::note(&format!("waiting up to {wait} s for it to take effect"));
            told = true;
        }
        std::thread::sleep(PAUSE.min(deadline - now));
    }
}

/// Whether the cause is still found.
pub(super) fn stands(evidence: &Evidence, cause: &str) -> bool {
    diagnose(evidence).findings.iter().any(|finding| finding.cause == cause)
}

/// The evidence without the attempt that failed: the next one will be another.
fn without_attempt(read: ReadTargets) -> ReadTargets {
    let gone = of_the_attempt(&read.evidence);
    if gone.is_empty() { read } else { without(read, &gone) }
}

fn without(read: ReadTargets, gone: &[String]) -> ReadTargets {
    let files: Vec<_> = read.files.into_iter().filter(|(name, _)| !gone.contains(name)).collect();
    ReadTargets { evidence: rolecall_live::evidence(&files), files, collected: read.collected }
}
