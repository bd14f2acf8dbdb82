//! Certificate authorities and the certificates they sign.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rolecall_issuer::certificate::thumbprint;
use rolecall_issuer::provider::Thumbprint;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority: a root, or one between.
pub struct Authority {
    pub certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A server's certificate with its key.
pub struct Certified {
    pub certificate: CertificateDer<'static>,
    pub key: PrivateKeyDer<'static>,
}

/// Whether it is valid today.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Valid {
    Now,
    LongAgo,
    LongHence,
}

impl Authority {
    pub fn root(name: &str) -> Authority {
        Authority::root_of(name, Valid::Now)
    }

    pub fn root_of(name: &str, valid: Valid) -> Authority {
        let (params, key) = (authority(name, valid), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Authority { certificate, issuer: Issuer::new(params, key) }
    }

    /// An authority that this one vouches for.
    pub fn below(&self, name: &str) -> Authority {
        let (params, key) = (authority(name, Valid::Now), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        Authority { certificate, issuer: Issuer::new(params, key) }
    }

    pub fn certify(&self, host: &str) -> Certified {
        self.certify_for(host, Valid::Now)
    }

    pub fn certify_for(&self, host: &str, valid: Valid) -> Certified {
        let key = KeyPair::generate().unwrap();
        let certificate = server(host, valid).signed_by(&key, &self.issuer).unwrap().der().clone();
        Certified { certificate, key: key.into() }
    }

    /// A certificate of a server, and one for `below` that was signed with that server's key.
    pub fn certify_badly(&self, host: &str, below: &str) -> (CertificateDer<'static>, Certified) {
        let (params, key) = (server(host, Valid::Now), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        let bad = Authority { certificate, issuer: Issuer::new(params, key) };
        let below = bad.certify(below);
        (bad.certificate, below)
    }

    pub fn thumbprint(&self) -> Thumbprint {
        thumbprint(&self.certificate)
    }
}

impl Certified {
    /// A certificate that no authority signed.
    pub fn self_made(host: &str, valid: Valid) -> Certified {
        let key = KeyPair::generate().unwrap();
        let certificate = server(host, valid).self_signed(&key).unwrap().der().clone();
        Certified { certificate, key: key.into() }
    }

    /// As `openssl req -x509` makes them: marked as an authority's.
    pub fn self_made_authority(host: &str) -> Certified {
        let mut params = server(host, Valid::Now);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Certified { certificate, key: key.into() }
    }

    pub fn thumbprint(&self) -> Thumbprint {
        thumbprint(&self.certificate)
    }
}

fn authority(name: &str, valid: Valid) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    dated(params, valid)
}

fn server(host: &str, valid: Valid) -> CertificateParams {
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, host);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    dated(params, valid)
}

fn dated(mut params: CertificateParams, valid: Valid) -> CertificateParams {
    let (from, until) = match valid {
        Valid::Now => (2020, 2090),
        Valid::LongAgo => (2001, 2002),
        Valid::LongHence => (2080, 2090),
    };
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params
}
