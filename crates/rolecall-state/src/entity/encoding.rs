//! How instants and bytes stand in the JSON of an entity.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Bytes that the service sealed under a key outside the store; opaque here, and not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Wrapped(pub Vec<u8>);

impl fmt::Debug for Wrapped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[wrapped]")
    }
}

impl Serialize for Wrapped {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        use base64::Engine;
        out.serialize_str(&base64::engine::general_purpose::STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Wrapped {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        use base64::Engine;
        let text = <std::borrow::Cow<'de, str>>::deserialize(input)?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text.as_bytes());
        bytes.map(Wrapped).map_err(serde::de::Error::custom)
    }
}

/// An instant as seconds since 1970.
pub mod instant {
    use rolecall_model::instant::Instant;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the seconds.
    pub fn serialize<S: Serializer>(instant: &Instant, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_i64(instant.0)
    }

    /// Reads the seconds.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Instant, D::Error> {
        i64::deserialize(input).map(Instant)
    }
}

/// An instant that may be missing, as seconds since 1970 or null.
pub mod instant_option {
    use rolecall_model::instant::Instant;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the seconds or null.
    pub fn serialize<S: Serializer>(instant: &Option<Instant>, out: S) -> Result<S::Ok, S::Error> {
        instant.map(|instant| instant.0).serialize(out)
    }

    /// Reads the seconds or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Instant>, D::Error> {
        Option::<i64>::deserialize(input).map(|seconds| seconds.map(Instant))
    }
}
