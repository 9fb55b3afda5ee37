//! Replicas get their masters, in an order that leaves no master alone for longer than needed.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use serde::{Deserialize, Serialize};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Connection, NodeError};
use crate::slots::{NodeId, ReplicaChange, Role};

use super::members::{Members, Step, Steps, View, failed, info, lasting_keys};

/// How often to look.
const LOOK: Duration = Duration::from_millis(100);
/// A replica that is so many bytes behind its master follows it; under writes it is never quite even.
const CLOSE: u64 = 1024 * 1024;

/// A replica and its master, as they are now.
#[derive(Clone, PartialEq, Debug)]
pub struct Attached {
    /// The replica.
    pub node: NodeId,
    /// Whom it copies.
    pub master: NodeId,
    /// Whether it did before: by an earlier run, or because the server made a drained master a replica by itself.
    pub already: bool,
}

/// What a master that gave all its slots away is now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drained {
    /// The node.
    pub node: NodeId,
    /// Whom it copies: servers make a drained master a replica of the node that took its last slot, unless `cluster-allow-replica-migration` is off.
    /// Nobody where it is a spare, or cannot be asked.
    pub copies: Option<NodeId>,
}

/// What became of masters that gave their slots away.
pub async fn what_became_of(members: &Members, drained: &[NodeId]) -> Vec<Drained> {
    let now = masters(&members.views().await);
    drained.iter().map(|node| Drained { node: node.clone(), copies: now.get(node).cloned() }).collect()
}

/// Gives replicas their masters and waits until each has the data and all nodes that can be reached say so. A second call finds it done.
///
/// # Errors
/// When a node owns slots, holds keys as a master, or is to copy one that is no master; nothing is changed then. When a link does not come up before the
/// deadline.
pub async fn replicate(
    members: &Members,
    changes: &[ReplicaChange],
    steps: &Steps<'_>,
) -> Result<Vec<Attached>, Diagnostics> {
    let views = members.views().await;
    let mut objections = Diagnostics::new();
    for change in changes {
        objections.0.extend(objection(members, change, changes, &views).await);
    }
    if objections.has_errors() {
        return Err(objections);
    }
    let mut attached = Vec::new();
    for wave in waves(changes, &masters(&views)) {
        for one in join_all(wave.iter().map(|change| attach(members, change, steps))).await {
            attached.push(one?);
        }
    }
    // What servers moved back in the course of a later wave.
    let now = masters(&members.views().await);
    let astray = changes.iter().filter(|change| now.get(&change.node).is_some_and(|master| *master != change.master));
    for one in join_all(astray.map(|change| attach(members, change, steps))).await {
        one?;
    }
    Ok(attached)
}

/// Whom each replica copies, in its own view.
fn masters(views: &[View]) -> BTreeMap<NodeId, NodeId> {
    let lines = views.iter().filter_map(View::own);
    lines.filter_map(|line| Some((line.id.clone(), line.master.clone()?))).collect()
}

async fn objection(
    members: &Members,
    change: &ReplicaChange,
    changes: &[ReplicaChange],
    views: &[View],
) -> Option<Diagnostic> {
    let own = |id: &NodeId| views.iter().find(|view| view.of == *id).and_then(View::own);
    let (Some(node), Some(master)) = (own(&change.node), own(&change.master)) else {
        let missing = if own(&change.node).is_none() { &change.node } else { &change.master };
        return Some(members.connection(missing).err().unwrap_or_else(|| {
            Diagnostic::error("redisops::slots::node-failed", format!("`{missing}` does not say what it is"))
                .help("see that the node is up, then run the same command again")
        }));
    };
    if node.master.as_ref() == Some(&change.master) {
        return None;
    }
    if master.role != Some(Role::Master) {
        let of = master.master.as_ref().map_or("", |id| id.short());
        return Some(
            Diagnostic::error(
                "redisops::slots::not-a-master",
                format!(
                    "`{}` is to copy `{}`, which is a replica of `{of}` itself",
                    change.node.short(),
                    change.master.short()
                ),
            )
            .note("there was a failover since the plan was made")
            .help("make a new plan"),
        );
    }
    if !node.slots.is_empty() {
        return Some(
            Diagnostic::error(
                "redisops::slots::replica-owns-slots",
                format!("`{}` cannot become a replica: it owns slots {}", change.node.short(), node.slots),
            )
            .help("move its slots first"),
        );
    }
    let stays = |line: &&crate::redis::NodeLine| !changes.iter().any(|change| change.node == line.id);
    let orphan =
        views.iter().filter_map(View::own).filter(stays).find(|line| line.master.as_ref() == Some(&change.node));
    if let Some(orphan) = orphan {
        return Some(
            Diagnostic::error(
                "redisops::slots::replica-of-replica",
                format!("`{}` cannot become a replica: `{}` copies it", change.node.short(), orphan.id.short()),
            )
            .help("give that replica another master first"),
        );
    }
    if node.role == Some(Role::Replica) {
        return None;
    }
    let connection = members.connection(&change.node).ok()?;
    match lasting_keys(connection).await {
        Ok(0) => None,
        Ok(count) => Some(
            Diagnostic::error(
                "redisops::slots::replica-holds-keys",
                format!("`{}` cannot become a replica: it owns no slot but holds {count} keys", connection.address()),
            )
            .note("keys outside the slots of a node are left from a migration that was interrupted, and may be the only copies")
            .help("run `redisops slots check` to see them, and `redisops slots fix`"),
        ),
        Err(error) => Some(failed("the node that is to be a replica", &error)),
    }
}

/// Changes in groups, one after the other. A replica that is the only one of a master that is to get another waits for that one; all that need not wait
/// go at once.
fn waves<'c>(changes: &'c [ReplicaChange], now: &BTreeMap<NodeId, NodeId>) -> Vec<Vec<&'c ReplicaChange>> {
    let mut now = now.clone();
    let mut left: Vec<&ReplicaChange> = changes.iter().collect();
    let mut waves = Vec::new();
    while !left.is_empty() {
        let count = |now: &BTreeMap<NodeId, NodeId>, master: &NodeId| now.values().filter(|m| *m == master).count();
        let mut wave = Vec::new();
        let mut after = now.clone();
        for change in &left {
            let old = now.get(&change.node).filter(|old| **old != change.master);
            let heir = |old: &NodeId| left.iter().any(|other| other.master == *old && other.node != change.node);
            if old.is_none_or(|old| count(&after, old) > 1 || !heir(old)) {
                after.remove(&change.node);
                wave.push(*change);
            }
        }
        if wave.is_empty() {
            // Masters that exchange their only replicas: somebody has to begin.
            wave.push(left[0]);
        }
        for change in &wave {
            now.insert(change.node.clone(), change.master.clone());
        }
        left.retain(|change| !wave.contains(change));
        waves.push(wave);
    }
    waves
}

async fn attach(members: &Members, change: &ReplicaChange, steps: &Steps<'_>) -> Result<Attached, Diagnostics> {
    let ReplicaChange { node, master } = change;
    let (replica, source) = (members.connection(node)?, members.connection(master)?);
    let end = Instant::now() + steps.deadline;
    let already = copies(replica, node, master).await?;
    let mut stalled = (u64::MAX, Instant::now());
    loop {
        // Servers move replicas too: one whose master has another goes to a master that has none, for as long as replicas are on their way there.
        if !copies(replica, node, master).await? {
            order(replica, master, end).await?;
        }
        let link = link(replica, source).await.map_err(|error| failed("the replica could not be watched", &error))?;
        let others = if link.is_even() { contradictions(members, change).await } else { Vec::new() };
        if link.is_even() && others.is_empty() {
            steps.say(Step::InSync { node: node.clone(), master: master.clone() });
            return Ok(Attached { node: node.clone(), master: master.clone(), already });
        }
        steps.say(Step::Syncing {
            node: node.clone(),
            master: master.clone(),
            left_bytes: link.left_bytes,
            behind: link.behind,
        });
        // A snapshot of any size may come as long as it comes: the deadline counts from the last progress.
        let progress = link.left_bytes.or(link.behind).unwrap_or(u64::MAX);
        if progress < stalled.0 {
            stalled = (progress, Instant::now());
        }
        if Instant::now() >= end && stalled.1.elapsed() >= steps.deadline {
            return Err(no_link(change, replica, &link, &others, steps.deadline).into());
        }
        sleep(LOOK).await;
    }
}

async fn copies(replica: &Connection, node: &NodeId, master: &NodeId) -> Result<bool, Diagnostic> {
    let lines =
        super::members::nodes(replica).await.map_err(|error| failed("the replica could not be asked", &error))?;
    Ok(lines.iter().any(|line| line.id == *node && line.master.as_ref() == Some(master)))
}

/// Tells the node. Right after a join it may not know its master yet.
async fn order(replica: &Connection, master: &NodeId, end: Instant) -> Result<(), Diagnostic> {
    loop {
        match replica.query::<()>(::redis::cmd("CLUSTER").arg("REPLICATE").arg(master.as_str())).await {
            Ok(()) => return Ok(()),
            Err(error) if error.to_string().contains("Unknown node") && Instant::now() < end => sleep(LOOK).await,
            Err(error) => return Err(failed("a node could not be made a replica", &error)),
        }
    }
}

/// How far a replica is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Link {
    up: bool,
    left_bytes: Option<u64>,
    behind: Option<u64>,
}

impl Link {
    fn is_even(self) -> bool {
        self.up && self.behind.is_some_and(|behind| behind <= CLOSE)
    }
}

async fn link(replica: &Connection, source: &Connection) -> Result<Link, NodeError> {
    // The master first: what it writes meanwhile makes the replica look better, never worse than it is by more.
    let written = info(source, "replication").await?.number("master_repl_offset");
    let own = info(replica, "replication").await?;
    let up = own.get("role") == Some("slave") && own.get("master_link_status") == Some("up");
    let read = own.number("slave_repl_offset").filter(|_| up);
    Ok(Link {
        up,
        left_bytes: own.number("master_sync_left_bytes").filter(|_| own.number("master_sync_in_progress") == Some(1)),
        behind: written.zip(read).map(|(written, read)| written.saturating_sub(read)),
    })
}

/// What nodes say of a replica that is not what it is to be. A node that does not answer says nothing.
async fn contradictions(members: &Members, change: &ReplicaChange) -> Vec<String> {
    members.views().await.iter().filter_map(|view| contradiction(view, change)).collect()
}

fn contradiction(view: &View, change: &ReplicaChange) -> Option<String> {
    view.lines.as_ref().ok()?;
    let at = &view.address;
    match view.line(&change.node) {
        None => Some(format!("`{at}` does not know it")),
        Some(line) => match &line.master {
            Some(master) if *master == change.master => None,
            Some(master) => Some(format!("`{at}` says that it copies `{}`", master.short())),
            None => Some(format!("`{at}` takes it for a master")),
        },
    }
}

fn no_link(
    change: &ReplicaChange,
    replica: &Connection,
    link: &Link,
    others: &[String],
    deadline: Duration,
) -> Diagnostic {
    let state = match link {
        Link { up: false, .. } => "its link is down".to_owned(),
        Link { behind: Some(bytes), .. } if !link.is_even() => format!("it is {bytes} bytes behind"),
        _ => others.join(", "),
    };
    Diagnostic::error(
        "redisops::slots::no-link",
        format!(
            "`{}` does not follow its master `{}`: no progress for {} s, {state}",
            replica.address(),
            change.master.short(),
            deadline.as_secs()
        ),
    )
    .note(
        "a replica logs in to its master with `masteruser` and `masterauth`, at the address that the master announces",
    )
    .help("look at the log of the replica, then run the same command again: it goes on where it stopped")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(now: &[(&str, &str)], changes: &[(&str, &str)]) -> Vec<Vec<String>> {
        let now = now.iter().map(|(node, master)| ((*node).into(), (*master).into())).collect();
        let changes: Vec<_> = changes
            .iter()
            .map(|(node, master)| ReplicaChange { node: (*node).into(), master: (*master).into() })
            .collect();
        let name = |change: &&ReplicaChange| format!("{}>{}", change.node, change.master);
        waves(&changes, &now).iter().map(|wave| wave.iter().map(name).collect()).collect()
    }

    #[test]
    fn what_need_not_wait_goes_at_once() {
        let now = [("ra", "a"), ("rb", "b"), ("rc", "c")];
        assert_eq!(ordered(&now, &[("s1", "a"), ("s2", "b")]), [["s1>a", "s2>b"]]);
        assert_eq!(ordered(&now, &[("rc", "d")]), [["rc>d"]], "nobody else comes: waiting would not help");
    }

    #[test]
    fn the_only_replica_waits_for_its_successor() {
        let now = [("ra", "a"), ("rb", "b")];
        assert_eq!(ordered(&now, &[("ra", "new"), ("s", "a")]), [["s>a"], ["ra>new"]]);
        let two = [("ra", "a"), ("ra2", "a")];
        assert_eq!(ordered(&two, &[("ra", "b"), ("ra2", "b"), ("s", "a")]), [vec!["ra>b", "s>a"], vec!["ra2>b"]]);
    }

    #[test]
    fn an_exchange_of_only_replicas_begins_somewhere() {
        let now = [("ra", "a"), ("rb", "b")];
        assert_eq!(ordered(&now, &[("ra", "b"), ("rb", "a")]), [["ra>b"], ["rb>a"]]);
    }
}
