//! Refused exchanges that may be asked about, as evidence: bounded by count, bytes and age.
//!
//! Refusals after the signature passed have a ring of their own, so that a flood of strangers' tokens pushes out nothing
//! that matters (design §6).

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use rolecall_model::instant::Instant;
use rolecall_model::json::Node;
use rolecall_model::json::write::compact;
use serde_json::{Value, json};

use crate::sts::assume_role_with_web_identity::{Exchange, Refused};

/// Bounds of the ring of refusals whose caller was verified, and of the other.
const VERIFIED: Bounds = Bounds { count: 2000, bytes: 32 * 1024 * 1024, age: 24 * 3600 };
const STRANGERS: Bounds = Bounds { count: 200, bytes: 2 * 1024 * 1024, age: 3600 };

#[derive(Clone, Copy, Debug)]
struct Bounds {
    count: usize,
    bytes: usize,
    /// Seconds.
    age: i64,
}

/// A refusal, as evidence files: what a folder of evidence would hold.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The record's id.
    pub event_id: String,
    /// The request id that the caller saw.
    pub request_id: String,
    /// The account of the role that was asked for; empty if the ARN names none.
    pub account: String,
    /// When.
    pub at: Instant,
    /// Name and text of each file.
    pub files: Vec<(String, String)>,
}

impl Refusal {
    fn size(&self) -> usize {
        self.files.iter().map(|(name, text)| name.len() + text.len()).sum()
    }
}

/// The rings.
#[derive(Debug, Default)]
pub struct Refusals {
    verified: Mutex<Ring>,
    strangers: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Refusal>,
    bytes: usize,
}

impl Refusals {
    /// Keeps a refusal.
    pub fn keep(&self, refusal: Refusal, verified: bool) {
        let (ring, bounds) = if verified { (&self.verified, VERIFIED) } else { (&self.strangers, STRANGERS) };
        let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.bytes += refusal.size();
        let now = refusal.at.0;
        ring.entries.push_back(refusal);
        while let Some(oldest) = ring.entries.front() {
            let over = ring.entries.len() > bounds.count
                || ring.bytes > bounds.bytes
                || now.saturating_sub(oldest.at.0) > bounds.age;
            if !over {
                break;
            }
            ring.bytes -= oldest.size();
            ring.entries.pop_front();
        }
    }

    /// The refusal of an event id or a request id, in an account.
    #[must_use]
    pub fn find(&self, account: &str, id: &str) -> Option<Refusal> {
        [&self.verified, &self.strangers].into_iter().find_map(|ring| {
            let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
            let found = ring.entries.iter().rev().find(|refusal| {
                refusal.account == account && (refusal.event_id == id || refusal.request_id == id)
            });
            found.cloned()
        })
    }
}

/// The parts of a request that evidence shows.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `RoleArn`
    pub role_arn: &'a str,
    /// `RoleSessionName`
    pub session_name: &'a str,
    /// `DurationSeconds`
    pub duration: Option<&'a str>,
    /// `Policy`
    pub policy: Option<&'a str>,
    /// The caller's address.
    pub source_ip: &'a str,
    /// The region that was asked.
    pub region: &'a str,
}

/// The evidence of a refused exchange, in the files of an evidence folder (design §5). The token's signature is in none.
#[must_use]
pub fn evidence(
    exchange: &Exchange,
    refused: &Refused,
    asked: &Asked<'_>,
    now: Instant,
) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut put = |name: &str, text: String| files.push((name.to_owned(), text));
    let pretty = |value: &Value| format!("{value:#}\n");
    put("now.txt", format!("{now}\n"));
    let code = refused.fault.code.name(rolecall_wire::service::Service::Sts);
    put(
        "error.txt",
        format!(
            "An error occurred ({code}) when calling the AssumeRoleWithWebIdentity operation: {}\n",
            refused.fault.message
        ),
    );
    let mut request = serde_json::Map::new();
    let mut say = |name: &str, value: Value| request.insert(name.to_owned(), value);
    say("RoleArn", json!(asked.role_arn));
    say("RoleSessionName", json!(asked.session_name));
    say("SourceIp", json!(asked.source_ip));
    say("Region", json!(asked.region));
    if let Some(seconds) = asked.duration.and_then(|text| text.parse::<i64>().ok()) {
        say("DurationSeconds", json!(seconds));
    }
    if let Some(policy) = asked.policy {
        say("Policy", json!(policy));
    }
    put("request.json", pretty(&Value::Object(request)));
    if let Some(claims) = &exchange.claims {
        put("token.claims.json", pretty_node(claims));
    }
    if let Some(header) = &exchange.header {
        put("token.header.json", pretty_node(header));
    }
    let partition = asked.role_arn.split(':').nth(1).unwrap_or("aws");
    match &exchange.role {
        Some(role) => put("role.json", role_file(role, partition)),
        None => {
            let name = asked.role_arn.rsplit('/').next().unwrap_or_default();
            put(
                "role.json.error",
                format!(
                    "An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name {name} cannot be found.\n"
                ),
            );
        }
    }
    let arns: Vec<Value> =
        exchange.provider.iter().map(|provider| json!({"Arn": provider.arn(partition)})).collect();
    put("providers.json", pretty(&json!({"OpenIDConnectProviderList": arns})));
    if let Some(provider) = &exchange.provider {
        let file = json!({
            "Url": provider.url,
            "ClientIDList": provider.client_ids,
            "ThumbprintList": provider.thumbprints,
            "CreateDate": provider.created.to_string(),
        });
        put("provider.json", pretty(&file));
    }
    if let Some(keys) = &exchange.keys {
        put("jwks.json", pretty_node(&keys.keys));
    }
    files
}

/// JSON over several lines, so that carets have lines to point into.
fn pretty_node(node: &Node) -> String {
    let mut text = String::new();
    compact(node, &mut text);
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => format!("{value:#}\n"),
        Err(_) => text,
    }
}

fn role_file(role: &rolecall_state::entity::Role, partition: &str) -> String {
    // The trust policy stands as its author wrote it, where it is JSON, so that carets point into familiar lines.
    let trust = match serde_json::from_str::<Value>(&role.trust_policy) {
        Ok(_) => role.trust_policy.replace('\n', "\n    "),
        Err(_) => json!(role.trust_policy).to_string(),
    };
    let tags: Vec<Value> = role.tags.iter().map(|tag| json!({"Key": tag.key, "Value": tag.value})).collect();
    format!(
        "{{\n  \"Role\": {{\n    \"Path\": {},\n    \"RoleName\": {},\n    \"RoleId\": {},\n    \"Arn\": {},\n    \"CreateDate\": {},\n    \"AssumeRolePolicyDocument\": {trust},\n    \"MaxSessionDuration\": {},\n    \"Tags\": {}\n  }}\n}}\n",
        json!(role.path),
        json!(role.name),
        json!(role.id),
        json!(role.arn(partition)),
        json!(role.created.to_string()),
        role.max_session_duration,
        Value::from(tags),
    )
}
