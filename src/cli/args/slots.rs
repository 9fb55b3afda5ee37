//! Arguments of `slots`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::access::AccessArgs;
use super::format::Format;
use super::target::TargetArgs;

/// The commands about slots.
#[derive(Subcommand, Debug)]
pub enum SlotsCommand {
    /// Say who owns which slots and what is in them; with `--save`, keep it in a file
    State(Box<StateArgs>),
    /// Plan the least that has to move
    ///
    /// Prints what moves from where to where, what that costs and what to know before saying yes. Exit codes: 0 planned, with or without moves;
    /// 1 with `--exit-code`, something has to move; 2 no plan.
    Plan(Box<PlanArgs>),
    /// Say in which slots keys are, by which tag, and on which master
    Key(Box<KeyArgs>),
    /// Check a key model, or the keys of a live cluster, by the rules for clusters
    ///
    /// Finds commands whose keys may lie in different slots, tags that gather too much in one slot, malformed tags, temporary keys that stay, big
    /// keys, and scripts that touch keys they were not given. Exit codes: 0 no errors; 1 errors; 2 it could not be checked.
    Lint(Box<LintArgs>),
}

/// Where a cluster is looked at: live, or in a file.
#[derive(Args, Clone, Debug)]
pub struct SourceArgs {
    /// A node of the cluster, HOST:PORT (several, separated by commas), or the name of an environment (`env:NAME` where both are possible)
    #[arg(value_name = "SEED|ENV", conflicts_with = "state")]
    pub seed: Option<String>,
    /// A state that `slots state --save` wrote, instead of a live cluster
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

/// Arguments of `slots state`.
#[derive(Args, Debug)]
pub struct StateArgs {
    /// Where the cluster is looked at.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Write the state to this file
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Leave out what is in the slots
    #[arg(long)]
    pub no_stats: bool,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Arguments of `slots plan`.
#[derive(Args, Debug)]
pub struct PlanArgs {
    /// Where the cluster is looked at.
    #[command(flatten)]
    pub source: SourceArgs,
    /// The layout that this state has, instead of a target
    #[arg(long, value_name = "FILE", conflicts_with_all = ["masters", "add", "remove", "weights", "replicas", "balance", "tolerance", "pin"])]
    pub to_state: Option<PathBuf>,
    /// Write the plan to this file, too
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 1 when something is to change
    #[arg(long)]
    pub exit_code: bool,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// What the cluster is to become.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Arguments of `slots key`.
#[derive(Args, Debug)]
pub struct KeyArgs {
    /// A key, of any bytes; `-` for keys on standard input, one a line
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<OsString>,
    /// A node of the cluster whose masters own the slots, HOST:PORT
    #[arg(long, value_name = "SEED", conflicts_with = "state")]
    pub seed: Option<String>,
    /// A state that `slots state --save` wrote, instead of a live cluster
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Arguments of `slots lint`.
#[derive(Args, Debug)]
pub struct LintArgs {
    /// A key model (`keys.yaml`), or a live cluster: a node, HOST:PORT, or the name of an environment; a file that exists wins
    #[arg(value_name = "FILE|SEED|ENV")]
    pub target: String,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}
