//! Attempts to assume a role: by whom, how they ended, and how often the same was tried.

use crate::changes::Change;
use crate::record::Record;
use rolecall_model::instant::Instant;
use std::collections::BTreeMap;

/// One attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The record.
    pub record: Record,
    /// `requestParameters.roleArn`; empty where the record has none.
    pub role_arn: String,
    /// The token's subject, or the ARN of the caller.
    pub who: String,
    /// The provider of a web identity.
    pub provider: Option<String>,
    /// The audience of a web identity.
    pub audience: Option<String>,
    /// The error code; none where credentials were issued.
    pub code: Option<String>,
}

/// Attempts that are alike: same operation, role, caller and outcome, and of refused ones the same sentence about the token
/// and the same trust policy, so that one cause can be told for all of them.
#[derive(Clone, Debug)]
pub struct Group {
    /// The newest of them.
    pub last: Attempt,
    /// When the first was.
    pub first: Instant,
    /// How many.
    pub count: usize,
}

impl Attempt {
    /// The attempt that a record tells of; `None` for records of anything else.
    #[must_use]
    pub fn of(record: &Record) -> Option<Attempt> {
        let assumes =
            record.event_source == "sts.amazonaws.com" && record.event_name.starts_with("AssumeRole");
        if !assumes || record.event_name == "AssumeRoot" {
            return None;
        }
        let identity = &record.user_identity;
        let parameters = record.request_parameters.as_ref().map(|fields| fields.value());
        let role_arn = parameters.as_ref().and_then(|value| value.get("roleArn")?.as_str());
        let web = identity.identity_provider.is_some();
        let who = if web { identity.user_name.clone() } else { identity.arn.clone() };
        Some(Attempt {
            role_arn: role_arn.unwrap_or_default().to_owned(),
            who: who.or_else(|| identity.user_name.clone()).unwrap_or_else(|| identity.kind.to_string()),
            provider: identity.identity_provider.clone(),
            audience: audience(record),
            code: record.error_code.clone(),
            record: record.clone(),
        })
    }

    /// The role's name.
    #[must_use]
    pub fn role(&self) -> &str {
        self.role_arn.rsplit('/').next().unwrap_or(&self.role_arn)
    }

    /// Whether credentials were issued.
    #[must_use]
    pub fn is_granted(&self) -> bool {
        self.code.is_none()
    }
}

/// Groups of attempts that are alike, the one that was tried last first.
#[must_use]
pub fn groups(records: &[Record]) -> Vec<Group> {
    let policies = TrustChanges::of(records);
    let mut roles: BTreeMap<String, Vec<(Instant, String)>> = BTreeMap::new();
    let mut groups: BTreeMap<[String; 7], Group> = BTreeMap::new();
    for attempt in records.iter().filter_map(Attempt::of) {
        let code = attempt.code.clone().unwrap_or_default();
        // Of an expired token the sentence holds the time, so that no two would be alike.
        let sentence = attempt.record.error_message.clone().filter(|_| code == "InvalidIdentityToken");
        let time = attempt.record.event_time;
        let of_role = || policies.of_role(&attempt.role_arn);
        let policy = match attempt.is_granted() {
            true => String::new(),
            false => last_before(roles.entry(attempt.role_arn.clone()).or_insert_with(of_role), time),
        };
        let provider = attempt.provider.clone().unwrap_or_default();
        let name = attempt.record.event_name.clone();
        let key = [
            attempt.role_arn.clone(),
            attempt.who.clone(),
            provider,
            name,
            code,
            sentence.unwrap_or_default(),
            policy,
        ];
        match groups.get_mut(&key) {
            Some(group) => {
                group.count += 1;
                group.first = group.first.min(time);
                if time >= group.last.record.event_time {
                    group.last = attempt;
                }
            }
            None => drop(groups.insert(key, Group { last: attempt, first: time, count: 1 })),
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.last.record.event_time));
    groups
}

/// Changes that set a trust policy.
struct TrustChanges(Vec<Change>);

impl TrustChanges {
    fn of(records: &[Record]) -> TrustChanges {
        let mut changes: Vec<Change> = records.iter().filter_map(Change::of).collect();
        changes.retain(|change| change.trust.is_some());
        changes.sort_by_key(|change| change.time);
        TrustChanges(changes)
    }

    /// Times and event ids of those of a role, the earliest first.
    fn of_role(&self, role: &str) -> Vec<(Instant, String)> {
        let own = self.0.iter().filter(|change| change.bears_on(role, None));
        own.map(|change| (change.time, change.event_id.clone())).collect()
    }
}

/// The event that set the policy of an instant; empty where none is known.
fn last_before(changes: &[(Instant, String)], at: Instant) -> String {
    let later = changes.partition_point(|(time, _)| *time <= at);
    let last = later.checked_sub(1).and_then(|last| changes.get(last));
    last.map(|(_, event)| event.clone()).unwrap_or_default()
}

/// The audience, cut out of `PROVIDER:AUDIENCE:SUBJECT` by the other two: all three may hold colons (reference
/// cloudtrail.md §3.2).
fn audience(record: &Record) -> Option<String> {
    let identity = &record.user_identity;
    let rest = identity.principal_id.as_deref()?.strip_prefix(identity.identity_provider.as_deref()?)?;
    let rest = rest.strip_prefix(':')?.strip_suffix(identity.user_name.as_deref()?)?;
    rest.strip_suffix(':').map(str::to_owned)
}
