//! Looking at the cluster again after something broke, and going on with whoever took over.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use ::redis::{cmd, pipe};
use tokio::time::{Instant, sleep};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Cluster, Connection, NodeError};
use crate::redis::{Info, parse_nodes};
use crate::slots::{Address, ClusterState, Direction, Node, NodeId, OpenSlot, Slot};

use super::commands::{self, PATIENCE, Setback, Why};
use super::lane::EVERY_KEY;
use super::report::{Unacknowledged, key_base64};
use super::run::Run;
use super::work::Work;

/// How often to look.
const LOOK: Duration = Duration::from_millis(100);

/// The cluster as it is after something broke.
pub(super) struct Again {
    pub cluster: Cluster,
    pub state: ClusterState,
}

/// Who does not serve.
struct Missing {
    what: String,
    /// The pair whose taker it is.
    taker: Option<usize>,
}

impl Missing {
    fn of(what: impl Into<String>) -> Missing {
        Missing { what: what.into(), taker: None }
    }
}

impl From<String> for Missing {
    fn from(what: String) -> Missing {
        Missing::of(what)
    }
}

/// Waits until giver and takers, or those that were promoted in their places, serve again.
///
/// # Errors
/// When they do not in time.
pub(super) async fn again(run: &Run<'_>, work: &Work, before: &ClusterState, why: &Why) -> Result<Again, Diagnostic> {
    let seeds: Vec<Address> = before.nodes.iter().map(|node| node.address.clone()).collect();
    let mut begun = Instant::now();
    let mut last = None;
    let mut missing;
    loop {
        sleep(LOOK).await;
        match Cluster::connect(&run.access, &seeds).await {
            Ok(cluster) => {
                let state = cluster.state().await;
                match settled(run, work, before, &cluster, &state).await {
                    Ok(()) => return Ok(Again { cluster, state }),
                    Err(found) => missing = found,
                }
                last = Some(cluster);
            }
            Err(error) => {
                let found = Diagnostics::from(error);
                missing = Missing::of(found.0.first().map_or_else(String::new, |one| {
                    std::iter::once(&one.message).chain(&one.notes).cloned().collect::<Vec<_>>().join("; ")
                }));
            }
        }
        if begun.elapsed() > run.options.failover {
            let what = format!("{}, and nobody took over for {} s", missing.what, run.options.failover.as_secs());
            let found = Diagnostic::error("redisops::slots::lost", what)
                .note(format!("it began with: {why}"))
                .help("bring the node back or let a replica take over, then run the same command again: it goes on where it stopped");
            let Some(pair) = missing.taker else { return Err(found) };
            // The others need not wait for one taker.
            run.problem(&found);
            work.pairs[pair].closed.set(true);
            // What was given to it last is lost with it, but for what the giver still has.
            let _ = unacknowledged(run, work, pair, last.as_ref()).await;
            if work.is_over() {
                return Err(found);
            }
            begun = Instant::now();
        }
    }
}

/// Tells nodes that take slots who owns them, where they know of nobody or of somebody else.
///
/// # Errors
/// When a taker cannot be asked or told.
pub(super) async fn inform(
    cluster: &Cluster,
    open: &[OpenSlot],
    owner: impl Fn(Slot) -> Option<NodeId>,
) -> Result<(), NodeError> {
    let mut by_taker: BTreeMap<&NodeId, Vec<Slot>> = BTreeMap::new();
    for one in open.iter().filter(|one| matches!(one.direction, Direction::Importing(_))) {
        by_taker.entry(&one.node).or_default().push(one.slot);
    }
    for (taker, slots) in by_taker {
        let Some(connection) = cluster.member(taker).and_then(|member| member.link.as_ref().ok()) else { continue };
        let text: String = connection.query(cmd("CLUSTER").arg("NODES")).await?;
        let lines = parse_nodes(&text).unwrap_or_default();
        let mut told = pipe();
        for slot in slots {
            let Some(owner) = owner(slot).filter(|owner| owner != taker) else { continue };
            let seen = lines.iter().find(|line| line.slots.contains(slot));
            if seen.is_none_or(|line| !line.myself && line.id != owner) {
                commands::importing_again(&mut told, slot, &owner);
            }
        }
        for reply in connection.pipeline(&told, PATIENCE).await? {
            connection.read::<()>(reply)?;
        }
    }
    Ok(())
}

/// Makes givers and takers those that have their place now.
async fn settled(
    run: &Run<'_>,
    work: &Work,
    before: &ClusterState,
    cluster: &Cluster,
    state: &ClusterState,
) -> Result<(), Missing> {
    // Only where the giver, or who was promoted, is there can a taker be told of it.
    let giver = work.giver.borrow().clone();
    if let Ok(giver) = heir(&giver, before, state) {
        let owns = |slot: Slot| state.node(&giver).is_some_and(|node| node.slots.contains(slot));
        let told = inform(cluster, &state.open, |slot| owns(slot).then(|| giver.clone())).await;
        told.map_err(|error| error.to_string())?;
    }
    let mut takers = Vec::new();
    for (index, pair) in work.pairs.iter().enumerate().filter(|(_, pair)| !pair.closed.get()) {
        let missing = |what| Missing { what, taker: Some(index) };
        let now = pair.taker.borrow().clone();
        let taker = heir(&now, before, state).map_err(missing)?;
        serves(cluster, &taker).await.map_err(missing)?;
        takers.push((pair, taker));
    }
    for (pair, taker) in takers {
        pair.taker.replace(taker);
    }
    account(run, work, state);
    if work.is_over() {
        return Ok(());
    }
    // A giver that has given everything away may be a replica of a taker now; then nothing was left.
    let giver = heir(&work.giver.borrow(), before, state)?;
    if work.pairs.iter().any(|pair| *pair.taker.borrow() == giver) {
        return Err(Missing::of("the giver is a replica of the taker now, and slots are left"));
    }
    serves(cluster, &giver).await?;
    work.giver.replace(giver);
    Ok(())
}

/// Notes open slots whose taker owns them, and nobody else claims: they were handed over before the answer was lost.
fn account(run: &Run<'_>, work: &Work, state: &ClusterState) {
    let mut closed = Vec::new();
    work.open.borrow_mut().retain(|slot, pair| {
        let taker = work.pairs[*pair].taker.borrow();
        let mut claims = state.masters().filter(|node| node.slots.contains(*slot)).map(|node| &node.id);
        let open = state.open.iter().any(|open| open.slot == *slot);
        let over = !open && claims.next() == Some(&*taker) && claims.next().is_none();
        if over {
            closed.push(*pair);
        }
        !over
    });
    closed.into_iter().for_each(|pair| run.closed(&work.pairs[pair].pair, 1));
}

/// Who has the place of a master: itself, or the replica that was promoted.
fn heir(id: &NodeId, before: &ClusterState, state: &ClusterState) -> Result<NodeId, String> {
    let name = before.node(id).map_or_else(|| id.short().to_owned(), |node| node.address.to_string());
    let node = state.node(id);
    if let Some(node) = node
        && node.is_master()
        && !node.is_failed()
    {
        // A slot that it got in the very moment of a failover stays with it; then it stays a master, beside the one that was promoted (see `reunite`).
        let knows = |now: &Node| !node.slots.is_empty() && !now.slots.iter().any(|slot| node.slots.contains(slot));
        let promoted = before.replicas_of(id).filter_map(|replica| state.node(&replica.id)).find(|now| {
            now.is_master() && now.config_epoch > node.config_epoch && !now.slots.is_empty() && !knows(now)
        });
        return match promoted {
            Some(_) => Err(format!("node {name} does not know yet that a replica took over")),
            None => Ok(id.clone()),
        };
    }
    if let Some(master) = node.and_then(|node| node.master.as_ref()) {
        return Ok(master.clone());
    }
    let promoted = before.replicas_of(id).map(|replica| &replica.id).find(|replica| {
        state.node(replica).is_some_and(|now| now.is_master() && !now.is_failed() && !now.slots.is_empty())
    });
    promoted.cloned().ok_or_else(|| format!("node {name} is gone"))
}

/// Whether a node serves: it is reached, is no replica, has its data, and takes the cluster for whole.
async fn serves(cluster: &Cluster, id: &NodeId) -> Result<(), String> {
    let member = cluster.member(id).ok_or_else(|| format!("node {} is gone", id.short()))?;
    let connection = member.link.as_ref().map_err(ToString::to_string)?;
    let state = cluster_state(connection).await.map_err(|error| error.to_string())?;
    if state != "ok" {
        return Err(format!("node {} says that the cluster is down", member.address));
    }
    let text: String = connection.query(cmd("INFO").arg("persistence")).await.map_err(|error| error.to_string())?;
    match Info::parse(&text).get("loading") {
        Some("1") => Err(format!("node {} loads its data", member.address)),
        _ => Ok(()),
    }
}

/// `ok` or `fail`, as a node sees it.
pub(super) async fn cluster_state(connection: &Connection) -> Result<String, NodeError> {
    let text: String = connection.query(cmd("CLUSTER").arg("INFO")).await?;
    Ok(Info::parse(&text).get("cluster_state").unwrap_or("unknown").to_owned())
}

/// The keys of a batch that the taker's replicas may not have had, if they are on neither side now. Asked of whoever has the places of both.
pub(super) async fn unacknowledged(
    run: &Run<'_>,
    work: &Work,
    pair: usize,
    cluster: Option<&Cluster>,
) -> Result<(), Setback> {
    let of = &work.pairs[pair];
    let sent = of.sent.replace(Vec::new());
    for batch in sent {
        let mut lost = batch.keys.clone();
        let (taker, giver) = (of.taker.borrow().clone(), work.giver.borrow().clone());
        for id in [taker, giver] {
            let member = cluster.and_then(|cluster| Some((cluster, cluster.member(&id)?)));
            let Some((cluster, member)) = member.filter(|(_, member)| member.link.is_ok()) else { continue };
            let connection = cluster.open(member, "redisops-steps").await?;
            if batch.db > 0 {
                connection.query::<()>(cmd("SELECT").arg(batch.db)).await?;
            }
            lost = absent(&connection, batch.slot, lost).await?;
        }
        if !lost.is_empty() {
            let report = Unacknowledged {
                from: of.pair.from.clone(),
                to: of.pair.to.clone(),
                slot: batch.slot,
                database: batch.db,
                keys: lost.iter().map(|key| key_base64(key)).collect(),
            };
            run.tally.borrow_mut().unacknowledged.push(report);
        }
    }
    Ok(())
}

/// Those keys that a node does not have. Its list of the slot tells, whoever owns that: a promoted taker turns clients away until it is told.
async fn absent(connection: &Connection, slot: Slot, keys: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Setback> {
    let mut asked = pipe();
    commands::list(&mut asked, slot, EVERY_KEY);
    let reply = connection.pipeline(&asked, PATIENCE).await?.pop().unwrap_or_default();
    let there: HashSet<Vec<u8>> = connection.read::<Vec<Vec<u8>>>(reply)?.into_iter().collect();
    Ok(keys.into_iter().filter(|key| !there.contains(key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(nodes: &[(&str, &str, &str, u64)]) -> ClusterState {
        let line = |(id, role, rest, epoch): &(&str, &str, &str, u64)| {
            let (kind, master) =
                role.split_once(' ').map_or((*role, "null".to_owned()), |(kind, m)| (kind, format!("\"{m}\"")));
            format!(
                r#"{{"id":"{id}","address":"h:{epoch}","role":"{kind}","master":{master},"configEpoch":{epoch},{rest}}}"#
            )
        };
        let lines: Vec<String> = nodes.iter().map(line).collect();
        serde_json::from_str(&format!("{{\"nodes\":[{}]}}", lines.join(","))).unwrap()
    }

    const OWNS: &str = r#""slots":[[0,9]]"#;
    const NONE: &str = r#""slots":[]"#;
    const DEAD: &str = r#""slots":[[0,9]],"flags":["fail"]"#;

    #[test]
    fn whoever_was_promoted_takes_the_place() {
        let before = state(&[("a", "master", OWNS, 1), ("r", "replica a", NONE, 1)]);
        let heir = |nodes: &[(&str, &str, &str, u64)]| heir(&"a".into(), &before, &state(nodes));
        assert_eq!(heir(&[("a", "master", OWNS, 1), ("r", "replica a", NONE, 1)]), Ok("a".into()));
        assert_eq!(heir(&[("a", "master", DEAD, 1), ("r", "master", OWNS, 2)]), Ok("r".into()));
        assert_eq!(heir(&[("a", "replica r", NONE, 2), ("r", "master", OWNS, 2)]), Ok("r".into()));
        assert_eq!(heir(&[("a", "master", DEAD, 1), ("r", "replica a", NONE, 1)]), Err("node h:1 is gone".to_owned()));
        // It got slots of its own while the replica was promoted.
        const OTHERS: &str = r#""slots":[[20,21]]"#;
        assert_eq!(heir(&[("a", "master", OTHERS, 1), ("r", "master", OWNS, 2)]), Ok("a".into()));
        // It has not become a replica yet.
        assert!(heir(&[("a", "master", NONE, 1), ("r", "master", OWNS, 2)]).is_err());
        // It comes back and still takes itself for the master.
        assert!(heir(&[("a", "master", OWNS, 1), ("r", "master", OWNS, 2)]).unwrap_err().contains("does not know yet"));
    }
}
