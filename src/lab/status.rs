//! How the nodes of a lab are.

use futures::future::join_all;
use serde::Serialize;

use crate::redis::{Info, parse_nodes};
use crate::slots::{Address, NodeId, Role, SlotSet};

use super::life::Lab;
use super::process::Fate;
use super::state::LabNode;

/// How a lab is.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LabStatus {
    /// Its folder.
    pub dir: String,
    /// The program of its servers, and its version.
    pub server: String,
    /// The address of the first node, as it is reached from here.
    pub seed: Address,
    /// From announced to reachable addresses.
    pub map: Vec<String>,
    /// Its nodes, in their order.
    pub nodes: Vec<NodeStatus>,
}

/// How a node is. What only a running server knows is absent when it does not answer.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
    /// Its number, from 1.
    pub node: u16,
    /// The address that it announces.
    pub address: Address,
    /// Where it is reached from here.
    pub reach: Address,
    /// Its process.
    pub pid: u32,
    /// What has become of that.
    pub process: Fate,
    /// Its identity.
    pub id: Option<NodeId>,
    /// What it does.
    pub role: Option<Role>,
    /// Whom it copies.
    pub master: Option<NodeId>,
    /// The slots that it owns.
    pub slots: SlotSet,
    /// Keys of all databases.
    pub keys: Option<u64>,
    /// Bytes that it has allocated.
    pub used_memory: Option<u64>,
    /// Why it does not answer.
    pub error: Option<String>,
}

impl Lab {
    /// Asks every node how it is.
    pub async fn status(&self) -> LabStatus {
        let server = &self.state.server;
        LabStatus {
            dir: self.dir.display().to_string(),
            server: format!("{} {}", server.path.display(), server.version),
            seed: self.seed(),
            map: self.state.map.clone(),
            nodes: join_all(self.state.nodes.iter().map(|node| self.node_status(node))).await,
        }
    }

    async fn node_status(&self, node: &LabNode) -> NodeStatus {
        let mut status = NodeStatus {
            node: node.number,
            address: node.address.clone(),
            reach: self.access.map.reach(&node.address),
            pid: node.process.pid,
            process: node.process.fate(),
            id: node.id.clone(),
            role: None,
            master: None,
            slots: SlotSet::new(),
            keys: None,
            used_memory: None,
            error: None,
        };
        if status.process == Fate::Running
            && let Err(error) = self.ask(node, &mut status).await
        {
            status.error = Some(error);
        }
        status
    }

    async fn ask(&self, node: &LabNode, status: &mut NodeStatus) -> Result<(), String> {
        let connection = self.access.connect(&node.address).await.map_err(|error| error.to_string())?;
        let text: String =
            connection.query(::redis::cmd("CLUSTER").arg("NODES")).await.map_err(|error| error.to_string())?;
        let lines = parse_nodes(&text).map_err(|error| error.to_string())?;
        if let Some(myself) = lines.into_iter().find(|line| line.myself) {
            // It changes when somebody resets the node.
            status.id = Some(myself.id);
            status.role = myself.role;
            status.master = myself.master;
            status.slots = myself.slots;
        }
        let text: String = connection.query(&::redis::cmd("INFO")).await.map_err(|error| error.to_string())?;
        let info = Info::parse(&text);
        status.used_memory = info.number("used_memory");
        let keys = |db: usize| info.fields(&format!("db{db}")).find(|(name, _)| *name == "keys")?.1.parse::<u64>().ok();
        // Servers have 16 databases unless told otherwise; those without keys are not listed.
        status.keys = Some((0..256).filter_map(keys).sum());
        Ok(())
    }
}
