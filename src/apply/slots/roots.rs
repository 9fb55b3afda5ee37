//! What a replica takes over when its master dies, and what it does not.
//!
//! Servers promote a replica only if its master owns a slot (Redis Cluster specification, "Replica election and promotion"). A taker without one that
//! dies while its first slots are open is not replaced, and when it comes back empty its replicas follow it. So such a taker gets one slot before all
//! others.

use std::collections::BTreeMap;
use std::time::Duration;

use ::redis::{cmd, pipe};
use tokio::time::{Instant, sleep};

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Cluster, Connection, NodeError};
use crate::slots::{ClusterState, NodeId, Role, Slot, SlotPlan};

use super::commands::{self, PATIENCE};

/// How long a master that has given its last slot away may take to become a replica by itself.
const BY_ITSELF: Duration = Duration::from_secs(3);
/// How often to look.
const LOOK: Duration = Duration::from_millis(50);

type Moves = BTreeMap<(NodeId, NodeId), Vec<Slot>>;

/// Takes one slot out of the work for each taker that has replicas and no slot: the one with the fewest keys of its first giver.
pub(super) async fn first_slots(cluster: &Cluster, state: &ClusterState, moves: &mut Moves) -> Moves {
    let mut first: Moves = BTreeMap::new();
    for ((from, to), slots) in moves.iter_mut() {
        let rootless = state.node(to).is_some_and(|node| node.slots.is_empty());
        if !rootless || state.replicas_of(to).next().is_none() || first.keys().any(|(_, taker)| taker == to) {
            continue;
        }
        let Some(link) = cluster.member(from).and_then(|member| member.link.as_ref().ok()) else { continue };
        // Where nothing can be counted any slot will do.
        let counts = counts(link, slots).await.unwrap_or_default();
        let fewest = (0..slots.len()).min_by_key(|index| counts.get(*index).copied().unwrap_or(0));
        if let Some(fewest) = fewest {
            first.insert((from.clone(), to.clone()), vec![slots.remove(fewest)]);
        }
    }
    moves.retain(|_, slots| !slots.is_empty());
    first
}

async fn counts(link: &Connection, slots: &[Slot]) -> Result<Vec<u64>, NodeError> {
    let mut asked = pipe();
    slots.iter().for_each(|slot| commands::count(&mut asked, *slot));
    link.pipeline(&asked, PATIENCE).await?.into_iter().map(|reply| link.read(reply)).collect()
}

/// Slots of replicas that were promoted beside a taker that stayed a master, as moves back to it. A slot that a master gets in the very moment of its
/// failover stays with it, and the promoted replica has the others.
pub(super) fn split(plan: &SlotPlan, begun: &ClusterState, now: &ClusterState) -> Moves {
    let mut moves: Moves = BTreeMap::new();
    for taker in plan.moves.iter().map(|one| &one.to) {
        if !now.node(taker).is_some_and(|node| node.is_master() && !node.is_failed() && !node.slots.is_empty()) {
            continue;
        }
        let promoted = begun.replicas_of(taker).filter_map(|replica| now.node(&replica.id));
        for replica in promoted.filter(|node| node.is_master() && !node.is_failed() && !node.slots.is_empty()) {
            moves.insert((replica.id.clone(), taker.clone()), replica.slots.iter().collect());
        }
    }
    moves
}

/// Waits until a node that has given its slots back copies their owner; told to where the server does not do it by itself.
pub(super) async fn follow(cluster: &Cluster, replica: &NodeId, master: &NodeId) -> Result<(), Diagnostic> {
    let Some(link) = cluster.member(replica).and_then(|member| member.link.as_ref().ok()) else { return Ok(()) };
    let begun = Instant::now();
    loop {
        let own = commands::own_line(link).await.map_err(|error| error.diagnostic())?;
        // With slots something went wrong, and is told already.
        let drained = own.is_some_and(|line| line.role == Some(Role::Master) && line.slots.is_empty());
        if !drained {
            return Ok(());
        }
        if begun.elapsed() > BY_ITSELF {
            break;
        }
        sleep(LOOK).await;
    }
    let told = link.query::<()>(cmd("CLUSTER").arg("REPLICATE").arg(master.as_str())).await;
    told.map_err(|error| error.diagnostic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_shard_goes_back_to_the_taker() {
        let state =
            |nodes: &str| -> ClusterState { serde_json::from_str(&format!("{{\"nodes\":[{nodes}]}}")).unwrap() };
        let begun = state(
            r#"{"id":"t","address":"h:1","role":"master"},{"id":"r","address":"h:2","role":"replica","master":"t"}"#,
        );
        let plan: SlotPlan = serde_json::from_str(
            r#"{"seed":null,"stateDigest":"","moves":[{"from":"a","to":"t","slots":[[0,4]],"keys":null,"bytes":null}],"joins":[],"leaves":[],"replicas":[],
            "before":{"ranges":1,"slotsPerMaster":{}},"after":{"ranges":1,"slotsPerMaster":{}},"optimality":{"metric":"slots","moved":0,"lowerBound":0},
            "estimate":{"seconds":null},"risks":[]}"#,
        )
        .unwrap();
        let both = state(
            r#"{"id":"t","address":"h:1","role":"master","slots":[[4,4]]},{"id":"r","address":"h:2","role":"master","slots":[[0,3]]}"#,
        );
        let moves = split(&plan, &begun, &both);
        assert_eq!(moves[&("r".into(), "t".into())].len(), 4);
        // A failover as it should be.
        let replaced = state(
            r#"{"id":"t","address":"h:1","role":"replica","master":"r"},{"id":"r","address":"h:2","role":"master","slots":[[0,4]]}"#,
        );
        assert!(split(&plan, &begun, &replaced).is_empty());
    }
}
