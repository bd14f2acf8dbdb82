//! Where a request came from: address, user agent, protection; as condition keys and for the record.

use std::net::IpAddr;

use rolecall_model::instant::Instant;
use rolecall_policy::context::Context;

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The caller's address.
    pub address: IpAddr,
    /// `User-Agent`; empty if none was sent.
    pub user_agent: &'a str,
    /// Whether the connection is protected by TLS.
    pub tls: Option<Protection>,
    /// `Host`, as it was sent.
    pub host: &'a str,
}

/// What protects a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Such as `TLSv1.3`.
    pub version: &'static str,
    /// Such as `TLS_AES_128_GCM_SHA256`.
    pub suite: &'static str,
}

impl Origin<'_> {
    /// Adds the keys of the request itself (IAM User Guide, "AWS global condition context keys").
    pub fn keys(&self, now: Instant, region: &str, context: &mut Context) {
        let mut set = |key: &str, value: String| context.set(key, [value]);
        set("aws:CurrentTime", now.to_string());
        set("aws:EpochTime", now.0.to_string());
        set("aws:SecureTransport", self.is_secure().to_string());
        set("aws:ViaAWSService", "false".to_owned());
        set("aws:PrincipalIsAWSService", "false".to_owned());
        set("aws:SourceIp", self.address.to_canonical().to_string());
        set("aws:RequestedRegion", region.to_owned());
        if !self.user_agent.is_empty() {
            set("aws:UserAgent", self.user_agent.to_owned());
        }
    }

    /// Whether nobody on the way could read the request: TLS, or a connection that never left the machine. Policies that
    /// demand `aws:SecureTransport` are thus met by a service on loopback, as they are by AWS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.address.to_canonical().is_loopback()
    }
}
