//! The chain that a server presents, held against the trust store and against thumbprints.

use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, RootCertStore};
use x509_parser::prelude::{ASN1Time, FromDer, X509Certificate, X509Version};

use super::thumbprint;
use crate::error::ErrorKind;
use crate::key_set::VerificationMethod;
use crate::provider::Thumbprint;

const NO_THUMBPRINT: &str =
    "the certificate's authority is not in the trust store, and the provider has no thumbprint";
const NO_MATCH: &str = "the certificate's authority is not in the trust store, and no certificate presented has a registered thumbprint";
const DOES_NOT_SIGN: &str = "the certificate's authority is not in the trust store, and the one with the registered thumbprint does not sign it";

/// What a server presented, to whom, and when.
pub(super) struct Chain<'c> {
    pub(super) end_entity: &'c CertificateDer<'c>,
    pub(super) intermediates: &'c [CertificateDer<'c>],
    pub(super) server_name: &'c ServerName<'c>,
    pub(super) now: UnixTime,
    pub(super) algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
}

impl Chain<'_> {
    /// Trust store first, thumbprints where it does not know the authority.
    pub(super) fn judge(
        &self,
        roots: &RootCertStore,
        thumbprints: &[Thumbprint],
    ) -> Result<VerificationMethod, ErrorKind> {
        let parsed = ParsedCertificate::try_from(self.end_entity).map_err(|error| refused(&error))?;
        let method = match self.signed_by(&parsed, roots, self.intermediates) {
            Ok(()) => VerificationMethod::TrustStore,
            Err(error) if is_unknown_authority(&error) => {
                self.vouched_for(&parsed, thumbprints)?;
                VerificationMethod::Thumbprint
            }
            Err(error) => return Err(refused(&error)),
        };
        verify_server_name(&parsed, self.server_name).map_err(|error| refused(&error))?;
        Ok(method)
    }

    fn vouched_for(
        &self,
        parsed: &ParsedCertificate<'_>,
        thumbprints: &[Thumbprint],
    ) -> Result<(), ErrorKind> {
        let presented: Vec<Thumbprint> =
            std::iter::once(self.end_entity).chain(self.intermediates).map(thumbprint).collect();
        let refuse = |why| ErrorKind::Thumbprint { why, presented: presented.clone() };
        if thumbprints.is_empty() {
            return Err(refuse(NO_THUMBPRINT));
        }
        // The server's own certificate: that it holds the key is what the handshake proves.
        if presented.first().is_some_and(|first| thumbprints.contains(first)) {
            return valid_at(self.end_entity, self.now);
        }
        let registered = self.intermediates.iter().filter(|one| thumbprints.contains(&thumbprint(one)));
        let mut refusal = refuse(NO_MATCH);
        for anchor in registered {
            match self.anchored_at(parsed, anchor) {
                Ok(()) => return Ok(()),
                Err(None) => refusal = refuse(DOES_NOT_SIGN),
                Err(Some(kind)) => refusal = kind,
            }
        }
        Err(refusal)
    }

    /// Whether the chain is sound up to this certificate of it; no reason given where that one does not sign it.
    fn anchored_at(
        &self,
        parsed: &ParsedCertificate<'_>,
        anchor: &CertificateDer<'_>,
    ) -> Result<(), Option<ErrorKind>> {
        let mut store = RootCertStore::empty();
        store.add(anchor.clone().into_owned()).map_err(|error| Some(refused(&error)))?;
        let others: Vec<CertificateDer<'_>> =
            self.intermediates.iter().filter(|one| *one != anchor).cloned().collect();
        match self.signed_by(parsed, &store, &others) {
            Ok(()) => {}
            Err(error) if is_unknown_authority(&error) => return Err(None),
            Err(error) => return Err(Some(refused(&error))),
        }
        // Of an anchor webpki verifies neither the times nor that it may sign certificates.
        valid_at(anchor, self.now).map_err(Some)?;
        if is_authority(anchor) { Ok(()) } else { Err(None) }
    }

    fn signed_by(
        &self,
        parsed: &ParsedCertificate<'_>,
        roots: &RootCertStore,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<(), rustls::Error> {
        verify_server_cert_signed_by_trust_anchor(parsed, roots, intermediates, self.now, self.algorithms)
    }
}

/// Whether these anchors do not know the authority, which a thumbprint may mend. A bad signature is that of another
/// authority by the same name, as one made anew. Self-made certificates are often marked as an authority's, which webpki
/// refuses of a server's own certificate (`CaUsedAsEndEntity`, given as `Other`).
fn is_unknown_authority(error: &rustls::Error) -> bool {
    use CertificateError::{BadSignature, Other, UnknownIssuer};
    matches!(error, rustls::Error::InvalidCertificate(UnknownIssuer | BadSignature | Other(_)))
}

fn refused(error: &rustls::Error) -> ErrorKind {
    ErrorKind::Certificate(match error {
        rustls::Error::InvalidCertificate(why) => why.to_string(),
        other => other.to_string(),
    })
}

fn valid_at(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), ErrorKind> {
    let malformed = || ErrorKind::Certificate("it cannot be read".into());
    let (_, parsed) = X509Certificate::from_der(certificate).map_err(|_| malformed())?;
    let seconds = i64::try_from(now.as_secs()).map_err(|_| malformed())?;
    let now = ASN1Time::from_timestamp(seconds).map_err(|_| malformed())?;
    let validity = parsed.validity();
    if validity.is_valid_at(now) {
        return Ok(());
    }
    let (from, until) = (validity.not_before, validity.not_after);
    Err(ErrorKind::Certificate(format!("it is valid from {from} until {until} alone")))
}

/// Whether a certificate may sign others (RFC 5280 §4.2.1.9). Those of version 1 cannot say.
fn is_authority(certificate: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(certificate)
        .is_ok_and(|(_, parsed)| parsed.version() == X509Version::V1 || parsed.is_ca())
}
