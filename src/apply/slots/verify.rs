//! Whether all nodes have the same view in the end.

use std::collections::BTreeMap;
use std::time::Duration;

use ::redis::pipe;
use tokio::time::{Instant, sleep};

use crate::diagnostics::Diagnostic;
use crate::live::redis::Cluster;
use crate::redis::View;
use crate::slots::{NodeId, Role, SlotSet};

use super::commands::{self, PATIENCE};

/// How long gossip may take before a master is told.
const GOSSIP: Duration = Duration::from_secs(1);
/// How long until it counts as a failure.
const LONGEST: Duration = Duration::from_secs(20);
/// How often to look.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until every node that can be reached sees the slots with these owners, and tells masters that gossip does not reach in time.
///
/// # Errors
/// When nodes still disagree; names them.
pub(super) async fn agreed(cluster: &Cluster, owners: &BTreeMap<NodeId, SlotSet>) -> Result<(), Diagnostic> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        let views: Vec<View> = cluster.views().await.into_iter().filter_map(|(_, view)| view.ok()).collect();
        let behind: Vec<&View> = views.iter().filter(|view| !missing(view, owners).is_empty()).collect();
        if behind.is_empty() {
            return Ok(());
        }
        if begun.elapsed() > GOSSIP && !told {
            told = true;
            for view in &behind {
                tell(cluster, view, owners).await;
            }
        }
        if begun.elapsed() > LONGEST {
            let names: Vec<String> = behind.iter().take(5).map(|view| format!("`{}`", view.address)).collect();
            return Err(Diagnostic::error(
                "redisops::slots::no_agreement",
                format!("{} of {} nodes do not know the new owners: {}", behind.len(), views.len(), names.join(", ")),
            )
            .help("see that these nodes reach the others' bus ports, then run `redisops slots check`"));
        }
        sleep(LOOK).await;
    }
}

/// Slots that a node does not see with their owner.
fn missing(view: &View, owners: &BTreeMap<NodeId, SlotSet>) -> Vec<(NodeId, SlotSet)> {
    let of = |(owner, slots): (&NodeId, &SlotSet)| {
        let mut rest = slots.clone();
        if let Some(line) = view.of(owner) {
            rest.subtract(&line.slots);
        }
        (owner.clone(), rest)
    };
    owners.iter().map(of).filter(|(_, rest)| !rest.is_empty()).collect()
}

/// Only masters take it; replicas learn it from theirs. A node that still has keys of a slot refuses, which is right.
async fn tell(cluster: &Cluster, view: &View, owners: &BTreeMap<NodeId, SlotSet>) {
    let master = view.own().is_some_and(|own| own.role == Some(Role::Master));
    let Some(connection) = cluster.member(&view.id).filter(|_| master).and_then(|member| member.link.as_ref().ok())
    else {
        return;
    };
    let mut steps = pipe();
    for (owner, slots) in missing(view, owners) {
        slots.iter().for_each(|slot| commands::node(&mut steps, slot, &owner));
    }
    // What comes of it is seen when it is looked at next.
    let _ = connection.pipeline(&steps, PATIENCE).await;
}
