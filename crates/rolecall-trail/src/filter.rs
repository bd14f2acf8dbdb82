//! Which records are wanted.

use crate::record::Record;
use rolecall_model::instant::Instant;

/// What a record must be; everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// `eventName`
    pub name: Option<String>,
    /// `eventSource`, with or without `.amazonaws.com`.
    pub source: Option<String>,
    /// The name of a user, the session name of a role session, the subject of a web identity.
    pub user: Option<String>,
    /// The access key that signed, or that was issued.
    pub access_key: Option<String>,
    /// A role, by name or ARN: asked for, changed, or calling.
    pub role: Option<String>,
    /// `eventID` or `requestID`
    pub id: Option<String>,
    /// `errorCode`
    pub code: Option<String>,
    /// Refused calls alone, or granted ones alone.
    pub refused: Option<bool>,
    /// Not before this.
    pub start: Option<Instant>,
    /// Not after this.
    pub end: Option<Instant>,
    /// `awsRegion`
    pub region: Option<String>,
    /// The account whose trail it is.
    pub account: Option<String>,
}

impl Filter {
    /// Whether a record is wanted.
    #[must_use]
    pub fn admits(&self, record: &Record) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| value == Some(wanted))
        };
        is(&self.name, Some(&record.event_name))
            && self.source.as_deref().is_none_or(|source| is_source(&record.event_source, source))
            && is(&self.user, record.user_identity.lookup_name())
            && self.access_key.as_deref().is_none_or(|key| has_key(record, key))
            && self.role.as_deref().is_none_or(|role| concerns(record, role))
            && self
                .id
                .as_deref()
                .is_none_or(|id| [&record.event_id, &record.request_id].iter().any(|own| *own == id))
            && is(&self.code, record.error_code.as_deref())
            && self.refused.is_none_or(|refused| record.error_code.is_some() == refused)
            && self.start.is_none_or(|start| record.event_time >= start)
            && self.end.is_none_or(|end| record.event_time <= end)
            && is(&self.region, Some(&record.aws_region))
            && is(&self.account, Some(&record.recipient_account_id))
    }
}

/// Whether a record concerns a role, by its name or its ARN.
#[must_use]
pub fn concerns(record: &Record, role: &str) -> bool {
    let issuer =
        record.user_identity.session_context.as_ref().and_then(|context| context.session_issuer.as_ref());
    let calling = issuer.is_some_and(|issuer| {
        [&issuer.arn, &issuer.user_name].into_iter().flatten().any(|name| is_role(name, role))
    });
    let named = || {
        let parameters = record.request_parameters.as_ref()?.value();
        let text = |name: &str| parameters.get(name).and_then(|value| value.as_str());
        let names = [text("roleArn"), text("roleName")];
        Some(names.into_iter().flatten().any(|name| is_role(name, role)))
    };
    calling || named().unwrap_or_default()
}

/// Whether a name, or the name in an ARN, is that of a role; an ARN that is asked for must be equal where there are two.
#[must_use]
pub fn is_role(name: &str, role: &str) -> bool {
    let bare = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    match name.starts_with("arn:") && role.starts_with("arn:") {
        true => name == role,
        false => bare(name) == bare(role),
    }
}

fn is_source(source: &str, wanted: &str) -> bool {
    source == wanted || source.strip_suffix(".amazonaws.com") == Some(wanted)
}

fn has_key(record: &Record, key: &str) -> bool {
    let issued = || record.response_elements.as_ref()?.text_within("credentials", "accessKeyId");
    record.user_identity.access_key_id.as_deref() == Some(key) || issued().as_deref() == Some(key)
}
