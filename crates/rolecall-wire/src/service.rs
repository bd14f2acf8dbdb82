//! The services, their protocols, and which of them a request is for.

use crate::http::Head;
use crate::query::Params;
use crate::sigv4;

/// How requests and answers of a service are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// AWS Query: form parameters in, XML out.
    Query,
    /// AWS JSON 1.1: `POST /` with `X-Amz-Target`.
    Json11,
    /// REST-JSON: the operation is told from method and path.
    RestJson,
}

/// A service that is answered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// AWS Security Token Service.
    Sts,
    /// AWS Identity and Access Management.
    Iam,
    /// Amazon EKS.
    Eks,
    /// Amazon EKS Auth, which the Pod Identity agent calls.
    EksAuth,
    /// AWS CloudTrail.
    CloudTrail,
    /// rolecall's own administration.
    Rolecall,
}

impl Service {
    /// Every service.
    pub const ALL: [Service; 6] =
        [Service::Sts, Service::Iam, Service::Eks, Service::EksAuth, Service::CloudTrail, Service::Rolecall];

    /// The name in the credential scope of a signature; also the prefix of the service's actions.
    #[must_use]
    pub fn signing_name(self) -> &'static str {
        match self {
            Service::Sts => "sts",
            Service::Iam => "iam",
            Service::Eks => "eks",
            Service::EksAuth => "eks-auth",
            Service::CloudTrail => "cloudtrail",
            Service::Rolecall => "rolecall",
        }
    }

    /// The service of a credential scope, such as `sts`.
    #[must_use]
    pub fn of_signing_name(name: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.signing_name() == name)
    }

    /// How its requests are written.
    #[must_use]
    pub fn protocol(self) -> Protocol {
        match self {
            Service::Sts | Service::Iam => Protocol::Query,
            Service::Eks | Service::EksAuth => Protocol::RestJson,
            Service::CloudTrail | Service::Rolecall => Protocol::Json11,
        }
    }

    /// The date that names the version of its API.
    #[must_use]
    pub fn api_version(self) -> &'static str {
        match self {
            Service::Sts => "2011-06-15",
            Service::Iam => "2010-05-08",
            Service::Eks => "2017-11-01",
            Service::EksAuth => "2023-11-26",
            Service::CloudTrail => "2013-11-01",
            Service::Rolecall => "2026-01-01",
        }
    }

    /// The XML namespace of its answers; Query services alone have one.
    #[must_use]
    pub fn namespace(self) -> Option<&'static str> {
        match self {
            Service::Sts => Some("https://sts.amazonaws.com/doc/2011-06-15/"),
            Service::Iam => Some("https://iam.amazonaws.com/doc/2010-05-08/"),
            _ => None,
        }
    }

    /// What stands before the operation in `X-Amz-Target`: the published form, then the short one that older
    /// clients send (reference cloudtrail.md §1). Only JSON 1.1 services have any.
    #[must_use]
    pub fn target_prefixes(self) -> &'static [&'static str] {
        match self {
            Service::CloudTrail => {
                &["com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.", "CloudTrail_20131101."]
            }
            Service::Rolecall => &["Rolecall_20260101."],
            _ => &[],
        }
    }

    /// The value of `eventSource` in its audit records.
    #[must_use]
    pub fn event_source(self) -> &'static str {
        match self {
            Service::Sts => "sts.amazonaws.com",
            Service::Iam => "iam.amazonaws.com",
            Service::Eks => "eks.amazonaws.com",
            Service::EksAuth => "eks-auth.amazonaws.com",
            Service::CloudTrail => "cloudtrail.amazonaws.com",
            Service::Rolecall => "rolecall",
        }
    }
}

/// Which service a request is for, or `None` if nothing of it tells.
///
/// Several services share one port, so what a request says is asked in this order: the host when it is one of
/// AWS's own names, the scope of the signature, the target, the path, and for requests that are not signed
/// the version and the action. `params` are those of a form body or a query. A signature whose scope
/// contradicts an AWS host is thus refused later, by [`sigv4::Signed::check_scope`], as AWS does.
#[must_use]
pub fn told_from(head: &Head<'_>, params: &Params<'_>) -> Option<Service> {
    from_host(head)
        .or_else(|| sigv4::scope_service(head))
        .or_else(|| from_target(head))
        .or_else(|| from_path(head.path))
        .or_else(|| from_params(params))
}

fn from_host(head: &Head<'_>) -> Option<Service> {
    let host = head.text("host")?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let (first, rest) = name.split_once('.')?;
    let aws = ["amazonaws.com", "amazonaws.com.cn", "api.aws", "api.amazonwebservices.com.cn"].iter().any(
        |domain| rest == *domain || rest.strip_suffix(domain).is_some_and(|region| region.ends_with('.')),
    );
    if !aws {
        return None;
    }
    Service::of_signing_name(first.strip_suffix("-fips").unwrap_or(first))
}

fn from_target(head: &Head<'_>) -> Option<Service> {
    let target = head.text("x-amz-target")?;
    Service::ALL
        .into_iter()
        .find(|service| service.target_prefixes().iter().any(|prefix| target.starts_with(prefix)))
}

fn from_path(path: &str) -> Option<Service> {
    let mut segments = path.split('/').skip(1);
    match segments.next()? {
        "clusters" if path.ends_with("/assume-role-for-pod-identity") => Some(Service::EksAuth),
        "clusters" => Some(Service::Eks),
        "tags" if segments.next().is_some_and(|arn| arn.starts_with("arn")) => Some(Service::Eks),
        _ => None,
    }
}

/// Version and action; the two operations of STS that nobody signs are known by name alone.
fn from_params(params: &Params<'_>) -> Option<Service> {
    let action = params.get("Action")?;
    let query = |service: &Service| service.namespace().is_some();
    match params.get("Version") {
        Some(version) => {
            Service::ALL.into_iter().filter(query).find(|service| service.api_version() == version)
        }
        None => Service::ALL
            .into_iter()
            .filter(query)
            .find(|service| crate::operation::find(*service, action).is_some()),
    }
}
