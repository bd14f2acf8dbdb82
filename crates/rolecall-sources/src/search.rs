//! What a search for a declaration comes to: the places that are it, and those that may be.

use std::fmt;

use rolecall_model::json::edit::Change;
use rolecall_model::span::Span;

use crate::folder::SourceFile;
use crate::policy::{Obstacle, Planned};
use crate::read::line;

/// How a declaration takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notation {
    /// Terraform.
    Terraform,
    /// CloudFormation.
    CloudFormation,
    /// Manifests of Kubernetes.
    Kubernetes,
    /// Workflows of GitHub Actions.
    Workflow,
    /// Any other file.
    File,
}

/// A place in the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file below the folder of sources.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Place {
    /// The place of a byte.
    pub fn of(file: &SourceFile, span: Span) -> Self {
        Place { file: file.name.clone(), line: line(&file.text, span.start) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}

/// What declares something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its address: `aws_iam_role.api`, `AWS::IAM::Role ApiRole`, `ServiceAccount payments/api`.
    pub what: String,
    /// Where it stands.
    pub place: Place,
    /// In which notation.
    pub notation: Notation,
}

/// What a change in a declaration comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Bytes of a file change.
    Changes {
        /// The file.
        file: String,
        /// Its changes.
        changes: Vec<Change>,
        /// What the reader should know, a sentence each without a full stop.
        notes: Vec<String>,
    },
    /// The source says so already.
    Stands,
}

/// Why a change was not made, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// A sentence, lower case, without a full stop.
    pub why: String,
    /// Where.
    pub place: Option<Place>,
}

impl Reason {
    /// A reason at a place.
    pub fn at(file: &SourceFile, span: Span, why: impl Into<String>) -> Self {
        Reason { why: why.into(), place: Some(Place::of(file, span)) }
    }

    /// An obstacle in a file.
    pub fn of(file: &SourceFile, obstacle: Obstacle) -> Self {
        Reason::at(file, obstacle.span, obstacle.why)
    }
}

/// A declaration that is meant, and what the change comes to in it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The declaration.
    pub declaration: Declaration,
    /// What comes of it.
    pub step: Result<Step, Reason>,
    /// How it was recognised, where not by its name alone.
    pub note: Option<String>,
}

/// A place that may be meant, and why that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// What stands there.
    pub what: String,
    /// Where.
    pub place: Place,
    /// Why it was not taken: a phrase.
    pub why: String,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Declarations that are meant.
    pub found: Vec<Found>,
    /// Places that may be.
    pub near: Vec<Near>,
}

impl Search {
    /// Takes a declaration in.
    pub fn take(
        &mut self,
        notation: Notation,
        what: String,
        place: Place,
        note: Option<String>,
        step: Result<Step, Reason>,
    ) {
        self.found.push(Found { declaration: Declaration { what, place, notation }, step, note });
    }

    /// Takes a place in that may be meant.
    pub fn near(&mut self, what: impl Into<String>, place: Place, why: impl Into<String>) {
        self.near.push(Near { what: what.into(), place, why: why.into() });
    }
}

/// A planned change in a file.
pub fn step(file: &SourceFile, planned: Result<Planned, Obstacle>) -> Result<Step, Reason> {
    match planned {
        Ok(Planned::Stands) => Ok(Step::Stands),
        Ok(Planned::Changes(changes, notes)) => Ok(Step::Changes { file: file.name.clone(), changes, notes }),
        Err(obstacle) => Err(Reason::of(file, obstacle)),
    }
}
