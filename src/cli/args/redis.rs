//! Arguments of `redis`.

use clap::{Args, Subcommand};

use super::format::Format;
use super::kubeconfig::KubeconfigArgs;
use super::render::RenderArgs;

/// The commands about Redis nodes.
#[derive(Subcommand, Debug)]
pub enum RedisCommand {
    /// Say how every Redis node of a target is, and what differs from Git
    ///
    /// At a terminal the table is renewed every two seconds until Ctrl-C. Exit codes: 0 done, whatever differs; 2 a node could not be asked.
    Status(Box<NodesArgs>),
}

/// Arguments of `redis status`.
#[derive(Args, Debug)]
pub struct NodesArgs {
    /// The environment, or a directory whose objects tell of databases
    #[arg(value_name = "PATH")]
    pub environment: String,
    /// Print the table once, at a terminal too
    #[arg(long)]
    pub once: bool,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub interval: u64,
    /// How to write it
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Format,
    /// The cluster.
    #[command(flatten)]
    pub cluster: KubeconfigArgs,
    /// How the overlay is rendered.
    #[command(flatten)]
    pub render: RenderArgs,
}
