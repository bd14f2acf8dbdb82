//! Who asks for a role: by claims, or by what a platform makes claims of.

use rolecall_engine::issuers::{known, neighbours};
use rolecall_model::json::{Node, edit::quoted, write::compact};

use super::Flaw;
use super::file::Reader;

/// A caller, as its token would tell.
#[derive(Clone, Debug)]
pub struct Caller {
    /// A few words for people.
    pub who: String,
    /// `iss`, with its scheme.
    pub issuer: String,
    /// `sub`
    pub subject: String,
    /// `aud`
    pub audience: String,
    /// Further claims, their values as JSON.
    pub claims: Vec<(String, String)>,
}

const STS: &str = "sts.amazonaws.com";
const GITHUB: &str = "https://token.actions.githubusercontent.com";

impl Caller {
    /// Reads one of the forms of docs/check.md.
    ///
    /// # Errors
    /// Where something is missing or not known.
    pub fn read(node: &Node, reader: Reader<'_>) -> Result<Caller, Flaw> {
        let form = |key: &str| node.get(key);
        if let Some(inner) = form("github") {
            reader.members(node, &["github", "audience", "claims"])?;
            return github(inner, reader)?.with(node, reader);
        }
        if let Some(inner) = form("gitlab") {
            reader.members(node, &["gitlab", "audience", "claims"])?;
            return gitlab(inner, reader)?.with(node, reader);
        }
        if let Some(inner) = form("kubernetes") {
            reader.members(node, &["kubernetes", "audience", "claims"])?;
            return kubernetes(inner, reader)?.with(node, reader);
        }
        reader.members(node, &["issuer", "subject", "audience", "claims"])?;
        let issuer = https(&needed(node, "issuer", reader)?);
        let subject = needed(node, "subject", reader)?;
        plain(issuer, subject).with(node, reader)
    }

    /// Callers whose subjects are like this one's, by the issuer's grammar: a sample of who else might get in.
    pub fn neighbours(&self) -> Vec<Caller> {
        let like = neighbours(self.issuer.trim_start_matches("https://"), &self.subject);
        let made = like.into_iter().map(|neighbour| {
            let own = neighbour.claims.iter().map(|(name, value)| ((*name).to_owned(), quoted(value)));
            let kept = self.claims.iter().filter(|(name, _)| {
                !["repository", "repository_owner", "ref", "environment"].contains(&name.as_str())
            });
            Caller {
                who: neighbour.who.clone(),
                subject: neighbour.subject.clone(),
                claims: own.chain(kept.cloned()).collect(),
                ..self.clone()
            }
        });
        made.collect()
    }

    /// The claims of its token as JSON.
    pub fn token(&self, now: i64) -> String {
        let mut members = vec![
            format!("\"iss\": {}", quoted(&self.issuer)),
            format!("\"sub\": {}", quoted(&self.subject)),
            format!("\"aud\": {}", quoted(&self.audience)),
            format!("\"iat\": {}", now.saturating_sub(60)),
            format!("\"exp\": {}", now.saturating_add(600)),
        ];
        let own = ["iss", "sub", "aud", "iat", "exp"];
        let further = self.claims.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        members.extend(further.map(|(name, value)| format!("{}: {value}", quoted(name))));
        format!("{{\n  {}\n}}\n", members.join(",\n  "))
    }

    /// Audience and claims that are written beside a form take precedence.
    fn with(mut self, node: &Node, reader: Reader<'_>) -> Result<Caller, Flaw> {
        if let Some(audience) = node.get("audience") {
            self.audience = reader.text(audience)?;
        }
        for claim in node.get("claims").map(Node::members).unwrap_or_default() {
            let mut value = String::new();
            compact(&claim.value, &mut value);
            self.claims.retain(|(name, _)| *name != claim.key);
            self.claims.push((claim.key.clone(), value));
        }
        Ok(self)
    }
}

fn plain(issuer: String, subject: String) -> Caller {
    let usual = known(issuer.trim_start_matches("https://"), None).default_audience();
    let audience = usual.unwrap_or(STS).to_owned();
    Caller { who: format!("`{subject}`"), issuer, subject, audience, claims: Vec::new() }
}

/// GitHub Docs, "OpenID Connect reference": an environment comes before the event, a pull request before the ref.
fn github(node: &Node, reader: Reader<'_>) -> Result<Caller, Flaw> {
    const KNOWN: [&str; 7] =
        ["repository", "ref", "environment", "event", "owner-id", "repository-id", "issuer"];
    reader.members(node, &KNOWN)?;
    let text = |key: &str| node.get(key).map(|node| reader.text(node)).transpose();
    let repository = needed(node, "repository", reader)?;
    let Some((owner, name)) = repository.split_once('/') else {
        return reader.flaw(node, "a repository is written as OWNER/NAME");
    };
    let (git_ref, environment, event) = (text("ref")?, text("environment")?, text("event")?);
    let context = match (&environment, event.as_deref(), &git_ref) {
        // A colon of the name would read as a separator.
        (Some(environment), _, _) => format!("environment:{}", environment.replace(':', "%3A")),
        (None, Some("pull_request"), _) => "pull_request".to_owned(),
        (None, _, Some(git_ref)) => format!("ref:{git_ref}"),
        (None, _, None) => {
            return reader.flaw(node, "one of `ref`, `environment` and `event: pull_request` is needed");
        }
    };
    let prefix = match (text("owner-id")?, text("repository-id")?) {
        (None, None) => format!("repo:{repository}"),
        (Some(owner_id), Some(repository_id)) => format!("repo:{owner}@{owner_id}/{name}@{repository_id}"),
        _ => return reader.flaw(node, "`owner-id` and `repository-id` go together"),
    };
    let issuer = text("issuer")?.map_or_else(|| GITHUB.to_owned(), |issuer| https(&issuer));
    let mut caller = plain(issuer, format!("{prefix}:{context}"));
    let claims = [
        ("repository", Some(repository.clone())),
        ("repository_owner", Some(owner.to_owned())),
        ("repository_id", text("repository-id")?),
        ("repository_owner_id", text("owner-id")?),
        ("ref", git_ref),
        ("environment", environment),
        ("event_name", event),
    ];
    caller.claims =
        claims.into_iter().filter_map(|(name, value)| Some((name.to_owned(), quoted(&value?)))).collect();
    Ok(caller)
}

/// GitLab documentation, "ID token payload".
fn gitlab(node: &Node, reader: Reader<'_>) -> Result<Caller, Flaw> {
    reader.members(node, &["project", "ref", "ref-type", "issuer"])?;
    let text = |key: &str| node.get(key).map(|node| reader.text(node)).transpose();
    let (project, git_ref) = (needed(node, "project", reader)?, needed(node, "ref", reader)?);
    let kind = text("ref-type")?.unwrap_or_else(|| "branch".into());
    let issuer = text("issuer")?.map_or_else(|| "https://gitlab.com".to_owned(), |issuer| https(&issuer));
    let mut caller = plain(issuer, format!("project_path:{project}:ref_type:{kind}:ref:{git_ref}"));
    caller.claims = [("project_path", project), ("ref", git_ref), ("ref_type", kind)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), quoted(&value)))
        .collect();
    Ok(caller)
}

fn kubernetes(node: &Node, reader: Reader<'_>) -> Result<Caller, Flaw> {
    reader.members(node, &["issuer", "namespace", "serviceaccount"])?;
    let (namespace, name) = (needed(node, "namespace", reader)?, needed(node, "serviceaccount", reader)?);
    let issuer = https(&needed(node, "issuer", reader)?);
    Ok(plain(issuer, format!("system:serviceaccount:{namespace}:{name}")))
}

fn needed(node: &Node, key: &str, reader: Reader<'_>) -> Result<String, Flaw> {
    match node.get(key) {
        Some(found) => reader.text(found),
        None => reader.flaw(node, &format!("`{key}` is missing")),
    }
}

fn https(issuer: &str) -> String {
    if issuer.contains("://") { issuer.to_owned() } else { format!("https://{issuer}") }
}
