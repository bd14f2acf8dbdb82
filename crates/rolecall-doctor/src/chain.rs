//! The chain from workload to caller, each link with its state.

use rolecall_model::evidence::Fact;

use crate::case::{Case, Injection};
use crate::finding::{Certainty, Finding, Severity};
use crate::link::Link;

/// The state of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// What was read of it is in order.
    Ok,
    /// An error was found in it.
    Broken,
    /// It was not read.
    Unknown,
    /// It was not read and does not matter: the attempt ends before it.
    Unreached,
}

impl State {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Broken => "broken",
            State::Unknown => "unknown",
            State::Unreached => "unreached",
        }
    }
}

/// One link of the chain.
#[derive(Clone, Debug)]
pub struct ChainLink {
    /// Which.
    pub link: Link,
    /// Its state.
    pub state: State,
    /// What was read of it, in a few words.
    pub summary: String,
}

pub(crate) fn chain(case: &Case<'_>, findings: &[Finding]) -> Vec<ChainLink> {
    let errors = || findings.iter().filter(|finding| finding.severity == Severity::Error);
    let broken = |link: Link| {
        errors().find(|f| f.certainty != Certainty::Possible && Link::of_slug(f.cause) == Some(link))
    };
    let primary = errors().find(|finding| finding.certainty != Certainty::Possible);
    let ends_at = primary.and_then(|finding| Link::of_slug(finding.cause));
    let link = |link: Link| {
        let read = summary(case, link);
        let state = match (broken(link), &read) {
            (Some(_), _) => State::Broken,
            (None, Some(_)) => State::Ok,
            (None, None) if ends_at.is_some_and(|end| end < link) => State::Unreached,
            (None, None) => State::Unknown,
        };
        let text = match (state, broken(link), read) {
            (State::Broken, Some(finding), _) => finding.title.clone(),
            (_, _, Some(read)) => read,
            (State::Unreached, ..) => "not reached".into(),
            _ => "not read".into(),
        };
        ChainLink { link, state, summary: text }
    };
    Link::ALL.into_iter().map(link).collect()
}

/// What was read of a link; none where nothing was.
fn summary(case: &Case<'_>, link: Link) -> Option<String> {
    match link {
        Link::Workload => workload(case),
        Link::ServiceAccount => {
            let account = case.serviceaccount().account.present()?;
            let namespace = account.namespace.as_ref().map_or("?", |text| text.value.as_str());
            Some(format!("{namespace}/{}", account.name.value))
        }
        Link::Pod => case.injection().map(|injection| {
            match injection {
                Injection::Complete => "role and token file are set",
                Injection::None => "neither role nor token file is set",
                Injection::Partial { .. } => "only one of role and token file is set",
                Injection::Hidden => "variables come from elsewhere",
            }
            .into()
        }),
        Link::Token => {
            let subject = case.subject()?;
            let audience = case.audience().map(|audience| format!(", audience {}", audience.text.value));
            Some(format!("subject {}{}", subject.text.value, audience.unwrap_or_default()))
        }
        Link::Issuer => case.presented_issuer().map(|issuer| issuer.text.value),
        Link::Provider => provider(case),
        Link::Role => match &case.role().role {
            Fact::Present { value, .. } if value.arn.value.is_empty() => {
                Some("a trust policy, without the role's ARN".into())
            }
            Fact::Present { value, .. } => Some(value.arn.value.clone()),
            Fact::Absent { .. } => Some("does not exist".into()),
            Fact::Unread { .. } => None,
        },
        Link::Trust => case.exchange(Link::Trust).trust_summary(),
        Link::Permission => {
            let policies = case.permission();
            let read = policies.identity.present().map(Vec::len);
            read.map(
                |count| if count == 1 { "1 policy read".into() } else { format!("{count} policies read") },
            )
        }
        Link::Caller => caller(case),
    }
}

fn workload(case: &Case<'_>) -> Option<String> {
    if let Some(pod) = case.pod().pod.present() {
        let name = pod.name.as_ref().map_or("?", |text| text.value.as_str());
        let namespace = pod.namespace.as_ref().map_or("?", |text| text.value.as_str());
        return Some(format!("{} {namespace}/{name}", pod.kind.to_lowercase()));
    }
    let workflow = case.workflows().first()?;
    let document = case.evidence().documents.get(workflow.document)?;
    Some(format!("pipeline {}", document.name))
}

fn provider(case: &Case<'_>) -> Option<String> {
    if let Some(provider) = case.provider().detail.present() {
        return Some(provider.url.value.clone());
    }
    case.provider().list.present().map(|list| match list.len() {
        1 => "1 provider in the account".into(),
        count => format!("{count} providers in the account"),
    })
}

fn caller(case: &Case<'_>) -> Option<String> {
    if let Some(identity) = case.other_identity() {
        return Some(format!("signs as {}", identity.value));
    }
    let environment = case.caller().environment.present()?;
    Some(format!("{} variables read", environment.variables.len()))
}
