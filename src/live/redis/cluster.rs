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
    /// The address that was connected to: as announced, or the host name where TLS needs it.
    dial: Address,
}

impl Member {
    /// Where it was connected to.
    pub(super) fn dialled_address(&self) -> &Address {
        &self.dial
    }
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
        let ways = self.ways(own);
        let address = own.address.clone().or_else(|| ways.first().cloned()).unwrap_or_else(|| self.seed.clone());
        let id = own.id.clone();
        if ways.is_empty() || ways.contains(&self.seed) {
            return Member { id, link: Ok(connection.announced(&address)), address, dial: self.seed.clone() };
        }
        if let (dial, Ok(link)) = self.dialled(&own.id, &ways).await {
            return Member { id, link: Ok(link.announced(&address)), address, dial };
        }
        let reached = self.access.map.reach(&self.seed);
        self.access.map.learn(&address, &reached);
        Member { id, link: Ok(connection.announced(&address)), dial: address.clone(), address }
    }

    /// Connects to nodes that are not members yet.
    async fn take_in(&mut self, lines: &[NodeLine]) {
        let mut new: Vec<(NodeId, Address, Vec<Address>)> = Vec::new();
        for line in lines {
            let known = self.members.iter().any(|member| member.id == line.id) || new.iter().any(|n| n.0 == line.id);
            if known || line.role.is_none() {
                continue;
            }
            let ways = self.ways(line);
            if let Some(first) = ways.first() {
                new.push((line.id.clone(), line.address.clone().unwrap_or_else(|| first.clone()), ways));
            }
        }
        let links = join_all(new.iter().map(|(id, _, ways)| self.dialled(id, ways))).await;
        let members = new.into_iter().zip(links);
        self.members.extend(members.map(|((id, address, _), (dial, link))| {
            let link = link.map(|connection| connection.announced(&address));
            Member { id, address, link, dial }
        }));
    }

    /// Where to connect to a node, the best first. A name is needed where a certificate is compared with it, and is all that there is of some nodes; else
    /// the address is better, as it needs no look-up.
    fn ways(&mut self, line: &NodeLine) -> Vec<Address> {
        let named = line.hostname.as_ref().zip(line.port).map(|(host, port)| Address::new(host.clone(), port));
        match (line.address.clone(), named) {
            // An API server leads to pods by their names.
            (Some(address), Some(named)) if self.access.tunnel.is_some() && !self.access.map.covers(&address) => {
                vec![named, address]
            }
            (Some(address), Some(named)) if self.access.tls.is_some() => {
                let reached = self.access.map.reach(&address);
                self.access.map.learn(&named, &reached);
                vec![named, address]
            }
            (Some(address), _) => vec![address],
            (None, named) => named.into_iter().collect(),
        }
    }

    /// A connection to the node of that identity, and the way that it took. Where a certificate does not have a node's name it may have its address.
    async fn dialled(&self, id: &NodeId, ways: &[Address]) -> (Address, Result<Connection, NodeError>) {
        let mut last = None;
        for way in ways {
            let link = self.dialled_by(id, way).await;
            let goes_on = link.as_ref().is_err_and(|error| matches!(error.trouble, Trouble::Tls(_)));
            last = Some((way.clone(), link));
            if !goes_on {
                break;
            }
        }
        last.unwrap_or_else(|| {
            let nowhere = NodeError::new(&self.seed, Trouble::Unreachable("it announces no address".to_owned()));
            (self.seed.clone(), Err(nowhere))
        })
    }

    async fn dialled_by(&self, id: &NodeId, dial: &Address) -> Result<Connection, NodeError> {
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
        let astray = |member: &&Member| {
            let error = member.link.as_ref().err();
            error.is_some_and(|error| matches!(error.trouble, Trouble::OtherNode { .. }))
        };
        let astray: Vec<NodeError> =
            others().filter(alive).filter(astray).filter_map(|member| member.link.clone().err()).collect();
        if !astray.is_empty() {
            return Err(ClusterError::NoSeed(astray));
        }
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
