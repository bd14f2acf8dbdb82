//! Certificates of issuers, judged as AWS does: by the trust store first, else by a registered thumbprint.
//!
//! Source: reference sts.md §3.5 and §3.9. A thumbprint counts only for a certificate that really signs the chain: it
//! becomes the trust anchor and the chain is verified against it, or it is the server's own certificate.

mod chain;

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::error::ErrorKind;
use crate::key_set::VerificationMethod;
use crate::provider::Thumbprint;

/// The system's trust store, where `SSL_CERT_FILE` and `SSL_CERT_DIR` have their say.
///
/// # Errors
/// Fails where it holds no certificate, as in a bare container.
pub fn system_roots() -> Result<Arc<RootCertStore>, NoRoots> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    let (added, _) = store.add_parsable_certificates(found.certs);
    if added == 0 {
        let whys: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        return Err(NoRoots(whys.join("; ")));
    }
    Ok(Arc::new(store))
}

/// The certificates of a bundle in PEM, each in DER; none where it holds no certificate, or one that is no authority's.
#[must_use]
pub fn bundle(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
    let mut store = RootCertStore::empty();
    let (_, refused) = store.add_parsable_certificates(certificates.iter().cloned());
    (refused == 0 && !certificates.is_empty()).then_some(certificates)
}

/// A trust store that trusts nobody, for systems without one: thumbprints alone decide.
#[must_use]
pub fn empty_roots() -> Arc<RootCertStore> {
    Arc::new(RootCertStore::empty())
}

/// The system has no trust store.
#[derive(Debug, thiserror::Error)]
#[error("the system's trust store holds no certificate: {0}")]
pub struct NoRoots(String);

/// The thumbprint of a certificate.
#[must_use]
pub fn thumbprint(certificate: &CertificateDer<'_>) -> Thumbprint {
    use ::aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
    let mut bytes = [0; 20];
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate);
    bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, from)| *byte = *from);
    Thumbprint(bytes)
}

/// A certificate that a server presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Its subject as OpenSSL prints it; empty where it cannot be read.
    pub subject: String,
    /// Its thumbprint.
    pub thumbprint: Thumbprint,
}

impl Presented {
    fn read(certificate: &CertificateDer<'static>) -> Presented {
        let parsed = X509Certificate::from_der(certificate);
        let subject = parsed.map(|(_, parsed)| parsed.subject().to_string()).unwrap_or_default();
        Presented { subject, thumbprint: thumbprint(certificate) }
    }
}

/// Whom to trust.
#[derive(Clone, Debug)]
pub(crate) enum Trust {
    /// The trust store, else these thumbprints.
    Verified {
        /// The trust store.
        roots: Arc<RootCertStore>,
        /// The thumbprints.
        thumbprints: Vec<Thumbprint>,
    },
    /// Whoever answers: to learn a thumbprint, never to fetch keys.
    Anyone,
}

/// Judges the certificates of one connection and remembers the judgement.
#[derive(Debug)]
pub(crate) struct Verifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    method: Option<VerificationMethod>,
    refusal: Option<ErrorKind>,
    presented: Vec<CertificateDer<'static>>,
}

impl Verifier {
    pub(crate) fn new(trust: Trust) -> Verifier {
        let provider = Arc::new(aws_lc_rs::default_provider());
        Verifier { trust, provider, seen: Mutex::default() }
    }

    pub(crate) fn provider(&self) -> Arc<CryptoProvider> {
        Arc::clone(&self.provider)
    }

    /// How the connection was verified, once it is.
    pub(crate) fn method(&self) -> Option<VerificationMethod> {
        self.seen().method
    }

    /// Why the certificates were refused, if that is what ended the handshake.
    pub(crate) fn refusal(&self) -> Option<ErrorKind> {
        self.seen().refusal.take()
    }

    /// The thumbprint of the last certificate that was presented.
    pub(crate) fn last_presented(&self) -> Option<Thumbprint> {
        self.seen().presented.last().map(thumbprint)
    }

    /// What was presented, the server's own certificate first.
    pub(crate) fn presented(&self) -> Vec<Presented> {
        self.seen().presented.iter().map(Presented::read).collect()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut seen = self.seen();
        seen.presented =
            std::iter::once(end_entity).chain(intermediates).map(|one| one.clone().into_owned()).collect();
        let Trust::Verified { roots, thumbprints } = &self.trust else {
            seen.method = Some(VerificationMethod::Plain);
            return Ok(ServerCertVerified::assertion());
        };
        let chain = chain::Chain {
            end_entity,
            intermediates,
            server_name,
            now,
            algorithms: self.provider.signature_verification_algorithms.all,
        };
        match chain.judge(roots, thumbprints) {
            Ok(method) => {
                seen.method = Some(method);
                Ok(ServerCertVerified::assertion())
            }
            Err(kind) => {
                seen.refusal = Some(kind);
                Err(CertificateError::ApplicationVerificationFailure.into())
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-1, appendix A.
    #[test]
    fn thumbprints_are_sha1() {
        let abc = CertificateDer::from(b"abc".to_vec());
        assert_eq!(thumbprint(&abc).to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
