//! Causes at the issuer.

pub mod discovery_invalid;
pub mod key_missing;
pub mod unreachable;

use rolecall_model::evidence::attempt::{Observation, Symptom};

use crate::case::Case;

/// STS's words that it could not get the issuer's key.
fn key_not_retrieved<'a>(case: &Case<'a>) -> Option<&'a Observation> {
    case.saw(|symptom| matches!(symptom, Symptom::KeyNotRetrieved | Symptom::IdpCommunication))
}
