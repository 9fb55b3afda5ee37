//! What the nodes of a cluster say, and which keys they have.

use std::time::{Duration, Instant};

use ::redis::{cmd, pipe};
use futures::future::join_all;

use crate::live::redis::{Cluster, Member, NodeError, Trouble};
use crate::redis::{Info, NodeLine, View};
use crate::slots::health::{Evidence, Health, Keys, Link, Phase, Seen, Silent, Witness, diagnose};
use crate::slots::{NodeId, Role, Slot};

/// How long nodes get to agree before they are said to disagree. Gossip takes up to a second (seen).
const SETTLING: Duration = Duration::from_secs(2);

/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a node may take to count the keys of its slots.
const PATIENCE: Duration = Duration::from_secs(30);

/// Slots that are counted in one go: a millisecond of a server's time.
const CHUNK: usize = 1024;

/// Judges a live cluster; where its nodes disagree, once they have had the time to agree. Keys that gossip would delete are told at once.
pub async fn examine(cluster: &Cluster) -> (Evidence, Health) {
    let begin = Instant::now();
    loop {
        let evidence = collect(cluster).await;
        let health = diagnose(&evidence);
        let urgent = health.next_repairs(&[]).first().is_some_and(|repair| repair.phase() == Phase::Protect);
        if urgent || !health.may_settle() || begin.elapsed() > SETTLING {
            return (evidence, health);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Asks every node what it sees, every master for its keys, every replica for its link.
pub async fn collect(cluster: &Cluster) -> Evidence {
    // A node that does not tell how many databases it has would hide keys: the count fails there, too.
    let databases = cluster.databases().await;
    let views = cluster.views().await;
    let answers = join_all(views.into_iter().map(|(member, view)| {
        let databases = databases.as_ref().ok().copied();
        async move {
            match view {
                Ok(view) => Ok(witness(cluster, member, view, databases).await),
                Err(error) => Err(silent(&member.id, &error)),
            }
        }
    }))
    .await;
    let mut evidence = Evidence::default();
    for answer in answers {
        match answer {
            Ok(witness) => evidence.witnesses.push(witness),
            Err(silent) => evidence.silent.push(silent),
        }
    }
    evidence
}

async fn witness(cluster: &Cluster, member: &Member, view: View, databases: Option<u32>) -> Witness {
    let role = view.own().and_then(|own| own.role);
    let keys = match (role, databases) {
        (Some(Role::Master), Some(databases)) => keys(cluster, member, databases).await.ok(),
        _ => None,
    };
    let link = match role {
        Some(Role::Replica) => link(member).await,
        _ => None,
    };
    let says = view.lines.into_iter().map(seen).collect();
    Witness { id: view.id, address: view.address, says, keys, link }
}

fn seen(line: NodeLine) -> Seen {
    Seen {
        id: line.id,
        address: line.address,
        bus_port: line.bus_port,
        role: line.role,
        master: line.master,
        flags: line.flags,
        config_epoch: line.config_epoch,
        slots: line.slots,
        open: line.open,
    }
}

fn silent(id: &NodeId, error: &NodeError) -> Silent {
    let replaced_by = match &error.trouble {
        Trouble::OtherNode { found, .. } => Some(found.clone()),
        _ => None,
    };
    Silent { id: id.clone(), why: error.trouble.to_string(), replaced_by }
}

/// Counts the keys of all slots, those that the node does not own included: `CLUSTER SLOT-STATS` leaves them out.
async fn keys(cluster: &Cluster, member: &Member, databases: u32) -> Result<Keys, NodeError> {
    // Of its own, as it selects databases.
    let connection = cluster.open(member, "redisops:check").await?;
    let mut keys = Keys::none();
    let slots: Vec<Slot> = Slot::all().collect();
    for database in 0..databases {
        if database > 0 {
            connection.query::<()>(cmd("SELECT").arg(database)).await?;
        }
        for chunk in slots.chunks(CHUNK) {
            let mut asked = pipe();
            for slot in chunk {
                asked.cmd("CLUSTER").arg("COUNTKEYSINSLOT").arg(slot.number());
            }
            for (slot, reply) in chunk.iter().zip(connection.pipeline(&asked, PATIENCE).await?) {
                keys.add(*slot, connection.read(reply)?);
            }
        }
    }
    Ok(keys)
}

async fn link(member: &Member) -> Option<Link> {
    let connection = member.link.as_ref().ok()?;
    let text: String = connection.query(cmd("INFO").arg("replication")).await.ok()?;
    let info = Info::parse(&text);
    if info.get("master_sync_in_progress") == Some("1") {
        return Some(Link::Syncing);
    }
    Some(if info.get("master_link_status")? == "up" { Link::Up } else { Link::Down })
}
