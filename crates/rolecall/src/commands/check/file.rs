//! The file of assertions (docs/check.md). What is not known is refused: an assertion with a typo must not hold.

use std::collections::BTreeMap;

use rolecall_model::json::Node;
use rolecall_model::span::position;

use super::Flaw;
use super::caller::Caller;

/// A file of assertions.
#[derive(Debug, Default)]
pub struct CheckFile {
    /// The account of roles that are named without one.
    pub account: Option<String>,
    /// Its partition.
    pub partition: String,
    /// Providers that exist, by URL; none means that every one exists that is asked about.
    pub providers: Option<Vec<Provider>>,
    /// Files and folders that declare roles, as they are written.
    pub sources: Vec<String>,
    /// Values of Terraform's variables.
    pub variables: BTreeMap<String, String>,
    /// The assertions.
    pub assertions: Vec<Assertion>,
}

/// An OIDC provider of IAM.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its URL.
    pub url: String,
    /// Audiences (client ids) that are registered.
    pub audiences: Vec<String>,
}

/// What is asserted of a role.
#[derive(Debug)]
pub struct Assertion {
    /// A name for people.
    pub name: String,
    /// The role, by name or ARN.
    pub role: String,
    /// What must be.
    pub expected: Expected,
    /// Of whom.
    pub callers: Vec<Caller>,
}

/// What must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Each of them can assume the role.
    Allow,
    /// None of them can.
    Deny,
    /// Each of them can, and nobody whose subject is like theirs.
    Only,
}

/// Reads nodes, and knows the text for lines.
#[derive(Clone, Copy)]
pub struct Reader<'t>(&'t str);

impl CheckFile {
    /// Reads a file.
    ///
    /// # Errors
    /// Names the first line that is not of the format.
    pub fn read(text: &str) -> Result<CheckFile, Flaw> {
        let (documents, flaws) = rolecall_collect::parse_yaml(text);
        let reader = Reader(text);
        if let Some(flaw) = flaws.first() {
            let line = position(text, flaw.span.start).line;
            return Err(Flaw { line, what: flaw.message.clone() });
        }
        let [root] = documents.as_slice() else {
            return Err(Flaw { line: 1, what: "a file of assertions is one YAML document".into() });
        };
        reader.members(
            root,
            &["schema", "account", "partition", "providers", "sources", "variables", "assertions"],
        )?;
        if let Some(schema) = root.get("schema")
            && schema.as_str() != Some("rolecall.check/v1")
        {
            return reader.flaw(schema, "the schema is `rolecall.check/v1`");
        }
        let mut check = CheckFile {
            account: root.get("account").map(|node| reader.account(node)).transpose()?,
            partition: "aws".into(),
            ..CheckFile::default()
        };
        if let Some(partition) = root.get("partition") {
            check.partition = reader.text(partition)?;
        }
        if let Some(providers) = root.get("providers") {
            let read: Result<Vec<Provider>, Flaw> =
                reader.list(providers)?.iter().map(|node| reader.provider(node)).collect();
            check.providers = Some(read?);
        }
        for source in root.get("sources").map(|node| reader.list(node)).transpose()?.unwrap_or_default() {
            check.sources.push(reader.text(source)?);
        }
        for variable in root.get("variables").map(Node::members).unwrap_or_default() {
            check.variables.insert(variable.key.clone(), reader.text(&variable.value)?);
        }
        let Some(assertions) = root.get("assertions") else {
            return reader.flaw(root, "`assertions` is missing");
        };
        for (at, node) in reader.list(assertions)?.iter().enumerate() {
            check.assertions.push(reader.assertion(node, at + 1)?);
        }
        if check.assertions.is_empty() {
            return reader.flaw(assertions, "`assertions` is empty: nothing would be checked");
        }
        Ok(check)
    }
}

impl Reader<'_> {
    fn assertion(&self, node: &Node, number: usize) -> Result<Assertion, Flaw> {
        self.members(node, &["name", "role", "allow", "deny", "only"])?;
        let Some(role) = node.get("role") else { return self.flaw(node, "`role` is missing") };
        let role = self.text(role)?;
        let kinds = [("allow", Expected::Allow), ("deny", Expected::Deny), ("only", Expected::Only)];
        let mut given = kinds.iter().filter_map(|(key, expected)| Some((*expected, node.get(key)?)));
        let (Some((expected, callers)), None) = (given.next(), given.next()) else {
            return self.flaw(node, "an assertion has one of `allow`, `deny` and `only`");
        };
        let callers: Result<Vec<Caller>, Flaw> =
            callers.one_or_many().iter().map(|caller| Caller::read(caller, *self)).collect();
        let callers = callers?;
        if callers.is_empty() {
            return self.flaw(node, "there is nobody in it");
        }
        let name = match node.get("name") {
            Some(name) => self.text(name)?,
            None => format!("assertion {number}"),
        };
        Ok(Assertion { name, role, expected, callers })
    }

    fn provider(&self, node: &Node) -> Result<Provider, Flaw> {
        self.members(node, &["url", "audiences"])?;
        let Some(url) = node.get("url") else { return self.flaw(node, "`url` is missing") };
        let audiences = node.get("audiences").map(|node| self.list(node)).transpose()?.unwrap_or_default();
        let audiences: Result<Vec<String>, Flaw> = audiences.iter().map(|node| self.text(node)).collect();
        Ok(Provider { url: self.text(url)?, audiences: audiences? })
    }

    fn account(&self, node: &Node) -> Result<String, Flaw> {
        let text = self.text(node)?;
        match rolecall_model::arn::is_account(&text) {
            true => Ok(text),
            false => self.flaw(node, "an account is twelve digits in quotes"),
        }
    }

    /// A text, or whatever scalar is written where a text is meant.
    pub fn text(&self, node: &Node) -> Result<String, Flaw> {
        match node.scalar().filter(|text| !text.is_empty()) {
            Some(text) => Ok(text.to_owned()),
            None => self.flaw(node, &format!("a text is meant here, not {}", node.kind_name())),
        }
    }

    /// A list.
    pub fn list<'n>(&self, node: &'n Node) -> Result<&'n [Node], Flaw> {
        match &node.kind {
            rolecall_model::json::Kind::Array(elements) => Ok(elements),
            _ => self.flaw(node, &format!("a list is meant here, not {}", node.kind_name())),
        }
    }

    /// Refuses members that are not known.
    pub fn members(&self, node: &Node, known: &[&str]) -> Result<(), Flaw> {
        if !matches!(node.kind, rolecall_model::json::Kind::Object(_)) {
            return self.flaw(node, &format!("a mapping is meant here, not {}", node.kind_name()));
        }
        match node.members().iter().find(|member| !known.contains(&member.key.as_str())) {
            None => Ok(()),
            Some(other) => Err(Flaw {
                line: position(self.0, other.key_span.start).line,
                what: format!("`{}` is not known here; there are {}", other.key, known.join(", ")),
            }),
        }
    }

    /// A flaw at a node.
    pub fn flaw<T>(&self, node: &Node, what: &str) -> Result<T, Flaw> {
        Err(Flaw { line: position(self.0, node.span.start).line, what: what.to_owned() })
    }
}
