//! Open slots that nobody holds a lock for: a run that crashed, or another tool that is at work.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ::redis::cmd;
use futures::future::join_all;
use tokio::time::sleep;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Cluster, Connection};
use crate::redis::Info;
use crate::slots::{ClusterState, NodeId, OpenSlot};

/// How long nothing must move before open slots count as left behind.
const QUIET: Duration = Duration::from_secs(5);
/// How often to look.
const LOOK: Duration = Duration::from_millis(500);

/// What is open, and how often masters were told to open, close or move: keys in open slots come and go with the traffic of clients.
type Picture = (Vec<OpenSlot>, BTreeMap<NodeId, Calls>);

/// How often a node ran the commands of a hand-over, by name. Empty where it does not tell.
type Calls = BTreeMap<String, u64>;

/// Commands that only hand-overs use; servers before 7.0 count `SETSLOT` among all of `CLUSTER`, which tells nothing.
const COMMANDS: [&str; 3] = ["migrate", "restore-asking", "cluster|setslot"];

/// Watches open slots for a while. They belong to a run that crashed if nothing moves.
///
/// # Errors
/// When something moves: another tool is at work.
pub(super) async fn watch(cluster: &Cluster, state: &ClusterState) -> Result<(), Diagnostic> {
    if state.open.is_empty() { Ok(()) } else { quiet(cluster, state).await }
}

/// Watches a cluster for a while, whether slots are open or not: between two slots another tool has none open.
///
/// # Errors
/// When slots move: another tool is at work.
pub(super) async fn quiet(cluster: &Cluster, state: &ClusterState) -> Result<(), Diagnostic> {
    let first = picture(cluster, state).await;
    for _ in 0..(QUIET.as_millis() / LOOK.as_millis()) {
        sleep(LOOK).await;
        let now = picture(cluster, &cluster.state().await).await;
        if now != first {
            let slots: Vec<String> = first.0.iter().chain(&now.0).map(|open| open.slot.to_string()).take(8).collect();
            let found = Diagnostic::error(
                "redisops::slots::lock",
                "another tool moves slots of this cluster: open slots change",
            )
            .help("wait until it is done, or stop it; `--force lock` goes on regardless");
            return Err(if slots.is_empty() { found } else { found.note(format!("such as {}", slots.join(", "))) });
        }
    }
    Ok(())
}

async fn picture(cluster: &Cluster, state: &ClusterState) -> Picture {
    let nodes: BTreeSet<&NodeId> = state.masters().map(|node| &node.id).collect();
    let asked = join_all(nodes.into_iter().map(|node| async move {
        let connection = cluster.member(node).and_then(|member| member.link.as_ref().ok());
        let calls = match connection {
            Some(connection) => calls(connection).await,
            None => Calls::default(),
        };
        (node.clone(), calls)
    }))
    .await;
    let mut open = state.open.clone();
    open.sort_by(|a, b| (a.slot, &a.node).cmp(&(b.slot, &b.node)));
    (open, asked.into_iter().collect())
}

async fn calls(connection: &Connection) -> Calls {
    let Ok(text) = connection.query::<String>(cmd("INFO").arg("commandstats")).await else { return Calls::default() };
    calls_of(&Info::parse(&text))
}

fn calls_of(info: &Info) -> Calls {
    let count = |command: &&str| {
        let line = format!("cmdstat_{command}");
        let calls = info.fields(&line).find(|(name, _)| *name == "calls")?.1.parse().ok()?;
        Some(((*command).to_owned(), calls))
    };
    COMMANDS.iter().filter_map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_hand_overs_use_is_counted() {
        let info = Info::parse(
            "# Commandstats\r\ncmdstat_set:calls=9,usec=1\r\ncmdstat_migrate:calls=4,usec=90,usec_per_call=22.50\r\ncmdstat_cluster|setslot:calls=12,usec=3\r\n",
        );
        let calls: Vec<(String, u64)> = calls_of(&info).into_iter().collect();
        assert_eq!(calls, [("cluster|setslot".to_owned(), 12), ("migrate".to_owned(), 4)]);
    }
}
