//! What is known of databases when their nodes are worked on.

use std::collections::BTreeMap;

use ::redis::cmd;
use futures::future::BoxFuture;

use crate::drift::nodes::{Wanted, WantedNode, WantedSetting};
use crate::drift::{NodeChange, NodeField};
use crate::live::redis::{Access, Connection, NodeError, Trouble, open};
use crate::redis::Info;
use crate::redis::acl::Rules;
use crate::slots::Address;

/// A database, what differs on its nodes, and how they are reached.
#[derive(Clone, Debug)]
pub struct Database {
    /// As Git wants it.
    pub wanted: Wanted,
    /// As whom, with which certificates.
    pub access: Access,
    /// Its nodes and sentinels, with what differs.
    pub changes: Vec<NodeChange>,
    /// The users that nodes have now.
    pub users: BTreeMap<String, Vec<Rules>>,
    /// The addresses of its sentinels: their pods may be those of nodes.
    pub sentinels: Vec<String>,
    /// Nodes that take themselves for masters.
    pub masters: Vec<String>,
}

/// Who compares databases with Git.
pub trait Look: Sync {
    /// All databases as they are now.
    fn look(&self) -> BoxFuture<'_, Vec<Database>>;
}

impl Database {
    /// Opens a connection to a node.
    pub(super) async fn connect(&self, node: &NodeChange) -> Result<Connection, NodeError> {
        let address: Address = node.address.parse().map_err(|_| {
            let nowhere = Address::new("nowhere", 1);
            NodeError::new(&nowhere, Trouble::Unreachable(format!("`{}` is no address", node.address)))
        })?;
        open(&self.access, &address).await
    }

    /// A sentinel that answers and watches that master, and where it sees it.
    pub(super) async fn sentinel(&self, master: &str) -> Option<(Connection, (String, u16))> {
        let all = self.answering().filter(|(change, _)| self.is_sentinel(change));
        for (change, _) in all {
            let Ok(connection) = self.connect(change).await else { continue };
            let asked = connection.query(cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(master)).await;
            if let Ok(Some(at)) = asked {
                return Some((connection, at));
            }
        }
        None
    }

    /// Whether that is one of its sentinels.
    pub(super) fn is_sentinel(&self, change: &NodeChange) -> bool {
        self.sentinels.contains(&change.address)
    }

    /// What Git wants of a node.
    pub(super) fn node(&self, name: &str) -> Option<&WantedNode> {
        self.wanted.nodes.iter().find(|node| node.pod == name)
    }

    /// A setting that Git wants of a node.
    pub(super) fn setting(&self, node: &str, name: &str) -> Option<&WantedSetting> {
        // Members that only others know share what the first has.
        let node = self.node(node).or(self.wanted.nodes.first())?;
        node.settings.iter().find(|setting| setting.name == name)
    }

    /// The rules of a user as a node has them.
    pub(super) fn user(&self, node: &str, name: &str) -> Option<&Rules> {
        self.users.get(node)?.iter().find(|rules| rules.name == name)
    }

    /// The rules of a user as Git wants them.
    pub(super) fn wanted_user(&self, name: &str) -> Option<&Rules> {
        self.wanted.users.as_ref()?.iter().map(|user| &user.rules).find(|rules| rules.name == name)
    }

    /// Whether nodes can be told to follow the master of Git: not where another one is master now, after a failover.
    pub fn has_its_master(&self) -> bool {
        self.wanted.master.as_ref().is_some_and(|master| self.masters.contains(&master.value))
    }

    /// Whether its servers write what they have to a disk, as far as Git says it.
    pub fn keeps_data(&self) -> bool {
        let says = |name: &str, value: &str| {
            let of = |node: &WantedNode| node.settings.iter().any(|one| one.name == name && one.text() == value);
            !self.wanted.nodes.is_empty() && self.wanted.nodes.iter().all(of)
        };
        !(says("appendonly", "no") && says("save", ""))
    }

    /// Nodes that answered, and what differs on each.
    pub(super) fn answering(&self) -> impl Iterator<Item = (&NodeChange, &[NodeField])> {
        self.changes.iter().filter(|change| change.error.is_none()).map(|change| (change, change.fields.as_slice()))
    }
}

/// All that a node tells of itself.
pub(super) async fn info(connection: &Connection) -> Result<Info, NodeError> {
    let text: String = connection.query(&cmd("INFO")).await?;
    Ok(Info::parse(&text))
}
