//! A record as JSON, both ways.

use super::fields::string;
use super::{Fields, Identity, Record, Resource, SessionContext, SessionIssuer, TlsDetails};
use rolecall_model::instant::Instant;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;

/// Writes a record at the end of `out`, members in CloudTrail's order.
pub(super) fn write(record: &Record, out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    object.text("eventVersion", &record.event_version);
    object.nested("userIdentity", |out| identity(&record.user_identity, out));
    object.instant("eventTime", record.event_time);
    object.text("eventSource", &record.event_source);
    object.text("eventName", &record.event_name);
    object.text("awsRegion", &record.aws_region);
    object.text("sourceIPAddress", &record.source_ip_address);
    object.text("userAgent", &record.user_agent);
    object.text_if("errorCode", record.error_code.as_deref());
    object.text_if("errorMessage", record.error_message.as_deref());
    object.fields_or_null("requestParameters", record.request_parameters.as_ref());
    object.fields_or_null("responseElements", record.response_elements.as_ref());
    if let Some(additional) = &record.additional_event_data {
        object.nested("additionalEventData", |out| additional.write(out));
    }
    object.text("requestID", &record.request_id);
    object.text("eventID", &record.event_id);
    object.flag("readOnly", record.read_only);
    if !record.resources.is_empty() {
        object.nested("resources", |out| resources(&record.resources, out));
    }
    object.text("eventType", &record.event_type);
    object.flag("managementEvent", record.management_event);
    object.text("recipientAccountId", &record.recipient_account_id);
    object.text_if("sharedEventID", record.shared_event_id.as_deref());
    object.text_if("vpcEndpointId", record.vpc_endpoint_id.as_deref());
    object.text("eventCategory", &record.event_category);
    if let Some(details) = &record.tls_details {
        object.nested("tlsDetails", |out| tls_details(details, out));
    }
    object.end();
}

fn identity(identity: &Identity, out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    object.text("type", &identity.kind);
    object.text_if("principalId", identity.principal_id.as_deref());
    object.text_if("arn", identity.arn.as_deref());
    object.text_if("accountId", identity.account_id.as_deref());
    object.text_if("accessKeyId", identity.access_key_id.as_deref());
    object.text_if("userName", identity.user_name.as_deref());
    object.text_if("identityProvider", identity.identity_provider.as_deref());
    if let Some(context) = &identity.session_context {
        object.nested("sessionContext", |out| session_context(context, out));
    }
    object.text_if("invokedBy", identity.invoked_by.as_deref());
    object.end();
}

fn session_context(context: &SessionContext, out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    if let Some(issuer) = &context.session_issuer {
        object.nested("sessionIssuer", |out| session_issuer(issuer, out));
    }
    if let Some(data) = &context.web_id_federation_data {
        object.nested("webIdFederationData", |out| {
            let mut object = Object::begin(out);
            if let Some(provider) = &data.federated_provider {
                object.text("federatedProvider", provider);
                object.nested("attributes", |out| map(&data.attributes, out));
            }
            object.end();
        });
    }
    object.nested("attributes", |out| map(&context.attributes, out));
    object.text_if("sourceIdentity", context.source_identity.as_deref());
    object.end();
}

fn session_issuer(issuer: &SessionIssuer, out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    object.text_if("type", issuer.kind.as_deref());
    object.text_if("principalId", issuer.principal_id.as_deref());
    object.text_if("arn", issuer.arn.as_deref());
    object.text_if("accountId", issuer.account_id.as_deref());
    object.text_if("userName", issuer.user_name.as_deref());
    object.end();
}

fn resources(resources: &[Resource], out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, resource) in resources.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let mut object = Object::begin(out);
        object.text_if("accountId", resource.account_id.as_deref());
        object.text_if("type", resource.kind.as_deref());
        object.text_if("ARN", resource.arn.as_deref());
        object.end();
    }
    out.push(b']');
}

fn tls_details(details: &TlsDetails, out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    object.text_if("tlsVersion", details.tls_version.as_deref());
    object.text_if("cipherSuite", details.cipher_suite.as_deref());
    object.text_if("clientProvidedHostHeader", details.client_provided_host_header.as_deref());
    object.end();
}

fn map(members: &BTreeMap<String, String>, out: &mut Vec<u8>) {
    let mut object = Object::begin(out);
    for (name, value) in members {
        object.text(name, value);
    }
    object.end();
}

/// A JSON object being written.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl<'a> Object<'a> {
    fn begin(out: &'a mut Vec<u8>) -> Object<'a> {
        out.push(b'{');
        Object { out, empty: true }
    }

    fn name(&mut self, name: &str) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        string(self.out, name);
        self.out.push(b':');
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        string(self.out, value);
    }

    fn text_if(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.name(name);
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn instant(&mut self, name: &str, value: Instant) {
        self.name(name);
        // Writing into a vector cannot fail.
        let _ = write!(self.out, "\"{value}\"");
    }

    fn fields_or_null(&mut self, name: &str, value: Option<&Fields>) {
        self.name(name);
        match value {
            Some(fields) => fields.write(self.out),
            None => self.out.extend_from_slice(b"null"),
        }
    }

    fn nested(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.name(name);
        write(self.out);
    }

    fn end(self) {
        self.out.push(b'}');
    }
}

/// Reads `2026-03-01T12:00:00Z`.
pub(super) fn instant<'de, D: Deserializer<'de>>(input: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(input)?;
    Instant::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no instant")))
}

/// Reads a truth value that some exports write as a text.
pub(super) fn flag<'de, D: Deserializer<'de>>(input: D) -> Result<bool, D::Error> {
    match Value::deserialize(input)? {
        Value::Bool(value) => Ok(value),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        Value::Null => Ok(false),
        other => Err(serde::de::Error::custom(format!("`{other}` is neither true nor false"))),
    }
}

/// Reads null as the empty value.
pub(super) fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    input: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(input).map(Option::unwrap_or_default)
}
