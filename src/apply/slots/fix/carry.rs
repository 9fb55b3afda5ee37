//! The repairs that move keys: hand-overs that go on, and keys in the wrong place.

use std::collections::BTreeSet;
use std::time::Duration;

use ::redis::{Cmd, cmd, pipe};

use crate::apply::slots::Archive;
use crate::apply::slots::conflict::{Conflict, ConflictError, Pair, Settled, Side};
use crate::apply::slots::epochs;
use crate::live::redis::{Access, Cluster, Connection, NodeError, Trouble};
use crate::slots::{Address, NodeId, Slot, SlotSet};

use super::repairs::{gone, link, must, setslot};

/// Keys that are moved in one go. A server answers nobody else meanwhile.
const BATCH: usize = 64;

/// How long the two nodes of a `MIGRATE` may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// Rounds over a slot in which no key moves although some could.
const ATTEMPTS: usize = 5;

/// What a repair has done.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Carried {
    pub keys: u64,
    pub conflicts: Vec<Conflict>,
    /// Slots that changed their owner.
    pub slots: SlotSet,
}

/// What decides about keys with two values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge<'a> {
    pub decision: Option<Side>,
    pub archive: &'a Archive,
}

/// A hand-over goes on to its end. Slots with keys that nobody has decided about stay open.
pub(super) async fn finish(
    cluster: &Cluster,
    from: &NodeId,
    to: &NodeId,
    slots: &SlotSet,
    judge: Judge<'_>,
) -> Result<Carried, ConflictError> {
    epochs::settled(cluster, from, to).await?;
    // The taker first: with only the giver armed, clients are sent to a node that turns them away.
    take_from(cluster, to, from, slots).await?;
    let mut steps = pipe();
    setslot(&mut steps, slots, "MIGRATING", Some(to));
    must(link(cluster, from)?, &steps).await?;
    let route = Route::open(cluster, from, to).await?;
    let mut carried = route.carry(slots, judge).await?;
    // A taker with a newer epoch makes a giver that still has keys delete them without a word: only what is empty in every database is handed over.
    let empty: SlotSet = route.empty(slots).await?;
    let mut steps = pipe();
    setslot(&mut steps, &empty, "NODE", Some(to));
    // The taker first: whatever dies in between, the slot has an owner.
    must(link(cluster, to)?, &steps).await?;
    must(link(cluster, from)?, &steps).await?;
    carried.slots = empty;
    Ok(carried)
}

/// Keys go to the owner of their slots. `MIGRATE` works only on a node that owns the slot or is taking it, so the node says that it is taking it, from the
/// owner, as long as it gives.
pub(super) async fn move_keys(
    cluster: &Cluster,
    from: &NodeId,
    to: &NodeId,
    slots: &SlotSet,
    judge: Judge<'_>,
) -> Result<Carried, ConflictError> {
    take_from(cluster, from, to, slots).await?;
    let source = link(cluster, from)?;
    let carried = match Route::open(cluster, from, to).await {
        Ok(route) => route.carry(slots, judge).await,
        Err(error) => Err(error.into()),
    };
    let mut steps = pipe();
    setslot(&mut steps, slots, "STABLE", None);
    let closed = must(source, &steps).await;
    let carried = carried?;
    closed?;
    Ok(carried)
}

/// A node says that it is taking slots from their owner. A node that is taking a slot does not learn by gossip who owns it; after a failover of the owner it
/// knows of none, and answers `CLUSTERDOWN` to everything, so it is told.
async fn take_from(cluster: &Cluster, node: &NodeId, owner: &NodeId, slots: &SlotSet) -> Result<(), NodeError> {
    let mut steps = pipe();
    setslot(&mut steps, slots, "NODE", Some(owner));
    setslot(&mut steps, slots, "IMPORTING", Some(owner));
    must(link(cluster, node)?, &steps).await
}

/// Connections for moving keys from one node to another, one of each for each database.
struct Route<'c> {
    access: &'c Access,
    /// Where the giver reaches the taker.
    target: Address,
    databases: Vec<(u16, Connection, Connection)>,
}

impl<'c> Route<'c> {
    async fn open(cluster: &'c Cluster, from: &NodeId, to: &NodeId) -> Result<Route<'c>, NodeError> {
        let target = cluster.member(to).ok_or_else(|| gone(cluster, to))?.address.clone();
        let sources = cluster.open_databases(from, "redisops:fix").await?;
        let targets = cluster.open_databases(to, "redisops:fix").await?;
        let databases = (0..).zip(sources).zip(targets).map(|((db, source), target)| (db, source, target)).collect();
        Ok(Route { access: cluster.access(), target, databases })
    }

    /// Slots that have no key at the giver, in any database.
    async fn empty(&self, slots: &SlotSet) -> Result<SlotSet, NodeError> {
        let mut empty = slots.clone();
        for (_, source, _) in &self.databases {
            for slot in slots.iter() {
                if count(source, slot).await? > 0 {
                    empty.remove(slot);
                }
            }
        }
        Ok(empty)
    }

    async fn carry(&self, slots: &SlotSet, judge: Judge<'_>) -> Result<Carried, ConflictError> {
        let mut carried = Carried::default();
        for slot in slots.iter() {
            for (db, source, target) in &self.databases {
                let pair = Pair { source, target, db: *db };
                self.carry_slot(slot, pair, judge, &mut carried).await?;
            }
        }
        Ok(carried)
    }

    async fn carry_slot(
        &self,
        slot: Slot,
        pair: Pair<'_>,
        judge: Judge<'_>,
        carried: &mut Carried,
    ) -> Result<(), ConflictError> {
        // Keys that stay, as nobody has decided about them.
        let mut left: BTreeSet<Vec<u8>> = BTreeSet::new();
        let mut in_vain = 0;
        while in_vain < ATTEMPTS {
            let keys = list(pair.source, slot, left.len() + BATCH).await?;
            let keys: Vec<Vec<u8>> = keys.into_iter().filter(|key| !left.contains(key)).collect();
            if keys.is_empty() {
                return Ok(());
            }
            let (free, both) = sort(pair, slot, keys).await?;
            let mut settled = 0;
            for key in both {
                match pair.settle(&key, judge.decision, judge.archive).await? {
                    Settled::Gone | Settled::Free => {}
                    Settled::Same => settled += 1,
                    Settled::Decided(conflict) => {
                        settled += 1;
                        carried.conflicts.push(*conflict);
                    }
                    Settled::Differs(conflict) => {
                        carried.conflicts.push(*conflict);
                        left.insert(key);
                    }
                }
            }
            match self.migrate(pair, &free).await {
                Ok(()) => settled += free.len(),
                // A client has written it meanwhile: it is looked at in the next round.
                Err(error) if is_busy(&error) => {}
                Err(error) => return Err(error.into()),
            }
            carried.keys += settled as u64;
            in_vain = if settled == 0 { in_vain + 1 } else { 0 };
        }
        Ok(())
    }

    async fn migrate(&self, pair: Pair<'_>, keys: &[Vec<u8>]) -> Result<(), NodeError> {
        if keys.is_empty() {
            return Ok(());
        }
        let command = self.command(pair.db, keys);
        pair.source.query_within::<String>(&command, SILENCE * 3).await.map(|_| ())
    }

    /// Never with `REPLACE`: nobody but the user knows which of two values counts.
    fn command(&self, db: u16, keys: &[Vec<u8>]) -> Cmd {
        let mut command = cmd("MIGRATE");
        command.arg(&self.target.host).arg(self.target.port).arg("").arg(db).arg(SILENCE.as_millis() as u64);
        match (&self.access.user, &self.access.password) {
            (Some(user), Some(password)) => command.arg("AUTH2").arg(user).arg(password.expose()),
            (None, Some(password)) => command.arg("AUTH").arg(password.expose()),
            (_, None) => &mut command,
        };
        command.arg("KEYS").arg(keys);
        command
    }
}

fn is_busy(error: &NodeError) -> bool {
    matches!(&error.trouble, Trouble::Server { code, message } if code == "BUSYKEY" || message.contains("BUSYKEY"))
}

async fn count(connection: &Connection, slot: Slot) -> Result<u64, NodeError> {
    connection.query(cmd("CLUSTER").arg("COUNTKEYSINSLOT").arg(slot.number())).await
}

async fn list(connection: &Connection, slot: Slot, most: usize) -> Result<Vec<Vec<u8>>, NodeError> {
    connection.query(cmd("CLUSTER").arg("GETKEYSINSLOT").arg(slot.number()).arg(most)).await
}

/// Keys that the taker does not have, and keys that it has. Asked beforehand, as a `MIGRATE` that fails counts as use of the key.
async fn sort(pair: Pair<'_>, slot: Slot, keys: Vec<Vec<u8>>) -> Result<(Vec<Vec<u8>>, Vec<Vec<u8>>), NodeError> {
    if count(pair.target, slot).await? == 0 {
        return Ok((keys, Vec::new()));
    }
    let mut asked = pipe();
    for key in &keys {
        asked.cmd("ASKING").cmd("EXISTS").arg(key);
    }
    let replies = pair.target.pipeline(&asked, SILENCE).await?;
    let (mut free, mut both) = (Vec::new(), Vec::new());
    for (key, reply) in keys.into_iter().zip(replies.into_iter().skip(1).step_by(2)) {
        let there = pair.target.read::<u64>(reply)? > 0;
        if there { both.push(key) } else { free.push(key) }
    }
    Ok((free, both))
}
