//! The narrowest edits of a trust policy that admit one caller: every slip of the nearest statement mended at once, since
//! a fix that leads to the next refusal helps nobody.

use rolecall_model::json::edit::{Change, quoted};
use rolecall_model::provider_url::Likeness;
use rolecall_policy::condition::operator;
use rolecall_policy::document::{Condition, PrincipalEntry, Statement, Word};
use rolecall_policy::trace::Tri;

use super::edit::Edit;
use super::limits::{self, Own};
use super::trust_policy::TrustPolicyEditor;
use crate::case::Case;
use crate::exchange::faults::{
    Fault, is_exact, is_pattern, matches_as_pattern, named_provider, nearest, split_key,
};
use crate::exchange::trust::Nearest;
use crate::finding::Safety;
use crate::link::Link;

/// The action of the call.
const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// What becomes of a value that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// The caller's is put beside it: nobody is locked out.
    Beside,
    /// The caller's takes its place.
    Instead,
}

/// An edit and what it does, a phrase for each change.
pub struct Admission {
    /// The edit.
    pub edit: Edit,
    /// Imperative phrases, values in backticks.
    pub steps: Vec<String>,
    /// How far it may be trusted: what somebody denied or limited is never touched without being read.
    pub safety: Safety,
}

impl Admission {
    /// The phrases as one title.
    #[must_use]
    pub fn title(&self) -> String {
        self.steps.join(", ")
    }
}

/// The caller as a trust policy sees it.
struct Caller {
    federated: String,
    provider: String,
    subject: String,
    audience: Option<String>,
}

/// The edit that admits this case's caller; none where the caller is not known well enough, or a condition fails that
/// cannot be mended without letting others in.
#[must_use]
pub fn admit<'c>(case: &'c Case<'c>, values: Values) -> Option<Admission> {
    let exchange = case.exchange(Link::Trust);
    let editor = TrustPolicyEditor::open(case)?;
    let caller = Caller {
        federated: exchange.federated.clone()?,
        provider: exchange.provider_name.clone()?,
        subject: case.subject()?.text.value,
        audience: case.audience().map(|audience| audience.text.value),
    };
    let trust = exchange.trust.as_ref()?;
    let safety = Safety::Safe;
    let mut mend = Mend { case, editor, caller, values, changes: Vec::new(), steps: Vec::new(), safety };
    match trust.nearest_statement() {
        Some((statement, nearest)) if mend.is_meant_for_caller(statement, nearest) => {
            mend.statement(statement, nearest)?;
        }
        _ => mend.new_statement()?,
    }
    let edit = mend.editor.edit(mend.changes)?;
    Some(Admission { edit, steps: mend.steps, safety: mend.safety })
}

/// What becomes of a condition that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Becomes {
    /// It was changed where it stands.
    Changed,
    /// It is to be taken out.
    Gone,
}

struct Mend<'c> {
    case: &'c Case<'c>,
    editor: TrustPolicyEditor<'c>,
    caller: Caller,
    values: Values,
    changes: Vec<Change>,
    steps: Vec<String>,
    safety: Safety,
}

impl<'c> Mend<'c> {
    /// A statement for another issuer altogether serves others: it is left alone, and a new one is made.
    fn is_meant_for_caller(&self, statement: &Statement, nearest: &Nearest) -> bool {
        nearest.principal == Tri::Yes || self.misspelt(statement).is_some()
    }

    /// The Federated principal that is evidently meant to be the caller's provider.
    fn misspelt<'s>(&self, statement: &'s Statement) -> Option<&'s PrincipalEntry> {
        let entries = statement.principal.as_ref().filter(|principal| !principal.negated)?.entries.iter();
        let mut federated = entries.filter(|entry| entry.kind.text == "Federated");
        federated.find(|entry| {
            let kin = named_provider(&entry.value.text, &self.caller.provider) != Likeness::Different;
            let unnamed = entry.value.text.ends_with(":oidc-provider/");
            kin || unnamed
        })
    }

    fn statement(&mut self, statement: &Statement, nearest: &Nearest) -> Option<()> {
        if nearest.principal != Tri::Yes {
            let entry = self.misspelt(statement)?;
            self.changes.extend(self.editor.replace(entry.value.span, &self.caller.federated));
            self.steps.push(format!("trust `{}`", self.caller.federated));
        }
        if nearest.action == Tri::No {
            self.changes.extend(self.editor.add_action(statement, ACTION)?);
            self.steps.push(format!("allow `{ACTION}`"));
        }
        let mut gone = Vec::new();
        for (index, fault) in &nearest.faults {
            let condition = statement.conditions.get(*index)?;
            if self.condition(statement, condition, fault)? == Becomes::Gone {
                gone.push(condition);
            }
        }
        if !gone.is_empty() {
            self.changes.extend(self.editor.remove_conditions(statement, &gone)?);
        }
        (!self.changes.is_empty()).then_some(())
    }

    fn condition(&mut self, statement: &Statement, condition: &Condition, fault: &Fault) -> Option<Becomes> {
        let changed = match fault {
            Fault::KeyMismatch { wanted } => self.rename(statement, condition, wanted),
            Fault::KeySwapped { belongs }
                if statement.conditions.iter().any(|other| is(other, belongs) && !self.is_swapped(other)) =>
            {
                let claim = split_key(&condition.key.text).1.to_owned();
                let value = self.presented(&claim)?;
                self.set_value(condition, condition.values.first()?, &value, Values::Instead)
            }
            Fault::KeySwapped { belongs } => self.rename(statement, condition, belongs),
            Fault::KeyUnsupported { .. } => return self.drop(statement, condition),
            Fault::Other => return self.limit(statement, condition),
            Fault::WildcardInEquals | Fault::Subject | Fault::Audience => {
                let value = self.presented(split_key(&condition.key.text).1)?;
                let wanted = nearest(condition, &value)?;
                // A pattern under an exact operator admits nobody: nobody is locked out when it goes.
                let dead = is_exact(&condition.operator) && is_pattern(&wanted.text);
                self.set_value(condition, wanted, &value, if dead { Values::Instead } else { self.values })
            }
        };
        changed.map(|()| Becomes::Changed)
    }

    fn is_swapped(&self, condition: &Condition) -> bool {
        let claim = split_key(&condition.key.text).1;
        self.presented(claim).is_some_and(|value| !condition.values.iter().any(|word| word.text == value))
    }

    fn presented(&self, claim: &str) -> Option<String> {
        match claim.to_ascii_lowercase().as_str() {
            "sub" => Some(self.caller.subject.clone()),
            "aud" => self.caller.audience.clone(),
            _ => None,
        }
    }

    /// The key mended, and its value too where it does not fit the caller under the right key.
    fn rename(&mut self, statement: &Statement, condition: &Condition, key: &str) -> Option<()> {
        let taken = statement.conditions.iter().any(|other| {
            is(other, key) && other.operator.span == condition.operator.span && !self.is_swapped(other)
        });
        if taken {
            return None;
        }
        self.changes.extend(self.editor.replace(condition.key.span, key));
        self.steps.push(format!("rename the key `{}` to `{key}`", condition.key.text));
        let value = self.presented(split_key(key).1)?;
        let exact = is_exact(&condition.operator);
        let fits = |word: &Word| word.text == value || (!exact && matches_as_pattern(&word.text, &value));
        if condition.values.iter().any(fits) {
            return Some(());
        }
        let wanted = nearest(condition, &value)?;
        self.set_value(condition, wanted, &value, self.values)
    }

    fn set_value(&mut self, condition: &Condition, old: &Word, value: &str, values: Values) -> Option<()> {
        let parsed = operator::parse(&condition.operator.text)?;
        if parsed.base.negated || (!is_exact(&condition.operator) && is_pattern(value)) {
            return None;
        }
        match values {
            Values::Instead => {
                self.changes.extend(self.editor.replace(old.span, value));
                self.steps.push(format!("write `{value}` in place of `{}`", old.text));
            }
            Values::Beside => {
                self.changes.extend(self.editor.add_value(condition, value)?);
                self.steps.push(format!("name `{value}` beside `{}`", old.text));
            }
        }
        Some(())
    }

    /// A restriction that can never hold goes; the exact subject takes its place where nothing else restricts.
    fn drop(&mut self, statement: &Statement, condition: &Condition) -> Option<Becomes> {
        let subject = format!("{}:sub", self.caller.provider);
        let restricted = statement.conditions.iter().any(|other| is(other, &subject));
        self.steps.push(format!("take the condition on `{}` out", condition.key.text));
        if restricted {
            return Some(Becomes::Gone);
        }
        if !is_exact(&condition.operator) {
            return None;
        }
        self.changes.extend(self.editor.replace(condition.key.span, &subject));
        for (at, word) in condition.values.iter().enumerate() {
            if at > 0 {
                return None;
            }
            self.changes.extend(self.editor.replace(word.span, &self.caller.subject));
        }
        self.steps.push(format!("restrict by `{subject}` in its place"));
        Some(Becomes::Changed)
    }

    /// A limit that somebody set and that this call does not keep within, of a statement that admits this subject alone:
    /// whoever else it admits would be let off too. It is widened by this call's own value; where there is none, it goes.
    fn limit(&mut self, statement: &Statement, condition: &Condition) -> Option<Becomes> {
        self.safety = Safety::Review;
        limits::admits_alone(statement, &self.caller.provider, &self.caller.subject).then_some(())?;
        let key = &condition.key.text;
        let beside = match limits::own_values(self.case, &self.caller.provider, condition) {
            Own::Values(values) => values,
            Own::Unclear => return None,
            Own::None => {
                let operator = &condition.operator.text;
                self.steps.push(format!("take out the limit that somebody set by `{operator}` on `{key}`"));
                return Some(Becomes::Gone);
            }
        };
        for value in beside {
            self.changes.extend(self.editor.add_value(condition, &value)?);
            self.steps.push(format!("name `{value}` beside what `{key}` is limited to"));
        }
        Some(Becomes::Changed)
    }

    fn new_statement(&mut self) -> Option<()> {
        let Caller { federated, provider, subject, audience } = &self.caller;
        let key = |claim: &str| quoted(&format!("{provider}:{claim}"));
        let audience = audience.as_deref().map(|audience| format!("{}: {}, ", key("aud"), quoted(audience)));
        let json = format!(
            r#"{{"Effect": "Allow", "Principal": {{"Federated": {}}}, "Action": {}, "Condition": {{"StringEquals": {{{}{}: {}}}}}}}"#,
            quoted(federated),
            quoted(ACTION),
            audience.unwrap_or_default(),
            key("sub"),
            quoted(subject)
        );
        self.changes.extend(self.editor.add_statement(&json)?);
        self.steps.push(format!("add a statement that admits `{subject}` of `{federated}`"));
        Some(())
    }
}

fn is(condition: &Condition, key: &str) -> bool {
    condition.key.text.eq_ignore_ascii_case(key)
}
