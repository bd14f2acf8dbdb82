//! Exactly the facts that an exchange reads, each known, known to be absent, or not read.

use rolecall_model::instant::Instant;
use rolecall_model::json::Node;
use rolecall_policy::compile::Compiled;

use crate::token::jwks::KeySet;
use crate::token::jwt::{Jwt, TokenFlaw};

/// A fact as a decision sees it: its origin stays with whoever read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<T> {
    /// It was read.
    Known(T),
    /// It was looked for and is not there.
    Absent,
    /// Nobody read it.
    Unread,
}

impl<T> Given<T> {
    /// The value, if it was read.
    pub fn known(&self) -> Option<&T> {
        match self {
            Given::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The same fact, its value lent.
    pub fn as_ref(&self) -> Given<&T> {
        match self {
            Given::Known(value) => Given::Known(value),
            Given::Absent => Given::Absent,
            Given::Unread => Given::Unread,
        }
    }

    /// The same fact about a part of the value.
    pub fn map<U>(self, part: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Given::Known(value) => Given::Known(part(value)),
            Given::Absent => Given::Absent,
            Given::Unread => Given::Unread,
        }
    }
}

/// The world of one exchange.
#[derive(Clone, Debug)]
pub struct World<'a> {
    /// STS's clock.
    pub now: Given<Instant>,
    /// The provider for the token's issuer in the role's account.
    pub provider: Given<Provider<'a>>,
    /// The issuer's key set.
    pub keys: Given<&'a KeySet>,
    /// The role.
    pub role: Given<Role<'a>>,
    /// Resource control policies over the role's account, one compiled set a level.
    pub rcp: Given<&'a [Compiled]>,
}

/// A registered provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider<'a> {
    /// Audiences that it takes.
    pub client_ids: Given<Vec<&'a str>>,
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role<'a> {
    /// Its ARN.
    pub arn: &'a str,
    /// Its trust policy.
    pub trust: Given<&'a Compiled>,
    /// `MaxSessionDuration` in seconds.
    pub max_session: Given<i64>,
    /// Its tags.
    pub tags: &'a [(String, String)],
}

/// What is known of the token.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// The token itself.
    Raw(&'a str),
    /// The token itself, and what reading it gave: for whoever needs it read before.
    Parsed {
        /// The token.
        text: &'a str,
        /// What [`crate::token::jwt::parse`] made of it.
        jwt: &'a Result<Jwt<'a>, TokenFlaw>,
    },
    /// Its claims, and its header if that was read.
    Decoded {
        /// Claims.
        claims: &'a Node,
        /// Header.
        header: Option<&'a Node>,
        /// Whether the claims are all there are: a subject and an audience that CloudTrail shows are not.
        whole: bool,
    },
    /// Nothing.
    Unread,
}

/// The request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `RoleArn`
    pub role_arn: Given<&'a str>,
    /// `RoleSessionName`
    pub session_name: Given<&'a str>,
    /// `DurationSeconds`; absent means one hour.
    pub duration: Given<i64>,
    /// `WebIdentityToken`
    pub token: Token<'a>,
    /// `Policy`: the text of an inline session policy.
    pub policy: Option<&'a str>,
    /// The caller's address.
    pub source_ip: Option<&'a str>,
    /// The region of the endpoint.
    pub region: Option<&'a str>,
    /// Further condition keys, where they were written down.
    pub context: &'a [(String, Vec<String>)],
}
