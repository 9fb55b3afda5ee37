//! Findings of several targets, as one report.

use rayon::prelude::*;
use serde::Serialize;

use crate::diagnostics::render::scrub;
use crate::diagnostics::{Label, Severity, Sources};

use super::finding::{Finding, severity_name};
use crate::k8s::ResourceRef;

/// So many findings are worth the start of threads.
const MANY: usize = 256;

/// How much was looked at and found.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Summary {
    /// Targets.
    pub targets: usize,
    /// Objects of all of them.
    pub resources: usize,
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

/// What was found in one target.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TargetReport {
    /// As the user named it.
    pub name: String,
    /// Objects in it.
    pub resources: usize,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// What was found, target by target.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    /// The targets in the order in which they were named.
    pub targets: Vec<TargetReport>,
}

/// The members of a `ValidationReport`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ReportDocument {
    /// In the order of the targets.
    pub findings: Vec<FindingEntry>,
    /// How much.
    pub summary: Summary,
}

/// A place in a file.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct Place {
    /// Path of the file, relative to the root of the repository.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is there; may be empty.
    pub text: String,
}

/// A finding in a `ValidationReport`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FindingEntry {
    /// Id of the rule.
    pub rule: String,
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The object.
    pub resource: Option<ResourceRef>,
    /// The field.
    pub path: String,
    /// Path of the file, relative to the root of the repository.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// The target as the user named it.
    pub target: String,
    /// Why, and other facts.
    pub notes: Vec<String>,
    /// Other places that take part.
    pub related: Vec<Place>,
}

impl Report {
    /// All findings, in the order of the targets.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.targets.iter().flat_map(|target| &target.findings)
    }

    /// How much was looked at and found.
    pub fn summary(&self) -> Summary {
        let count = |severity| self.findings().filter(|finding| finding.severity == severity).count();
        Summary {
            targets: self.targets.len(),
            resources: self.targets.iter().map(|target| target.resources).sum(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
        }
    }

    /// For programs. `shown` turns the path of a file as messages show it into one relative to the root of the repository.
    pub fn document(&self, sources: &Sources, shown: &(dyn Fn(&str) -> String + Sync)) -> ReportDocument {
        let place = |label: &Label| {
            let at = sources.location(label.pos)?;
            Some(Place { file: shown(&at.path), line: at.line, column: at.column, text: label.text.clone() })
        };
        let entry = |(target, finding): &(&TargetReport, &Finding)| {
            let clean = scrub(&finding.bare_diagnostic(), sources);
            let mut places = clean.labels.iter().filter_map(place);
            let first = places.next();
            FindingEntry {
                rule: finding.rule.clone().into_owned(),
                severity: severity_name(finding.severity),
                message: clean.message,
                help: clean.help,
                resource: finding.resource.clone(),
                path: finding.path.clone(),
                file: first.as_ref().map(|it| it.file.clone()),
                line: first.as_ref().map(|it| it.line),
                column: first.as_ref().map(|it| it.column),
                target: target.name.clone(),
                notes: clean.notes,
                related: places.collect(),
            }
        };
        let all: Vec<(&TargetReport, &Finding)> =
            self.targets.iter().flat_map(|target| target.findings.iter().map(move |it| (target, it))).collect();
        let findings = match all.len() < MANY {
            true => all.iter().map(entry).collect(),
            false => all.par_iter().map(entry).collect(),
        };
        ReportDocument { findings, summary: self.summary() }
    }
}
