//! The caller: environment variables, request parameters, enabled regions.

use super::fact::Fact;
use crate::document::{At, Text};

/// What is known of the program that calls.
#[derive(Clone, Debug)]
pub struct CallerEvidence {
    /// Environment of the process (`env.txt`).
    pub environment: Fact<Environment>,
    /// Parameters of the request: `request.json`, or as a debug log shows them.
    pub request: Fact<RequestParameters>,
    /// Requests seen in debug logs, in order, one per call of an STS operation.
    pub logged_requests: Vec<RequestParameters>,
    /// Regions enabled for the account (`regions.json`).
    pub regions: Fact<Vec<Region>>,
}

/// Environment variables in the order they were printed; values of secrets struck out.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Name and value of each.
    pub variables: Vec<Variable>,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Value, with its place.
    pub value: Text,
    /// The whole line.
    pub at: At,
}

impl Environment {
    /// The variable's value; the last one where it stands twice.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Text> {
        self.variables.iter().rev().find(|variable| variable.name == name).map(|variable| &variable.value)
    }

    /// Whether it is set to something other than nothing.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|text| !text.value.is_empty())
    }
}

/// Parameters of a call of STS, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct RequestParameters {
    /// `AssumeRoleWithWebIdentity`, `AssumeRole` …; none if the source does not say.
    pub operation: Option<String>,
    /// `RoleArn`
    pub role_arn: Option<Text>,
    /// `RoleSessionName`
    pub session_name: Option<Text>,
    /// `DurationSeconds`
    pub duration_seconds: Option<(i64, At)>,
    /// What was sent as `WebIdentityToken`, where it is no token at all (a path, nothing, a page of HTML).
    pub token_is_not_a_jwt: Option<Text>,
    /// `Policy`: an inline session policy.
    pub policy: Option<Text>,
    /// Session tags in the request: key and value.
    pub tags: Vec<(Text, String)>,
    /// `SourceIdentity`
    pub source_identity: Option<Text>,
    /// `ExternalId`
    pub external_id: Option<Text>,
    /// Endpoint that was called, as URL or host.
    pub endpoint: Option<Text>,
    /// Source address of the request.
    pub source_ip: Option<Text>,
    /// Other members of `request.json`, by name, for condition keys written out (`aws:SourceIp` …).
    pub context: Vec<(Text, Vec<String>)>,
}

/// A region of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// `eu-south-2`
    pub name: Text,
    /// `opt-in-not-required`, `opted-in`, `not-opted-in`, `ENABLED`, `DISABLED` …
    pub status: Text,
}
