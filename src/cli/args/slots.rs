//! Arguments of `slots`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::access::AccessArgs;
use super::format::{Format, PlanFormat};
use super::lint::LintArgs;
use super::migrate::MigrateArgs;
use super::show::ShowArgs;
use super::target::TargetArgs;
use super::time::time;

/// The commands about slots.
#[derive(Subcommand, Debug)]
pub enum SlotsCommand {
    /// Say who owns which slots and what is in them; with `--save`, keep it in a file
    State(Box<StateArgs>),
    /// Draw who owns which slots, what is in them, and how even that is
    Show(Box<ShowArgs>),
    /// Plan the least that has to move
    ///
    /// Prints what moves from where to where, what that costs and what to know before saying yes. Exit codes: 0 planned, with or without moves;
    /// 1 with `--exit-code`, something has to move; 2 no plan.
    Plan(Box<PlanArgs>),
    /// Say in which slots keys are, by which tag, and on which master
    Key(Box<KeyArgs>),
    /// Carry a plan out: move slots while clients go on
    ///
    /// Run it again after any interruption and it goes on. The first Ctrl-C finishes the slots that are open and opens no further one; the second stops at
    /// once and names the slots that stay open. Exit codes: 0 all is where it should be; 2 something is left, or the run was refused.
    Migrate(Box<MigrateArgs>),
    /// Check a key model, a Lua script, or the keys of a live cluster, by the rules for clusters
    ///
    /// Finds commands whose keys may lie in different slots, tags that gather too much in one slot, malformed tags, temporary keys that stay, big
    /// keys, and scripts that touch keys they were not given. Exit codes: 0 no errors; 1 errors; 2 it could not be checked.
    Lint(Box<LintArgs>),
    /// Say whether the cluster is whole: every slot owned once, all nodes agreed, nothing open, every key in its owner
    ///
    /// Exit codes: 0 it is whole; 1 it is not; 2 it could not be looked at.
    Check(Box<CheckArgs>),
    /// Mend what has one right answer, and explain the rest
    ///
    /// Finishes hand-overs that were left open, gives slots without an owner to a node, moves keys to the owners of their slots, introduces nodes to each
    /// other. Never deletes a key, never overwrites one. Exit codes: 0 the cluster is whole now; 1 something is left; 2 it could not be done.
    Fix(Box<FixArgs>),
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
    /// Find out for that long how busy the slots are, as in `5s`: with `MONITOR` on each master, which slows a busy one down
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with_all = ["state", "no_stats"])]
    pub sample_ops: Option<Duration>,
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
    /// How to write it: human, json, markdown or html
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: PlanFormat,
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

/// Arguments of `slots check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Where the cluster is looked at.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Draw the map of the slots to this file, as SVG
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Draw the map of the slots to this file, as a page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Arguments of `slots fix`.
#[derive(Args, Debug)]
pub struct FixArgs {
    /// A node of the cluster, HOST:PORT (several, separated by commas), or the name of an environment (`env:NAME` where both are possible)
    #[arg(value_name = "SEED|ENV")]
    pub seed: String,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Which value counts where a key has two: that of the node that gives the slot, or that of the node that takes it. The other is kept in a file.
    /// Without this such keys stay as they are
    #[arg(long, value_name = "SIDE", value_parser = ["source", "target"])]
    pub on_conflict: Option<String>,
    /// The file that keeps values that lose
    #[arg(long, value_name = "FILE", default_value = "redisops-conflicts.jsonl")]
    pub conflicts: PathBuf,
    /// Leave out a check: `lock`, that no other run and no other tool moves slots
    #[arg(long, value_name = "NAME", value_parser = ["lock"])]
    pub force: Vec<String>,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}
