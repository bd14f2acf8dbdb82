//! CloudTrail records: shape, writing, reading.
