//! Forms of a result.

use clap::ValueEnum;

use crate::report::Form;

/// How a result is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; the form has a schema and a version.
    Json,
}

/// How findings and differences are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum ReportFormat {
    /// For people at a terminal.
    #[default]
    Human,
    /// For programs; the form has a schema and a version.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for test reports.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// A comment on a pull request.
    Markdown,
}

impl ReportFormat {
    /// The form of another tool, where it is one.
    pub fn form(self) -> Option<Form> {
        match self {
            ReportFormat::Human | ReportFormat::Json => None,
            ReportFormat::Sarif => Some(Form::Sarif),
            ReportFormat::Junit => Some(Form::Junit),
            ReportFormat::Github => Some(Form::Github),
            ReportFormat::Gitlab => Some(Form::Gitlab),
            ReportFormat::Markdown => Some(Form::Markdown),
        }
    }
}

/// How a plan is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum PlanFormat {
    /// For people at a terminal.
    #[default]
    Human,
    /// For programs, `slots migrate` among them; the form has a schema and a version.
    Json,
    /// For pull requests.
    Markdown,
    /// A page with a picture of the slots before and after.
    Html,
}
