//! Certificates of the webhook's own: an authority that the API server is told to trust, and what is served under it.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rolecall_model::instant::Instant;
use rolecall_model::secret::Secret;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

/// A certificate and its key, both PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: Secret<String>,
}

/// Why a certificate cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It cannot be made.
    #[error("a certificate cannot be made")]
    Make(#[from] rcgen::Error),
    /// What is kept is no certificate.
    #[error("what is kept is no certificate in PEM")]
    Read,
}

/// From when to when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// When it was made: [`BACKDATED`] after the instant that it names.
    pub made: Instant,
    /// Its last second.
    pub until: Instant,
}

/// Certificates are valid from this many seconds before they are made, for API servers whose clocks are behind.
pub const BACKDATED: i64 = 3600;

/// Makes an authority that is valid for some seconds.
///
/// # Errors
/// Where the system gives no key.
pub fn authority(now: Instant, life: i64) -> Result<Certificate, CertificateError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::default();
    // Authorities of one webhook are told apart by name, since clients look them up by it.
    params.distinguished_name = named(&format!("rolecall webhook authority {}", now.0));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = period(now, life);
    let certificate = params.self_signed(&key)?.pem();
    Ok(Certificate { certificate, key: Secret::new(key.serialize_pem()) })
}

/// Makes a certificate of a server under an authority, for DNS names and addresses.
///
/// # Errors
/// Where the authority cannot be read or a name is none.
pub fn leaf(
    authority: &Certificate,
    names: &[String],
    now: Instant,
    life: i64,
) -> Result<Certificate, CertificateError> {
    let issuer =
        Issuer::from_ca_cert_pem(&authority.certificate, KeyPair::from_pem(authority.key.expose())?)?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = named("rolecall webhook");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    (params.not_before, params.not_after) = period(now, life);
    let certificate = params.signed_by(&key, &issuer)?.pem();
    Ok(Certificate { certificate, key: Secret::new(key.serialize_pem()) })
}

/// When the first certificate of a PEM text is valid.
///
/// # Errors
/// Where the text is none.
pub fn validity(pem: &str) -> Result<Validity, CertificateError> {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateError::Read)?;
    let (_, parsed) = X509Certificate::from_der(&der).map_err(|_| CertificateError::Read)?;
    let period = parsed.validity();
    Ok(Validity {
        made: Instant(period.not_before.timestamp().saturating_add(BACKDATED)),
        until: Instant(period.not_after.timestamp()),
    })
}

/// The DNS names and addresses of a certificate, as texts.
///
/// # Errors
/// Where the text is no certificate.
pub fn names(pem: &str) -> Result<Vec<String>, CertificateError> {
    use x509_parser::extensions::GeneralName;
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateError::Read)?;
    let (_, parsed) = X509Certificate::from_der(&der).map_err(|_| CertificateError::Read)?;
    let extension = parsed.subject_alternative_name().map_err(|_| CertificateError::Read)?;
    let general = extension.map(|found| found.value.general_names.as_slice()).unwrap_or_default();
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress([a, b, c, d]) => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
        GeneralName::IPAddress(bytes) => {
            <[u8; 16]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string())
        }
        _ => None,
    };
    Ok(general.iter().filter_map(name).collect())
}

/// Whether a text is a private key in PEM, PKCS #8.
#[must_use]
pub fn is_key(pem: &str) -> bool {
    PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).is_ok()
}

fn named(name: &str) -> DistinguishedName {
    let mut all = DistinguishedName::new();
    all.push(DnType::CommonName, name);
    all
}

fn period(now: Instant, life: i64) -> (OffsetDateTime, OffsetDateTime) {
    let at =
        |seconds: i64| OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    (at(now.0.saturating_sub(BACKDATED)), at(now.0.saturating_add(life)))
}
