//! AssumeRole: the caller's policies and the role's trust policy must allow it (reference sts.md §4).

use rolecall_engine::authorize::{self, Decision, LayerKind, Reason, Verdict};
use rolecall_policy::context::Context;
use rolecall_state::entity::Role;
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::get_session_token::no_mfa;
use super::session_limits::SessionLimits;
use super::{issued, role_arn};
use crate::call::{Call, Changes, unchanged};
use crate::permission;
use crate::session::{self, Credentials, Session};
use crate::who::Actor;

/// Seconds where the request does not say, and the most that a chained session gets.
const DEFAULT: i64 = 3600;

/// AssumeRole.
///
/// # Errors
/// As STS.
pub fn run(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let assumed = assume(call)?;
    self::assumed(out, &assumed.role, &assumed.partition, call.text("RoleSessionName"));
    issued::write(out, &assumed.credentials);
    if let Some(percent) = assumed.packed {
        out.int("PackedPolicySize", percent);
    }
    out.text_if("SourceIdentity", assumed.source_identity.as_deref());
    Ok(unchanged())
}

/// A role that was assumed.
pub struct Assumed {
    /// The role.
    pub role: Shared<Role>,
    /// The partition of its ARN.
    pub partition: String,
    /// The session's credentials.
    pub credentials: Credentials,
    /// Share of the token that policies and tags take, in percent.
    packed: Option<i64>,
    source_identity: Option<String>,
}

/// Assumes the role that a call's parameters name, for its caller.
///
/// # Errors
/// As STS.
pub fn assume(call: &Call<'_>) -> Result<Assumed, Fault> {
    let asked = call.text("RoleArn");
    let arn = role_arn::read(asked)?;
    if matches!(call.who.actor, Actor::Root) {
        return Err(Fault::new(Code::AccessDenied, "Roles may not be assumed by root accounts."));
    }
    if !call.params.list("ProvidedContexts").is_empty() {
        // They are assertions of IAM Identity Center, which there is not (docs/differences.md).
        let sentence = "The context assertion that is in the request is not valid.";
        return Err(Fault::new(Code::InvalidContextAssertion, sentence));
    }
    let duration = call.number("DurationSeconds").unwrap_or(DEFAULT);
    if call.who.is_temporary() && duration > DEFAULT {
        return Err(validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    let tags = SessionTags::read(call)?;
    let account = call.view.account(&arn.account);
    let found = arn.role_name().and_then(|name| account?.roles.get(name));
    let role = found.filter(|role| role.arn(&arn.partition) == asked);
    let request = Question { call, arn: asked, role: role.as_ref(), tags: &tags };
    request.allowed("sts:AssumeRole")?;
    // Also for tags that the caller's session only hands on.
    if !tags.all.is_empty() {
        request.allowed("sts:TagSession")?;
    }
    let source_identity = request.source_identity()?;
    no_mfa(call)?;
    let Some(role) = role else { return Err(request.denied("sts:AssumeRole", NO_TRUST)) };
    if duration > i64::from(role.max_session_duration) {
        return Err(validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    let limits = SessionLimits::read(call.params, call.view, &role.account)?;
    let packed = limits.packed(&tags.all)?;
    let session_name = call.text("RoleSessionName").to_owned();
    let session = Session {
        account: role.account.clone(),
        issued: call.now.0,
        expires: call.now.0 + duration,
        actor: session::Actor::Role { role_id: role.id.clone(), session_name, web_identity: None },
        source_identity: source_identity.clone(),
        tags: tags.all,
        transitive: tags.transitive,
        policy: limits.policy,
        policy_arns: limits.policy_arns,
    };
    let credentials = issued::issue(call.desk, &session)?;
    call.desk.uses.assumed(&role, call.region, call.now);
    Ok(Assumed { role, partition: arn.partition, credentials, packed, source_identity })
}

/// Writes `AssumedRoleUser`. The role's path is no part of the session's ARN.
pub fn assumed(out: &mut Writer, role: &Role, partition: &str, session_name: &str) {
    out.structure("AssumedRoleUser", |out| {
        out.text("AssumedRoleId", &format!("{}:{session_name}", role.id));
        let (account, name) = (&role.account, &role.name);
        out.text("Arn", &format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session_name}"));
    });
}

/// A role that is not there answers as one whose trust policy allows nothing.
const NO_TRUST: Verdict =
    Verdict { decision: Decision::ImplicitDeny, reason: Reason::NotAllowed(LayerKind::Resource) };

fn validation(sentence: &'static str) -> Fault {
    Fault::new(Code::ValidationError, sentence)
}

/// The tags of the session that is asked for.
struct SessionTags {
    /// Those of the request.
    asked: Vec<(String, String)>,
    /// Those of the request and those that the caller's session hands on.
    all: Vec<(String, String)>,
    /// Keys that go on further.
    transitive: Vec<String>,
}

impl SessionTags {
    fn read(call: &Call<'_>) -> Result<Self, Fault> {
        let wrong = |sentence: &'static str| Err(Fault::new(Code::InvalidParameterValue, sentence));
        let Ok(tags) = call.tags() else {
            return wrong("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        };
        let asked: Vec<(String, String)> = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
        let has = |tags: &[(String, String)], key: &str| {
            tags.iter().any(|(have, _)| have.eq_ignore_ascii_case(key))
        };
        let mut transitive: Vec<String> =
            call.params.texts("TransitiveTagKeys").into_iter().map(str::to_owned).collect();
        if transitive.iter().any(|key| !has(&asked, key)) {
            return wrong("The specified transitive tag key must be included in the requested tags.");
        }
        let mut all = asked.clone();
        if let Some(session) = &call.who.session {
            let inherited = session.tags.iter().filter(|(key, _)| {
                session.transitive.iter().any(|transitive| transitive.eq_ignore_ascii_case(key))
            });
            for (key, value) in inherited {
                if has(&asked, key) {
                    return wrong(
                        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
                    );
                }
                all.push((key.clone(), value.clone()));
                transitive.push(key.clone());
            }
        }
        Ok(Self { asked, all, transitive })
    }
}

/// What is asked of policies.
struct Question<'c> {
    call: &'c Call<'c>,
    arn: &'c str,
    role: Option<&'c Shared<Role>>,
    tags: &'c SessionTags,
}

impl Question<'_> {
    fn allowed(&self, action: &str) -> Result<(), Fault> {
        let call = self.call;
        let trust = self.role.map(|role| role.trust_policy.as_str());
        let layers = call.desk.compiled.layers_and_trust(call.who, call.view, trust);
        let caller = call.who.caller();
        let context = self.context();
        let question = authorize::Call {
            caller: &caller,
            action,
            resource: self.arn,
            resource_account: None,
            context: &context,
        };
        let verdict = authorize::verdict(&layers, &question);
        match verdict.decision {
            Decision::Allowed => Ok(()),
            _ => Err(self.denied(action, verdict)),
        }
    }

    /// The refusal. Across accounts AWS does not say which side refused.
    fn denied(&self, action: &str, verdict: Verdict) -> Fault {
        let own = self.arn.split(':').nth(4) == Some(self.call.account_id());
        let reason = if own { verdict.reason } else { Reason::AllAllow };
        let caller = self.call.who.arn();
        let fault = permission::denied(&caller, action, self.arn, Verdict { reason, ..verdict });
        // On a role, the policy on the resource is called by its own name.
        Fault::new(fault.code, fault.message.replace("resource-based policy", "role trust policy"))
    }

    /// The source identity of the session: the caller's, which cannot be changed, else the one asked for.
    fn source_identity(&self) -> Result<Option<String>, Fault> {
        let carried = self.call.who.session.as_ref().and_then(|session| session.source_identity.clone());
        let asked = self.call.params.get("SourceIdentity");
        if carried.is_none() && asked.is_none() {
            return Ok(None);
        }
        self.allowed("sts:SetSourceIdentity")?;
        match (carried, asked) {
            (Some(carried), Some(asked)) if carried != asked => {
                Err(self.denied("sts:SetSourceIdentity", NO_TRUST))
            }
            (Some(carried), _) => Ok(Some(carried)),
            (None, asked) => Ok(asked.map(str::to_owned)),
        }
    }

    fn context(&self) -> Context {
        let call = self.call;
        let mut context = Context::new();
        call.who.keys(&mut context);
        call.origin.keys(call.now, call.region, &mut context);
        let parameters = [
            ("ExternalId", "sts:ExternalId"),
            ("RoleSessionName", "sts:RoleSessionName"),
            ("SourceIdentity", "sts:SourceIdentity"),
        ];
        for (parameter, key) in parameters {
            if let Some(value) = call.params.get(parameter) {
                context.set(key, [value.to_owned()]);
            }
        }
        for (key, value) in &self.tags.asked {
            context.set(&format!("aws:RequestTag/{key}"), [value.clone()]);
        }
        if !self.tags.asked.is_empty() {
            context.set_multivalued("aws:TagKeys", self.tags.asked.iter().map(|(key, _)| key.clone()));
        }
        if !self.tags.transitive.is_empty() {
            context.set_multivalued("sts:TransitiveTagKeys", self.tags.transitive.iter().cloned());
        }
        if let Some(role) = self.role {
            context.set("aws:ResourceAccount", [role.account.clone()]);
            for tag in &role.tags {
                context.set(&format!("aws:ResourceTag/{}", tag.key), [tag.value.clone()]);
                context.set(&format!("iam:ResourceTag/{}", tag.key), [tag.value.clone()]);
            }
        }
        context
    }
}
