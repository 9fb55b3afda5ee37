//! From servers that know nobody to a cluster that all of them agree on.

use std::time::Duration;

use futures::future::try_join_all;
use tokio::time::{Instant, sleep};

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Access, Connection, NodeError};
use crate::redis::{Info, NodeLine, parse_nodes};
use crate::slots::{Address, NodeId, Role};

use super::config::bus_port;
use super::spec::{Layout, Position};

/// Between two looks at what servers say.
const PAUSE: Duration = Duration::from_millis(15);

/// How long the whole may take. Servers are ready two seconds after their start, by their design; slow machines need more.
const PATIENCE: Duration = Duration::from_secs(60);

/// Connects to servers that were just started, and waits until each answers. `alive` says what ended a server that has ended.
pub async fn connect(
    access: &Access,
    addresses: &[Address],
    mut alive: impl FnMut(usize) -> Result<(), Diagnostic>,
) -> Result<Vec<Connection>, Diagnostic> {
    let deadline = Instant::now() + PATIENCE;
    let mut connections = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        loop {
            match access.connect(address).await {
                Ok(connection) => break connections.push(connection),
                Err(error) => {
                    alive(index)?;
                    if Instant::now() >= deadline {
                        return Err(failed(&error));
                    }
                }
            }
            sleep(PAUSE).await;
        }
    }
    Ok(connections)
}

/// Makes a cluster of servers that know nobody, laid out as said, and waits until all of them agree, replicas are in sync and the cluster takes
/// writes. Returns their identities. The same layout is formed the same way every time: epochs are the numbers of the masters.
pub async fn form(nodes: &[Connection], layout: Layout, short_slots: bool) -> Result<Vec<NodeId>, Diagnostic> {
    let deadline = Instant::now() + PATIENCE;
    let numbered = || (1u16..).zip(nodes);
    let ids: Vec<NodeId> = try_join_all(nodes.iter().map(my_id)).await.map_err(|error| failed(&error))?;
    let assign = numbered().map(async |(number, node)| {
        let position = layout.position(number);
        if !matches!(position, Position::Replica(_)) {
            node.query::<()>(::redis::cmd("CLUSTER").arg("SET-CONFIG-EPOCH").arg(number)).await?;
        }
        if let Position::Master(range) = position {
            let mut command = ::redis::cmd("CLUSTER");
            if short_slots {
                command.arg("ADDSLOTSRANGE").arg(range.first().number()).arg(range.last().number());
            } else {
                command.arg("ADDSLOTS");
                range.iter().for_each(|slot| {
                    command.arg(slot.number());
                });
            }
            node.query::<()>(&command).await?;
        }
        Ok(())
    });
    try_join_all(assign).await.map_err(|error| failed(&error))?;
    // Everybody meets everybody: gossip from one to all takes seconds.
    meet(nodes, |a, b| a < b).await?;
    until(deadline, nodes, "know each other", |_, view| {
        ids.iter().all(|id| view.iter().any(|line| line.id == *id && !line.flags.iter().any(|f| f == "handshake")))
    })
    .await?;
    let copy = numbered().map(async |(number, node)| match layout.position(number) {
        Position::Replica(master) => {
            let id = ids[usize::from(master) - 1].as_str();
            node.query::<()>(::redis::cmd("CLUSTER").arg("REPLICATE").arg(id)).await
        }
        _ => Ok(()),
    });
    try_join_all(copy).await.map_err(|error| failed(&error))?;
    // Meeting again tells everybody what each has become; heartbeats do so within half of the node time-out.
    meet(nodes, |a, b| a != b).await?;
    until(deadline, nodes, "agree", |_, view| {
        view.len() == nodes.len()
            && (1..).zip(&ids).all(|(number, id)| is_in_place(view, id, layout.position(number), &ids))
    })
    .await?;
    try_join_all(nodes.iter().map(|node| ready(node, deadline))).await?;
    Ok(ids)
}

/// Lets nodes introduce themselves to others; which to which, by their indexes.
async fn meet(nodes: &[Connection], wanted: impl Fn(usize, usize) -> bool) -> Result<(), Diagnostic> {
    let meetings = nodes.iter().enumerate().map(async |(index, node)| {
        let mut commands = ::redis::pipe();
        for (_, other) in nodes.iter().enumerate().filter(|(other, _)| wanted(index, *other)) {
            let Address { host, port } = other.address();
            commands.cmd("CLUSTER").arg("MEET").arg(host).arg(*port).arg(bus_port(*port));
        }
        let replies = node.pipeline(&commands, PATIENCE).await?;
        replies.into_iter().try_for_each(|reply| node.read::<()>(reply))
    });
    try_join_all(meetings).await.map_err(|error| failed(&error))?;
    Ok(())
}

/// Whether a view has a node where the layout wants it.
fn is_in_place(view: &[NodeLine], id: &NodeId, position: Position, ids: &[NodeId]) -> bool {
    let Some(line) = view.iter().find(|line| line.id == *id) else { return false };
    // Alone it has nobody to learn its address from.
    let healthy = line.flags.is_empty() && (line.address.is_some() || ids.len() == 1);
    healthy
        && match position {
            Position::Master(range) => line.role == Some(Role::Master) && line.slots.len() == range.count(),
            Position::Spare => line.role == Some(Role::Master) && line.slots.is_empty(),
            Position::Replica(master) => line.master.as_ref() == ids.get(usize::from(master) - 1),
        }
}

async fn my_id(node: &Connection) -> Result<NodeId, NodeError> {
    node.query::<String>(::redis::cmd("CLUSTER").arg("MYID")).await.map(NodeId::from)
}

/// What a node says about all.
pub async fn view(node: &Connection) -> Result<Vec<NodeLine>, Diagnostic> {
    let text: String = node.query(::redis::cmd("CLUSTER").arg("NODES")).await.map_err(|error| failed(&error))?;
    parse_nodes(&text).map_err(|error| Diagnostic::error("redisops::lab::form", format!("{}: {error}", node.address())))
}

/// Waits until the views of all nodes are as wanted.
async fn until(
    deadline: Instant,
    nodes: &[Connection],
    what: &str,
    wanted: impl Fn(&Connection, &[NodeLine]) -> bool,
) -> Result<(), Diagnostic> {
    for node in nodes {
        while !wanted(node, &view(node).await?) {
            if Instant::now() >= deadline {
                return Err(late(node, &format!("does not {what} with the others")));
            }
            sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// Waits until a node takes writes, or copies its master.
async fn ready(node: &Connection, deadline: Instant) -> Result<(), Diagnostic> {
    loop {
        let state: String = node.query(::redis::cmd("CLUSTER").arg("INFO")).await.map_err(|error| failed(&error))?;
        let replication: String =
            node.query(::redis::cmd("INFO").arg("replication")).await.map_err(|error| failed(&error))?;
        let replication = Info::parse(&replication);
        let synced = replication.get("role") == Some("master") || replication.get("master_link_status") == Some("up");
        // A master counts its replica once that has loaded what it was sent.
        let fed =
            replication.fields("slave0").find(|(name, _)| *name == "state").is_none_or(|(_, state)| state == "online");
        if Info::parse(&state).get("cluster_state") == Some("ok") && synced && fed {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(late(node, if synced { "does not take writes" } else { "is not in sync with its master" }));
        }
        sleep(PAUSE).await;
    }
}

fn late(node: &Connection, what: &str) -> Diagnostic {
    let seconds = PATIENCE.as_secs();
    Diagnostic::error("redisops::lab::form", format!("{} {what} after {seconds} s", node.address()))
}

fn failed(error: &NodeError) -> Diagnostic {
    Diagnostic::error("redisops::lab::form", error.to_string())
}
