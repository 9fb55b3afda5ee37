//! What a cluster is to become.

use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::time::time;

/// What a cluster is to become. Without any of these the masters that have slots are evened out.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Target")]
pub struct TargetArgs {
    /// How many masters have slots: spares take part, or the masters with the fewest slots are drained
    #[arg(long, value_name = "N")]
    pub masters: Option<u16>,
    /// Nodes that join, or spares that take part
    #[arg(long, value_name = "ADDR", num_args = 1.., value_delimiter = ',')]
    pub add: Vec<String>,
    /// Nodes that leave the cluster
    #[arg(long, value_name = "ID|ADDR", num_args = 1.., value_delimiter = ',')]
    pub remove: Vec<String>,
    /// Shares of masters, one for those not listed; 0 stays a master without slots
    #[arg(long, value_name = "ID=W", value_delimiter = ',')]
    pub weights: Vec<String>,
    /// Replicas that each master with slots has in the end
    #[arg(long, value_name = "N")]
    pub replicas: Option<u16>,
    /// What is shared out evenly: slots, keys, memory or ops
    #[arg(long, value_name = "WHAT", default_value = "slots", hide_possible_values = true,
        value_parser = PossibleValuesParser::new(["slots", "keys", "memory", "ops"]))]
    pub balance: String,
    /// For `--balance ops`: find out for that long how busy the slots are, as in `5s`: with `MONITOR` on each master, which slows a busy one down
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub sample_ops: Option<Duration>,
    /// How far above its share a master may end, for everything but slots
    #[arg(long, value_name = "PERCENT", default_value = "2%")]
    pub tolerance: String,
    /// Slots that end at a certain master; may be given several times
    #[arg(long, value_name = "A-B=ID", value_delimiter = ',')]
    pub pin: Vec<String>,
    /// Which label of the nodes is their failure zone
    #[arg(long, value_name = "LABEL")]
    pub zone_label: Option<String>,
}
