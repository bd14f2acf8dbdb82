//! The issuer's keys: from a file, or fetched.

use std::path::Path;
use std::sync::Arc;

use rolecall_engine::token::jwt::Jwt;
use rolecall_issuer::certificate::{empty_roots, system_roots};
use rolecall_issuer::error::{Error, ErrorKind};
use rolecall_issuer::fetch::{self, Options};
use rolecall_issuer::provider::{Provider, Thumbprint};
use rolecall_model::json::{self, Node};

use super::Arguments;
use crate::commands::Failure;
use crate::input;

/// Where the keys come from.
pub(super) enum Source {
    /// A file, read already.
    File { name: String, keys: Arc<Node> },
    /// The issuer.
    Issuer { thumbprints: Vec<Thumbprint>, allow_local: bool },
}

/// Keys and where they came from, in words.
pub(super) struct Keys {
    pub(super) set: Arc<Node>,
    pub(super) origin: String,
}

/// Why there are no keys.
pub(super) enum NoKeys {
    /// Nobody looked.
    NotAsked(&'static str),
    /// They could not be fetched; and whether STS could not either.
    Failed(String, bool),
}

impl Source {
    /// The source that the flags name.
    pub(super) fn of(arguments: &Arguments) -> Result<Source, Failure> {
        if let Some(path) = &arguments.jwks {
            let name = path.display().to_string();
            return Ok(Source::File { keys: Arc::new(read(path, &name)?), name });
        }
        let thumbprints: Result<Vec<Thumbprint>, Failure> =
            arguments.thumbprint.iter().map(|text| thumbprint(text)).collect();
        Ok(Source::Issuer { thumbprints: thumbprints?, allow_local: arguments.allow_local_issuers })
    }

    /// The keys for a token. Those of an issuer are not fetched where an earlier step refuses: STS would not either.
    pub(super) fn keys(&self, jwt: &Jwt<'_>, refused: bool) -> Result<Keys, NoKeys> {
        let (thumbprints, allow_local) = match self {
            Source::File { name, keys } => {
                return Ok(Keys { set: Arc::clone(keys), origin: format!("from {name}") });
            }
            Source::Issuer { .. } if refused => {
                return Err(NoKeys::NotAsked("STS refuses before it looks for keys"));
            }
            Source::Issuer { thumbprints, allow_local } => (thumbprints, *allow_local),
        };
        let issuer = jwt.claims.get("iss").and_then(Node::as_str).unwrap_or_default();
        // Without a trust store thumbprints alone decide, and the error says that the authority is not trusted.
        let roots = system_roots().unwrap_or_else(|_| empty_roots());
        let options = Options { allow_local, ..Options::new(roots) };
        let provider = Provider::new(issuer, thumbprints.iter().copied());
        let set = fetch::blocking(options, &provider)
            .map_err(|error| NoKeys::Failed(told(&error, allow_local), error.is_the_issuers()))?;
        let verified =
            set.method.name().map_or("not verified: plain HTTP".into(), |name| format!("verified by {name}"));
        Ok(Keys { set: set.keys, origin: format!("fetched from {issuer}, {verified}") })
    }
}

/// The error in one line, with what would get past it.
fn told(error: &Error, allow_local: bool) -> String {
    let hint = match &error.kind {
        ErrorKind::Url(_) | ErrorKind::AddressRefused { .. } if !allow_local => {
            "; for a local issuer give --allow-local-issuers".into()
        }
        ErrorKind::Thumbprint { presented, .. } => {
            let presented: Vec<String> = presented.iter().map(ToString::to_string).collect();
            format!("; thumbprints of what it presents: {}", presented.join(", "))
        }
        _ => String::new(),
    };
    format!("{}{hint}", error.chain())
}

fn read(path: &Path, name: &str) -> Result<Node, Failure> {
    let parsed = json::parse(&input::text(path)?);
    let sound = parsed.flaws.iter().all(|flaw| !flaw.is_syntax());
    parsed.root.filter(|root| sound && root.get("keys").is_some()).ok_or_else(|| Failure::Unknown {
        fact: format!("`{name}` is no key set: it has no JSON object with `keys`"),
        remedy: "give what the issuer's `jwks_uri` answers".into(),
    })
}

fn thumbprint(text: &str) -> Result<Thumbprint, Failure> {
    Thumbprint::parse(text).ok_or_else(|| Failure::Unknown {
        fact: format!("`{text}` is no thumbprint"),
        remedy: "give 40 hexadecimal digits, as `aws iam get-open-id-connect-provider` prints them".into(),
    })
}
