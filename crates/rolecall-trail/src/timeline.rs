//! What happened to a role: attempts and changes in the order of time, and where success turned into refusal.

use crate::attempts::Attempt;
use crate::changes::Change;
use crate::record::Record;
use rolecall_model::instant::Instant;
use std::collections::BTreeMap;

/// The latest attempt of each caller, by who and provider, and the changes since.
type Latest = BTreeMap<(String, Option<String>), (Attempt, Vec<Change>)>;

/// A role's time.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// What happened, oldest first.
    pub entries: Vec<Entry>,
    /// Where a caller's luck turned, oldest first.
    pub turns: Vec<Turn>,
}

/// One thing that happened, or several alike in a row.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Attempts of one caller that ended alike.
    Attempts(Box<Run>),
    /// A change.
    Change(Change),
}

/// Attempts of one caller that ended alike, with no change between them.
#[derive(Clone, Debug)]
pub struct Run {
    /// The newest.
    pub last: Attempt,
    /// When the first was.
    pub first: Instant,
    /// How many.
    pub count: usize,
}

/// Where a caller's attempts began to end otherwise.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The last attempt that ended the old way.
    pub before: Attempt,
    /// The first that ended the new way.
    pub after: Attempt,
    /// Changes between the two that can decide who is let in, oldest first.
    pub changes: Vec<Change>,
}

impl Turn {
    /// Whether it is success that ended.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        self.before.is_granted()
    }

    /// The change that most likely turned it: the last one between.
    #[must_use]
    pub fn change(&self) -> Option<&Change> {
        self.changes.last()
    }
}

/// The time of a role, by its name or ARN, from records of any kind, oldest first.
#[must_use]
pub fn timeline(records: &[Record], role: &str) -> Timeline {
    let is_own = |attempt: &Attempt| crate::filter::is_role(&attempt.role_arn, role);
    let attempts: Vec<Attempt> = records.iter().filter_map(Attempt::of).filter(is_own).collect();
    let mut providers: Vec<&str> = attempts.iter().filter_map(|one| one.provider.as_deref()).collect();
    providers.sort_unstable();
    providers.dedup();
    let mut timeline = Timeline::default();
    let mut last = Latest::new();
    for record in records {
        if let Some(attempt) = Attempt::of(record).filter(is_own) {
            timeline.turn(&mut last, &attempt);
            timeline.attempt(attempt);
        } else if let Some(change) = Change::of(record) {
            let bears = |provider: Option<&str>| change.bears_on(role, provider);
            if !bears(None) && !providers.iter().any(|provider| bears(Some(provider))) {
                continue;
            }
            for ((_, provider), (_, since)) in &mut last {
                if change.decides_trust() && change.bears_on(role, provider.as_deref()) {
                    since.push(change.clone());
                }
            }
            timeline.entries.push(Entry::Change(change));
        }
    }
    timeline
}

impl Timeline {
    fn turn(&mut self, last: &mut Latest, attempt: &Attempt) {
        let key = (attempt.who.clone(), attempt.provider.clone());
        let before = last.insert(key, (attempt.clone(), Vec::new()));
        let Some((before, changes)) = before else { return };
        if before.is_granted() != attempt.is_granted() {
            self.turns.push(Turn { before, after: attempt.clone(), changes });
        }
    }

    /// Adds to the run that is the latest of this caller since the last change, if it ended alike.
    fn attempt(&mut self, attempt: Attempt) {
        let runs = self.entries.iter_mut().rev().map_while(|entry| match entry {
            Entry::Attempts(run) => Some(&mut **run),
            Entry::Change(_) => None,
        });
        let is_same = |run: &&mut Run| run.last.who == attempt.who && run.last.provider == attempt.provider;
        match runs.into_iter().find(is_same) {
            Some(run) if run.last.code == attempt.code => {
                run.count += 1;
                run.last = attempt;
            }
            _ => {
                let first = attempt.record.event_time;
                self.entries.push(Entry::Attempts(Box::new(Run { last: attempt, first, count: 1 })));
            }
        }
    }
}

/// The trust policy that a role had at an instant, as far as the records tell: the one of the last change before it.
#[must_use]
pub fn trust_at(records: &[Record], role: &str, at: Instant) -> Option<Change> {
    let sets = |change: &Change| change.time <= at && change.trust.is_some() && change.bears_on(role, None);
    records.iter().filter_map(Change::of).rfind(sets)
}
