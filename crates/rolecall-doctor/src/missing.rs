//! What was not read and would matter, with the command that would read it.

use rolecall_model::evidence::attempt::Symptom;
use rolecall_model::evidence::{Evidence, Fact, Unread, UnreadReason};

use crate::case::{Case, Phase};
use crate::command::filled;
use crate::finding::{Certainty, Finding, Severity};

/// A fact that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The fact.
    pub fact: &'static str,
    /// Why it is not known.
    pub why: String,
    /// The command that would read it, quoted for a POSIX shell; placeholders in capitals.
    pub command: String,
}

/// Facts that would decide, or make a likely finding certain. None where the first finding is certain.
pub(crate) fn missing(case: &Case<'_>, findings: &[Finding]) -> Vec<Missing> {
    let settled = findings
        .first()
        .is_some_and(|first| first.severity == Severity::Error && first.certainty == Certainty::Certain);
    let evidence = case.evidence();
    let mut missing = Vec::new();
    let pipeline = !evidence.workflows.is_empty();
    let kubernetes = evidence.serviceaccount.account.present().is_some()
        || evidence.pod.pod.present().is_some()
        || evidence.issuer.cluster.present().is_some();
    let mut look = |matters: bool, name: &'static str, unread: Option<&Unread>| {
        let broken = unread.is_some_and(|why| why.reason != UnreadReason::NotGiven);
        if let Some(unread) = unread.filter(|_| broken || (matters && !settled)) {
            let command = match (unread.command, kubernetes) {
                // A pipeline's step shows its environment itself.
                (command, false) if pipeline && command.starts_with("kubectl exec") => "env > env.txt".into(),
                (command, _) => filled(case, command),
            };
            missing.push(Missing { fact: name, why: reason(unread), command });
        }
    };
    let phase = case.phase();
    let exchange = !matches!(phase, Phase::After);
    let silent = matches!(phase, Phase::OtherIdentity | Phase::Before | Phase::Unclear);
    // Who signs is decided by the workload's own side: that comes first where nobody asked for the role.
    if silent {
        look(kubernetes, "the service account", unread(&evidence.serviceaccount.account));
        look(kubernetes, "the pod", unread(&evidence.pod.pod));
        look(true, "the environment of the process", unread(&evidence.caller.environment));
    }
    look(true, "the role and its trust policy", unread(&evidence.role.role));
    // A role may be read and not its policy, as where the file breaks off before it.
    let unread_role = Evidence::unread().role.role;
    let lacks_trust = evidence.role.role.present().is_some_and(|role| role.trust.is_none());
    look(exchange, "the role's trust policy", unread_role.unread().filter(|_| lacks_trust));
    look(exchange && case.subject().is_none(), "the token's claims", unread(&evidence.token.claims));
    look(exchange, "the OIDC providers of the role's account", unread(&evidence.provider.list));
    // A provider that is not there has no audiences.
    let gone = findings.iter().any(|finding| finding.cause == "provider.missing");
    look(exchange && !gone, "the provider's audiences", unread(&evidence.provider.detail));
    let keys = case.saw(|symptom| matches!(symptom, Symptom::KeyNotRetrieved | Symptom::IdpCommunication));
    look(keys.is_some(), "the issuer's discovery document", unread(&evidence.issuer.discovery));
    look(keys.is_some(), "the issuer's key set", unread(&evidence.issuer.jwks));
    look(kubernetes && !silent, "the service account", unread(&evidence.serviceaccount.account));
    look(phase == Phase::After, "the role's policies", unread(&evidence.permission.identity));
    look(phase == Phase::Exchange, "resource control policies", unread(&evidence.permission.rcp));
    look(exchange, "the instant of the attempt", unread(&evidence.now));
    missing
}

fn unread<T>(fact: &Fact<T>) -> Option<&Unread> {
    fact.unread()
}

fn reason(unread: &Unread) -> String {
    match &unread.reason {
        UnreadReason::NotGiven => "not given".into(),
        UnreadReason::Denied(answer) => format!("reading it was refused: {answer}"),
        UnreadReason::Broken(flaw) => format!("it could not be read: {flaw}"),
    }
}
