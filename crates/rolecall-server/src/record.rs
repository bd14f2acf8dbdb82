//! Audit records of calls, shaped as CloudTrail's (reference cloudtrail.md); no secret and no session token is in them.

use std::borrow::Cow;

use rolecall_trail::record::{Call as RecordCall, Fields, Identity, Record, TlsDetails, WebIdentity};
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::operation::{Member, Operation, Shape, lower_camel};
use rolecall_wire::query::{Params, View};
use rolecall_wire::service::Service;

use crate::origin::Origin;
use crate::sts::assume_role_with_web_identity::{Exchange, Issued, Refused};
use rolecall_model::instant::Instant;

/// What stands in place of a sensitive value.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// What every record of a call is made from.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The operation.
    pub operation: &'a Operation,
    /// When the call was answered.
    pub now: Instant,
    /// The region of the call.
    pub region: &'a str,
    /// Where it came from.
    pub origin: &'a Origin<'a>,
    /// The request id that the caller saw.
    pub request_id: &'a str,
    /// The record's own id.
    pub event_id: &'a str,
    /// The account whose trail it is; empty where none is known.
    pub account: &'a str,
}

impl Frame<'_> {
    fn record(&self, identity: Identity) -> Record {
        let address = self.origin.address.to_canonical().to_string();
        let service = self.operation.service;
        // Calls of IAM are recorded in us-east-1 (reference cloudtrail.md §1.1).
        let region = if service == Service::Iam { "us-east-1" } else { self.region };
        let call = RecordCall {
            time: self.now,
            source: service.event_source(),
            name: self.operation.name,
            region,
            address: &address,
            user_agent: self.origin.user_agent,
            request_id: self.request_id,
            event_id: self.event_id,
            account: self.account,
            read_only: self.operation.read_only,
        };
        let mut record = Record::new(&call, identity);
        record.tls_details = self.origin.tls.map(|tls| TlsDetails {
            tls_version: Some(tls.version.to_owned()),
            cipher_suite: Some(tls.suite.to_owned()),
            client_provided_host_header: Some(self.origin.host.to_owned()),
        });
        record
    }

    /// The record of a signed call, or of one whose signature did not pass.
    #[must_use]
    pub fn signed(&self, identity: Identity, params: &Params<'_>, fault: Option<&Fault>) -> Record {
        let mut record = self.record(identity);
        let fields = parameters(self.operation.members, params.view());
        // Reading calls without parameters are recorded with null (reference cloudtrail.md §4.1, GetCallerIdentity).
        if !fields.is_empty() {
            record = record.parameters(fields);
        }
        match fault {
            Some(fault) => record.refused(&recorded_code(self.operation.service, fault.code), &fault.message),
            None => record,
        }
    }

    /// The record of an exchange.
    #[must_use]
    pub fn exchange(&self, exchange: &Exchange, params: &Params<'_>) -> Record {
        let mut record = self.record(identity(exchange));
        record = record.parameters(exchange_parameters(exchange, params));
        if let Some(role) = &exchange.role {
            record =
                record.resource(&role.account, "AWS::IAM::Role", params.get("RoleArn").unwrap_or_default());
        }
        if let Some(method) = exchange.keys.as_ref().and_then(|keys| keys.method.name()) {
            let fields = Fields::new().text("identityProviderConnectionVerificationMethod", method);
            record = record.additional(fields);
        }
        match &exchange.outcome {
            Ok(issued) => record.response(exchange_response(exchange, issued, params)),
            Err(refused) => record.refused(
                refused.fault.code.name(Service::Sts),
                // CloudTrail never shows the sentence of the 403 (reference cloudtrail.md §3.1).
                if refused.fault.code == Code::AccessDenied {
                    "An unknown error occurred"
                } else {
                    &refused.fault.message
                },
            ),
        }
    }
}

/// Errors of IAM's own, which CloudTrail records under the names of their shapes: `NoSuchEntityException` where the wire has
/// `NoSuchEntity` (recorded). Those that all services share keep their names.
const IAM_SHAPES: [Code; 19] = [
    Code::ConcurrentModification,
    Code::DeleteConflict,
    Code::EntityAlreadyExists,
    Code::EntityTemporarilyUnmodifiable,
    Code::FeatureDisabled,
    Code::FeatureEnabled,
    Code::InvalidInput,
    Code::LimitExceeded,
    Code::MalformedPolicyDocument,
    Code::NoSuchEntity,
    Code::NotSupportedService,
    Code::OpenIdIdpCommunicationError,
    Code::PasswordPolicyViolation,
    Code::PolicyEvaluation,
    Code::PolicyNotAttachable,
    Code::ReportExpired,
    Code::ReportInProgress,
    Code::ServiceFailure,
    Code::UnmodifiableEntity,
];

fn recorded_code(service: Service, code: Code) -> Cow<'static, str> {
    let name = code.name(service);
    match service == Service::Iam && IAM_SHAPES.contains(&code) {
        true => format!("{name}Exception").into(),
        false => name.into(),
    }
}

/// The web identity as far as it was verified; a token that nobody vouches for names nobody.
fn identity(exchange: &Exchange) -> Identity {
    if let Ok(issued) = &exchange.outcome {
        return Identity::web_identity(&WebIdentity {
            provider: &issued.grant.provider,
            audience: &issued.grant.audience,
            subject: &issued.grant.subject,
        });
    }
    let text = |name: &str| exchange.claims.as_ref()?.get(name)?.as_str();
    let verified = matches!(&exchange.outcome, Err(refused) if refused.after_signature());
    let (Some(provider), Some(claims), true) = (provider(exchange), &exchange.claims, verified) else {
        return Identity::unknown();
    };
    use rolecall_engine::token::claims::{Audience, audience};
    let audience = match audience(claims) {
        Audience::AuthorizedParty(text) | Audience::Single(text) => text,
        Audience::Several | Audience::Missing => "",
    };
    Identity::web_identity(&WebIdentity {
        provider: &provider,
        audience,
        subject: text("sub").unwrap_or_default(),
    })
}

fn provider(exchange: &Exchange) -> Option<String> {
    let issuer = exchange.claims.as_ref()?.get("iss")?.as_str()?;
    match &exchange.provider {
        Some(provider) => Some(provider.arn(&exchange.arn.as_ref()?.partition)),
        None => rolecall_model::provider_url::provider_name(issuer).map(str::to_owned),
    }
}

fn exchange_parameters(exchange: &Exchange, params: &Params<'_>) -> Fields {
    let mut fields = Fields::new()
        .text_if("roleArn", params.get("RoleArn"))
        .text_if("roleSessionName", params.get("RoleSessionName"));
    if let Ok(issued) = &exchange.outcome {
        fields = fields.text_if("sourceIdentity", issued.grant.source_identity.as_deref());
    }
    if let Some(seconds) = params.get("DurationSeconds").and_then(|text| text.parse().ok()) {
        fields = fields.number("durationSeconds", seconds);
    }
    fields = fields.text_if("policy", params.get("Policy"));
    let arns = params.list("PolicyArns");
    if !arns.is_empty() {
        let arns: Vec<Fields> =
            arns.iter().map(|view| Fields::new().text_if("arn", view.get("arn"))).collect();
        fields = fields.objects("policyArns", &arns);
    }
    match &exchange.outcome {
        Ok(Issued { grant, .. }) => match &grant.tags {
            Some(tags) => {
                let pairs = tags.tags.iter().fold(Fields::new(), |all, (key, value)| all.text(key, value));
                let fields = fields.object("principalTags", &pairs);
                match tags.transitive.is_empty() {
                    true => fields,
                    false => fields.texts("transitiveTagKeys", tags.transitive.iter().map(String::as_str)),
                }
            }
            None => fields,
        },
        Err(Refused { .. }) => fields,
    }
}

fn exchange_response(exchange: &Exchange, issued: &Issued, params: &Params<'_>) -> Fields {
    let grant = &issued.grant;
    let credentials = Fields::new()
        .text("accessKeyId", &issued.credentials.access_key_id)
        .text("expiration", &us_date(Instant(issued.credentials.expires)));
    let mut fields = Fields::new()
        .object("credentials", &credentials)
        .text("subjectFromWebIdentityToken", &grant.subject)
        .text_if("sourceIdentity", grant.source_identity.as_deref());
    if let Some(role) = &exchange.role {
        let session = params.get("RoleSessionName").unwrap_or_default();
        let partition = exchange.arn.as_ref().map_or("aws", |arn| arn.partition.as_str());
        let arn = format!("arn:{partition}:sts::{}:assumed-role/{}/{session}", role.account, role.name);
        let user = Fields::new().text("assumedRoleId", &format!("{}:{session}", role.id)).text("arn", &arn);
        fields = fields.object("assumedRoleUser", &user);
    }
    fields.text("provider", &grant.provider).text("audience", &grant.audience)
}

/// `Mar 1, 2026, 1:00:00 PM`, as CloudTrail writes the end of credentials.
#[must_use]
pub fn us_date(instant: Instant) -> String {
    match jiff::Timestamp::from_second(instant.0) {
        Ok(stamp) => stamp.strftime("%b %-d, %Y, %-I:%M:%S %p").to_string(),
        Err(_) => instant.to_string(),
    }
}

/// Parameters as records spell them: names in lower camel case, lists as arrays, sensitive values hidden.
fn parameters(members: &[Member], view: View<'_>) -> Fields {
    members.iter().fold(Fields::new(), |fields, member| match view.has(member.name) {
        true => add(fields, member, view),
        false => fields,
    })
}

fn add(fields: Fields, member: &Member, view: View<'_>) -> Fields {
    let name = lower_camel(member.name);
    if member.sensitive {
        return fields.text(&name, HIDDEN);
    }
    let text = view.get(member.name).unwrap_or_default();
    match &member.shape {
        Shape::List { of: Shape::Structure(members), .. } => {
            let items: Vec<Fields> =
                view.list(member.name).into_iter().map(|item| parameters(members, item)).collect();
            fields.objects(&name, &items)
        }
        Shape::List { .. } => fields.texts(&name, view.texts(member.name)),
        Shape::Structure(members) => match view.structure(member.name) {
            Some(inside) => fields.object(&name, &parameters(members, inside)),
            None => fields,
        },
        Shape::Integer { .. } => match text.parse() {
            Ok(number) => fields.number(&name, number),
            Err(_) => fields.text(&name, text),
        },
        Shape::Boolean => fields.flag(&name, text.eq_ignore_ascii_case("true")),
        _ => fields.text(&name, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_as_cloudtrail_has_them() {
        let table = [
            (Service::Iam, Code::NoSuchEntity, "NoSuchEntityException"),
            (Service::Iam, Code::AccessDenied, "AccessDenied"),
            (Service::Iam, Code::SignatureDoesNotMatch, "SignatureDoesNotMatch"),
            (Service::Sts, Code::MalformedPolicyDocument, "MalformedPolicyDocument"),
        ];
        for (service, code, recorded) in table {
            assert_eq!(recorded_code(service, code), recorded);
        }
    }

    #[test]
    fn dates_as_cloudtrail_writes_them() {
        assert_eq!(us_date(Instant(1_772_370_000)), "Mar 1, 2026, 1:00:00 PM");
        assert_eq!(us_date(Instant(1_772_324_705)), "Mar 1, 2026, 12:25:05 AM");
    }

    #[test]
    fn parameters_of_a_call() {
        let operation = rolecall_wire::operation::find(Service::Iam, "CreateRole").unwrap();
        let query = "Action=CreateRole&RoleName=x&MaxSessionDuration=7200&Tags.member.1.Key=a&Tags.member.1.Value=b&Other=1";
        let params = Params::read(query, b"").unwrap();
        let fields = parameters(operation.members, params.view()).value();
        assert_eq!(fields["roleName"], "x");
        assert_eq!(fields["maxSessionDuration"], 7200);
        assert_eq!(fields["tags"][0]["key"], "a");
        assert!(fields.get("other").is_none());
        let operation = rolecall_wire::operation::find(Service::Iam, "CreateLoginProfile").unwrap();
        let params = Params::read("UserName=x&Password=hunter2", b"").unwrap();
        let fields = parameters(operation.members, params.view()).value();
        assert_eq!(fields["password"], HIDDEN);
    }
}
