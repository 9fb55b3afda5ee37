//! Arguments of `slots lint`.

use clap::Args;

use super::access::AccessArgs;
use super::format::Format;

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
