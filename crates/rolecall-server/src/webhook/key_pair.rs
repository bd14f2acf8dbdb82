//! The certificate that is served: put in place while connections go on, taken up by the next handshake.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

/// Why a certificate cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum KeyPairError {
    /// The text holds no certificate or no key in PEM.
    #[error("there is no {0} in PEM")]
    Pem(&'static str),
    /// Certificate and key do not go together, or are of a kind that is not taken.
    #[error("the certificate and its key cannot be used")]
    Unfit(#[from] rustls::Error),
}

/// The certificate in use. Before the first is put in place, handshakes fail.
#[derive(Debug, Default)]
pub struct KeyPair(ArcSwapOption<CertifiedKey>);

impl KeyPair {
    /// Puts another chain and key in place; both PEM.
    ///
    /// # Errors
    /// Where they cannot be used; the one in use stays then.
    pub fn put(&self, chain: &str, key: &str) -> Result<(), KeyPairError> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(chain.as_bytes()).filter_map(Result::ok).collect();
        if chain.is_empty() {
            return Err(KeyPairError::Pem("certificate"));
        }
        let key =
            PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| KeyPairError::Pem("private key"))?;
        let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?;
        self.0.store(Some(Arc::new(certified)));
        Ok(())
    }

    /// Whether there is one.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.0.load().is_some()
    }

    /// What ends TLS on connections with whatever certificate is in use then.
    ///
    /// # Errors
    /// Where no protocol version is offered.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, KeyPairError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for KeyPair {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.load_full()
    }
}
