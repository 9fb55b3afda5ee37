//! Reports in the forms of other tools: SARIF for code scanning, JUnit for test reports, annotations of GitHub, code quality of GitLab, Markdown for a
//! comment on a pull request.
//!
//! Pure: reports in, text out. Values of Secrets are masked before they get here.

mod difference;
mod github;
mod gitlab;
mod item;
mod junit;
mod markdown;
mod sarif;

pub use item::{Item, Level, Place};
pub use markdown::MAX_COMMENT;
pub(crate) use markdown::text;

use crate::drift::DiffReport;
use crate::validate::{ReportDocument, TargetReport};

/// A form of another tool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for test reports.
    Junit,
    /// Workflow commands of GitHub, which become annotations.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// A comment on a pull request.
    Markdown,
}

/// What `validate` found, in a form of another tool. `strict` makes warnings failures.
pub fn validation(form: Form, report: &ReportDocument, targets: &[TargetReport], strict: bool) -> String {
    let items = item::of_validation(report);
    let names: Vec<junit::Suite<'_>> =
        targets.iter().map(|one| junit::Suite { name: &one.name, checked: one.resources }).collect();
    match form {
        Form::Sarif => sarif::render(&item::merged(items)),
        Form::Junit => junit::render("redisops validate", &names, &items, strict),
        Form::Github => github::render(&item::merged(items)),
        Form::Gitlab => gitlab::render(&item::merged(items)),
        Form::Markdown => markdown::validation(&items, targets),
    }
}

/// What `diff` found, in a form of another tool.
pub fn differences(form: Form, report: &DiffReport) -> String {
    match form {
        Form::Markdown => markdown::differences(report),
        Form::Junit => {
            let items = difference::items(report);
            let names = difference::targets(report);
            let suites: Vec<junit::Suite<'_>> =
                names.iter().map(|(name, checked)| junit::Suite { name, checked: *checked }).collect();
            junit::render("redisops diff", &suites, &items, true)
        }
        Form::Sarif => sarif::render(&item::merged(difference::items(report))),
        Form::Github => github::render(&item::merged(difference::items(report))),
        Form::Gitlab => gitlab::render(&item::merged(difference::items(report))),
    }
}
