//! The nodes of a cluster and their connections, as the steps of a change need them.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::diagnostics::Diagnostic;
use crate::live;
use crate::live::redis::{Access, Cluster, Connection, NodeError, Trouble};
use crate::redis::{Info, LinkState, NodeLine, parse_nodes};
use crate::slots::{Address, NodeId};

/// A number of keys that has not changed for so long is taken for lasting.
const SETTLED: Duration = Duration::from_secs(2);

/// A node and the connection to it.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its identity.
    pub id: NodeId,
    /// The address that it announces.
    pub address: Address,
    /// The connection.
    pub connection: Connection,
}

/// What one node says about all nodes.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Who speaks.
    pub of: NodeId,
    /// Where it is reached.
    pub address: Address,
    /// What it says, or why it does not.
    pub lines: Result<Vec<NodeLine>, NodeError>,
}

impl View {
    /// Its line about that node.
    pub fn line(&self, id: &NodeId) -> Option<&NodeLine> {
        self.lines.as_ref().ok()?.iter().find(|line| line.id == *id)
    }

    /// Its line about itself.
    pub fn own(&self) -> Option<&NodeLine> {
        self.line(&self.of)
    }

    /// Whether it counts that node as a member that it talks to.
    pub fn knows(&self, id: &NodeId) -> bool {
        self.of == *id || self.line(id).is_some_and(|line| is_settled(line) && line.link == LinkState::Connected)
    }
}

/// Whether a line is about a member, not about somebody whose handshake is not over or who is gone.
pub(super) fn is_settled(line: &NodeLine) -> bool {
    !line.flags.iter().any(|flag| matches!(flag.as_str(), "handshake" | "noaddr"))
}

/// The members of a cluster that can be reached, and those that cannot.
#[derive(Clone, Debug)]
pub struct Members {
    access: Access,
    members: Vec<Member>,
    missing: Vec<(NodeId, NodeError)>,
}

impl Members {
    /// The nodes of a cluster, with the connections that it has.
    pub fn of(cluster: &Cluster) -> Members {
        let (mut members, mut missing) = (Vec::new(), Vec::new());
        for live::redis::Member { id, address, link, .. } in cluster.members() {
            match link {
                Ok(connection) => {
                    members.push(Member { id: id.clone(), address: address.clone(), connection: connection.clone() })
                }
                Err(error) => missing.push((id.clone(), error.clone())),
            }
        }
        members.sort_by(|a, b| a.id.cmp(&b.id));
        Members { access: cluster.access().clone(), members, missing }
    }

    /// How they are reached.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Those that are reached, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.members.iter()
    }

    /// Those that the cluster lists but that cannot be reached, with the reason.
    pub fn missing(&self) -> &[(NodeId, NodeError)] {
        &self.missing
    }

    /// The connection to a member.
    ///
    /// # Errors
    /// When it cannot be reached, or is none.
    pub fn connection(&self, id: &NodeId) -> Result<&Connection, Diagnostic> {
        if let Some(member) = self.members.iter().find(|member| member.id == *id) {
            return Ok(&member.connection);
        }
        if let Some((_, error)) = self.missing.iter().find(|(missing, _)| missing == id) {
            return Err(failed("the node is needed", error));
        }
        Err(Diagnostic::error("redisops::slots::no-member", format!("`{id}` is no member of the cluster"))
            .help("make a new plan: the nodes have changed since this one was made"))
    }

    /// Adds a node that has joined.
    pub fn add(&mut self, member: Member) {
        self.members.retain(|other| other.id != member.id);
        self.missing.retain(|(other, _)| *other != member.id);
        self.members.push(member);
        self.members.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// Drops a node that has left.
    pub fn remove(&mut self, id: &NodeId) {
        self.members.retain(|member| member.id != *id);
        self.missing.retain(|(missing, _)| missing != id);
    }

    /// What every member that can be reached says, all asked at once.
    pub(super) async fn views(&self) -> Vec<View> {
        join_all(self.members.iter().map(view)).await
    }
}

/// What one member says.
pub(super) async fn view(member: &Member) -> View {
    View { of: member.id.clone(), address: member.address.clone(), lines: nodes(&member.connection).await }
}

/// `CLUSTER NODES` of a node.
pub(super) async fn nodes(connection: &Connection) -> Result<Vec<NodeLine>, NodeError> {
    let text: String = connection.query(::redis::cmd("CLUSTER").arg("NODES")).await?;
    parse_nodes(&text).map_err(|error| NodeError::new(connection.address(), Trouble::NotRedis(error.to_string())))
}

/// A section of `INFO` of a node.
pub(super) async fn info(connection: &Connection, section: &str) -> Result<Info, NodeError> {
    let text: String = connection.query(::redis::cmd("INFO").arg(section)).await?;
    Ok(Info::parse(&text))
}

/// How many keys a node holds, in all databases.
pub(super) async fn keys(connection: &Connection) -> Result<u64, NodeError> {
    let text: String = connection.query(::redis::cmd("INFO").arg("keyspace")).await?;
    Ok(keys_of(&text))
}

/// How many keys a node holds that owns no slot, once it has thrown away what it gave: that goes on in the background after an atomic move.
pub(super) async fn lasting_keys(connection: &Connection) -> Result<u64, NodeError> {
    let (mut last, mut since) = (keys(connection).await?, Instant::now());
    while last > 0 && since.elapsed() < SETTLED {
        sleep(Duration::from_millis(50)).await;
        let now = keys(connection).await?;
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    Ok(last)
}

/// The sum of `db0:keys=5,expires=0,avg_ttl=0` and its like.
pub(super) fn keys_of(text: &str) -> u64 {
    let databases = text.lines().filter_map(|line| line.strip_prefix("db")?.split_once(':'));
    databases
        .filter_map(|(_, fields)| fields.split(',').find_map(|f| f.strip_prefix("keys="))?.parse::<u64>().ok())
        .sum()
}

/// A step that a node did not take, as something to show.
pub(super) fn failed(doing: &str, error: &NodeError) -> Diagnostic {
    let mut found = error.diagnostic();
    found.message = format!("{doing}: {}", found.message);
    found.help.get_or_insert_with(|| {
        "mend what the server says and run the same command again: it goes on where it stopped".to_owned()
    });
    found
}

/// How long a step waits, what it may overlook, and whom it tells.
#[derive(Clone, Copy)]
pub struct Steps<'a> {
    /// How long to wait for one step to show everywhere.
    pub deadline: Duration,
    /// Names of checks whose errors become warnings.
    pub forced: &'a [String],
    /// Told of everything that happens.
    pub tell: &'a dyn Fn(Step),
}

impl Steps<'_> {
    /// Whether a check may fail.
    pub(super) fn may(&self, check: &str) -> bool {
        self.forced.iter().any(|name| name == check)
    }

    pub(super) fn say(&self, step: Step) {
        (self.tell)(step);
    }
}

/// Something that happened, or is waited for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Function libraries were copied to a node that joins.
    FunctionsCopied {
        /// The node.
        to: Address,
        /// How many.
        libraries: usize,
    },
    /// A node joins; so many others do not count it as a member yet.
    Meeting {
        /// The node.
        address: Address,
        /// How many.
        waiting_for: usize,
    },
    /// A node is a member.
    Joined {
        /// Its identity.
        id: NodeId,
        /// Where it listens.
        address: Address,
    },
    /// A replica fetches the data of its master.
    Syncing {
        /// The replica.
        node: NodeId,
        /// Its master.
        master: NodeId,
        /// Bytes of the snapshot that are still to come, where the server says so.
        left_bytes: Option<u64>,
        /// Bytes that its master wrote since, where the link is up.
        behind: Option<u64>,
    },
    /// A replica has all that its master has.
    InSync {
        /// The replica.
        node: NodeId,
        /// Its master.
        master: NodeId,
    },
    /// A replica takes over.
    FailingOver {
        /// The master.
        master: NodeId,
        /// The replica that becomes master.
        replica: NodeId,
    },
    /// A node was forgotten by all others.
    Forgotten {
        /// The node.
        id: NodeId,
        /// By how many.
        by: usize,
    },
    /// A node forgot the cluster and is empty.
    Reset {
        /// Who it was.
        id: NodeId,
        /// Where it listens.
        address: Address,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_all_databases_count() {
        assert_eq!(keys_of("# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\ndb11:keys=7,expires=1\r\n"), 12);
        assert_eq!(keys_of("# Keyspace\r\n"), 0);
    }
}
