//! What is wrong with rendered objects: their structure against schemas, and rules across objects.
//!
//! Works on the tree of a build, so that every finding points at the line that the user edits, not at the output.

pub mod cel;
pub mod config;
mod field;
mod finding;
mod manifests;
mod objects;
mod report;
mod repository;
mod rule;
pub mod rules;
mod run;
pub mod structure;

pub use crate::k8s::ResourceRef;
pub use field::{Field, Step};
pub use finding::{Finding, severity_name};
pub use manifests::manifests;
pub use objects::{Objects, Settings};
pub use report::{FindingEntry, Place, Report, ReportDocument, Summary, TargetReport};
pub use repository::Repository;
pub use rule::{Findings, Rule};
pub use run::run;
