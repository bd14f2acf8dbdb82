//! Reach of a fix: who beside this caller is let in or kept out by it, on a stated sample of subjects.

use rolecall_engine::context::{self, Source};
use rolecall_engine::issuers::{Neighbour, neighbours};
use rolecall_engine::world::{Given, Request, Token};
use rolecall_model::evidence::Evidence;
use rolecall_model::instant::Instant;
use rolecall_model::json::{Kind, Member, Node};
use rolecall_model::provider_url::provider_name;
use rolecall_model::span::Span;
use rolecall_policy::compile::Compiled;
use rolecall_policy::document::Policy;
use rolecall_policy::request::{Principal, PrincipalKind, Request as PolicyRequest};
use rolecall_policy::trace::Outcome;

use super::edit::Edit;
use super::preview::preview;
use crate::case::Case;
use crate::exchange::faults::{is_pattern, split_key};
use crate::link::Link;

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// Subjects named in the policy that are tried at most.
const NAMED: usize = 20;

/// Whether a policy admits a caller; none where a fact that decides is not known.
pub type Admitted = Option<bool>;

/// Who else is admitted, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Every subject that was tried.
    pub probes: Vec<Probe>,
}

/// One subject that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Who would present it.
    pub who: String,
    /// The subject.
    pub subject: String,
    /// Whether the trust policy admits it now.
    pub before: Admitted,
    /// Whether it admits it afterwards.
    pub after: Admitted,
}

impl Reach {
    /// Who is let in, or may be, that was not before for certain.
    pub fn gains(&self) -> impl Iterator<Item = &Probe> {
        self.probes.iter().filter(|probe| match probe.before {
            Some(before) => !before && probe.after != Some(false),
            None => probe.after == Some(true),
        })
    }

    /// Who is kept out, or may be, that was let in or may have been.
    pub fn losses(&self) -> impl Iterator<Item = &Probe> {
        self.probes.iter().filter(|probe| match probe.before {
            Some(before) => before && probe.after != Some(true),
            None => probe.after == Some(false),
        })
    }

    /// Whether anybody in the sample gains or loses.
    #[must_use]
    pub fn is_more_than_the_caller(&self) -> bool {
        self.gains().next().is_some() || self.losses().next().is_some()
    }

    /// The reach in one sentence, without a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        let tried = self.probes.len();
        let list = |probes: Vec<&Probe>| {
            probes
                .iter()
                .map(|probe| format!("{} (`{}`)", probe.who, probe.subject))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (gains, losses): (Vec<_>, Vec<_>) = (self.gains().collect(), self.losses().collect());
        match (gains.is_empty(), losses.is_empty()) {
            (true, true) => format!("of {tried} other subjects tried, none gains and none loses"),
            (false, true) => format!("of {tried} other subjects tried, these gain: {}", list(gains)),
            (true, false) => format!("of {tried} other subjects tried, these lose: {}", list(losses)),
            (false, false) => format!(
                "of {tried} other subjects tried, these gain: {}; these lose: {}",
                list(gains),
                list(losses)
            ),
        }
    }
}

/// Tries the caller's neighbours and everybody whom the policy names today; none where no edit concerns admission, or
/// the caller is not known.
#[must_use]
pub fn reach(evidence: &Evidence, edits: &[Edit]) -> Option<Reach> {
    if !edits.iter().any(|edit| edit.concerns_admission(evidence)) {
        return None;
    }
    let case = Case::new(evidence);
    let caller = Caller::of(&case)?;
    let after = preview(evidence, edits);
    let after = Case::new(&after);
    let now = case.exchange(Link::Trust).trust.as_ref()?;
    let then = after.exchange(Link::Trust).trust.as_ref()?;
    let (before, later) = (Compiled::compile(&[&now.policy]), Compiled::compile(&[&then.policy]));
    let mut tried = neighbours(&caller.provider, &caller.subject);
    tried.extend(named(&now.policy, &caller));
    let probe = |neighbour: Neighbour| Probe {
        before: caller.admitted(&before, &neighbour),
        after: caller.admitted(&later, &neighbour),
        who: neighbour.who,
        subject: neighbour.subject,
    };
    Some(Reach { probes: tried.into_iter().map(probe).collect() })
}

/// Subjects that the policy names letter by letter: whoever replaces one locks somebody out, or lets in whom it denied.
fn named(policy: &Policy, caller: &Caller) -> Vec<Neighbour> {
    let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    let on_subject = conditions.filter(|condition| {
        let (prefix, claim) = split_key(&condition.key.text);
        claim.eq_ignore_ascii_case("sub") && prefix.eq_ignore_ascii_case(&caller.provider)
    });
    let values = on_subject.flat_map(|condition| &condition.values).map(|value| value.text.as_str());
    let exact = values.filter(|value| !is_pattern(value) && *value != caller.subject);
    let neighbour = |subject: &str| Neighbour {
        who: "named in the policy today".into(),
        subject: subject.to_owned(),
        claims: Vec::new(),
    };
    exact.take(NAMED).map(neighbour).collect()
}

struct Caller {
    provider: String,
    federated: String,
    issuer: String,
    audience: String,
    subject: String,
    role_arn: String,
    now: Option<Instant>,
}

impl Caller {
    fn of(case: &Case<'_>) -> Option<Caller> {
        let exchange = case.exchange(Link::Trust);
        let issuer = case.presented_issuer()?.text.value;
        let audience =
            case.audience().map_or_else(|| "sts.amazonaws.com".into(), |audience| audience.text.value);
        Some(Caller {
            provider: provider_name(&issuer)?.to_owned(),
            federated: exchange.federated.clone()?,
            issuer,
            audience,
            subject: case.subject()?.text.value,
            role_arn: case.role().role.present()?.arn.value.clone(),
            now: case.now(),
        })
    }

    fn admitted(&self, policy: &Compiled, neighbour: &Neighbour) -> Admitted {
        let member = |key: &str, value: &str| Member {
            key: key.to_owned(),
            key_span: Span::default(),
            value: Node { span: Span::default(), kind: Kind::String(value.to_owned()) },
        };
        let own = [("iss", &self.issuer), ("aud", &self.audience), ("sub", &neighbour.subject)];
        let own = own.into_iter().map(|(key, value)| member(key, value));
        let further = neighbour.claims.iter().map(|(key, value)| member(key, value));
        let claims = Node { span: Span::default(), kind: Kind::Object(own.chain(further).collect()) };
        let request = Request {
            role_arn: Given::Known(&self.role_arn),
            session_name: Given::Unread,
            duration: Given::Absent,
            token: Token::Decoded { claims: &claims, header: None, whole: true },
            policy: None,
            source_ip: None,
            region: None,
            context: &[],
        };
        let context = context::keys(&Source {
            provider: &self.provider,
            claims: &claims,
            // Claims that were not made up for this subject are not known to be absent.
            whole: false,
            request: &request,
            role: None,
            now: self.now,
        });
        let names = [self.federated.as_str()];
        let principal = Principal { kind: PrincipalKind::Federated, names: &names, bounded: false };
        let asked =
            PolicyRequest { principal, action: ACTION, resource: Some(&self.role_arn), context: &context };
        match policy.decide(&asked).outcome {
            Outcome::Allow => Some(true),
            Outcome::Deny | Outcome::NoMatch => Some(false),
            Outcome::Undetermined => None,
        }
    }
}
