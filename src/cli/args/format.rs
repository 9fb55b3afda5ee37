//! Forms of a result.

use clap::ValueEnum;

/// How a result is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; the form has a schema and a version.
    Json,
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
