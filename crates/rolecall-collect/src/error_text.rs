//! What error texts and logs say, in any SDK's wrapping: AWS's own sentences are what is looked for.
//!
//! Sentences: reference sts.md §3.2 and cli.md §6; doctor rules §13.

mod denial;
mod network;
mod phrases;

use rolecall_model::document::{At, DocumentId};
use rolecall_model::evidence::attempt::{Observation, Symptom};
use rolecall_model::instant::Instant;
use rolecall_model::span::Span;

use crate::text::line_at;

/// More observations than this in one text are not listed: a log may repeat an error a million times.
const MAX_OBSERVATIONS: usize = 200;

/// What a text says, in its order, each thing once. `headline`: whether the text is the error itself rather than a log.
#[must_use]
pub fn observe(document: DocumentId, text: &str, headline: bool) -> Vec<Observation> {
    let mut found: Vec<(usize, usize, Symptom)> = Vec::new();
    found.extend(phrases::find(text));
    found.extend(denial::find(text));
    found.extend(network::find(text));
    if found.is_empty() && headline {
        found.extend(denial::bare(text));
    }
    found.sort_by_key(|(start, ..)| *start);
    let mut observations: Vec<Observation> = Vec::new();
    for (start, end, symptom) in found {
        if observations.len() >= MAX_OBSERVATIONS {
            break;
        }
        if observations.iter().any(|known| known.symptom == symptom) {
            continue;
        }
        let at = At::new(document, Span::new(start, end));
        observations.push(Observation { symptom, at, time: time_of(text, start), headline });
    }
    observations
}

/// The time with which the line begins, if it does.
fn time_of(text: &str, at: usize) -> Option<Instant> {
    let (_, line) = line_at(text, at);
    let first = line.trim_start_matches(['[', ' ', '"']);
    let word = first.split([' ', ']', '"']).next()?;
    word.contains('T').then(|| Instant::parse(word))?
}

#[cfg(test)]
mod tests;
