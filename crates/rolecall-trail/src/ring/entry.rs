//! A record as the ring keeps it: its JSON, and beside it what LookupEvents searches by.

use super::Query;
use crate::record::Record;
use rolecall_model::instant::Instant;
use std::sync::Arc;

/// One attribute to search by (reference cloudtrail.md §1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// EventId
    EventId,
    /// EventName
    EventName,
    /// ReadOnly: `true` or `false`.
    ReadOnly,
    /// Username
    Username,
    /// ResourceType
    ResourceType,
    /// ResourceName
    ResourceName,
    /// EventSource
    EventSource,
    /// AccessKeyId
    AccessKeyId,
}

impl Attribute {
    /// The attribute of an AttributeKey of LookupEvents.
    #[must_use]
    pub fn named(key: &str) -> Option<Attribute> {
        Some(match key {
            "EventId" => Attribute::EventId,
            "EventName" => Attribute::EventName,
            "ReadOnly" => Attribute::ReadOnly,
            "Username" => Attribute::Username,
            "ResourceType" => Attribute::ResourceType,
            "ResourceName" => Attribute::ResourceName,
            "EventSource" => Attribute::EventSource,
            "AccessKeyId" => Attribute::AccessKeyId,
            _ => return None,
        })
    }
}

const IAM: &str = "iam.amazonaws.com";
/// Parameters of IAM that name a resource, and its type.
const PARAMETERS: [(&str, &str); 6] = [
    ("roleName", "AWS::IAM::Role"),
    ("userName", "AWS::IAM::User"),
    ("groupName", "AWS::IAM::Group"),
    ("policyArn", "AWS::IAM::Policy"),
    ("instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("openIDConnectProviderArn", "AWS::IAM::OIDCProvider"),
];

/// A record with what LookupEvents searches by and shows.
#[derive(Clone, Debug)]
pub struct Entry {
    /// EventId.
    pub event_id: Arc<str>,
    /// The request id the caller saw.
    pub request_id: Arc<str>,
    /// EventTime.
    pub time: Instant,
    /// EventName.
    pub event_name: String,
    /// EventSource.
    pub event_source: String,
    /// Username: the session name of a role session, the subject of a web identity, the user's name.
    pub user_name: Option<String>,
    /// AccessKeyId: the key that signed, or for a web identity the one that was issued.
    pub access_key_id: Option<String>,
    /// ReadOnly.
    pub read_only: bool,
    /// The account whose trail it is.
    pub account: String,
    /// Region of the endpoint.
    pub region: String,
    /// The record as one line of JSON (CloudTrailEvent).
    pub json: Box<[u8]>,
}

impl Entry {
    /// Keeps a record with its JSON.
    #[must_use]
    pub fn new(record: &Record, json: Vec<u8>) -> Entry {
        let identity = &record.user_identity;
        let issued = || record.response_elements.as_ref()?.text_within("credentials", "accessKeyId");
        Entry {
            event_id: record.event_id.as_str().into(),
            request_id: record.request_id.as_str().into(),
            time: record.event_time,
            event_name: record.event_name.clone(),
            event_source: record.event_source.clone(),
            user_name: identity.lookup_name().map(str::to_owned),
            access_key_id: identity.access_key_id.clone().or_else(issued),
            read_only: record.read_only,
            account: record.recipient_account_id.clone(),
            region: record.aws_region.clone(),
            json: json.into_boxed_slice(),
        }
    }

    /// The record. Fails only if the JSON the ring was given was none.
    pub fn record(&self) -> Result<Record, serde_json::Error> {
        Record::from_json(&self.json)
    }

    /// Resources as (ResourceType, ResourceName): those of the record, and what an STS call issued.
    #[must_use]
    pub fn resources(&self) -> Vec<(String, String)> {
        let Ok(record) = self.record() else { return Vec::new() };
        let named = record
            .resources
            .iter()
            .filter_map(|resource| Some((resource.kind.clone().unwrap_or_default(), resource.arn.clone()?)));
        let mut resources: Vec<_> = named.collect();
        resources.extend(self.named_by_parameters(&record));
        let Some(response) = &record.response_elements else { return resources };
        let issued = [
            ("AWS::IAM::AccessKey", "credentials", "accessKeyId"),
            ("AWS::STS::AssumedRole", "assumedRoleUser", "arn"),
            ("AWS::STS::AssumedRole", "assumedRoleUser", "assumedRoleId"),
        ];
        resources.extend(issued.iter().filter_map(|(kind, object, member)| {
            Some(((*kind).to_owned(), response.text_within(object, member)?))
        }));
        resources
    }

    /// What the parameters of a call of IAM name; such events carry no resources of their own.
    fn named_by_parameters(&self, record: &Record) -> Vec<(String, String)> {
        let Some(parameters) = record.request_parameters.as_ref().filter(|_| self.event_source == IAM) else {
            return Vec::new();
        };
        let value = parameters.value();
        let named = PARAMETERS.iter().filter_map(|(parameter, kind)| {
            Some(((*kind).to_owned(), value.get(*parameter)?.as_str()?.to_owned()))
        });
        named.collect()
    }

    /// What the entry takes in memory, about.
    pub(super) fn size(&self) -> usize {
        size_of::<Entry>()
            + self.json.len()
            + self.event_id.len()
            + self.request_id.len()
            + self.event_name.len()
            + self.event_source.len()
            + self.user_name.as_ref().map_or(0, String::len)
            + self.access_key_id.as_ref().map_or(0, String::len)
            + self.account.len()
            + self.region.len()
    }

    /// Whether everything a query asks holds.
    pub(super) fn answers(&self, query: &Query<'_>) -> bool {
        self.account == query.account
            && query.region.is_none_or(|region| self.region == region)
            && query.start.is_none_or(|start| self.time >= start)
            && query.end.is_none_or(|end| self.time <= end)
            && query.attribute.is_none_or(|(attribute, value)| self.has(attribute, value))
    }

    fn has(&self, attribute: Attribute, value: &str) -> bool {
        match attribute {
            Attribute::EventId => &*self.event_id == value,
            Attribute::EventName => self.event_name == value,
            Attribute::ReadOnly => value == if self.read_only { "true" } else { "false" },
            Attribute::Username => self.user_name.as_deref() == Some(value),
            Attribute::EventSource => self.event_source == value,
            Attribute::AccessKeyId => self.access_key_id.as_deref() == Some(value),
            Attribute::ResourceType => self.resources().iter().any(|(kind, _)| kind == value),
            Attribute::ResourceName => self.resources().iter().any(|(_, name)| is_named(name, value)),
        }
    }
}

/// Whether a resource bears a name: its whole ARN, or what stands behind the last slash or colon, as
/// CloudTrail lists a role also by its bare name.
fn is_named(name: &str, value: &str) -> bool {
    name == value || name.rsplit(['/', ':']).next() == Some(value)
}
