//! Bytes in base64, compared decoded (rule 5.8).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding may be left out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes; none for anything but base64.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes() {
        assert_eq!(decode("QmluYXJ5").unwrap(), b"Binary");
        assert_eq!(decode("YQ"), decode("YQ=="));
        assert_ne!(decode("yq=="), decode("YQ=="));
        assert_eq!(decode("not base64"), None);
    }
}
