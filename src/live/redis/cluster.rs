//! All nodes of one cluster.

use ::redis::cmd;
use futures::future::join_all;

use crate::redis::{NodeLine, View, merge_views, parse_nodes};
use crate::slots::{Address, ClusterState, NodeId};

use super::access::Access;
use super::cluster_error::ClusterError;
use super::connection::Connection;
use super::error::{NodeError, Trouble};
use super::facts;

/// A node that some node of the cluster knows.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its identity.
    pub id: NodeId,
    /// The address that it announces, to hand to servers; where it announces none, the one that it was reached at.
    pub address: Address,
    /// A connection to it, or why there is none.
    pub link: Result<Connection, NodeError>,
    /// The address to connect to: as announced, or the host name where TLS needs it.
    dial: Address,
}

/// Connections to every node that some node of a cluster knows.
#[derive(Clone, Debug)]
pub struct Cluster {
    access: Access,
    seed: Address,
    members: Vec<Member>,
}

impl Cluster {
    /// Asks the first seed that answers who its nodes are, and connects to all of them, and to those that only they know. A seed is an address that a
    /// node announces or one at which it is reached. Nodes that cannot be reached are kept with the reason.
    ///
    /// # Errors
    /// When no seed answers as a node of a cluster does, or the nodes announce addresses that lead nowhere from here.
    pub async fn connect(access: &Access, seeds: &[Address]) -> Result<Cluster, ClusterError> {
        let mut refused = Vec::new();
        for seed in seeds {
            match Self::connect_by(access, seed).await {
                Err(ClusterError::NoSeed(errors)) => refused.extend(errors),
                other => return other,
            }
        }
        Err(ClusterError::NoSeed(refused))
    }

    async fn connect_by(access: &Access, seed: &Address) -> Result<Cluster, ClusterError> {
        let unreachable = |error| ClusterError::NoSeed(vec![error]);
        let connection = access.connect(seed).await.map_err(unreachable)?;
        let lines = match nodes_of(&connection).await {
            Ok(lines) => lines,
            Err(error) => return Err(facts::why_no_cluster(&connection, error).await),
        };
        let mut cluster = Cluster { access: access.clone(), seed: seed.clone(), members: Vec::new() };
        let own = lines.iter().find(|line| line.myself).cloned();
        if let Some(own) = own {
            let member = cluster.seed_member(&own, connection).await;
            cluster.members.push(member);
        }
        cluster.take_in(&lines).await;
        cluster.check_reach(&lines)?;
        // Nodes that only some nodes know.
        loop {
            let before = cluster.members.len();
            let views = cluster.views().await;
            let known: Vec<NodeLine> =
                views.iter().filter_map(|(_, view)| view.as_ref().ok()).flat_map(|view| view.lines.clone()).collect();
            cluster.take_in(&known).await;
            if cluster.members.len() == before {
                return Ok(cluster);
            }
        }
    }

    /// The seed by the address that it announces where that leads to it, and else as it was reached.
    async fn seed_member(&mut self, own: &NodeLine, connection: Connection) -> Member {
        let dial = self.dial(own).unwrap_or_else(|| self.seed.clone());
        let address = own.address.clone().unwrap_or_else(|| dial.clone());
        if dial == self.seed {
            return Member { id: own.id.clone(), address, link: Ok(connection), dial };
        }
        let link = match self.dialled(&own.id, &dial).await {
            Ok(link) => link,
            Err(_) => {
                self.access.map.learn(&dial, &self.access.map.reach(&self.seed));
                connection.announced(&dial)
            }
        };
        Member { id: own.id.clone(), address, link: Ok(link), dial }
    }

    /// Connects to nodes that are not members yet.
    async fn take_in(&mut self, lines: &[NodeLine]) {
        let mut new: Vec<(NodeId, Address, Address)> = Vec::new();
        for line in lines {
            let known = self.members.iter().any(|member| member.id == line.id) || new.iter().any(|n| n.0 == line.id);
            if known || line.role.is_none() {
                continue;
            }
            if let Some(dial) = self.dial(line) {
                new.push((line.id.clone(), line.address.clone().unwrap_or_else(|| dial.clone()), dial));
            }
        }
        let links = join_all(new.iter().map(|(id, _, dial)| self.dialled(id, dial))).await;
        self.members.extend(
            new.iter()
                .zip(links)
                .map(|((id, address, dial), link)| Member {
                    id: id.clone(),
                    address: address.clone(),
                    link,
                    dial: dial.clone(),
                })
                .collect::<Vec<_>>(),
        );
    }

    /// Where to connect to a node. A name is needed where a certificate is compared with it, and is all that there is of some nodes; else the address
    /// is better, as it needs no look-up.
    fn dial(&mut self, line: &NodeLine) -> Option<Address> {
        let named = line.hostname.as_ref().zip(line.port).map(|(host, port)| Address::new(host.clone(), port));
        match (&line.address, named) {
            (Some(address), Some(named)) if self.access.tls.is_some() => {
                let reached = self.access.map.reach(address);
                self.access.map.learn(&named, &reached);
                Some(named)
            }
            (Some(address), _) => Some(address.clone()),
            (None, named) => named,
        }
    }

    /// A connection to the node of that identity.
    async fn dialled(&self, id: &NodeId, dial: &Address) -> Result<Connection, NodeError> {
        let connection = self.access.connect(dial).await?;
        facts::identify(&connection, id).await?;
        Ok(connection)
    }

    /// Whether the nodes announce addresses that are of use here.
    fn check_reach(&self, lines: &[NodeLine]) -> Result<(), ClusterError> {
        let others =
            || self.members.iter().filter(|member| lines.iter().any(|line| line.id == member.id && !line.myself));
        let alive = |member: &&Member| {
            lines.iter().any(|line| {
                line.id == member.id
                    && line.link == crate::redis::LinkState::Connected
                    && !line.flags.iter().any(|flag| flag.starts_with("fail"))
            })
        };
        let lost: Vec<&Member> = others()
            .filter(alive)
            .filter(|member| {
                member.link.as_ref().is_err_and(NodeError::is_lost) && !self.access.map.covers(&member.dial)
            })
            .collect();
        if lost.is_empty() || others().any(|member| member.link.is_ok()) {
            return Ok(());
        }
        Err(ClusterError::Unmapped {
            seed: self.seed.clone(),
            errors: lost.iter().filter_map(|member| member.link.clone().err()).collect(),
        })
    }

    /// The seed that answered.
    pub fn seed(&self) -> &Address {
        &self.seed
    }

    /// How its nodes are reached, what was learned of them included.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The nodes, reachable or not.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The node of that identity.
    pub fn member(&self, id: &NodeId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }

    /// A further connection to a node, of that name in its `CLIENT LIST`.
    ///
    /// # Errors
    /// When it cannot be reached, or another node answers there.
    pub async fn open(&self, member: &Member, name: &str) -> Result<Connection, NodeError> {
        let connection = self.access.named(name).connect(&member.dial).await?;
        facts::identify(&connection, &member.id).await?;
        Ok(connection.announced(&member.address))
    }

    /// What each node says about all nodes, in the order of the members.
    pub async fn views(&self) -> Vec<(&Member, Result<View, NodeError>)> {
        let asked = self.members.iter().map(|member| async move {
            let view = match &member.link {
                Ok(connection) => nodes_of(connection).await.map(|lines| View {
                    id: member.id.clone(),
                    address: member.address.clone(),
                    lines,
                }),
                Err(error) => Err(error.clone()),
            };
            (member, view)
        });
        join_all(asked).await
    }

    /// The cluster as a value: what its nodes say, their memory and their zones; without what is in the slots.
    pub async fn state(&self) -> ClusterState {
        let views: Vec<View> = self.views().await.into_iter().filter_map(|(_, view)| view.ok()).collect();
        let mut state = merge_views(&views);
        let facts = join_all(self.members.iter().map(|member| async move {
            match &member.link {
                Ok(connection) => facts::of(connection).await.ok(),
                Err(_) => None,
            }
        }))
        .await;
        for (member, facts) in self.members.iter().zip(facts) {
            let node = state.nodes.iter_mut().find(|node| node.id == member.id);
            if let (Some(node), Some(facts)) = (node, facts) {
                facts.tell(node);
            }
        }
        state
    }
}

/// What a node says about all nodes.
pub(super) async fn nodes_of(connection: &Connection) -> Result<Vec<NodeLine>, NodeError> {
    let text: String = connection.query(cmd("CLUSTER").arg("NODES")).await?;
    parse_nodes(&text).map_err(|bad| NodeError::new(connection.address(), Trouble::NotRedis(bad.to_string())))
}
