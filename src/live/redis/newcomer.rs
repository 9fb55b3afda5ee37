//! A node that is to join.

use std::collections::BTreeMap;

use crate::slots::{Address, JOINING, Node, Role, SlotSet};

use super::access::Access;
use super::cluster::{Cluster, nodes_of};
use super::cluster_error::ClusterError;
use super::facts;

/// A node that is to join.
#[derive(Clone, PartialEq, Debug)]
pub struct Newcomer {
    /// As a node of the state: a master without slots that carries [`JOINING`]. Its address is the one that it announces; where it announces none yet,
    /// the one that was named, by its announced side where a map has it.
    pub node: Node,
    /// Whether it is a member already.
    pub member: bool,
}

impl Cluster {
    /// Asks a node that is to join who it is.
    ///
    /// # Errors
    /// When it does not answer as a node does, or the address that it announces does not lead to it from here.
    pub async fn newcomer(&self, named: &Address) -> Result<Newcomer, ClusterError> {
        let access: &Access = self.access();
        let lost = |error| ClusterError::NoSeed(vec![error]);
        let connection = access.connect(named).await.map_err(lost)?;
        let lines = match nodes_of(&connection).await {
            Ok(lines) => lines,
            Err(error) => return Err(facts::why_no_cluster(&connection, error).await),
        };
        let own = lines.into_iter().find(|line| line.myself);
        let own = own.ok_or_else(|| ClusterError::Standalone(named.clone()))?;
        let address =
            own.address.clone().unwrap_or_else(|| access.map.announced(named).unwrap_or_else(|| named.clone()));
        if access.map.reach(&address) != access.map.reach(named) {
            let reached = access.connect(&address).await.map_err(|error| unmapped(named, error))?;
            facts::identify(&reached, &own.id).await.map_err(|error| unmapped(named, error))?;
        }
        let member = self.member(&own.id).is_some();
        let mut node = Node {
            id: own.id,
            address,
            hostname: own.hostname,
            role: Role::Master,
            master: None,
            zone: None,
            labels: BTreeMap::new(),
            slots: SlotSet::new(),
            flags: vec![JOINING.to_owned()],
            config_epoch: own.config_epoch,
            used_memory: None,
            maxmemory: None,
        };
        if let Ok(facts) = facts::of(&connection).await {
            facts.tell(&mut node);
        }
        Ok(Newcomer { node, member })
    }
}

fn unmapped(named: &Address, error: super::error::NodeError) -> ClusterError {
    ClusterError::UnmappedNewcomer { named: named.clone(), error }
}
