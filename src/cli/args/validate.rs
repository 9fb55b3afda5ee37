//! Arguments of `validate`.

use clap::Args;

use super::format::ReportFormat;
use super::narrow::Narrow;
use super::render::RenderArgs;

/// Arguments of `validate`.
#[derive(Args, Debug)]
pub struct ValidateArgs {
    /// What to check: directories, kustomization files, files of manifests, URLs, names of environments (`env:NAME`), or `-` for manifests on standard
    /// input; the working directory when nothing is named
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// Fail on warnings, and on kinds without a schema
    #[arg(long)]
    pub strict: bool,
    /// The version of Kubernetes, as in 1.36; that of the environment, or the newest known, when it is not set
    #[arg(long, value_name = "VERSION")]
    pub kube_version: Option<String>,
    /// How to write it: human, json, sarif, junit, github, gitlab or markdown
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: ReportFormat,
    /// Which targets, by what changed. Paths are then directories below which they lie.
    #[command(flatten)]
    pub narrow: Narrow,
    /// How targets are rendered.
    #[command(flatten)]
    pub render: RenderArgs,
}
