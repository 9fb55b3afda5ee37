//! Arguments of `diff`.

use clap::Args;

use super::format::ReportFormat;
use super::render::RenderArgs;

/// Arguments of `diff`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct DiffArgs {
    /// What to compare: directories, kustomization files or environments. Without any: all environments, or where there are none, all kustomizations that no
    /// other one uses
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// The older side: a revision of the repository
    #[arg(long, value_name = "REV", required_unless_present_any = ["between", "redis_only"])]
    pub from: Option<String>,
    /// The newer side: a revision, or `worktree` for the files as they are
    #[arg(long, value_name = "REV|worktree", default_value = "worktree", requires = "from")]
    pub to: String,
    /// Compare two environments: what the second has that the first has not
    #[arg(long, value_names = ["ENV", "ENV"], num_args = 2, conflicts_with_all = ["from", "paths"])]
    pub between: Option<Vec<String>>,
    /// Compare the Redis nodes of an environment with what Git wants of them, and no objects
    #[arg(long, conflicts_with_all = ["from", "between"])]
    pub redis_only: bool,
    /// How to write it: human, json, sarif, junit, github, gitlab or markdown
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: ReportFormat,
    /// How both sides are rendered.
    #[command(flatten)]
    pub render: RenderArgs,
}
