//! Arguments of `plan`, `apply` and `delete`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::plan::Named;

use super::format::{Format, PlanFormat};
use super::kubeconfig::KubeconfigArgs;
use super::render::RenderArgs;
use super::time::time;

/// Arguments of `plan`.
#[derive(Args, Debug)]
pub struct DeployPlanArgs {
    /// What is wanted: a directory, a kustomization file, a file of manifests, or the name of an environment (`env:NAME`)
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: String,
    /// Write the plan to a file that `apply` takes
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 1 when there is something to do
    #[arg(long)]
    pub exit_code: bool,
    /// The field manager
    #[arg(long, value_name = "NAME", default_value = "redisops")]
    pub field_manager: String,
    /// Take over a set of another tool: the name of the Secret that stands for it
    #[arg(long, value_name = "NAME")]
    pub adopt_applyset: Option<String>,
    /// How to write it: human, json, markdown or html
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: PlanFormat,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: KubeconfigArgs,
    /// How the target is rendered.
    #[command(flatten)]
    pub render: RenderArgs,
}

/// Arguments of `apply`.
#[derive(Args, Debug)]
pub struct ApplyArgs {
    /// What is wanted: a directory, a kustomization file, a file of manifests, the name of an environment (`env:NAME`), or a plan that `plan --out` wrote
    #[arg(value_name = "PATH|FILE", default_value = ".")]
    pub path: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Write nothing; let the server say what it would do
    #[arg(long, value_enum, value_name = "WHERE")]
    pub dry_run: Option<DryRun>,
    /// Delete what an earlier apply created and the files no longer have
    #[arg(long)]
    pub prune: bool,
    /// Delete that object although its data goes with it, as the claim of a pod that has gone; may be given several times
    #[arg(long, value_name = "KIND/[NAMESPACE/]NAME")]
    pub delete: Vec<Named>,
    /// Delete that object and create it again where it cannot change; may be given several times
    #[arg(long, value_name = "KIND/[NAMESPACE/]NAME")]
    pub replace: Vec<Named>,
    /// Take fields that other managers own
    #[arg(long)]
    pub force_conflicts: bool,
    /// The field manager
    #[arg(long, value_name = "NAME", default_value = "redisops")]
    pub field_manager: String,
    /// Take over a set of another tool: the name of the Secret that stands for it
    #[arg(long, value_name = "NAME")]
    pub adopt_applyset: Option<String>,
    /// Longest wait until the objects of a wave are ready
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time)]
    pub timeout: Duration,
    /// How long old passwords stay valid beside new ones once everything is as it should be: for clients that others roll
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = time)]
    pub password_window: Duration,
    /// Do not wait until objects are ready; only for definitions of kinds that are needed
    #[arg(long)]
    pub no_wait: bool,
    /// How to write what was done: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: KubeconfigArgs,
    /// How the target is rendered.
    #[command(flatten)]
    pub render: RenderArgs,
}

/// Who rehearses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum DryRun {
    /// The server.
    Server,
}

/// Arguments of `delete`.
#[derive(Args, Debug)]
pub struct DeleteArgs {
    /// What is deleted: a directory, a kustomization file, a file of manifests, or the name of an environment (`env:NAME`)
    #[arg(value_name = "PATH")]
    pub path: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Write nothing; let the server say what it would do
    #[arg(long, value_enum, value_name = "WHERE")]
    pub dry_run: Option<DryRun>,
    /// Delete that object although its data goes with it; may be given several times
    #[arg(long, value_name = "KIND/[NAMESPACE/]NAME")]
    pub delete: Vec<Named>,
    /// Longest wait until something is gone
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = time)]
    pub timeout: Duration,
    /// How to write what was done: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: KubeconfigArgs,
    /// How the target is rendered.
    #[command(flatten)]
    pub render: RenderArgs,
}
