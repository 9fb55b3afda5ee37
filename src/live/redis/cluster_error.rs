//! Why a cluster cannot be worked with.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::Address;

use super::error::NodeError;

/// Why a cluster cannot be worked with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClusterError {
    /// No seed answers as a node does; what each says.
    NoSeed(Vec<NodeError>),
    /// The seed runs without cluster mode.
    Standalone(Address),
    /// The seed is a Sentinel.
    Sentinel(Address),
    /// A node that is to join announces an address that leads elsewhere, or nowhere.
    UnmappedNewcomer {
        /// How it was named.
        named: Address,
        /// What happened at the address that it announces.
        error: NodeError,
    },
    /// The seed answers, and the addresses that its other nodes announce lead nowhere.
    Unmapped {
        /// The seed.
        seed: Address,
        /// What happened at each address.
        errors: Vec<NodeError>,
    },
}

/// How many addresses a message lists.
const LISTED: usize = 8;

impl From<ClusterError> for Diagnostics {
    fn from(error: ClusterError) -> Diagnostics {
        match error {
            ClusterError::NoSeed(errors) => Diagnostics(errors.iter().map(NodeError::diagnostic).collect()),
            ClusterError::Standalone(address) => {
                Diagnostic::error("redisops::redis::no_cluster", format!("`{address}` is not a node of a cluster"))
                    .note("the server runs with `cluster-enabled no`, so its keys have no slots")
                    .help("name a node of a cluster, or start the server with `cluster-enabled yes`")
                    .into()
            }
            ClusterError::Sentinel(address) => Diagnostic::error(
                "redisops::redis::sentinel",
                format!("`{address}` is a Sentinel, not a node of a cluster"),
            )
            .note("Sentinels watch a master and its replicas, which have no slots")
            .help("name a node of a cluster; nodes usually listen on port 6379")
            .into(),
            ClusterError::UnmappedNewcomer { named, error } => {
                let announced = &error.address;
                let message =
                    format!("`{named}` announces the address `{announced}`, which does not lead to it from here");
                Diagnostic::error("redisops::redis::unmapped", message)
                    .note(error.to_string())
                    .help(format!("say where it is reached: `--map {announced}={named}`"))
                    .into()
            }
            ClusterError::Unmapped { seed, errors } => unmapped(&seed, &errors).into(),
        }
    }
}

fn unmapped(seed: &Address, errors: &[NodeError]) -> Diagnostic {
    let message = format!("the other nodes of `{seed}` announce addresses that cannot be reached from here");
    let mut found = Diagnostic::error("redisops::redis::unmapped", message);
    for error in errors.iter().take(LISTED) {
        found = found.note(error.to_string());
    }
    if errors.len() > LISTED {
        found = found.note(format!("and {} more", errors.len() - LISTED));
    }
    let example = errors.first().map_or_else(String::new, |error| error.address.to_string());
    found.help(format!("say where they are reached: `--map {example}=HOST:PORT` for each, or `--map HOST=HOST`"))
}
