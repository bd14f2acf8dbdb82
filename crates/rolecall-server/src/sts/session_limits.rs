//! Session policies and session tags of a request: their form, and how much of the token they take.

use rolecall_model::json;
use rolecall_policy::document::Policy;
use rolecall_policy::validate::{Gravity, Usage, validate};
use rolecall_state::view::View;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::query::Params;

use crate::compiled::managed_policy;

/// Managed session policies that a request may name (reference sts.md §2.1).
const MOST_POLICIES: usize = 10;
/// Characters that the inline policy and the ARNs may have together.
const PLAIN_TEXT: usize = 2048;
/// Bytes that policies and tags may take in a token. AWS does not publish its own measure; this one is ours
/// (docs/differences.md).
const PACKED: usize = 4096;

/// What limits a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionLimits {
    /// The inline policy.
    pub policy: Option<String>,
    /// ARNs of managed policies.
    pub policy_arns: Vec<String>,
}

impl SessionLimits {
    /// Reads `Policy` and `PolicyArns`. Managed policies must be AWS's or of `account`.
    ///
    /// # Errors
    /// As STS.
    pub fn read(params: &Params<'_>, view: &View, account: &str) -> Result<Self, Fault> {
        let policy = params.get("Policy").map(str::to_owned);
        let arns = params.list("PolicyArns");
        let policy_arns: Vec<String> =
            arns.iter().filter_map(|view| view.get("arn")).map(str::to_owned).collect();
        if policy_arns.len() > MOST_POLICIES {
            let sentence = format!(
                "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to {MOST_POLICIES}"
            );
            return Err(Fault::new(Code::ValidationError, sentence));
        }
        if let Some(text) = &policy {
            grammar(text)?;
        }
        let plain: usize = policy.iter().chain(&policy_arns).map(|text| text.chars().count()).sum();
        if plain > PLAIN_TEXT {
            return Err(too_large(plain, PLAIN_TEXT, "policy"));
        }
        for arn in &policy_arns {
            let usable = managed_policy(view, arn)
                .is_some_and(|policy| policy.account == "aws" || policy.account == account);
            if !usable {
                let sentence = format!("Policy {arn} does not exist or is not attachable.");
                return Err(Fault::new(Code::ValidationError, sentence));
            }
        }
        Ok(Self { policy, policy_arns })
    }

    /// How much of the token policies and tags take, in percent; none where there are none of either.
    ///
    /// # Errors
    /// `PackedPolicyTooLarge` where they do not fit.
    pub fn packed(&self, tags: &[(String, String)]) -> Result<Option<i64>, Fault> {
        let policies: usize = self.policy.iter().chain(&self.policy_arns).map(String::len).sum();
        let tag_bytes: usize = tags.iter().map(|(key, value)| key.len() + value.len() + 2).sum();
        let bytes = policies + tag_bytes;
        if bytes == 0 {
            return Ok(None);
        }
        if bytes > PACKED {
            return Err(too_large(
                bytes,
                PACKED,
                if tag_bytes > policies { "session tags" } else { "policy" },
            ));
        }
        Ok(i64::try_from((bytes * 100).div_ceil(PACKED)).ok())
    }
}

fn grammar(text: &str) -> Result<(), Fault> {
    let parsed = json::parse(text);
    if parsed.root.is_none() || parsed.flaws.iter().any(json::Flaw::is_syntax) {
        return Err(malformed("The policy is not in the valid JSON format."));
    }
    let flaws = validate(&Policy::from_text(text), Usage::Session);
    if flaws.iter().any(|flaw| flaw.gravity() == Gravity::Error) {
        return Err(malformed("Syntax errors in policy."));
    }
    Ok(())
}

fn malformed(sentence: &'static str) -> Fault {
    Fault::new(Code::MalformedPolicyDocument, sentence)
}

fn too_large(bytes: usize, most: usize, what: &str) -> Fault {
    let percent = (bytes * 100).div_ceil(most);
    let sentence = if what == "policy" {
        format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.")
    } else {
        format!("Packed size of session tags consumes {percent}% of allotted space.")
    };
    Fault::new(Code::PackedPolicyTooLarge, sentence)
}
