//! The simulated request, from flags and files.

use std::path::Path;

use rolecall_engine::authorize::{Call, Caller};
use rolecall_engine::context::{self, Source, caller_keys};
use rolecall_engine::token::jwt;
use rolecall_engine::world::{Given, Request, Token};
use rolecall_model::arn::Arn;
use rolecall_model::instant::Instant;
use rolecall_model::json::{self, Kind, Node};
use rolecall_model::provider_url::{is_built_in, provider_name};
use rolecall_policy::context::Context;

use super::flags::Arguments;
use super::policy_file::PolicyFiles;
use crate::commands::Failure;
use crate::input;

/// The action of a web identity unless another is asked for.
const EXCHANGE: &str = "sts:AssumeRoleWithWebIdentity";

/// A request made ready.
pub struct Prepared {
    /// Who calls.
    pub caller: Caller,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    resource_account: Option<String>,
    context: Context,
}

impl Prepared {
    /// Makes the request that the flags describe.
    ///
    /// # Errors
    /// Fails where a flag does not say what it should, or a file cannot be read.
    pub fn from_flags(arguments: &Arguments, files: &PolicyFiles) -> Result<Prepared, Failure> {
        let role_arn = files.resource.as_ref().and_then(|file| file.role_arn.clone());
        let resource = arguments.resource.clone().or_else(|| role_arn.clone()).unwrap_or_else(|| "*".into());
        let now = arguments.now.as_deref().map(instant).transpose()?;
        let given = given_keys(arguments)?;
        let (caller, mut context) = match &arguments.token {
            Some(token) => web_identity(token, arguments, &resource, now)?,
            None => {
                let caller = caller(arguments.principal.as_deref().unwrap_or_default())?;
                let context = caller_keys(&caller, now);
                (caller, context)
            }
        };
        for (key, values) in given {
            let many = arguments.multivalued.iter().any(|known| known.eq_ignore_ascii_case(&key));
            if many { context.set_multivalued(&key, values) } else { context.set(&key, values) }
        }
        Ok(Prepared {
            caller,
            action: arguments.action.clone().unwrap_or_else(|| EXCHANGE.into()),
            resource,
            resource_account: arguments.resource_account.clone(),
            context,
        })
    }

    /// The call.
    pub fn call(&self) -> Call<'_> {
        Call {
            caller: &self.caller,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: &self.context,
        }
    }
}

/// The provider in the role's account, and every key that the claims give.
fn web_identity(
    path: &Path,
    arguments: &Arguments,
    role_arn: &str,
    now: Option<Instant>,
) -> Result<(Caller, Context), Failure> {
    let claims = claims(path)?;
    let name = path.display();
    let issuer = claims.get("iss").and_then(Node::as_str).and_then(provider_name).ok_or_else(|| {
        unknown(
            format!("the token in `{name}` has no `iss` that is an https URL"),
            "give a token of an OIDC issuer",
        )
    })?;
    let role = Arn::parse(role_arn);
    let provider = match &role {
        _ if is_built_in(issuer) => issuer.to_owned(),
        Some(role) => format!("arn:{}:iam::{}:oidc-provider/{issuer}", role.partition, role.account),
        None => {
            return Err(unknown(
                "the role's account is not known, and providers are looked for in it".into(),
                "give --resource with the role's ARN, or --trust with the output of aws iam get-role",
            ));
        }
    };
    let request = Request {
        role_arn: Given::Known(role_arn),
        session_name: arguments.session_name.as_deref().map_or(Given::Unread, Given::Known),
        duration: Given::Absent,
        token: Token::Decoded { claims: &claims, header: None, whole: true },
        policy: None,
        source_ip: None,
        region: None,
        context: &[],
    };
    let keys = context::keys(&Source {
        provider: issuer,
        claims: &claims,
        whole: true,
        request: &request,
        role: None,
        now,
    });
    Ok((Caller::federated(&provider), keys))
}

fn claims(path: &Path) -> Result<Node, Failure> {
    let text = input::text(path)?;
    let name = path.display();
    let no_token = || {
        unknown(
            format!("`{name}` holds neither a token nor its claims"),
            "give the token itself, or its claims as a JSON object",
        )
    };
    if text.trim_start().starts_with('{') {
        return json::parse(&text).root.filter(|root| !root.members().is_empty()).ok_or_else(no_token);
    }
    jwt::parse(text.trim()).map(|jwt| jwt.claims).map_err(|_| no_token())
}

fn caller(text: &str) -> Result<Caller, Failure> {
    let is_provider =
        text.contains(":oidc-provider/") || text.contains(":saml-provider/") || is_built_in(text);
    match text {
        "*" => Ok(Caller::nobody()),
        _ if is_provider => Ok(Caller::federated(text)),
        _ if Arn::parse(text).is_some() || rolecall_model::arn::is_account(text) => {
            Ok(Caller::from_arn(text, None))
        }
        _ if text.contains(".amazonaws.com") => Ok(Caller::service(text)),
        _ => Err(unknown(
            format!("`{text}` is no principal"),
            "give an ARN, a twelve-digit account, a service such as ec2.amazonaws.com, or *",
        )),
    }
}

/// What `--context` and `--context-file` give, in order.
fn given_keys(arguments: &Arguments) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    if let Some(path) = &arguments.context_file {
        let parsed =
            json::parse(&input::text(path)?).root.filter(|root| matches!(root.kind, Kind::Object(_)));
        let root = parsed.ok_or_else(|| {
            unknown(
                format!("`{}` is no JSON object", path.display()),
                r#"give {"aws:SourceIp": "203.0.113.7"}"#,
            )
        })?;
        for member in root.members() {
            let values = member.value.one_or_many().iter().filter_map(Node::scalar).map(str::to_owned);
            keys.push((member.key.clone(), values.collect()));
        }
    }
    for pair in &arguments.context {
        let (key, value) = pair.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| {
            unknown(
                format!("`{pair}` is no condition key with a value"),
                "write --context aws:SourceIp=203.0.113.7",
            )
        })?;
        match keys.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some((_, values)) => values.push(value.to_owned()),
            None => keys.push((key.to_owned(), vec![value.to_owned()])),
        }
    }
    Ok(keys)
}

fn instant(text: &str) -> Result<Instant, Failure> {
    Instant::parse(text)
        .ok_or_else(|| unknown(format!("`{text}` is no instant"), "write it as 2026-01-31T12:00:00Z"))
}

fn unknown(fact: String, remedy: &str) -> Failure {
    Failure::Unknown { fact, remedy: remedy.into() }
}
