//! Arguments of `cluster`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::access::AccessArgs;
use super::format::Format;
use super::time::time;

/// The commands about clusters in pods.
#[derive(Subcommand, Debug)]
pub enum ClusterCommand {
    /// Bring a cluster to another size, in the pods that there are in the end
    ///
    /// Nodes of new pods join and get slots and replicas; masters in pods that go hand over or give their slots away, and leave. Run it again after any
    /// interruption and it goes on. Exit codes: 0 the cluster is as wanted and whole; 2 it is not.
    Scale(Box<ResizeArgs>),
    /// Empty the pods that go, and say so on the StatefulSet: what is done before it shrinks
    ///
    /// Does nothing where no pod goes. Exit codes: 0 the pods that go hold nothing; 2 they may.
    Drain(Box<ResizeArgs>),
    /// Take new pods into the cluster: what is done after the StatefulSet has grown
    ///
    /// Does nothing where all have their part. Exit codes: 0 the cluster is as wanted and whole; 2 it is not.
    Join(Box<ResizeArgs>),
}

/// Arguments of `cluster scale`, `drain` and `join`.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub struct ResizeArgs {
    /// The environment whose entry in `spec.redis` says how the pods are reached; ENV/ENTRY where it has several clusters
    #[arg(value_name = "ENV")]
    pub environment: Option<String>,
    /// How many pods there are in the end
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub nodes: u16,
    /// How many replicas each master has; without it, as many as now
    #[arg(long, value_name = "N")]
    pub replicas: Option<u16>,
    /// A pod and where its node is reached from here; may be given several times, in the order of the pods
    #[arg(long, value_name = "NAME=HOST:PORT")]
    pub pod: Vec<String>,
    /// Where a pod runs, so that no replica is in the zone of its master; may be given several times
    #[arg(long, value_name = "NAME=ZONE")]
    pub zone: Vec<String>,
    /// The StatefulSet of the pods: it says how many there are now, and gets the annotation `redisops.dev/drained-to` once the others are empty
    #[arg(long, value_name = "[NAMESPACE/]NAME")]
    pub stateful_set: Option<String>,
    /// Where pods of the StatefulSet are reached, with `{pod}` for the name [default: by their names in its Service, port 6379]
    #[arg(long, value_name = "HOST:PORT", requires = "stateful_set")]
    pub address: Option<String>,
    /// A kubeconfig; without it, that of the environment, `KUBECONFIG`, `~/.kube/config` or the account of the pod
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// A context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// How long pods that stay may take to answer
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    pub wait: Duration,
    /// What the 99th percentile of clients' latency may be meanwhile; `off` for as fast as it gets [default: that of the environment, else 5ms]
    #[arg(long, value_name = "TIME|off")]
    pub latency_budget: Option<String>,
    /// How to write the result: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}
