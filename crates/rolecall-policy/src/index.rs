//! Finding the few statements that may concern a request: by action first, then by what their resources begin with.

use std::collections::HashMap;

use crate::pattern::{Case, Pattern};

/// Position of a statement in its set.
pub(crate) type At = u32;

/// Statements by action.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// Actions written out, in lower case.
    exact: HashMap<Box<str>, Bucket>,
    /// Patterns whose wildcards stand after the colon, by service.
    by_service: HashMap<Box<str>, Patterns>,
    /// Other patterns.
    anywhere: Patterns,
    /// Statements whose action must be looked at: NotAction, and those that cannot be read.
    open: Bucket,
}

/// Patterns of actions, each once.
#[derive(Clone, Debug, Default)]
struct Patterns {
    list: Vec<(Pattern, Bucket)>,
    known: HashMap<Box<str>, usize>,
}

/// Statements of one action, by resource.
#[derive(Clone, Debug, Default)]
struct Bucket {
    /// Statements that may concern any resource.
    any: Vec<At>,
    by_prefix: Prefixes,
}

/// What a statement is found by.
pub(crate) struct Key<'s> {
    /// Actions in lower case; none where every action must find it.
    pub actions: Option<Vec<&'s str>>,
    /// What its resources begin with; none where every resource must find it.
    pub prefixes: Option<Vec<&'s str>>,
}

impl Index {
    /// Adds a statement. Statements come in the order of their positions.
    pub fn add(&mut self, at: At, key: &Key<'_>) {
        let prefixes = key.prefixes.as_deref();
        let Some(actions) = &key.actions else { return self.open.add(at, prefixes) };
        for action in actions {
            self.bucket(action).add(at, prefixes);
        }
    }

    /// Makes ready for finding, after the last statement.
    pub fn seal(&mut self) {
        let patterns = self.by_service.values_mut().chain([&mut self.anywhere]);
        let buckets = patterns.flat_map(|patterns| &mut patterns.list).map(|(_, bucket)| bucket);
        for bucket in buckets.chain(self.exact.values_mut()).chain([&mut self.open]) {
            bucket.by_prefix.seal();
        }
    }

    /// Calls `each` with every statement that may concern an action in lower case and a resource, and with whether the
    /// action is known to fit. A statement may come more than once.
    pub fn find(&self, action: &str, resource: Option<&str>, each: &mut impl FnMut(At, bool)) {
        if let Some(bucket) = self.exact.get(action) {
            bucket.find(resource, &mut |at| each(at, true));
        }
        let service = action.split_once(':').map_or(action, |(service, _)| service);
        for patterns in self.by_service.get(service).into_iter().chain([&self.anywhere]) {
            let fitting = patterns.list.iter().filter(|(pattern, _)| pattern.fits(action, Case::Sensitive));
            fitting.for_each(|(_, bucket)| bucket.find(resource, &mut |at| each(at, true)));
        }
        self.open.find(resource, &mut |at| each(at, false));
    }

    fn bucket(&mut self, action: &str) -> &mut Bucket {
        if !action.contains(['*', '?']) {
            return self.exact.entry(action.into()).or_default();
        }
        let service = action.split_once(':').map(|(service, _)| service);
        let patterns = match service.filter(|service| !service.contains(['*', '?'])) {
            Some(service) => self.by_service.entry(service.into()).or_default(),
            None => &mut self.anywhere,
        };
        let new = patterns.list.len();
        let found = *patterns.known.entry(action.into()).or_insert(new);
        if found == new {
            patterns.list.push((Pattern::parse(action, true, false), Bucket::default()));
        }
        patterns.list.get_mut(found).map_or(&mut self.open, |(_, bucket)| bucket)
    }
}

impl Bucket {
    fn add(&mut self, at: At, prefixes: Option<&[&str]>) {
        match prefixes {
            None => push(&mut self.any, at),
            Some(prefixes) => prefixes.iter().for_each(|prefix| self.by_prefix.add(prefix, at)),
        }
    }

    fn find(&self, resource: Option<&str>, each: &mut impl FnMut(At)) {
        self.any.iter().for_each(|at| each(*at));
        match resource {
            Some(resource) => self.by_prefix.find(resource, each),
            None => self.by_prefix.nodes.iter().flat_map(|node| &node.statements).for_each(|at| each(*at)),
        }
    }
}

/// Texts, sorted, each with the longest other one that it begins with. All that a given text begins with are then found
/// by one search and a walk along these links: whatever sorts between a text and its longest known beginning begins with
/// that as well.
#[derive(Clone, Debug, Default)]
struct Prefixes {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
struct Node {
    text: Box<str>,
    /// Position of the longest other text that this one begins with.
    parent: Option<u32>,
    statements: Vec<At>,
}

impl Prefixes {
    fn add(&mut self, text: &str, at: At) {
        self.nodes.push(Node { text: text.into(), parent: None, statements: vec![at] });
    }

    fn seal(&mut self) {
        self.nodes.sort_by(|a, b| a.text.cmp(&b.text));
        self.nodes.dedup_by(|later, kept| {
            let same = later.text == kept.text;
            if same {
                later.statements.iter().for_each(|at| push(&mut kept.statements, *at));
            }
            same
        });
        let parents = self.parents();
        self.nodes.iter_mut().zip(parents).for_each(|(node, parent)| node.parent = parent);
    }

    fn parents(&self) -> Vec<Option<u32>> {
        let mut open: Vec<(u32, &str)> = Vec::new();
        let mut parents = Vec::with_capacity(self.nodes.len());
        for (at, node) in (0..).zip(&self.nodes) {
            while open.last().is_some_and(|(_, above)| !node.text.starts_with(above)) {
                open.pop();
            }
            parents.push(open.last().map(|(above, _)| *above));
            open.push((at, &node.text));
        }
        parents
    }

    fn find(&self, text: &str, each: &mut impl FnMut(At)) {
        let after = self.nodes.partition_point(|node| *node.text <= *text);
        let mut here = after.checked_sub(1).and_then(|last| self.nodes.get(last));
        while let Some(node) = here {
            if text.starts_with(&*node.text) {
                node.statements.iter().for_each(|at| each(*at));
            }
            here = node.parent.and_then(|parent| self.nodes.get(parent as usize));
        }
    }
}

fn push(list: &mut Vec<At>, at: At) {
    if list.last() != Some(&at) {
        list.push(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn prefixes_are_found(texts in prop::collection::vec("[ab]{0,5}", 0..12), wanted in "[ab]{0,7}") {
            let mut prefixes = Prefixes::default();
            for (at, text) in texts.iter().enumerate() {
                prefixes.add(text, u32::try_from(at).unwrap());
            }
            prefixes.seal();
            let mut found = Vec::new();
            prefixes.find(&wanted, &mut |at| found.push(at));
            found.sort_unstable();
            let expected: Vec<u32> =
                (0..).zip(&texts).filter(|(_, text)| wanted.starts_with(text.as_str())).map(|(at, _)| at).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
