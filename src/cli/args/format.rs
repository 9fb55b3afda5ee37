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
