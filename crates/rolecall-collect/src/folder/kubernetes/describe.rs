//! What `kubectl describe serviceaccount` and `kubectl describe pod` print: indented text, one object after the other.
//!
//! Annotations, variables and mounts stand there as in the manifest; audiences and owners of volumes do not.

use rolecall_model::document::{At, DocumentId, Located, Text};
use rolecall_model::evidence::pod::{Container, Controller, EnvVar, Mount, Pod, ProjectedToken, Volume};
use rolecall_model::evidence::serviceaccount::{Pair, Pairs, ServiceAccount};
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::span::Span;

use super::take_account;
use crate::lines::{Line, lines};

/// The fields of a service account.
const ACCOUNT: [&str; 8] = [
    "Name",
    "Namespace",
    "Labels",
    "Annotations",
    "Image pull secrets",
    "Mountable secrets",
    "Tokens",
    "Events",
];

/// Takes in every object that the text describes. False where it describes none that means something here.
pub(in crate::folder) fn take(evidence: &mut Evidence, id: DocumentId, text: &str) -> bool {
    let all = lines(text);
    let starts: Vec<usize> = (0..all.len()).filter(|at| all.get(*at).is_some_and(begins)).collect();
    let mut taken = false;
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(all.len());
        let object = Described { id, lines: all.get(*start..end).unwrap_or_default() };
        if object.field("Containers").is_some() {
            if evidence.pod.pod.present().is_none() {
                evidence.pod.pod = Fact::read(object.pod(), id);
            }
            taken = true;
        } else if let Some(account) = object.service_account() {
            take_account(evidence, id, account);
            taken = true;
        }
    }
    taken
}

fn begins(line: &Line<'_>) -> bool {
    line.indent == 0 && line.text.starts_with("Name:")
}

/// One described object.
struct Described<'t> {
    id: DocumentId,
    lines: &'t [Line<'t>],
}

impl<'t> Described<'t> {
    fn at(&self, start: usize, end: usize) -> At {
        At::new(self.id, Span::new(start, end))
    }

    /// The place of a field at the left edge, among the lines.
    fn field(&self, name: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.indent == 0 && line.key() == Some(name))
    }

    /// The value of a field, on its own line.
    fn value(&self, name: &str) -> Option<Text> {
        self.text(self.lines.get(self.field(name)?)?)
    }

    fn text(&self, line: &Line<'_>) -> Option<Text> {
        let (value, start) = line.value()?;
        let said = !value.is_empty() && value != "<none>";
        said.then(|| Located::new(value.to_owned(), self.at(start, start + value.len())))
    }

    /// The lines that belong to the one at `at`: those that follow and are indented further.
    fn below(&self, at: usize) -> &'t [Line<'t>] {
        let indent = self.lines.get(at).map_or(0, |line| line.indent);
        let rest = self.lines.get(at + 1..).unwrap_or_default();
        let end = rest.iter().position(|line| line.indent <= indent).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn within(&self, lines: &'t [Line<'t>]) -> Described<'t> {
        Described { id: self.id, lines }
    }

    /// `key: value` or `key=value`, the first beside the field's name, the others below it.
    fn pairs(&self, name: &str, separator: char) -> Pairs {
        let Some(at) = self.field(name) else { return Pairs::default() };
        let first = self.lines.get(at).and_then(Line::value);
        let others = self.below(at).iter().map(|line| (line.text, line.start));
        first
            .into_iter()
            .chain(others)
            .filter_map(|(text, start)| self.pair(text, start, separator))
            .collect()
    }

    fn pair(&self, text: &str, start: usize, separator: char) -> Option<Pair> {
        // A key holds no blank; `role-arn: arn:…` is cut at its first separator.
        let (key, rest) = text.split_once(separator)?;
        let value = rest.trim();
        let value_at = start + text.len() - rest.trim_start().len();
        let is_key = !key.is_empty() && !key.contains(' ');
        is_key.then(|| Pair {
            key: Located::new(key.to_owned(), self.at(start, start + key.len())),
            value: Located::new(value.to_owned(), self.at(value_at, value_at + value.len())),
        })
    }

    fn service_account(&self) -> Option<ServiceAccount> {
        // Other kinds have fields of their own.
        let own =
            |line: &&Line<'_>| line.indent == 0 && !line.key().is_some_and(|key| ACCOUNT.contains(&key));
        if self.lines.iter().any(|line| own(&line)) {
            return None;
        }
        let place = self.field("Annotations").and_then(|at| self.lines.get(at))?;
        Some(ServiceAccount {
            document: self.id,
            name: self.value("Name")?,
            namespace: self.value("Namespace"),
            created: None,
            annotations: self.pairs("Annotations", ':'),
            metadata_at: self.at(place.start, place.start + place.text.len()),
            annotated: None,
        })
    }

    fn pod(&self) -> Pod {
        let containers = ["Init Containers", "Containers"].into_iter().flat_map(|field| {
            let found = self.field(field).map(|at| self.below(at)).unwrap_or_default();
            self.within(found).containers(field.starts_with("Init"))
        });
        let ready = self.condition("Ready");
        let volumes = self.field("Volumes").map(|at| self.below(at)).unwrap_or_default();
        let first = self.lines.first().map_or((0, 0), |line| (line.start, line.start + line.text.len()));
        Pod {
            document: self.id,
            kind: "Pod".into(),
            name: self.value("Name"),
            namespace: self.value("Namespace"),
            created: None,
            controller: self.controller(),
            labels: self.pairs("Labels", '='),
            annotations: self.pairs("Annotations", ':'),
            service_account: self.value("Service Account"),
            containers: containers.collect(),
            volumes: self.within(volumes).volumes(),
            fs_group: None,
            run_as_user: None,
            host_network: false,
            windows: self.value("Node-Selectors").is_some_and(|text| text.value.contains("os=windows")),
            ready_since: None,
            ready,
            spec_at: self.at(first.0, first.1),
        }
    }

    /// `Controlled By:  ReplicaSet/api-5d9f`
    fn controller(&self) -> Option<Controller> {
        let told = self.value("Controlled By")?;
        let (kind, name) = told.value.split_once('/')?;
        Some(Controller { api: None, kind: kind.to_owned(), name: name.to_owned() })
    }

    fn condition(&self, name: &str) -> Option<bool> {
        let listed = self.below(self.field("Conditions")?);
        let words = listed.iter().map(|line| line.text.split_whitespace().collect::<Vec<_>>());
        words.filter(|words| words.first() == Some(&name)).find_map(|words| Some(*words.get(1)? == "True"))
    }

    /// The parts one step in, each with what belongs to it.
    fn parts(&self) -> impl Iterator<Item = (&'t Line<'t>, Described<'t>)> + use<'t, '_> {
        let step = self.lines.first().map_or(0, |line| line.indent);
        let heads = self.lines.iter().enumerate().filter(move |(_, line)| line.indent == step);
        heads.map(|(at, line)| (line, self.within(self.below(at))))
    }

    fn containers(&self, init: bool) -> Vec<Container> {
        let container = |(head, part): (&Line<'_>, Described<'t>)| Container {
            name: Located::new(
                head.key().unwrap_or_default().to_owned(),
                self.at(head.start, head.start + head.text.len()),
            ),
            image: part.inner("Image").and_then(|line| part.text(line)),
            init,
            env: part.variables(),
            env_from: part.inner("Environment Variables from").is_some(),
            mounts: part.mounts(),
            run_as_user: None,
            arguments: Vec::new(),
            at: self.at(head.start, head.start + head.text.len()),
        };
        self.parts().map(container).collect()
    }

    /// A field of a part, whatever its indent: the names looked for stand once in it.
    fn inner(&self, name: &str) -> Option<&'t Line<'t>> {
        self.lines.iter().find(|line| line.key() == Some(name))
    }

    fn group(&self, name: &str) -> &'t [Line<'t>] {
        self.lines
            .iter()
            .position(|line| line.key() == Some(name))
            .map(|at| self.below(at))
            .unwrap_or_default()
    }

    /// `NAME:  value`; a value drawn from elsewhere is shown as `<set to the key …>`.
    fn variables(&self) -> Vec<EnvVar> {
        let variable = |line: &Line<'_>| {
            let (name, _) = line.text.split_once(':')?;
            let (value, start) = line.value()?;
            let elsewhere = value.starts_with("<set to the key");
            let text = Located::new(value.to_owned(), self.at(start, start + value.len()));
            Some(EnvVar {
                name: Located::new(name.to_owned(), self.at(line.start, line.start + name.len())),
                value: (!elsewhere).then_some(text),
                at: self.at(line.start, line.start + line.text.len()),
            })
        };
        self.group("Environment").iter().filter_map(variable).collect()
    }

    /// `/path from volume (ro)`
    fn mounts(&self) -> Vec<Mount> {
        let mount = |line: &Line<'_>| {
            let (path, rest) = line.text.split_once(" from ")?;
            let name = rest.split_whitespace().next()?.to_owned();
            Some(Mount {
                name,
                path: Located::new(path.to_owned(), self.at(line.start, line.start + path.len())),
                // It prints the path that came of it.
                sub_path_expr: None,
            })
        };
        self.group("Mounts").iter().filter_map(mount).collect()
    }

    fn volumes(&self) -> Vec<Volume> {
        let volume = |(head, part): (&Line<'_>, Described<'t>)| {
            let name = head.key()?;
            let life = part.inner("TokenExpirationSeconds").and_then(|line| part.text(line));
            let token = |life: Text| ProjectedToken {
                // Only the API server's token has no audience of its own; which one others have is not printed.
                audience: None,
                expiration: life.value.parse().ok(),
                path: None,
            };
            let kind = part.inner("Type").and_then(|line| part.text(line));
            Some(Volume {
                name: Located::new(name.to_owned(), self.at(head.start, head.start + name.len())),
                tokens: life.map(token).into_iter().collect(),
                projected: kind.is_some_and(|kind| kind.value.starts_with("Projected")),
                secret: part.inner("SecretName").and_then(|line| part.text(line)).map(|text| text.value),
            })
        };
        self.parts().filter_map(volume).collect()
    }
}
