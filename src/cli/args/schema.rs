//! Arguments of `schema`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::format::Format;

/// The commands about schemas.
#[derive(Subcommand, Debug)]
pub enum SchemaCommand {
    /// List the kinds that a schema is known of
    List(SchemaListArgs),
    /// Check custom resource definitions and copy them to `schemas/`
    Import(SchemaImportArgs),
    /// Ask a cluster for the schemas of kinds that do not come with Kubernetes, and keep them in `schemas/`
    Pull(SchemaPullArgs),
}

/// Arguments of `schema list`.
#[derive(Args, Debug)]
pub struct SchemaListArgs {
    /// The version of Kubernetes, as in 1.36; the newest known when it is not set
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
}

/// Arguments of `schema import`.
#[derive(Args, Debug)]
pub struct SchemaImportArgs {
    /// Files of custom resource definitions
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Replace files of the same name with another content
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `schema pull`.
#[derive(Args, Debug)]
pub struct SchemaPullArgs {
    /// Groups to ask for; all that do not come with Kubernetes when none is named
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,
    /// The kubeconfig
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// A context in it
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
}
