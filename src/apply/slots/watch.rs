//! Open slots that nobody holds a lock for: a run that crashed, or another tool that is at work.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::sleep;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Cluster, Connection};
use crate::slots::{ClusterState, NodeId, OpenSlot, Slot};

use super::commands::{self, PATIENCE};

/// How long nothing must move before open slots count as left behind.
const QUIET: Duration = Duration::from_secs(5);
/// How often to look.
const LOOK: Duration = Duration::from_millis(500);

/// What is open, and how many keys are in it on each side.
type Picture = (Vec<OpenSlot>, Vec<(NodeId, Slot, Option<u64>)>);

/// Watches open slots for a while. They belong to a run that crashed if nothing moves.
///
/// # Errors
/// When something moves: another tool is at work.
pub(super) async fn watch(cluster: &Cluster, state: &ClusterState) -> Result<(), Diagnostic> {
    if state.open.is_empty() {
        return Ok(());
    }
    let first = picture(cluster, state).await;
    for _ in 0..(QUIET.as_millis() / LOOK.as_millis()) {
        sleep(LOOK).await;
        let now = picture(cluster, &cluster.state().await).await;
        if now != first {
            let slots: Vec<String> = first.0.iter().chain(&now.0).map(|open| open.slot.to_string()).take(8).collect();
            return Err(Diagnostic::error(
                "redisops::slots::lock",
                "another tool moves slots of this cluster: open slots change",
            )
            .note(format!("such as {}", slots.join(", ")))
            .help("wait until it is done, or stop it; `--force lock` goes on regardless"));
        }
    }
    Ok(())
}

async fn picture(cluster: &Cluster, state: &ClusterState) -> Picture {
    let counted = join_all(state.open.iter().map(|open| async move {
        let connection = cluster.member(&open.node).and_then(|member| member.link.as_ref().ok());
        let count = match connection {
            Some(connection) => count(connection, open.slot).await,
            None => None,
        };
        (open.node.clone(), open.slot, count)
    }))
    .await;
    let mut open = state.open.clone();
    open.sort_by(|a, b| (a.slot, &a.node).cmp(&(b.slot, &b.node)));
    let mut counted = counted;
    counted.sort();
    (open, counted)
}

async fn count(connection: &Connection, slot: Slot) -> Option<u64> {
    let mut asked = ::redis::pipe();
    commands::count(&mut asked, slot);
    let reply = connection.pipeline(&asked, PATIENCE).await.ok()?.pop()?;
    connection.read(reply).ok()
}
