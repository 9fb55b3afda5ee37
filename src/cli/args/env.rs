//! Arguments of `env`.

use clap::{Args, Subcommand};

use super::format::Format;

/// What is asked about environments.
#[derive(Subcommand, Debug)]
pub enum EnvCommand {
    /// List all environments, side by side
    ///
    /// Prints a table of what differs, and below it what is the same in all. Environments are the files `environments/NAME.yaml` here and in the directories
    /// above, up to the root of the repository. Exit codes: 0 done; 2 one of them is wrong.
    List(EnvListArgs),
}

/// Arguments of `env list`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct EnvListArgs {
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
}
