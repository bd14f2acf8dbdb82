//! Times of a token against an instant, with the tolerances of STS (reference sts.md §3.4).

use rolecall_model::instant::Instant;
use rolecall_model::json::Node;

/// Seconds granted beyond `exp` (AWS STS API reference).
pub const EXPIRY_GRACE: i64 = 300;
/// Seconds by which `iat` and `nbf` may lie ahead: our choice, AWS publishes none.
pub const FUTURE_SKEW: i64 = 300;
/// Age of `iat` beyond which STS answers `Token too old`: our choice; AWS's figure lies between 19 hours and 5 days.
pub const MAX_AGE: i64 = 86_400;

/// How a token stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// It may be used.
    Valid,
    /// It has expired.
    Expired {
        /// Its `exp`.
        expiry: i64,
    },
    /// It was issued too long ago.
    TooOld {
        /// Seconds since `iat`.
        age: i64,
    },
    /// `nbf` or `iat` lies ahead.
    NotYet {
        /// The claim.
        claim: &'static str,
        /// Its value.
        time: i64,
    },
    /// A time is not a whole number.
    WrongType {
        /// The claim.
        claim: &'static str,
    },
}

/// How claims stand at an instant.
#[must_use]
pub fn lifetime(claims: &Node, now: Instant) -> Lifetime {
    for claim in ["exp", "iat", "nbf"] {
        if claims.get(claim).is_some_and(|node| !node.is_null() && node.as_integer().is_none()) {
            return Lifetime::WrongType { claim };
        }
    }
    let time = |claim: &str| claims.get(claim).and_then(Node::as_integer);
    if let Some(expiry) = time("exp").filter(|expiry| now.0 > expiry.saturating_add(EXPIRY_GRACE)) {
        return Lifetime::Expired { expiry };
    }
    for claim in ["nbf", "iat"] {
        if let Some(time) = time(claim).filter(|time| *time > now.0.saturating_add(FUTURE_SKEW)) {
            return Lifetime::NotYet { claim, time };
        }
    }
    match time("iat").map(|issued| now.0.saturating_sub(issued)) {
        Some(age) if age > MAX_AGE.saturating_add(EXPIRY_GRACE) => Lifetime::TooOld { age },
        _ => Lifetime::Valid,
    }
}
