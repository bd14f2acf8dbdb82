//! One CloudTrail record (reference cloudtrail.md §2–§4).

mod fields;
mod identity;
mod json;

pub use fields::Fields;
pub use identity::{
    AssumedRole, FederatedUser, IamUser, Identity, SessionContext, SessionIssuer, WebIdFederationData,
    WebIdentity,
};

use rolecall_model::instant::Instant;
use serde::Deserialize;
use std::borrow::Cow;

/// The version of the records made here (reference cloudtrail.md §2.1).
pub const EVENT_VERSION: &str = "1.11";
/// userAgent, errorCode and errorMessage end here, in bytes.
pub const TEXT_LIMIT: usize = 1024;
/// requestParameters and responseElements end here, in bytes.
pub const PARAMETERS_LIMIT: usize = 100 * 1024;
/// additionalEventData ends here, in bytes.
pub const ADDITIONAL_LIMIT: usize = 28 * 1024;

/// The end of every event source of AWS.
const AWS_SOURCE: &str = ".amazonaws.com";
/// Refusals of tokens, which no trail of AWS has.
const UNTRUSTED: [&str; 5] = [
    "ExpiredTokenException",
    "ExpiredToken",
    "InvalidIdentityToken",
    "IDPCommunicationError",
    "IDPRejectedClaim",
];

/// One record, in the order in which CloudTrail writes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// [`EVENT_VERSION`] for records made here.
    #[serde(default)]
    pub event_version: Cow<'static, str>,
    /// Who called.
    pub user_identity: Identity,
    /// When the call was answered.
    #[serde(deserialize_with = "json::instant")]
    pub event_time: Instant,
    /// `sts.amazonaws.com`
    pub event_source: String,
    /// `AssumeRoleWithWebIdentity`
    pub event_name: String,
    /// Region of the endpoint.
    #[serde(default)]
    pub aws_region: String,
    /// Address or service name.
    #[serde(rename = "sourceIPAddress", default)]
    pub source_ip_address: String,
    /// User-Agent.
    #[serde(default)]
    pub user_agent: String,
    /// Absent on success.
    #[serde(default)]
    pub error_code: Option<String>,
    /// Absent on success.
    #[serde(default)]
    pub error_message: Option<String>,
    /// `None` is written as null.
    #[serde(default)]
    pub request_parameters: Option<Fields>,
    /// `None` is written as null.
    #[serde(default)]
    pub response_elements: Option<Fields>,
    /// Left out if `None`.
    #[serde(default)]
    pub additional_event_data: Option<Fields>,
    /// The `x-amzn-RequestId` the caller saw.
    #[serde(rename = "requestID", default)]
    pub request_id: String,
    /// UUID.
    #[serde(rename = "eventID", default)]
    pub event_id: String,
    /// Whether the call only reads.
    #[serde(default, deserialize_with = "json::flag")]
    pub read_only: bool,
    /// What the call concerned; left out if empty.
    #[serde(default, deserialize_with = "json::nullable")]
    pub resources: Vec<Resource>,
    /// `AwsApiCall`
    #[serde(default)]
    pub event_type: Cow<'static, str>,
    /// Whether it is a management event.
    #[serde(default, deserialize_with = "json::flag")]
    pub management_event: bool,
    /// The account whose trail this is.
    #[serde(default)]
    pub recipient_account_id: String,
    /// Shared by the copies of a cross-account call.
    #[serde(rename = "sharedEventID", default)]
    pub shared_event_id: Option<String>,
    /// The interface endpoint.
    #[serde(default)]
    pub vpc_endpoint_id: Option<String>,
    /// `Management`
    #[serde(default)]
    pub event_category: Cow<'static, str>,
    /// How the connection was protected; left out on plain HTTP.
    #[serde(default)]
    pub tls_details: Option<TlsDetails>,
}

/// A resource the call concerned.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// The account that owns it.
    #[serde(default)]
    pub account_id: Option<String>,
    /// `AWS::IAM::Role`
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// Its ARN.
    #[serde(rename = "ARN", default)]
    pub arn: Option<String>,
}

/// How the connection was protected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TlsDetails {
    /// `TLSv1.3`
    #[serde(default)]
    pub tls_version: Option<String>,
    /// `TLS_AES_128_GCM_SHA256`
    #[serde(default)]
    pub cipher_suite: Option<String>,
    /// The Host header.
    #[serde(default)]
    pub client_provided_host_header: Option<String>,
}

/// What every record of a call must say.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// When the call was answered.
    pub time: Instant,
    /// `sts.amazonaws.com`
    pub source: &'a str,
    /// `AssumeRoleWithWebIdentity`
    pub name: &'a str,
    /// Region of the endpoint.
    pub region: &'a str,
    /// The caller's address.
    pub address: &'a str,
    /// User-Agent; cut at [`TEXT_LIMIT`].
    pub user_agent: &'a str,
    /// The `x-amzn-RequestId` of the answer.
    pub request_id: &'a str,
    /// A UUID of this record.
    pub event_id: &'a str,
    /// The account whose trail this is.
    pub account: &'a str,
    /// Whether CloudTrail counts the call as reading (true for AssumeRole*, cloudtrail.md §3.3).
    pub read_only: bool,
}

impl Record {
    /// A record of a call that succeeded and has nothing more to say.
    #[must_use]
    pub fn new(call: &Call<'_>, identity: Identity) -> Record {
        Record {
            event_version: Cow::Borrowed(EVENT_VERSION),
            user_identity: identity,
            event_time: call.time,
            event_source: call.source.to_owned(),
            event_name: call.name.to_owned(),
            aws_region: call.region.to_owned(),
            source_ip_address: call.address.to_owned(),
            user_agent: clip(call.user_agent).to_owned(),
            error_code: None,
            error_message: None,
            request_parameters: None,
            response_elements: None,
            additional_event_data: None,
            request_id: call.request_id.to_owned(),
            event_id: call.event_id.to_owned(),
            read_only: call.read_only,
            resources: Vec::new(),
            event_type: Cow::Borrowed("AwsApiCall"),
            management_event: true,
            recipient_account_id: call.account.to_owned(),
            shared_event_id: None,
            vpc_endpoint_id: None,
            event_category: Cow::Borrowed("Management"),
            tls_details: None,
        }
    }

    /// The call was refused with this code and message, each cut at [`TEXT_LIMIT`]; no response elements.
    #[must_use]
    pub fn refused(mut self, code: &str, message: &str) -> Record {
        self.error_code = Some(clip(code).to_owned());
        self.error_message = Some(clip(message).to_owned());
        self.response_elements = None;
        self
    }

    /// The parameters of the request; members beyond [`PARAMETERS_LIMIT`] are left out.
    #[must_use]
    pub fn parameters(mut self, fields: Fields) -> Record {
        self.request_parameters = Some(fields.within(PARAMETERS_LIMIT));
        self
    }

    /// The elements of the response; members beyond [`PARAMETERS_LIMIT`] are left out.
    #[must_use]
    pub fn response(mut self, fields: Fields) -> Record {
        self.response_elements = Some(fields.within(PARAMETERS_LIMIT));
        self
    }

    /// What else is to be said; members beyond [`ADDITIONAL_LIMIT`] are left out.
    #[must_use]
    pub fn additional(mut self, fields: Fields) -> Record {
        self.additional_event_data = Some(fields.within(ADDITIONAL_LIMIT));
        self
    }

    /// A resource that the call concerned, such as `AWS::IAM::Role`.
    #[must_use]
    pub fn resource(mut self, account: &str, kind: &str, arn: &str) -> Record {
        self.resources.push(Resource {
            account_id: Some(account.to_owned()),
            kind: Some(kind.to_owned()),
            arn: Some(arn.to_owned()),
        });
        self
    }

    /// Whether AWS would show the record in its event history: a management event of somebody who could be told, in a
    /// trail of an account. Not there is what failed before its caller was trusted (reference cloudtrail.md §3.1), what
    /// expired, and what is rolecall's own.
    #[must_use]
    pub fn is_in_event_history(&self) -> bool {
        let told = !matches!(self.user_identity.kind.as_ref(), "" | "Unknown");
        let untrusted = self.event_name == "AssumeRoleWithWebIdentity"
            && matches!(self.error_code.as_deref(), Some(code) if UNTRUSTED.contains(&code));
        told && !untrusted && !self.recipient_account_id.is_empty() && self.event_source.ends_with(AWS_SOURCE)
    }

    /// Writes the record as one line of JSON, without the line feed, at the end of `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        json::write(self, out);
    }

    /// The record as one line of JSON, without the line feed.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1536);
        self.write(&mut out);
        out
    }

    /// Reads a record from JSON; members this struct does not know are passed over. Fails if the text is
    /// no JSON or lacks `userIdentity`, `eventTime`, `eventSource` or `eventName`.
    pub fn from_json(text: &[u8]) -> Result<Record, serde_json::Error> {
        serde_json::from_slice(text)
    }
}

/// The beginning of a text that fits [`TEXT_LIMIT`], cut between characters.
fn clip(text: &str) -> &str {
    let mut end = text.len().min(TEXT_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}
