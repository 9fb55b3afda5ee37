//! Nodes that have left say so in their name, so that pods which do not know it yet do not bring them back.
//!
//! The start scripts of `kind: Redis` introduce nodes to each other by a list in a ConfigMap, which reaches pods late. A node whose announced host name
//! begins like this is left out by them. The name goes with the process, so a pod that is started again is asked in again.

use std::collections::HashMap;

use futures::future::join_all;

use crate::live::redis::{Access, Connection, NodeError};
use crate::slots::ClusterState;

use super::look::{Order, Place, nodes};

/// What names of nodes that have left begin with.
const LEFT: &str = "left.";
/// The rest where there was no name.
const NOWHERE: &str = "nowhere";
const SETTING: &str = "cluster-announce-hostname";

/// Marks every node that does not stay and is alone. What cannot be marked is found when the cluster is looked at again.
pub(super) async fn mark(access: &Access, order: &Order) {
    let places = order.places.iter().filter(|place| !place.stays);
    join_all(places.map(|place| async {
        let Ok(connection) = access.connect(&place.at).await else { return };
        let alone = nodes(&connection).await.is_ok_and(|lines| lines.len() == 1);
        let Ok(name) = name(&connection).await else { return };
        if alone && !name.starts_with(LEFT) {
            let rest = if name.is_empty() { NOWHERE } else { &name };
            let _ = set(&connection, &format!("{LEFT}{rest}")).await;
        }
    }))
    .await;
}

/// Empties nodes that all others have forgotten already, and that do not know it: a run was ended in between. Those know members of this cluster, and hold
/// a copy or nothing; a master with keys is left for whoever looks at it.
pub(super) async fn reset_forgotten(access: &Access, order: &Order, cluster: &ClusterState) {
    let places = order.places.iter().filter(|place| !place.stays);
    join_all(places.map(|place| reset_if_forgotten(access, place, cluster))).await;
}

/// The same with a node that is to join: its pod has come back with the volume of an earlier time, when it was a member under the name that its
/// `nodes.conf` has.
pub(super) async fn reset_returned(access: &Access, order: &Order, cluster: &ClusterState, pod: &str) {
    if let Some(place) = order.places.iter().find(|place| place.pod == pod) {
        reset_if_forgotten(access, place, cluster).await;
    }
}

async fn reset_if_forgotten(access: &Access, place: &Place, cluster: &ClusterState) {
    let Ok(connection) = access.connect(&place.at).await else { return };
    let Ok(lines) = nodes(&connection).await else { return };
    let Some(own) = lines.iter().find(|line| line.myself) else { return };
    let knows_others = lines.iter().any(|line| !line.myself && cluster.node(&line.id).is_some());
    if !knows_others || cluster.node(&own.id).is_some() {
        return;
    }
    // A master with keys says no.
    let _: Result<(), NodeError> = connection.query(::redis::cmd("CLUSTER").arg("RESET").arg("HARD")).await;
}

/// Gives a node its name back.
pub(super) async fn unmark(access: &Access, order: &Order, pod: &str) {
    let Some(place) = order.places.iter().find(|place| place.pod == pod) else { return };
    let Ok(connection) = access.connect(&place.at).await else { return };
    if let Ok(name) = name(&connection).await
        && let Some(rest) = name.strip_prefix(LEFT)
    {
        let _ = set(&connection, if rest == NOWHERE { "" } else { rest }).await;
    }
}

/// Servers before 7.0 have none.
async fn name(connection: &Connection) -> Result<String, NodeError> {
    let found: HashMap<String, String> = connection.query(::redis::cmd("CONFIG").arg("GET").arg(SETTING)).await?;
    Ok(found.into_values().next().unwrap_or_default())
}

async fn set(connection: &Connection, name: &str) -> Result<(), NodeError> {
    connection.query(::redis::cmd("CONFIG").arg("SET").arg(SETTING).arg(name)).await
}
