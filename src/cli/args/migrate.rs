//! Arguments of `slots migrate`.

use clap::Args;

use crate::apply::slots::Check;

use super::access::AccessArgs;
use super::format::Format;
use super::target::TargetArgs;

/// Arguments of `slots migrate`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct MigrateArgs {
    /// A plan that `slots plan --out` wrote; or a node of the cluster (HOST:PORT) or an environment, to plan from what is live with the options of the
    /// target
    #[arg(value_name = "PLAN|SEED|ENV")]
    pub plan: String,
    /// A node of the cluster, where the plan names none or another one is to be asked
    #[arg(long, value_name = "ADDR|ENV")]
    pub seed: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// What the 99th percentile of clients' latency may be meanwhile; `off` for as fast as it gets [default: that of the environment, else 5ms]
    #[arg(long, value_name = "TIME|off")]
    pub latency_budget: Option<String>,
    /// How long a node that is gone may take to come back or to be replaced by a replica
    #[arg(long, value_name = "TIME", default_value = "90s")]
    pub failover_timeout: String,
    /// How many nodes give slots at the same time; without it, all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub parallel: Option<u16>,
    /// Move slots key by key even where the servers can move them atomically
    #[arg(long)]
    pub no_atomic: bool,
    /// Leave slots with keys that break the latency budget where they are
    #[arg(long)]
    pub skip_big_keys: bool,
    /// Which version of a key to keep that has different values on both sides; the other one is saved to a file
    #[arg(long, value_name = "SIDE", value_parser = ["source", "target"])]
    pub on_conflict: Option<String>,
    /// Refuse when a node that gives or takes has no replica in step
    #[arg(long)]
    pub require_replicas: bool,
    /// Go on although this check fails: lock, cluster-ok, replicas, memory, views, rights, loading; may be given several times
    #[arg(long, value_name = "CHECK")]
    pub force: Vec<Check>,
    /// How to write the report: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// What the cluster is to become.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}
