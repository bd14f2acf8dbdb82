//! The account of a simulation, in plain values: `rolecall.simulation/v1` (docs/simulation.schema.json), and what people are shown.

use rolecall_engine::authorize::{LayerKind, LayerTrace, Reason};
use rolecall_policy::document::{Condition, Effect, Statement};
use rolecall_policy::trace::{ConditionTrace, Note, Outcome, Presence, StatementTrace, Tri};
use serde::Serialize;

use super::Simulation;
use super::policy_file::PolicyFile;

/// A decision and everything that bears on it.
#[derive(Serialize)]
pub struct Account<'a> {
    /// Name and version of this form.
    pub schema: &'static str,
    /// `allowed`, `implicitDeny`, `explicitDeny` or `undetermined`.
    pub decision: &'static str,
    /// Why, as a sentence without a full stop.
    pub reason: String,
    /// Who calls.
    pub principal: &'a str,
    /// The action.
    pub action: &'a str,
    /// The resource.
    pub resource: &'a str,
    /// Every layer that exists for this call.
    pub layers: Vec<Layer<'a>>,
}

/// One layer, or one level of it.
#[derive(Serialize)]
pub struct Layer<'a> {
    /// Its name.
    pub layer: &'static str,
    /// Level of SCPs and RCPs, 0 at the root.
    pub level: usize,
    /// `allow`, `deny`, `noMatch` or `undetermined`.
    pub outcome: &'static str,
    /// Whether the call needs its Allow.
    pub must_allow: bool,
    /// Statement by statement.
    pub statements: Vec<StatementAccount<'a>>,
}

/// How a statement met the request.
#[derive(Serialize)]
pub struct StatementAccount<'a> {
    /// The file.
    pub document: &'a str,
    /// JSON pointer into it.
    pub pointer: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// `Sid`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<&'a str>,
    /// `Allow`, `Deny`, or `illegible`.
    pub effect: &'static str,
    /// Whether it applies: `yes`, `no` or `unknown`, as in all that follow.
    pub applies: &'static str,
    /// Whether the principal fits.
    pub principal: &'static str,
    /// Whether the action fits.
    pub action: &'static str,
    /// Whether the resource fits.
    pub resource: &'static str,
    /// Condition by condition.
    pub conditions: Vec<ConditionAccount<'a>>,
}

/// How a condition met the request.
#[derive(Serialize)]
pub struct ConditionAccount<'a> {
    /// The operator as written.
    pub operator: &'a str,
    /// The key as written.
    pub key: &'a str,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// Whether it holds.
    pub holds: &'static str,
    /// The policy's values.
    pub wanted: Vec<&'a str>,
    /// Whether the request has the key: `present`, `absent` or `unknown`.
    pub presence: &'static str,
    /// The request's values.
    pub actual: &'a [String],
    /// What is worth knowing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

impl<'a> Account<'a> {
    /// The account of a simulation.
    pub fn of(simulation: &Simulation<'a>) -> Account<'a> {
        let request = simulation.request;
        let layers = &simulation.examination.layers;
        Account {
            schema: "rolecall.simulation/v1",
            decision: simulation.examination.decision.name(),
            reason: reason(simulation.examination.reason, &request.action),
            principal: request.caller.names.first().map_or("*", String::as_str),
            action: &request.action,
            resource: &request.resource,
            layers: layers.iter().map(|trace| layer(simulation, trace)).collect(),
        }
    }
}

/// The policy on a role is its trust policy.
fn layer_name(kind: LayerKind, action: &str) -> &'static str {
    match kind {
        LayerKind::Resource if action.to_ascii_lowercase().starts_with("sts:assumerole") => "trust policy",
        _ => kind.name(),
    }
}

fn reason(reason: Reason, action: &str) -> String {
    match reason {
        Reason::AllAllow => "every layer that must allow it does, and none denies".into(),
        Reason::NeedsNoPermission => "the action needs no permission".into(),
        Reason::Denied(kind) => format!("a statement of the {} denies it", layer_name(kind, action)),
        Reason::NotAllowed(kind) => {
            format!("no statement of the {} allows it, and its Allow is needed", layer_name(kind, action))
        }
        Reason::ActionOfAnotherProvider => {
            "the identity's kind of provider does not work with this action".into()
        }
        Reason::ProviderOfAnotherAccount => "the provider is not in the role's account".into(),
        Reason::Untold(kind) => {
            format!("what the {} says rests on something that is not known", layer_name(kind, action))
        }
    }
}

fn layer<'a>(simulation: &Simulation<'a>, trace: &'a LayerTrace) -> Layer<'a> {
    let statement = |met: &'a StatementTrace| {
        let file = simulation.files.get(trace.kind, trace.level, met.policy)?;
        Some(statement(file, file.policy.statements.get(met.statement)?, met))
    };
    Layer {
        layer: layer_name(trace.kind, &simulation.request.action),
        level: trace.level,
        outcome: match trace.outcome {
            Outcome::Allow => "allow",
            Outcome::Deny => "deny",
            Outcome::NoMatch => "noMatch",
            Outcome::Undetermined => "undetermined",
        },
        must_allow: trace.must_allow,
        statements: trace.trace.statements.iter().filter_map(statement).collect(),
    }
}

fn statement<'a>(
    file: &'a PolicyFile,
    statement: &'a Statement,
    met: &'a StatementTrace,
) -> StatementAccount<'a> {
    let at = file.document.position(statement.span.start);
    let condition =
        |trace: &'a ConditionTrace| Some(condition(file, statement.conditions.get(trace.condition)?, trace));
    StatementAccount {
        document: &file.document.name,
        pointer: file.document.pointer(statement.span),
        line: at.line,
        column: at.column,
        sid: statement.sid.as_ref().map(|sid| sid.text.as_str()),
        effect: match met.effect {
            Some(Effect::Allow) => "Allow",
            Some(Effect::Deny) => "Deny",
            None => "illegible",
        },
        applies: tri(met.applies),
        principal: tri(met.principal),
        action: tri(met.action),
        resource: tri(met.resource),
        conditions: met.conditions.iter().filter_map(condition).collect(),
    }
}

fn condition<'a>(
    file: &'a PolicyFile,
    condition: &'a Condition,
    met: &'a ConditionTrace,
) -> ConditionAccount<'a> {
    let at = file.document.position(condition.span.start);
    ConditionAccount {
        operator: &condition.operator.text,
        key: &condition.key.text,
        line: at.line,
        column: at.column,
        holds: tri(met.holds),
        wanted: condition.values.iter().map(|value| value.text.as_str()).collect(),
        presence: match met.presence {
            Presence::Present => "present",
            Presence::Absent => "absent",
            Presence::Unknown => "unknown",
        },
        actual: &met.actual,
        note: met.note.map(note),
    }
}

fn tri(tri: Tri) -> &'static str {
    match tri {
        Tri::Yes => "yes",
        Tri::No => "no",
        Tri::Unknown => "unknown",
    }
}

fn note(note: Note) -> &'static str {
    match note {
        Note::KeyAbsent => "the request does not have the key",
        Note::WildcardUnderExact => "a wildcard stands under an operator that takes it literally",
        Note::WrongType => "a value is not of the operator's type",
        Note::UnknownOperator => "the operator is not known to IAM",
        Note::PlainOnMultivalued => {
            "the key has many values and the operator has no ForAllValues or ForAnyValue"
        }
        Note::UnresolvedVariable => "a policy variable has neither value nor default",
    }
}
