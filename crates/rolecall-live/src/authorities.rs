//! `AWS_CA_BUNDLE`: whom the AWS CLI believes in place of the system's authorities. The SDK for Rust does not read it.

use std::path::PathBuf;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use rolecall_issuer::certificate;

use crate::refusal::{Refusal, RefusalKind};

/// The variable.
pub const VARIABLE: &str = "AWS_CA_BUNDLE";

/// A bundle of authorities.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// As the file has them.
    pub pem: Vec<u8>,
    /// Each in DER.
    pub certificates: Vec<Vec<u8>>,
}

/// The bundle that the environment names; none where it names none.
///
/// # Errors
/// Where the file cannot be read or holds no certificates.
pub fn of_environment() -> Result<Option<Bundle>, Refusal> {
    match std::env::var_os(VARIABLE).filter(|file| !file.is_empty()) {
        Some(file) => read(PathBuf::from(file)).map(Some),
        None => Ok(None),
    }
}

fn read(file: PathBuf) -> Result<Bundle, Refusal> {
    let refused = |why: &str| {
        Refusal::new(RefusalKind::Other, format!("{VARIABLE} names `{}`, {why}", file.display()))
            .remedied("let it name a file of certificates in PEM")
    };
    let pem = std::fs::read(&file).map_err(|error| refused(&format!("which cannot be read: {error}")))?;
    let certificates =
        certificate::bundle(&pem).ok_or_else(|| refused("which is no bundle of certificates in PEM"))?;
    let certificates = certificates.iter().map(|certificate| certificate.to_vec()).collect();
    Ok(Bundle { pem, certificates })
}

/// The SDK's own HTTP client, but for whom it believes.
pub(crate) fn client(bundle: &Bundle) -> Option<SharedHttpClient> {
    let store = TrustStore::empty().with_pem_certificate(bundle.pem.clone());
    let context = TlsContext::builder().with_trust_store(store).build().ok()?;
    Some(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone())
            .proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_no_bundle_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let cut = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        for (name, content) in [("empty", ""), ("text", "no certificate"), ("cut", cut)] {
            let file = folder.path().join(name);
            std::fs::write(&file, content).unwrap();
            let refusal = read(file).unwrap_err();
            assert!(refusal.line.contains(&format!("/{name}`, which is no bundle")), "{}", refusal.line);
        }
        let refusal = read(folder.path().join("absent")).unwrap_err();
        assert!(refusal.line.contains("cannot be read") && refusal.remedy.is_some(), "{}", refusal.line);
    }
}
