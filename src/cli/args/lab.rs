//! Arguments of `lab`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::lab::{Forward, Network};

use super::format::Format;

/// The commands about labs.
#[derive(Subcommand, Debug)]
pub enum LabCommand {
    /// Start servers and make a cluster of them
    ///
    /// Prints the address of a node on the first line, and on the second, where nodes announce other addresses, the `--map` options that lead to them.
    /// Node 1 and on are masters, then come their replicas in the same order; the rest are spares: masters without slots. When anything fails nothing
    /// is left running.
    Up(Box<UpArgs>),
    /// Say how its servers are
    Status(StatusArgs),
    /// End its servers and remove their data
    ///
    /// Only processes that `lab up` started are ended: each is known by its id, its start time and its command line.
    Down(DownArgs),
    /// End the server of one node at once, as a crash does
    Kill(NodeArgs),
    /// Start the server of a node again that has ended, with the files it has
    ///
    /// It has its identity and its view of the cluster; data only where the lab was started with persistence: `--config 'appendonly yes'`.
    Start(NodeArgs),
    /// Print a compose file for the same cluster, for those who have a container engine
    Compose(ComposeArgs),
    /// Lead from ports of this machine to sockets of servers; `lab up --announce` starts it
    #[command(hide = true)]
    Forward(ForwardArgs),
}

/// Where a lab is kept.
#[derive(Args, Clone, Debug)]
pub struct FolderArgs {
    /// The folder of its state and data
    #[arg(long, value_name = "DIR", default_value = ".redisops-lab")]
    pub dir: PathBuf,
}

/// How many nodes there are, and at which ports.
#[derive(Args, Clone, Copy, Debug)]
pub struct LayoutArgs {
    /// Nodes, spares included; 2 more than masters and replicas are when it is not given
    #[arg(long, value_name = "N")]
    pub nodes: Option<u16>,
    /// Masters with slots
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub masters: u16,
    /// Replicas of each
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub replicas: u16,
    /// The port of the first node; the next follow. The ports 10000 higher are needed as well
    #[arg(long, value_name = "PORT", default_value_t = 7001, value_parser = clap::value_parser!(u16).range(1..))]
    pub base_port: u16,
}

/// Arguments of `lab up`.
#[derive(Args, Debug)]
pub struct UpArgs {
    /// Where it is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
    /// Its nodes.
    #[command(flatten)]
    pub layout: LayoutArgs,
    /// Write that many keys: `key:000000` and on
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub keys: u64,
    /// Bytes of each value
    #[arg(long, value_name = "BYTES", default_value_t = 100)]
    pub value_size: usize,
    /// Let nodes announce addresses of that network, .11 and on, which cannot be reached from here: `172.30.0.0/24`
    #[arg(long, value_name = "NETWORK")]
    pub announce: Option<Network>,
    /// The server program: a path, or a name in PATH. `redis-server`, else `valkey-server`, when it is not given
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// A line for the configuration of each server, `maxmemory 100mb`; may be given several times
    #[arg(long, value_name = "LINE")]
    pub config: Vec<String>,
    /// How to write the result: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
}

/// Arguments of `lab status`.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Where it is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
}

/// Arguments of `lab down`.
#[derive(Args, Debug)]
pub struct DownArgs {
    /// Where it is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// Arguments of `lab kill` and `lab start`.
#[derive(Args, Debug)]
pub struct NodeArgs {
    /// The number of the node, as `lab status` has it
    #[arg(value_name = "NODE")]
    pub node: u16,
    /// Where the lab is kept.
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// Arguments of `lab compose`.
#[derive(Args, Debug)]
pub struct ComposeArgs {
    /// Its nodes.
    #[command(flatten)]
    pub layout: LayoutArgs,
    /// The network of the containers, whose addresses from .11 on nodes have
    #[arg(long, value_name = "NETWORK", default_value = "172.30.0.0/24")]
    pub network: Network,
    /// The image: one that has `redis-server` and `redis-cli`
    #[arg(long, value_name = "IMAGE", default_value = crate::lab::IMAGE)]
    pub image: String,
}

/// Arguments of `lab forward`.
#[derive(Args, Debug)]
pub struct ForwardArgs {
    /// ADDRESS:PORT=SOCKET
    #[arg(required = true)]
    pub ways: Vec<Forward>,
}
