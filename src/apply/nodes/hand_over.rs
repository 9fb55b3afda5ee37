//! A master hands over before its pod goes, so that no write is lost and clients wait for a moment only.

use std::collections::BTreeMap;
use std::time::Duration;

use ::redis::{Value, cmd};
use tokio::time::{Instant, sleep};

use crate::apply::scaling::{Order, Place, look};
use crate::apply::slots::failover::fail_over;
use crate::apply::slots::{Members, Steps};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::drift::NodeChange;
use crate::drift::nodes::Mode;
use crate::live::redis::{Connection, NodeError};
use crate::plan::scaling::Wanted;
use crate::redis::Info;

use super::look::{Database, info};
use super::tuner::Tell;

/// How long a hand-over may take to show everywhere.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long writes wait at most while a replica takes over.
const PAUSE: Duration = Duration::from_secs(10);
/// How often to look.
const LOOK: Duration = Duration::from_millis(50);

/// Lets a master hand over to its replica that has most. One without replicas has nobody, and one whose role Git settles takes it up again.
///
/// # Errors
/// When it has replicas, and none can take over now.
pub(super) async fn hand_over(
    database: &Database,
    node: &NodeChange,
    own: &Info,
    tell: &Tell<'_>,
) -> Result<(), Diagnostics> {
    match database.wanted.mode {
        Mode::Cluster => in_cluster(database, node, tell).await,
        // Where Git says who the master is, another one would be a difference.
        _ if database.wanted.master.is_none()
            && !database.sentinels.is_empty()
            && own.number("connected_slaves").unwrap_or(0) > 0 =>
        {
            by_sentinels(database, node, tell).await.map_err(Diagnostics::from)
        }
        Mode::Replication | Mode::Standalone => Ok(()),
    }
}

async fn in_cluster(database: &Database, node: &NodeChange, tell: &Tell<'_>) -> Result<(), Diagnostics> {
    let place = |change: &NodeChange| {
        let at = change.address.parse().ok()?;
        Some(Place { pod: change.node.clone(), stays: true, at, announced: None, zone: None, shard: None })
    };
    let there = database.changes.iter().filter(|change| change.error.is_none());
    let order = Order {
        places: there.filter_map(place).collect(),
        wanted: Wanted { masters: 1, replicas: 0 },
        patience: Duration::ZERO,
    };
    let seen = look(&database.access, &order).await?;
    let id = seen.id(&node.node)?;
    let is_needed = seen.state.node(&id).is_some_and(|own| own.is_master() && !own.slots.is_empty());
    if !is_needed {
        return Ok(());
    }
    if seen.state.replicas_of(&id).next().is_none() {
        tell(&format!("{} has no replica to hand over to: its slots are not served while it restarts", node.node));
        return Ok(());
    }
    let quiet = |_| {};
    let how = Steps { deadline: DEADLINE, forced: &[], tell: &quiet };
    let done = fail_over(&Members::of(&seen.cluster), &id, None, &how).await?;
    let heir = seen.pods.iter().find(|pod| pod.node.as_ref() == Some(&done.replica)).map(|pod| pod.name.clone());
    tell(&format!("{} hands over to {}", node.node, heir.unwrap_or_else(|| done.replica.to_string())));
    Ok(())
}

/// Writes wait at the master until a replica has everything; then sentinels make it the master, and the old one copies it.
async fn by_sentinels(database: &Database, node: &NodeChange, tell: &Tell<'_>) -> Result<(), Diagnostic> {
    let failed = |what: &str, error: &NodeError| no_hand_over(node, &format!("{what}: {error}"));
    let master = database.connect(node).await.map_err(|error| failed("it cannot be reached", &error))?;
    let Some(watched) = &database.wanted.sentinels else { return Ok(()) };
    let name = watched.master.as_str();
    let (sentinel, old) = database.sentinel(name).await.ok_or_else(|| no_hand_over(node, "no sentinel answers"))?;
    if !has_heir(&sentinel, name).await {
        return Err(no_hand_over(node, "sentinels see no replica that is up"));
    }
    let millis = PAUSE.as_millis() as u64;
    let pause = cmd("CLIENT").arg("PAUSE").arg(millis).arg("WRITE").to_owned();
    master.query::<()>(&pause).await.map_err(|error| failed("writes cannot be held back", &error))?;
    let end = Instant::now() + PAUSE;
    let taken = take_over(&master, &sentinel, name, &old, end).await;
    if let Ok((host, port)) = &taken {
        // Sentinels would tell it, too; before that it must not take writes.
        let follow = cmd("REPLICAOF").arg(host).arg(*port).to_owned();
        let told = master.query::<()>(&follow).await;
        told.map_err(|error| failed("it cannot be told whom to copy", &error))?;
        // Started again, it should know it still; most servers in pods ask sentinels then.
        let _ = master.query::<Value>(cmd("CONFIG").arg("REWRITE")).await;
    }
    let _ = master.query::<Value>(cmd("CLIENT").arg("UNPAUSE")).await;
    let (host, port) = taken.map_err(|why| no_hand_over(node, &why))?;
    tell(&format!("{} hands over to {host}:{port}", node.node));
    Ok(())
}

/// Whether sentinels could promote somebody.
async fn has_heir(sentinel: &Connection, name: &str) -> bool {
    let replicas: Result<Vec<BTreeMap<String, String>>, NodeError> =
        sentinel.query(cmd("SENTINEL").arg("REPLICAS").arg(name)).await;
    let is_up = |replica: &BTreeMap<String, String>| replica.get("flags").is_some_and(|flags| flags == "slave");
    replicas.is_ok_and(|replicas| replicas.iter().any(is_up))
}

/// Waits for a replica that has everything, and lets sentinels promote it; where the new master is.
async fn take_over(
    master: &Connection,
    sentinel: &Connection,
    name: &str,
    old: &(String, u16),
    end: Instant,
) -> Result<(String, u16), String> {
    let mut ordered = false;
    let mut why = "no replica has everything".to_owned();
    while Instant::now() < end {
        if !ordered && all_in_step(master).await {
            match sentinel.query::<()>(cmd("SENTINEL").arg("FAILOVER").arg(name)).await {
                Ok(()) => ordered = true,
                Err(error) => why = error.to_string(),
            }
        }
        let now = sentinel.query(cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(name)).await;
        if let Ok(Some(now)) = now
            && now != *old
        {
            return Ok(now);
        }
        if ordered {
            why = "sentinels have not made another node the master in time".to_owned();
        }
        sleep(LOOK).await;
    }
    Err(why)
}

/// Whether every replica that is linked has all that the master has: whichever is promoted then has it.
async fn all_in_step(master: &Connection) -> bool {
    let Ok(info) = info(master).await else { return false };
    let offset = info.number("master_repl_offset");
    let replicas: Vec<Option<u64>> = (0..info.number("connected_slaves").unwrap_or(0))
        .map(|number| {
            let mut fields = info.fields(&format!("slave{number}")).collect::<Vec<_>>().into_iter();
            let online = info.fields(&format!("slave{number}")).any(|(key, value)| key == "state" && value == "online");
            let at = fields.find(|(key, _)| *key == "offset").and_then(|(_, value)| value.parse().ok());
            at.filter(|_| online)
        })
        .collect();
    // PING of the master counts, too: a replica is never ahead, and behind by no write.
    !replicas.is_empty() && replicas.iter().all(|at| at.is_some() && *at >= offset)
}

fn no_hand_over(node: &NodeChange, why: &str) -> Diagnostic {
    Diagnostic::error("redisops::nodes::no_hand_over", format!("master `{}` cannot hand over: {why}", node.node)).help(
        "see that a replica is in step and sentinels agree (`redisops redis status`), then run the same command again",
    )
}
