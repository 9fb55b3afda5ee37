//! Noticing at once that a replica was promoted in the place of a giver.
//!
//! A promoted replica knows nothing of open slots: it says that keys do not exist which the taker has, and takes writes to them. Every moment until it is
//! told makes keys that are on both sides, so nobody waits for a call to the old giver to give up.

use std::time::Duration;

use ::redis::{cmd, pipe};
use futures::future::join_all;
use tokio::time::sleep;

use crate::live::redis::{Cluster, Connection, NodeError};
use crate::redis::{Info, NodeLine};
use crate::slots::{ClusterState, NodeId, Slot};

use super::commands::{self, PATIENCE, Why};
use super::work::Work;

/// How often the replicas of a giver are asked what they are.
const LOOK: Duration = Duration::from_millis(25);
/// How long one of them may take to answer.
const SOON: Duration = Duration::from_secs(1);

/// Comes back when one of the giver's replicas is a master, after telling it and the takers which slots are open. Without replicas it never does.
pub(super) async fn of_giver(work: &Work, cluster: &Cluster, state: &ClusterState) -> Why {
    let giver = work.giver.borrow().clone();
    let replicas: Vec<(&NodeId, &Connection)> = state
        .replicas_of(&giver)
        .filter_map(|node| Some((&node.id, cluster.member(&node.id)?.link.as_ref().ok()?)))
        .collect();
    if replicas.is_empty() {
        return std::future::pending().await;
    }
    loop {
        sleep(LOOK).await;
        let asked =
            join_all(replicas.iter().map(|(id, link)| async move { (*id, *link, is_master(link).await) })).await;
        let Some((id, link, _)) = asked.into_iter().find(|(_, _, promoted)| *promoted) else { continue };
        // What cannot be told now is told when the cluster is looked at again.
        let _ = tell(work, cluster, id, link).await;
        return Why::Odd { node: link.address().clone(), what: "it was promoted in the place of the giver".to_owned() };
    }
}

async fn is_master(link: &Connection) -> bool {
    let answer = link.query_within::<String>(cmd("INFO").arg("replication"), SOON).await;
    answer.is_ok_and(|text| Info::parse(&text).get("role") == Some("master"))
}

/// IMPORTING on the takers, then MIGRATING on the new giver.
async fn tell(work: &Work, cluster: &Cluster, id: &NodeId, link: &Connection) -> Result<(), NodeError> {
    let own = commands::own_line(link).await?;
    for (index, pair) in work.pairs.iter().enumerate() {
        let taker = pair.taker.borrow().clone();
        let Some(to) = cluster.member(&taker).and_then(|member| member.link.as_ref().ok()) else { continue };
        let there = commands::own_line(to).await?;
        let owns = |line: &Option<NodeLine>, slot: Slot| line.as_ref().is_some_and(|line| line.slots.contains(slot));
        let open: Vec<Slot> =
            work.open.borrow().iter().filter(|(_, of)| **of == index).map(|(slot, _)| *slot).collect();
        let (mut import, mut migrate) = (pipe(), pipe());
        for slot in open.into_iter().filter(|slot| owns(&own, *slot) && !owns(&there, *slot)) {
            commands::importing_again(&mut import, slot, id);
            commands::migrating(&mut migrate, slot, &taker);
        }
        if !migrate.is_empty() {
            to.pipeline(&import, PATIENCE).await?;
            link.pipeline(&migrate, PATIENCE).await?;
        }
    }
    Ok(())
}
