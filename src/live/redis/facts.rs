//! What a node is: whether it is one of a cluster, who it is, its memory, where it runs.

use std::time::Duration;

use ::redis::{cmd, pipe};

use crate::redis::Info;
use crate::slots::{Node, NodeId};

use super::cluster_error::ClusterError;
use super::connection::Connection;
use super::error::{NodeError, Trouble};

const PATIENCE: Duration = Duration::from_secs(10);

/// The label that a server's own zone gets.
const ZONE_LABEL: &str = "availability-zone";

/// What `INFO` tells of a node.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts(Info);

/// Asks a node.
pub(super) async fn of(connection: &Connection) -> Result<Facts, NodeError> {
    let sections = ["memory", "server"];
    let mut asked = pipe();
    for section in sections {
        asked.cmd("INFO").arg(section);
    }
    let replies = connection.pipeline(&asked, PATIENCE).await?;
    let texts: Vec<String> = replies.into_iter().filter_map(|reply| connection.read(reply).ok()).collect();
    Ok(Facts(Info::parse(&texts.concat())))
}

impl Facts {
    /// Writes them into a node.
    pub(super) fn tell(&self, node: &mut Node) {
        let Facts(info) = self;
        node.used_memory = info.number("used_memory");
        node.maxmemory = info.number("maxmemory");
        // Valkey 8 and later.
        if let Some(zone) = info.get("availability_zone").filter(|zone| !zone.is_empty()) {
            node.zone = Some(zone.to_owned());
            node.labels.insert(ZONE_LABEL.to_owned(), zone.to_owned());
        }
    }
}

/// Makes sure that the node of that identity answers, and no other: a map may lead somewhere else.
pub(super) async fn identify(connection: &Connection, id: &NodeId) -> Result<(), NodeError> {
    let found: String = connection.query(cmd("CLUSTER").arg("MYID")).await?;
    match found == id.as_str() {
        true => Ok(()),
        false => {
            Err(NodeError::new(connection.address(), Trouble::OtherNode { wanted: id.clone(), found: found.into() }))
        }
    }
}

/// Why a server that answers does not know `CLUSTER NODES`.
pub(super) async fn why_no_cluster(connection: &Connection, error: NodeError) -> ClusterError {
    let Some(code) = error.code() else { return ClusterError::NoSeed(vec![error]) };
    if code != "ERR" {
        return ClusterError::NoSeed(vec![error]);
    }
    let info = connection.query::<String>(cmd("INFO").arg("server")).await.unwrap_or_default();
    match Info::parse(&info).get("redis_mode") {
        Some("sentinel") => ClusterError::Sentinel(connection.address().clone()),
        Some("standalone") => ClusterError::Standalone(connection.address().clone()),
        _ if error.to_string().contains("cluster support disabled") => {
            ClusterError::Standalone(connection.address().clone())
        }
        _ => ClusterError::NoSeed(vec![error]),
    }
}
