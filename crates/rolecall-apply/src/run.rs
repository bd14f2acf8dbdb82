//! Making the steps of a journal, and undoing them.

use std::time::Duration;

use rolecall_doctor::fix::edit::Edit;

use crate::change::Change;
use crate::journal::{Journal, Progress};
use crate::world::what;
use crate::{ApplyError, Stands, World};

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It stood so already.
    Stood,
    /// It was undone.
    Undone,
    /// It cannot be undone: pods that were replaced stay replaced.
    Stays,
    /// It had not been done.
    NotDone,
}

/// Between looks at an object that was changed.
const PAUSE: Duration = Duration::from_millis(250);

/// Makes every step that is not done, in order. Each is noted before and after. `tell` hears of each.
///
/// # Errors
/// At the first step that cannot be made; those before it are done and noted, those after it are not begun.
pub async fn make(
    journal: &mut Journal,
    world: &World,
    deadline: Duration,
    mut tell: impl FnMut(&str, &Outcome),
) -> Result<(), ApplyError> {
    // Every object is compared before the first is changed: a plan that does not fit any more changes nothing.
    for at in 0..journal.steps.len() {
        let Some((edit, _)) = open(journal, at) else { continue };
        if world.stands(&edit).await? == Stands::Otherwise {
            return Err(ApplyError::Changed { what: what(&edit) });
        }
    }
    journal.save()?;
    for at in 0..journal.steps.len() {
        let Some((edit, _)) = open(journal, at) else { continue };
        if !matches!(edit, Edit::RestartWorkload { .. }) && world.stands(&edit).await? == Stands::After {
            // Done by a run that was interrupted before it could say so, or by somebody else: then it is not ours to undo.
            let begun = journal.steps.get(at).is_some_and(|step| step.progress == Progress::Begun);
            note(journal, at, if begun { Progress::Done } else { Progress::Undone })?;
            tell(&what(&edit), &Outcome::Stood);
            continue;
        }
        note(journal, at, Progress::Begun)?;
        world.make(&edit).await?;
        note(journal, at, Progress::Done)?;
        settle(world, &edit, deadline).await?;
        tell(&what(&edit), &Outcome::Done);
    }
    Ok(())
}

fn open(journal: &Journal, at: usize) -> Option<(Edit, Progress)> {
    let step = journal.steps.get(at)?;
    matches!(step.progress, Progress::Planned | Progress::Begun).then(|| (step.change.edit(), step.progress))
}

fn note(journal: &mut Journal, at: usize, progress: Progress) -> Result<(), ApplyError> {
    if let Some(step) = journal.steps.get_mut(at) {
        step.progress = progress;
    }
    journal.save()
}

/// Waits until the change can be read back: IAM's answers come from many places.
async fn settle(world: &World, edit: &Edit, deadline: Duration) -> Result<(), ApplyError> {
    if matches!(edit, Edit::RestartWorkload { .. }) {
        return Ok(());
    }
    let waited = tokio::time::timeout(deadline, async {
        while world.stands(edit).await? != Stands::After {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    });
    // What cannot be read back in time is told by the diagnosis that follows.
    waited.await.unwrap_or(Ok(()))
}

/// Undoes every step that was done or may have been, the last one first.
///
/// # Errors
/// At the first object that is not as it was left; what was undone before is noted.
pub async fn undo(
    journal: &mut Journal,
    world: &World,
    mut tell: impl FnMut(&str, &Outcome),
) -> Result<(), ApplyError> {
    for at in (0..journal.steps.len()).rev() {
        let Some(step) = journal.steps.get(at).cloned() else { continue };
        let edit = step.change.edit();
        let outcome = match step.progress {
            Progress::Planned | Progress::Undone => continue,
            Progress::Begun | Progress::Done => undo_step(world, &step.change, &edit).await?,
        };
        note(journal, at, Progress::Undone)?;
        tell(&what(&edit), &outcome);
    }
    Ok(())
}

async fn undo_step(world: &World, change: &Change, edit: &Edit) -> Result<Outcome, ApplyError> {
    if let Change::CreateProvider { provider, audiences, .. } = change {
        if world.stands(edit).await? == Stands::Before {
            return Ok(Outcome::NotDone);
        }
        world.delete_provider(provider, audiences).await?;
        return Ok(Outcome::Undone);
    }
    if let Change::CreateServiceAccount { namespace, name, annotations } = change {
        if world.stands(edit).await? == Stands::Before {
            return Ok(Outcome::NotDone);
        }
        world.delete_account(namespace, name, annotations).await?;
        return Ok(Outcome::Undone);
    }
    let Some(inverse) = edit.inverse() else { return Ok(Outcome::Stays) };
    match world.stands(&inverse).await? {
        // As it was before the step: it was never made.
        Stands::After => Ok(Outcome::NotDone),
        Stands::Otherwise => Err(ApplyError::Changed { what: what(edit) }),
        Stands::Before => {
            world.make(&inverse).await?;
            Ok(Outcome::Undone)
        }
    }
}
