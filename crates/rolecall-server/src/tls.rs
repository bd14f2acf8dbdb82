//! TLS: certificates that are given, or made at the first start and kept.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

/// The files of a self-made certificate in the data folder.
pub const CERTIFICATE: &str = "tls-certificate.pem";
const PRIVATE_KEY: &str = "tls-key.pem";

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("`{}` cannot be used", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file holds no certificate or no key in PEM.
    #[error("`{}` holds no {what} in PEM", file.display())]
    Pem {
        /// The file.
        file: PathBuf,
        /// `certificate` or `private key`.
        what: &'static str,
    },
    /// Certificate and key do not go together, or are of a kind that is not taken.
    #[error("the certificate and its key cannot be used")]
    Unfit(#[source] rustls::Error),
    /// A certificate could not be made.
    #[error("a certificate could not be made")]
    Make(#[source] rcgen::Error),
}

/// What ends TLS on connections; none for plain HTTP.
///
/// # Errors
/// Where files are missing or do not fit.
pub fn acceptor(tls: &Tls, data: Option<&Path>) -> Result<Option<TlsAcceptor>, TlsError> {
    let (chain, key) = match tls {
        Tls::None => return Ok(None),
        Tls::Files { chain, key } => (read(chain)?, read(key)?),
        Tls::SelfMade(names) => self_made(names, data)?,
    };
    let place = |file: &'static str| match (tls, data) {
        (Tls::Files { chain, .. }, _) if file == CERTIFICATE => chain.clone(),
        (Tls::Files { key, .. }, _) => key.clone(),
        (_, data) => data.unwrap_or(Path::new("")).join(file),
    };
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&chain).filter_map(Result::ok).collect();
    if certificates.is_empty() {
        return Err(TlsError::Pem { file: place(CERTIFICATE), what: "certificate" });
    }
    let key = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|_| TlsError::Pem { file: place(PRIVATE_KEY), what: "private key" })?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unfit)?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(TlsError::Unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn self_made(names: &[String], data: Option<&Path>) -> Result<(Vec<u8>, Vec<u8>), TlsError> {
    let files = data.map(|data| (data.join(CERTIFICATE), data.join(PRIVATE_KEY)));
    if let Some((chain, key)) = files.as_ref().filter(|(chain, _)| chain.exists()) {
        return Ok((read(chain)?, read(key)?));
    }
    let mut all = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    all.extend(names.iter().filter(|name| !name.is_empty()).cloned());
    let made = rcgen::generate_simple_self_signed(all).map_err(TlsError::Make)?;
    let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    if let Some((chain_file, key_file)) = files {
        write(&key_file, key.as_bytes(), 0o600)?;
        write(&chain_file, chain.as_bytes(), 0o644)?;
    }
    Ok((chain.into_bytes(), key.into_bytes()))
}

fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(file).map_err(|source| TlsError::File { file: file.to_owned(), source })
}

fn write(file: &Path, bytes: &[u8], mode: u32) -> Result<(), TlsError> {
    let failed = |source| TlsError::File { file: file.to_owned(), source };
    let mut out =
        OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(file).map_err(failed)?;
    out.write_all(bytes).and_then(|()| out.sync_all()).map_err(failed)
}
