//! Which host was asked, and whether it can be STS for this role.

use rolecall_model::document::{At, Located, Text};
use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::partition::{self, StsHost};

use super::Case;
use crate::pipeline;

/// Who says which host was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointFrom {
    /// An error or a log line about a connection that failed.
    Failure,
    /// The request, or a log of it.
    Request,
    /// CloudTrail.
    Trail,
    /// A variable that sets the endpoint.
    Variable(&'static str),
}

/// A host that was asked or is going to be.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// As written, with its place.
    pub text: Text,
    /// The scheme, if one is written.
    pub scheme: Option<String>,
    /// The host without port.
    pub host: String,
    /// Who says so.
    pub from: EndpointFrom,
    /// The words of the failure that names it.
    pub failure: Option<At>,
}

/// Variables that set the endpoint of STS, the more specific first (AWS SDKs and Tools Reference Guide,
/// "Service-specific endpoints").
const VARIABLES: [&str; 2] = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"];

/// Keys by which pipelines name the region.
const REGION_KEYS: [&str; 5] = ["aws-region", "aws_region", "region", "AWS_REGION", "AWS_DEFAULT_REGION"];

impl Endpoint {
    fn new(value: &str, at: At, from: EndpointFrom) -> Option<Self> {
        let text = value.trim().trim_matches(['"', '\'', '`']);
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        let host = rest.split(['/', ':', '?', '#']).next().filter(|host| !host.is_empty())?;
        let host = host.to_ascii_lowercase();
        Some(Endpoint { text: Located::new(text.to_owned(), at), scheme, host, from, failure: None })
    }

    /// The host as a host of STS. The isolated partitions have names of their own, which no table here lists.
    #[must_use]
    pub fn sts(&self) -> StsHost {
        let region = self.host.strip_prefix("sts.").and_then(|rest| rest.split('.').next());
        match region {
            Some(region)
                if partition::of_region(region).starts_with("aws-iso") && partition::is_region(region) =>
            {
                StsHost::Regional { region: region.to_owned() }
            }
            _ => partition::sts_host(&self.host),
        }
    }

    /// Whether it was meant to be STS: its name says so, or whoever names it speaks of STS alone.
    #[must_use]
    pub fn is_meant_as_sts(&self) -> bool {
        let named = self.host.split('.').any(|label| label == "sts" || label == "sts-fips");
        named || self.sts() != StsHost::NotSts || self.from != EndpointFrom::Failure
    }

    /// The partition that it belongs to; none where the host does not tell.
    #[must_use]
    pub fn partition(&self) -> Option<&'static str> {
        match self.sts() {
            StsHost::Global => Some("aws"),
            StsHost::Regional { region } => Some(partition::of_region(&region)),
            StsHost::Vpc | StsHost::NotSts => None,
        }
    }
}

impl Case<'_> {
    /// Hosts that were asked for STS, the nearest witness first.
    #[must_use]
    pub fn endpoints(&self) -> Vec<Endpoint> {
        let mut found = Vec::new();
        let mut failures: Vec<_> = self.attempt().observations.iter().collect();
        failures.sort_by_key(|seen| !seen.headline);
        for seen in failures {
            let named = match &seen.symptom {
                Symptom::Unreachable { url } | Symptom::TlsUntrusted { url } => url.as_deref(),
                Symptom::HostUnknown { host } => Some(host.as_str()),
                _ => None,
            };
            let at = named.and_then(|named| self.near(seen.at, named)).unwrap_or(seen.at);
            let endpoint = named.and_then(|named| Endpoint::new(named, at, EndpointFrom::Failure));
            found.extend(endpoint.map(|endpoint| Endpoint { failure: Some(seen.at), ..endpoint }));
        }
        let caller = self.caller();
        for request in caller.logged_requests.iter().chain(caller.request.present()) {
            let web = request.operation.as_deref().is_none_or(|name| name.starts_with("AssumeRole"));
            let endpoint = request.endpoint.as_ref().filter(|_| web);
            found
                .extend(endpoint.and_then(|text| Endpoint::new(&text.value, text.at, EndpointFrom::Request)));
        }
        for event in self.attempt().events.iter().filter(|event| event.name == "AssumeRoleWithWebIdentity") {
            let host = event.host.as_ref();
            found.extend(host.and_then(|text| Endpoint::new(&text.value, text.at, EndpointFrom::Trail)));
        }
        for name in VARIABLES {
            let text = self.variable(name).filter(|text| !text.value.is_empty());
            let from = EndpointFrom::Variable(name);
            found.extend(text.and_then(|text| Endpoint::new(&text.value, text.at, from)));
        }
        found
    }

    /// Whether it is the service that stands for AWS, which is then the right one, over whatever scheme.
    #[must_use]
    pub fn stands_for_aws(&self, endpoint: &Endpoint) -> bool {
        let bare = |url: &Text| url.value.trim_end_matches('/').to_owned();
        // Nothing of the issuer itself is read by this.
        self.evidence.issuer.service.as_ref().is_some_and(|service| bare(service) == bare(&endpoint.text))
    }

    /// The region that the process is set to (`AWS_REGION` wins), else the one that the pipeline names.
    #[must_use]
    pub fn region(&self) -> Option<Text> {
        let set = |name| self.variable(name).filter(|text| !text.value.is_empty());
        let written = || {
            let all = self.workflows().iter();
            all.flat_map(|workflow| pipeline::values(workflow, &REGION_KEYS))
                .find(|text| partition::is_region(&text.value))
        };
        set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION")).or_else(written)
    }
}

impl Case<'_> {
    /// The partition of the role's ARN, where it is well formed.
    #[must_use]
    pub fn role_partition(&self) -> Option<String> {
        Some(self.requested()?.parsed().ok()?.partition)
    }

    /// The partition in which the issuer lies, where its host tells.
    #[must_use]
    pub fn issuer_partition(&self) -> Option<&'static str> {
        let issuer = self.presented_issuer()?.text.value;
        let region = issuer.split("oidc.eks.").nth(1)?.split('.').next()?;
        partition::is_region(region).then(|| partition::of_region(region))
    }

    /// The host of STS for the region that is set, if that lies in the role's partition.
    #[must_use]
    pub fn right_host(&self) -> Option<String> {
        let region = self.region()?.value;
        let partition = partition::of_region(&region);
        let known = partition::is_region(&region) && matches!(partition, "aws" | "aws-us-gov" | "aws-cn");
        if !known || self.role_partition().is_some_and(|role| role != partition) {
            return None;
        }
        let end = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        Some(format!("sts.{region}.{end}"))
    }
}

#[cfg(test)]
mod tests {
    use rolecall_model::document::DocumentId;
    use rolecall_model::span::Span;

    use super::*;

    #[test]
    fn hosts_and_partitions() {
        let at = At::new(DocumentId(0), Span::new(0, 0));
        let table = [
            ("https://sts.amazonaws.com/", Some("aws"), true),
            ("https://sts.us-gov-west-1.amazonaws.com:443", Some("aws-us-gov"), true),
            ("sts.us-iso-east-1.c2s.ic.gov", Some("aws-iso"), true),
            ("https://sts.minio.amazonaws.com/", None, true),
            ("https://oidc.eks.eu-west-1.amazonaws.com/id/x", None, false),
        ];
        for (text, partition, meant) in table {
            let endpoint = Endpoint::new(text, at, EndpointFrom::Failure).unwrap();
            assert_eq!((endpoint.partition(), endpoint.is_meant_as_sts()), (partition, meant), "{text}");
        }
    }
}
