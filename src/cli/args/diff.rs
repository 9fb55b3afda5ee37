//! Arguments of `diff`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::format::ReportFormat;
use super::render::EngineArgs;

/// Arguments of `diff`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct DiffArgs {
    /// What to compare: directories, kustomization files or environments. Without any: with a cluster the working directory; between revisions all
    /// environments, or where there are none, all kustomizations that no other one uses
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
    /// The older side: a revision of the repository; without it, what is live in the cluster
    #[arg(long, value_name = "REV")]
    pub from: Option<String>,
    /// The newer side: a revision, or `worktree` for the files as they are
    #[arg(long, value_name = "REV|worktree", default_value = "worktree", requires = "from")]
    pub to: String,
    /// Compare two environments: what the second has that the first has not
    #[arg(long, value_names = ["ENV", "ENV"], num_args = 2, conflicts_with_all = ["from", "paths"])]
    pub between: Option<Vec<String>>,
    /// How to write it: human, json, sarif, junit, github, gitlab or markdown
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: ReportFormat,
    /// Compare with a dump of the cluster (`kubectl get -o json|yaml --show-managed-fields`) and ask no server; between revisions, and without FILE: use
    /// only what earlier builds have fetched
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub offline: Option<Option<PathBuf>>,
    /// The comparison with a cluster.
    #[command(flatten)]
    pub live: LiveArgs,
    /// How both sides are rendered.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// Arguments of the comparison with a cluster.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of the comparison with a cluster")]
pub struct LiveArgs {
    /// The kubeconfig
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "between"])]
    pub kubeconfig: Option<PathBuf>,
    /// A context in it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["from", "between"])]
    pub context: Option<String>,
    /// Leave out the Redis nodes
    #[arg(long, conflicts_with_all = ["from", "between"])]
    pub no_redis: bool,
    /// Compare the Redis nodes only
    #[arg(long, conflicts_with_all = ["from", "between", "no_redis"])]
    pub redis_only: bool,
    /// Ask the server about each object, even where ownership and values prove that an apply changes nothing
    #[arg(long, conflicts_with_all = ["from", "between", "offline"])]
    pub exact: bool,
    /// Show fields, too, that Git does not set and that somebody else has set
    #[arg(long, conflicts_with_all = ["from", "between"])]
    pub unmanaged: bool,
    /// Show what `apply --prune` would delete, too
    #[arg(long, conflicts_with_all = ["from", "between"])]
    pub prune: bool,
    /// Compare again and again, each TIME (60s), and write the report when it has changed
    #[arg(long, value_name = "TIME", num_args = 0..=1, default_missing_value = "60s", require_equals = true, value_parser = super::time::pause, conflicts_with_all = ["from", "between", "offline"])]
    pub watch: Option<Duration>,
    /// Serve metrics for Prometheus at ADDR (`:9464`), below /metrics
    #[arg(long, value_name = "ADDR", requires = "watch")]
    pub metrics: Option<String>,
    /// The field manager that applies
    #[arg(long, value_name = "NAME", default_value = "redisops", conflicts_with_all = ["from", "between"])]
    pub field_manager: String,
}
