//! Which operation a request asks for.

use super::{
    Operation, cloudtrail, eks, eks_auth, iam_account, iam_analysis, iam_groups, iam_instance_profiles,
};
use super::{iam_policies, iam_providers, iam_roles, iam_users, rolecall, sts};
use crate::fault::{Code, Fault};
use crate::http::Head;
use crate::percent;
use crate::query::Params;
use crate::service::{Protocol, Service};

/// What the labels of a path stood for, decoded, such as `name` and the cluster's name.
pub type Labels = Vec<(&'static str, String)>;

/// The operations of a service, in the groups in which the table keeps them.
pub fn of(service: Service) -> impl Iterator<Item = &'static Operation> {
    let groups: &[&'static [Operation]] = match service {
        Service::Sts => &[sts::OPERATIONS],
        Service::Iam => &[
            iam_roles::OPERATIONS,
            iam_providers::OPERATIONS,
            iam_policies::OPERATIONS,
            iam_users::OPERATIONS,
            iam_groups::OPERATIONS,
            iam_instance_profiles::OPERATIONS,
            iam_account::OPERATIONS,
            iam_analysis::OPERATIONS,
        ],
        Service::Eks => &[eks::OPERATIONS],
        Service::EksAuth => &[eks_auth::OPERATIONS],
        Service::CloudTrail => &[cloudtrail::OPERATIONS],
        Service::Rolecall => &[rolecall::OPERATIONS],
    };
    groups.iter().flat_map(|group| group.iter())
}

/// The operation of this name, letter case counting.
#[must_use]
pub fn find(service: Service, name: &str) -> Option<&'static Operation> {
    of(service).find(|operation| operation.name == name)
}

/// The operation that a request to a service asks for, with the labels of its path. Fails as AWS does for
/// what is not in the table (reference sts.md §1.2, cloudtrail.md §1).
pub fn asked(
    service: Service,
    head: &Head<'_>,
    params: &Params<'_>,
) -> Result<(&'static Operation, Labels), Fault> {
    match service.protocol() {
        Protocol::Query => by_action(service, head, params).map(|operation| (operation, Labels::new())),
        Protocol::Json11 => by_target(service, head).map(|operation| (operation, Labels::new())),
        Protocol::RestJson => route(service, head.method, head.path).ok_or_else(unknown),
    }
}

/// The operation at a method and path of a REST-JSON service; a segment of the path is never split at an
/// encoded slash.
#[must_use]
pub fn route(service: Service, method: &str, path: &str) -> Option<(&'static Operation, Labels)> {
    of(service)
        .filter(|operation| operation.route.method == method)
        .find_map(|operation| labels(operation.route.path, path).map(|labels| (operation, labels)))
}

fn by_action(service: Service, head: &Head<'_>, params: &Params<'_>) -> Result<&'static Operation, Fault> {
    let action = params.get("Action").filter(|action| !action.is_empty());
    let (Some(action), "/", "POST" | "GET") = (action, head.path, head.method) else {
        return Err(Fault::undetermined());
    };
    let version = params.get("Version").unwrap_or("NO_VERSION_SPECIFIED");
    let operation = find(service, action).filter(|_| version == service.api_version());
    operation.ok_or_else(|| match service {
        Service::Sts if find(service, action).is_none() => Fault::undetermined(),
        _ => {
            let message = format!("Could not find operation {action} for version {version}");
            Fault::new(Code::InvalidAction, message)
        }
    })
}

fn by_target(service: Service, head: &Head<'_>) -> Result<&'static Operation, Fault> {
    let target = head.text("x-amz-target").filter(|_| head.method == "POST").ok_or_else(unknown)?;
    let name = service.target_prefixes().iter().find_map(|prefix| target.strip_prefix(prefix));
    name.and_then(|name| find(service, name)).ok_or_else(unknown)
}

fn unknown() -> Fault {
    Fault::new(Code::InvalidAction, "The requested operation is not known to this service.")
}

fn labels(template: &'static str, path: &str) -> Option<Labels> {
    let mut labels = Labels::new();
    let mut segments = path.split('/');
    for wanted in template.split('/') {
        let segment = segments.next()?;
        match wanted.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(label) if !segment.is_empty() => {
                labels.push((label, percent::decode_path(segment)?.into_owned()));
            }
            None if segment == wanted => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(labels)
}
