//! The repairs that are a few commands to a node.

use std::time::Duration;

use ::redis::{Pipeline, Value, cmd, pipe};

use crate::live::redis::{Cluster, Connection, NodeError, Trouble};
use crate::slots::{Address, NodeId, SlotSet};

/// How long a node may take for a pipeline of quick commands.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// The connection to a node.
pub(super) fn link<'c>(cluster: &'c Cluster, id: &NodeId) -> Result<&'c Connection, NodeError> {
    match cluster.member(id) {
        Some(member) => member.link.as_ref().map_err(Clone::clone),
        None => Err(gone(cluster, id)),
    }
}

pub(super) fn gone(cluster: &Cluster, id: &NodeId) -> NodeError {
    NodeError::new(cluster.seed(), Trouble::Unreachable(format!("the cluster no longer knows node {id}")))
}

/// Sends commands whose answers must not be errors; the first that is, is the error.
pub(super) async fn must(connection: &Connection, steps: &Pipeline) -> Result<(), NodeError> {
    for reply in connection.pipeline(steps, PATIENCE).await? {
        connection.read::<Value>(reply)?;
    }
    Ok(())
}

pub(super) fn setslot(steps: &mut Pipeline, slots: &SlotSet, what: &str, node: Option<&NodeId>) {
    for slot in slots.iter() {
        let step = steps.cmd("CLUSTER").arg("SETSLOT").arg(slot.number()).arg(what);
        if let Some(node) = node {
            step.arg(node.as_str());
        }
    }
}

/// A node gives up slots for another owner and keeps their keys. `SETSLOT NODE` alone is refused while there are keys; and where it takes the last slot
/// from a master the server makes it a replica, which drops everything that it holds. Without the slot both do not happen.
pub(super) async fn let_go(cluster: &Cluster, node: &NodeId, owner: &NodeId, slots: &SlotSet) -> Result<(), NodeError> {
    let connection = link(cluster, node)?;
    let mut steps = pipe();
    steps.cmd("MULTI");
    for slot in slots.iter() {
        steps.cmd("CLUSTER").arg("DELSLOTS").arg(slot.number());
    }
    setslot(&mut steps, slots, "NODE", Some(owner));
    steps.cmd("EXEC");
    let done = connection.pipeline(&steps, PATIENCE).await?.pop().unwrap_or(Value::Nil);
    // Slots that it did not own are none to give up, and an owner that it has not met yet it learns of later.
    connection.read::<Value>(strip(done)).map(|_| ())
}

/// A node takes slots that nobody owns, with an epoch that nobody else has, so that all learn it.
pub(super) async fn assign(cluster: &Cluster, to: &NodeId, slots: &SlotSet) -> Result<(), NodeError> {
    let connection = link(cluster, to)?;
    let mut steps = pipe();
    steps.cmd("MULTI");
    for slot in slots.iter() {
        // It may still believe in an owner that has let go.
        steps.cmd("CLUSTER").arg("DELSLOTS").arg(slot.number());
    }
    let add = steps.cmd("CLUSTER").arg("ADDSLOTS");
    slots.iter().for_each(|slot| {
        add.arg(slot.number());
    });
    setslot(&mut steps, slots, "STABLE", None);
    steps.cmd("CLUSTER").arg("BUMPEPOCH").cmd("EXEC");
    let done = connection.pipeline(&steps, PATIENCE).await?.pop().unwrap_or(Value::Nil);
    let Value::Array(replies) = done else { return connection.read::<Value>(done).map(|_| ()) };
    let added = replies.into_iter().nth(usize::from(slots.len())).unwrap_or(Value::Nil);
    connection.read::<Value>(added).map(|_| ())
}

/// An `EXEC` without the errors of its single commands.
fn strip(done: Value) -> Value {
    match done {
        Value::Array(replies) => {
            Value::Array(replies.into_iter().filter(|reply| !matches!(reply, Value::ServerError(_))).collect())
        }
        other => other,
    }
}

/// A node forgets that slots are open.
pub(super) async fn close(cluster: &Cluster, node: &NodeId, slots: &SlotSet) -> Result<(), NodeError> {
    let mut steps = pipe();
    setslot(&mut steps, slots, "STABLE", None);
    must(link(cluster, node)?, &steps).await
}

/// A node gets to know another.
pub(super) async fn meet(
    cluster: &Cluster,
    node: &NodeId,
    address: &Address,
    bus_port: Option<u16>,
) -> Result<(), NodeError> {
    let mut meet = cmd("CLUSTER");
    meet.arg("MEET").arg(&address.host).arg(address.port);
    if let Some(port) = bus_port {
        meet.arg(port);
    }
    link(cluster, node)?.query(&meet).await
}

/// A replica copies another master.
pub(super) async fn replicate(cluster: &Cluster, node: &NodeId, master: &NodeId) -> Result<(), NodeError> {
    link(cluster, node)?.query(cmd("CLUSTER").arg("REPLICATE").arg(master.as_str())).await
}

/// A node takes a new epoch.
pub(super) async fn bump(cluster: &Cluster, node: &NodeId) -> Result<(), NodeError> {
    link(cluster, node)?.query::<Value>(cmd("CLUSTER").arg("BUMPEPOCH")).await.map(|_| ())
}
