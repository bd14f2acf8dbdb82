//! A registered provider as far as fetching its keys goes: where it is, and what its certificates must be.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;

/// SHA-1 of a certificate's DER, as IAM keeps it in `ThumbprintList` (reference sts.md §3.9).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thumbprint(pub [u8; 20]);

impl Thumbprint {
    /// Reads 40 hexadecimal digits, of either case; none for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Thumbprint> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 20 || !rest.is_empty() {
            return None;
        }
        let mut bytes = [0; 20];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let digit = |digit: &u8| char::from(*digit).to_digit(16);
            *byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
        }
        Some(Thumbprint(bytes))
    }
}

impl fmt::Display for Thumbprint {
    /// 40 lower-case hexadecimal digits without colons.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A provider to fetch keys of. Two of the same URL with other thumbprints or authorities are different: what one account
/// trusts says nothing of another. Cheap to clone; equality and hash are those of URL, thumbprints and authorities.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Provider {
    url: Arc<str>,
    thumbprints: Arc<[Thumbprint]>,
    authorities: Arc<[CertificateDer<'static>]>,
}

impl Provider {
    /// The provider of that issuer URL, or of that name as IAM keeps it, which lacks the scheme and means `https://`.
    /// Order and repetition of thumbprints do not matter.
    #[must_use]
    pub fn new(issuer: &str, thumbprints: impl IntoIterator<Item = Thumbprint>) -> Provider {
        let url = if issuer.contains("://") { issuer.into() } else { format!("https://{issuer}").into() };
        let mut thumbprints: Vec<Thumbprint> = thumbprints.into_iter().collect();
        thumbprints.sort_unstable();
        thumbprints.dedup();
        Provider { url, thumbprints: thumbprints.into(), authorities: Arc::default() }
    }

    /// The same, whose certificates may come from these authorities too, besides those of the trust store: a cluster's own.
    #[must_use]
    pub fn with_authorities(self, authorities: Vec<CertificateDer<'static>>) -> Provider {
        Provider { authorities: authorities.into(), ..self }
    }

    /// The issuer URL with its scheme, as the `iss` of tokens has it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its thumbprints, sorted.
    #[must_use]
    pub fn thumbprints(&self) -> &[Thumbprint] {
        &self.thumbprints
    }

    /// Authorities of its own.
    #[must_use]
    pub fn authorities(&self) -> &[CertificateDer<'static>] {
        &self.authorities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints() {
        let text = "990F4193972F2BECF12DDEDA5237F9C952F20D9E";
        let read = Thumbprint::parse(text).unwrap();
        assert_eq!(read.to_string(), text.to_ascii_lowercase());
        assert_eq!(Thumbprint::parse(&read.to_string()), Some(read));
        for wrong in
            ["", "99", &text[1..], &format!("{text}00"), &text.replace('F', "G"), "é9".repeat(20).as_str()]
        {
            assert_eq!(Thumbprint::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_same_provider() {
        let [a, b] = [Thumbprint([1; 20]), Thumbprint([2; 20])];
        let provider = Provider::new("idp.example.com/t", [a, b]);
        assert_eq!(provider, Provider::new("https://idp.example.com/t", [b, a, b]));
        assert_ne!(provider, Provider::new("https://idp.example.com/t", [a]));
        assert_ne!(provider, Provider::new("https://idp.example.com/t/", [a, b]));
        assert_eq!(Provider::new("http://127.0.0.1:1", []).url(), "http://127.0.0.1:1");
    }
}
