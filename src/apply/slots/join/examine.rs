//! What a node is before it joins: a fresh one, a member already, or one of somewhere else.

use std::collections::BTreeSet;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Connection, NodeError};
use crate::redis::{Info, NodeLine};
use crate::slots::{Address, NodeId, Role, SlotSet};

use super::super::members::{info, is_settled, keys, nodes};

/// A node as it is before it joins.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// Where it was reached.
    pub address: Address,
    /// Its identity; nothing outside cluster mode.
    pub id: Option<NodeId>,
    /// What it does.
    pub role: Option<Role>,
    /// Whether it runs in cluster mode.
    pub cluster_enabled: bool,
    /// The other nodes that it knows.
    pub knows: BTreeSet<NodeId>,
    /// Slots that it takes for its own.
    pub slots: SlotSet,
    /// Keys in all databases.
    pub keys: u64,
    /// The newest configuration epoch that it heard of.
    pub epoch: u64,
}

/// Looks at a node.
pub(super) async fn standing(connection: &Connection) -> Result<Standing, NodeError> {
    let cluster = info(connection, "cluster").await?;
    let mut standing = Standing {
        address: connection.address().clone(),
        id: None,
        role: None,
        cluster_enabled: cluster.number("cluster_enabled") == Some(1),
        knows: BTreeSet::new(),
        slots: SlotSet::new(),
        keys: keys(connection).await?,
        epoch: 0,
    };
    if !standing.cluster_enabled {
        return Ok(standing);
    }
    let text: String = connection.query(::redis::cmd("CLUSTER").arg("INFO")).await?;
    standing.epoch = Info::parse(&text).number("cluster_current_epoch").unwrap_or(0);
    for line in nodes(connection).await? {
        note(&mut standing, line);
    }
    Ok(standing)
}

fn note(standing: &mut Standing, line: NodeLine) {
    if line.myself {
        standing.id = Some(line.id);
        standing.role = line.role;
        standing.slots = line.slots;
    } else if is_settled(&line) {
        standing.knows.insert(line.id);
    }
}

/// Why that node may not join, and what to know if it may.
pub(super) fn objections(standing: &Standing, members: &BTreeSet<NodeId>) -> Vec<Diagnostic> {
    let at = &standing.address;
    if !standing.cluster_enabled {
        return vec![
            Diagnostic::error("redisops::slots::not-in-cluster-mode", format!("`{at}` does not run in cluster mode"))
                .help("start it with `cluster-enabled yes`"),
        ];
    }
    let mut found = Vec::new();
    let strangers = standing.knows.difference(members).count();
    if strangers > 0 {
        let others = if strangers == 1 { "a node".to_owned() } else { format!("{strangers} nodes") };
        found.push(
            Diagnostic::error(
                "redisops::slots::knows-others",
                format!("`{at}` knows {others} outside this cluster, so it may belong to another one"),
            )
            .note("joined, it would tie the two clusters into one, and slots that both own would be lost on one side")
            .help("if it belongs nowhere any more, run `CLUSTER RESET HARD` on it, then try again"),
        );
    }
    if !standing.slots.is_empty() {
        found.push(
            Diagnostic::error(
                "redisops::slots::owns-slots",
                format!("`{at}` takes slots {} for its own, at epoch {}", standing.slots, standing.epoch),
            )
            .note(
                "with a newer epoch than the owner's here it would take them over, and the owner would delete its keys",
            )
            .help("if they are left from another cluster, run `CLUSTER RESET HARD` on it, then try again"),
        );
    }
    if standing.keys > 0 {
        let keys = if standing.keys == 1 { "a key".to_owned() } else { format!("{} keys", standing.keys) };
        found.push(
            Diagnostic::error("redisops::slots::holds-keys", format!("`{at}` holds {keys}"))
                .note("they would be orphans, and would mix with those of the cluster once it owns their slots")
                .help("save what is needed and run `FLUSHALL` on it, then try again"),
        );
    }
    if standing.role == Some(Role::Replica) && strangers == 0 && !standing.knows.is_empty() {
        found.push(
            Diagnostic::error("redisops::slots::is-replica", format!("`{at}` is a replica that not every node knows"))
                .help("run `CLUSTER RESET HARD` on it, which empties it, then try again"),
        );
    }
    if found.is_empty() && standing.knows.is_empty() && standing.epoch > 0 {
        found.push(
            Diagnostic::warning(
                "redisops::slots::was-elsewhere",
                format!("`{at}` was in a cluster before, up to epoch {}", standing.epoch),
            )
            .note("it knows nobody, owns nothing and is empty, so it may join; the epoch of this cluster may go up"),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Standing {
        Standing {
            address: "127.0.0.1:7007".parse().unwrap(),
            id: Some("new".into()),
            role: Some(Role::Master),
            cluster_enabled: true,
            knows: BTreeSet::new(),
            slots: SlotSet::new(),
            keys: 0,
            epoch: 0,
        }
    }

    fn said(change: impl FnOnce(&mut Standing)) -> Vec<String> {
        let mut standing = fresh();
        change(&mut standing);
        let members = BTreeSet::from(["a".into(), "b".into()]);
        objections(&standing, &members).into_iter().map(|d| format!("{} {}", d.code, d.message)).collect()
    }

    #[test]
    fn each_reason_is_named() {
        assert_eq!(said(|_| ()), Vec::<String>::new());
        assert_eq!(said(|s| s.knows = BTreeSet::from(["a".into()])), Vec::<String>::new(), "a crashed join goes on");
        assert_eq!(
            said(|s| s.cluster_enabled = false),
            ["redisops::slots::not-in-cluster-mode `127.0.0.1:7007` does not run in cluster mode"]
        );
        assert_eq!(
            said(|s| {
                s.knows = BTreeSet::from(["a".into(), "x".into(), "y".into()]);
                s.slots = "0-5".parse::<crate::slots::SlotRange>().into_iter().collect();
                s.epoch = 7;
                s.keys = 3;
            }),
            [
                "redisops::slots::knows-others `127.0.0.1:7007` knows 2 nodes outside this cluster, so it may belong to another one",
                "redisops::slots::owns-slots `127.0.0.1:7007` takes slots 0-5 for its own, at epoch 7",
                "redisops::slots::holds-keys `127.0.0.1:7007` holds 3 keys",
            ]
        );
        assert_eq!(
            said(|s| {
                s.role = Some(Role::Replica);
                s.knows = BTreeSet::from(["a".into()]);
            }),
            ["redisops::slots::is-replica `127.0.0.1:7007` is a replica that not every node knows"]
        );
        assert_eq!(
            said(|s| s.epoch = 4),
            ["redisops::slots::was-elsewhere `127.0.0.1:7007` was in a cluster before, up to epoch 4"]
        );
    }
}
