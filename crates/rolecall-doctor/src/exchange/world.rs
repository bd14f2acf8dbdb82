//! From evidence to the engine's facts.

use rolecall_engine::exchange::examine;
use rolecall_engine::token::jwks::KeySet;
use rolecall_engine::verdict::Verdict;
use rolecall_engine::world::{Given, Provider, Request, Role, Token, World};
use rolecall_model::arn::{Arn, parse_role_arn};
use rolecall_model::evidence::caller::RequestParameters;
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::json::{Kind, Member, Node};
use rolecall_model::provider_url::{is_built_in, provider_name};
use rolecall_model::span::Span;
use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;

use super::PresentedToken;
use super::trust::TrustView;
use crate::case::{Requested, Via};

/// Whether the issuer is registered in the role's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It is, or it is built in.
    Yes,
    /// The account's providers were listed, and it is not among them.
    No,
    /// They were not listed.
    Unknown,
}

/// What came of holding the evidence against the engine.
pub(super) struct Met {
    pub verdict: Verdict,
    pub provider_name: Option<String>,
    pub role_account: Option<String>,
    pub registered: Registered,
}

pub(super) fn meet(
    evidence: &Evidence,
    requested: Option<&Requested>,
    presented: &PresentedToken,
    trust: Option<&TrustView>,
) -> Met {
    let stand_in = role_arn(evidence, requested).is_none().then(|| beside_trusted(trust?)).flatten();
    let role_arn = role_arn(evidence, requested).or(stand_in.as_deref());
    let role_account = role_arn.and_then(Arn::parse).map(|arn| arn.account);
    let name =
        presented.issuer.as_ref().and_then(|issuer| provider_name(&issuer.text.value)).map(str::to_owned);
    let registered = name
        .as_deref()
        .map_or(Registered::Unknown, |name| registered(evidence, name, role_account.as_deref()));
    let compiled = trust.map(|trust| Compiled::compile(&[&trust.policy]));
    let rcp = rcp(evidence);
    let keys = given(&evidence.issuer.jwks).map(|jwks| KeySet::read(&jwks.node));
    let shown = shown_claims(presented, evidence.now.present().map(|now| now.0));
    let world = World {
        now: given(&evidence.now).map(|now| *now),
        provider: provider(evidence, name.as_deref(), registered),
        keys: keys.as_ref(),
        role: role(evidence, compiled.as_ref()),
        rcp: rcp.as_deref().map_or(Given::Unread, Given::Known),
    };
    let sources = RequestSources::of(evidence);
    let request = Request {
        role_arn: role_arn.map_or(Given::Unread, Given::Known),
        session_name: sources.session_name.map_or(Given::Unread, Given::Known),
        duration: sources.duration.map_or(Given::Absent, Given::Known),
        token: token(evidence, shown.as_ref()),
        policy: sources.policy,
        source_ip: sources.source_ip,
        region: sources.region,
        context: &sources.context,
    };
    Met { verdict: examine(&world, &request), provider_name: name, role_account, registered }
}

/// The file of the role is what its trust policy belongs to; where none was read, what the caller asks for counts.
fn role_arn<'a>(evidence: &'a Evidence, requested: Option<&'a Requested>) -> Option<&'a str> {
    let file = evidence.role.role.present().map(|role| role.arn.value.as_str());
    let asked = requested.map(|requested| requested.arn.value.as_str());
    [file, asked].into_iter().flatten().find(|arn| parse_role_arn(arn).is_ok())
}

/// For a trust policy alone, of which nobody says whose it is: an ARN in the account whose providers it names. It can
/// hide that the policy names another account's provider, and never accuses it of that.
fn beside_trusted(trust: &TrustView) -> Option<String> {
    let principals = trust.policy.statements.iter().flat_map(|statement| &statement.principal);
    let entries = principals.flat_map(|principal| &principal.entries);
    let mut accounts = entries.filter_map(|entry| {
        let arn = Arn::parse(&entry.value.text).filter(|arn| arn.oidc_provider().is_some())?;
        Some((arn.partition, arn.account))
    });
    let first = accounts.next()?;
    accounts.all(|other| other == first).then(|| format!("arn:{}:iam::{}:role/unnamed", first.0, first.1))
}

/// The account's own list decides; one that was read in another account says nothing.
fn registered(evidence: &Evidence, name: &str, account: Option<&str>) -> Registered {
    if is_built_in(name) {
        return Registered::Yes;
    }
    let detail = evidence.provider.detail.present();
    if detail.is_some_and(|provider| provider.url.value == name) {
        return Registered::Yes;
    }
    let Some(list) = evidence.provider.list.present() else { return Registered::Unknown };
    let arns: Vec<Arn> = list.iter().filter_map(|arn| Arn::parse(&arn.value)).collect();
    let here = |arn: &&Arn| account.is_none_or(|account| arn.account == account);
    if arns.iter().filter(here).any(|arn| arn.oidc_provider() == Some(name)) {
        return Registered::Yes;
    }
    if !arns.is_empty() && !arns.iter().any(|arn| here(&arn)) { Registered::Unknown } else { Registered::No }
}

fn provider<'a>(evidence: &'a Evidence, name: Option<&str>, registered: Registered) -> Given<Provider<'a>> {
    let detail =
        evidence.provider.detail.present().filter(|provider| Some(provider.url.value.as_str()) == name);
    let client_ids = match detail.map(|provider| provider.client_ids.as_ref()) {
        Some(Some(ids)) => Given::Known(ids.iter().map(|id| id.value.as_str()).collect()),
        _ => Given::Unread,
    };
    match registered {
        Registered::Yes => Given::Known(Provider { client_ids }),
        Registered::No => Given::Absent,
        Registered::Unknown => Given::Unread,
    }
}

fn role<'a>(evidence: &'a Evidence, trust: Option<&'a Compiled>) -> Given<Role<'a>> {
    given(&evidence.role.role).map(|role| Role {
        arn: &role.arn.value,
        trust: trust.map_or(Given::Unread, Given::Known),
        max_session: role.max_session.map_or(Given::Unread, |(seconds, _)| Given::Known(seconds)),
        tags: &role.tags,
    })
}

fn rcp(evidence: &Evidence) -> Option<Vec<Compiled>> {
    let levels = evidence.permission.rcp.present()?;
    let compile = |level: &Vec<rolecall_model::evidence::permission::NamedPolicy>| {
        let policies: Vec<Policy> = level.iter().map(|policy| Policy::from_node(&policy.node)).collect();
        Compiled::compile(&policies.iter().collect::<Vec<_>>())
    };
    Some(levels.iter().map(compile).collect())
}

fn token<'a>(evidence: &'a Evidence, shown: Option<&'a Node>) -> Token<'a> {
    if let Some(raw) = evidence.token.raw.present() {
        return Token::Raw(raw.text.expose());
    }
    let header = evidence.token.header.present().map(|header| &header.node);
    match (evidence.token.claims.present(), shown) {
        (Some(claims), _) => Token::Decoded { claims: &claims.node, header, whole: true },
        (None, Some(shown)) => Token::Decoded { claims: shown, header, whole: false },
        (None, None) => Token::Unread,
    }
}

/// The claims that other witnesses than the token show: issuer, subject, audience. Where no token was seen and all of it
/// follows from the workload, its token is one that is made now: kubelets and pipelines renew them.
fn shown_claims(presented: &PresentedToken, now: Option<i64>) -> Option<Node> {
    let member = |key: &str, value: Option<&crate::case::Presented>| {
        let text = value?.text.value.clone();
        let value = Node { span: Span::default(), kind: Kind::String(text) };
        Some(Member { key: key.to_owned(), key_span: Span::default(), value })
    };
    presented.issuer.as_ref()?;
    let predicted = presented.subject.as_ref().is_some_and(|subject| subject.via == Via::Predicted);
    let instant = |key: &str, life: i64| {
        let number = now.filter(|_| predicted)?.checked_add(life)?;
        let value = Node { span: Span::default(), kind: Kind::Number(number.to_string()) };
        Some(Member { key: key.to_owned(), key_span: Span::default(), value })
    };
    let members = [
        member("iss", presented.issuer.as_ref()),
        member("sub", presented.subject.as_ref()),
        member("aud", presented.audience.as_ref()),
        instant("iat", 0),
        instant("exp", FRESH),
    ];
    Some(Node { span: Span::default(), kind: Kind::Object(members.into_iter().flatten().collect()) })
}

/// Life of a token that is made now, in seconds: the shortest that a kubelet asks for (Kubernetes, TokenRequest).
const FRESH: i64 = 600;

/// Parameters of the request from all that shows them.
#[derive(Default)]
struct RequestSources<'a> {
    session_name: Option<&'a str>,
    duration: Option<i64>,
    policy: Option<&'a str>,
    source_ip: Option<&'a str>,
    region: Option<&'a str>,
    context: Vec<(String, Vec<String>)>,
}

impl<'a> RequestSources<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        let caller = &evidence.caller;
        let web = |request: &&RequestParameters| {
            request.operation.as_deref().is_none_or(|name| name == "AssumeRoleWithWebIdentity")
        };
        let requests: Vec<&RequestParameters> =
            caller.request.present().into_iter().chain(&caller.logged_requests).filter(web).collect();
        let event = evidence.attempt.events.iter().rfind(|event| event.name == "AssumeRoleWithWebIdentity");
        let variable = |name: &str| {
            caller
                .environment
                .present()
                .and_then(|variables| variables.get(name))
                .map(|text| text.value.as_str())
        };
        let context = requests.iter().flat_map(|request| &request.context);
        RequestSources {
            session_name: requests
                .iter()
                .find_map(|request| request.session_name.as_ref())
                .or(event.and_then(|event| event.session_name.as_ref()))
                .map(|text| text.value.as_str())
                .or_else(|| variable("AWS_ROLE_SESSION_NAME")),
            duration: requests
                .iter()
                .find_map(|request| request.duration_seconds)
                .map(|(seconds, _)| seconds),
            policy: requests
                .iter()
                .find_map(|request| request.policy.as_ref())
                .map(|text| text.value.as_str()),
            source_ip: requests
                .iter()
                .find_map(|request| request.source_ip.as_ref())
                .map(|text| text.value.as_str())
                .or(event.and_then(|event| event.source_ip.as_deref())),
            region: event.and_then(|event| event.region.as_deref()),
            context: context.map(|(key, values)| (key.value.clone(), values.clone())).collect(),
        }
    }
}

fn given<T>(fact: &Fact<T>) -> Given<&T> {
    match fact {
        Fact::Present { value, .. } => Given::Known(value),
        Fact::Absent { .. } => Given::Absent,
        Fact::Unread { .. } => Given::Unread,
    }
}
