//! Policies from files, as the AWS CLI prints them or bare.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use rolecall_engine::authorize::{LayerKind, Layers, Policies};
use rolecall_model::document::Document;
use rolecall_model::json::Node;
use rolecall_policy::document::Policy;

use super::flags::Arguments;
use crate::commands::Failure;
use crate::input;

/// Where the outputs of the AWS CLI keep the policy.
const WRAPPERS: [&[&str]; 8] = [
    &["Role", "AssumeRolePolicyDocument"],
    &["AssumeRolePolicyDocument"],
    &["PolicyVersion", "Document"],
    &["PolicyDocument"],
    &["Policy", "Content"],
    &["Policy"],
    &["PermissionsBoundary", "Document"],
    &["Document"],
];

/// A policy and the text in which its places count.
pub struct PolicyFile {
    /// The text.
    pub document: Document,
    /// The policy.
    pub policy: Policy,
    /// ARN of the role that the file is about, if it says.
    pub role_arn: Option<String>,
}

/// All policies of a simulation, by layer and level.
#[derive(Default)]
pub struct PolicyFiles {
    identity: Vec<PolicyFile>,
    boundary: Vec<PolicyFile>,
    session: Vec<PolicyFile>,
    vpce: Vec<PolicyFile>,
    scp: Vec<Vec<PolicyFile>>,
    rcp: Vec<Vec<PolicyFile>>,
    /// The policy on the resource.
    pub resource: Option<PolicyFile>,
}

impl PolicyFiles {
    /// Reads every file that the flags name.
    ///
    /// # Errors
    /// Fails at the first file that cannot be read or holds no policy.
    pub fn read(arguments: &Arguments) -> Result<PolicyFiles, Failure> {
        let all = |paths: &[PathBuf]| -> Result<Vec<PolicyFile>, Failure> {
            paths.iter().map(|path| PolicyFile::read(path)).collect()
        };
        let levels = |levels: &[String]| -> Result<Vec<Vec<PolicyFile>>, Failure> {
            let level =
                |names: &String| names.split(',').map(|name| PolicyFile::read(Path::new(name))).collect();
            levels.iter().map(level).collect()
        };
        Ok(PolicyFiles {
            identity: all(&arguments.identity)?,
            boundary: all(&arguments.boundary)?,
            session: all(&arguments.session)?,
            vpce: all(&arguments.vpce)?,
            scp: levels(&arguments.scp)?,
            rcp: levels(&arguments.rcp)?,
            resource: arguments.trust.as_deref().map(PolicyFile::read).transpose()?,
        })
    }

    /// The layers, compiled.
    pub fn layers(&self) -> Layers {
        let bare = |files: &[PolicyFile]| files.iter().map(|file| file.policy.clone()).collect::<Vec<_>>();
        let levels = |levels: &[Vec<PolicyFile>]| levels.iter().map(|level| bare(level)).collect::<Vec<_>>();
        Layers::compile(&Policies {
            identity: &bare(&self.identity),
            boundary: &bare(&self.boundary),
            scp: &levels(&self.scp),
            rcp: &levels(&self.rcp),
            session: &bare(&self.session),
            vpce: &bare(&self.vpce),
            resource: self.resource.as_ref().map(|file| &file.policy),
        })
    }

    /// The file that a trace means by layer, level and policy.
    pub fn get(&self, kind: LayerKind, level: usize, policy: usize) -> Option<&PolicyFile> {
        match kind {
            LayerKind::Identity => self.identity.get(policy),
            LayerKind::Boundary => self.boundary.get(policy),
            LayerKind::Session => self.session.get(policy),
            LayerKind::VpcEndpoint => self.vpce.get(policy),
            LayerKind::Scp => self.scp.get(level)?.get(policy),
            LayerKind::Rcp => self.rcp.get(level)?.get(policy),
            LayerKind::Resource => self.resource.as_ref(),
        }
    }
}

impl PolicyFile {
    fn read(path: &Path) -> Result<PolicyFile, Failure> {
        let name = path.display().to_string();
        let outer = Document::json(&name, input::text(path)?);
        if let Some(flaw) = outer.flaws.iter().find(|flaw| flaw.is_syntax()) {
            let at = outer.position(flaw.span.start);
            return Err(no_policy(
                &name,
                &format!("line {}, column {}: {}", at.line, at.column, flaw.message),
            ));
        }
        let Some(root) = &outer.root else { return Err(no_policy(&name, "it is no JSON")) };
        let role_arn = root.path(&["Role", "Arn"]).or_else(|| root.get("Arn")).and_then(Node::as_str);
        let role_arn = role_arn.map(str::to_owned);
        let found = WRAPPERS.iter().find_map(|wrapper| root.path(wrapper));
        match found.filter(|_| root.get("Statement").is_none()) {
            // APIs give a policy as text, some of them percent-encoded: that text is then what places count in.
            Some(node) if node.as_str().is_some() => {
                let document = Document::json(format!("{name} (policy)"), unwrapped(node));
                let policy = Policy::from_text(&document.text);
                Ok(PolicyFile { policy, document, role_arn })
            }
            Some(node) => Ok(PolicyFile { policy: Policy::from_node(node), role_arn, document: outer }),
            None if root.get("Statement").is_some() => {
                Ok(PolicyFile { policy: Policy::from_text(&outer.text), role_arn, document: outer })
            }
            None => Err(no_policy(&name, "it has neither `Statement` nor a member that holds a policy")),
        }
    }
}

fn unwrapped(node: &Node) -> String {
    let text = node.as_str().unwrap_or_default();
    match text.trim_start().starts_with('{') {
        true => text.to_owned(),
        false => percent_decode_str(text).decode_utf8_lossy().into_owned(),
    }
}

fn no_policy(name: &str, why: &str) -> Failure {
    Failure::Unknown {
        fact: format!("`{name}` holds no policy: {why}"),
        remedy: "give a policy document, or what `aws iam get-role` and its like print".into(),
    }
}
