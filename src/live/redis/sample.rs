//! A sample of the keys of a cluster, taken from its replicas with little load.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use ::redis::{Value, cmd, pipe};
use futures::future::join_all;

use crate::slots::lint::{KeySample, SampledKey};
use crate::slots::{ClusterState, Node, NodeId, SLOTS, Slot, SlotSet, key_slot};

use super::cluster::Cluster;
use super::connection::Connection;
use super::error::NodeError;

/// How long a node may take for one batch.
const PATIENCE: Duration = Duration::from_secs(30);

/// Keys that are listed and asked for in one go: well below a millisecond of a server's time.
const BATCH: usize = 200;

/// Slots whose keys are counted in one go.
const COUNTED: usize = 1024;

/// Keys of a slot that are listed at most: longer lists hold up a server.
const MOST_OF_SLOT: usize = 10_000;

/// Elements of a collection whose sizes are looked at, to estimate that of the whole.
const ELEMENTS: usize = 5;

/// How a sample is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SampleOptions {
    /// How many keys are looked at, more or less.
    pub keys: usize,
    /// Ask masters, even where they have replicas.
    pub on_masters: bool,
}

impl Cluster {
    /// Looks at some keys of each shard, as many as its part of all keys. Each shard is asked at one node: a replica that can be reached, or else the
    /// master. Nodes are at work half of the time at most. Shards that cannot be asked are told, and missing.
    pub async fn sample(&self, state: &ClusterState, options: SampleOptions) -> (KeySample, Vec<(NodeId, NodeError)>) {
        let masters: Vec<&Node> = state.masters().filter(|node| !node.slots.is_empty()).collect();
        let opened = join_all(masters.iter().map(|master| self.shard(state, master, options.on_masters))).await;
        let mut errors = Vec::new();
        let mut shards: Vec<Shard> = Vec::new();
        for (master, shard) in masters.iter().zip(opened) {
            match shard {
                Ok(shard) => shards.push(shard),
                Err(error) => errors.push((master.id.clone(), error)),
            }
        }
        let total: u64 = shards.iter().map(Shard::total).sum();
        let part = if total == 0 { 0.0 } else { (options.keys as f64 / total as f64).min(1.0) };
        let taken = join_all(shards.iter().map(|shard| shard.take(part))).await;
        let mut sample = KeySample { total, cluster: state.clone(), ..KeySample::default() };
        let mut slot_keys = vec![0; usize::from(SLOTS)];
        for (shard, taken) in shards.iter().zip(taken) {
            shard
                .databases
                .iter()
                .flat_map(|database| &database.slots)
                .for_each(|(s, keys)| slot_keys[s.index()] += keys);
            match taken {
                Ok(keys) => sample.keys.extend(keys),
                Err(error) => errors.push((shard.master.clone(), error)),
            }
            let asked = if shard.is_master { &mut sample.asked.0 } else { &mut sample.asked.1 };
            *asked += 1;
        }
        sample.slot_keys = errors.is_empty().then(|| slot_keys.into());
        (sample, errors)
    }

    /// Opens the node of a shard that is asked, and counts its keys.
    async fn shard(&self, state: &ClusterState, master: &Node, on_masters: bool) -> Result<Shard, NodeError> {
        let replicas = state.replicas_of(&master.id).filter(|node| !on_masters && !node.is_failed());
        for replica in replicas {
            let reached = self.member(&replica.id).is_some_and(|member| member.link.is_ok());
            if reached && let Ok(shard) = self.open_shard(master, &replica.id).await {
                return Ok(shard);
            }
        }
        self.open_shard(master, &master.id).await
    }

    async fn open_shard(&self, master: &Node, node: &NodeId) -> Result<Shard, NodeError> {
        let mut databases = Vec::new();
        for connection in self.open_databases(node, "redisops:lint").await? {
            connection.query::<()>(&cmd("READONLY")).await?;
            let slots = count(&connection, &master.slots).await?;
            databases.push(Database { connection, slots });
        }
        Ok(Shard { master: master.id.clone(), is_master: *node == master.id, databases })
    }
}

/// A shard, and the node of it that is asked.
struct Shard {
    master: NodeId,
    is_master: bool,
    databases: Vec<Database>,
}

/// A database of a node, and how many keys its slots have.
struct Database {
    connection: Connection,
    slots: Vec<(Slot, u64)>,
}

impl Shard {
    fn total(&self) -> u64 {
        self.databases.iter().map(Database::total).sum()
    }

    async fn take(&self, part: f64) -> Result<Vec<SampledKey>, NodeError> {
        let mut keys = Vec::new();
        for database in self.databases.iter().filter(|database| database.total() > 0) {
            keys.extend(database.take(part).await?);
        }
        Ok(keys)
    }
}

impl Database {
    fn total(&self) -> u64 {
        self.slots.iter().map(|(_, keys)| keys).sum()
    }

    /// Looks at that part of the keys.
    async fn take(&self, part: f64) -> Result<Vec<SampledKey>, NodeError> {
        // Where everything is wanted, the order does not matter.
        let wanted = if part >= 1.0 { usize::MAX } else { (self.total() as f64 * part).ceil() as usize };
        match self.scan(wanted).await? {
            Scanned::Keys(keys) => Ok(keys),
            Scanned::BySlot => self.list(part).await,
        }
    }

    /// `SCAN` until there are enough. Servers that keep all keys in one table give them in an order that has nothing to do with their names, so that the
    /// first ones are a fair sample. Servers that keep a table for each slot (Redis 7.4 and later, Valkey 8 and later) go from slot to slot: that is
    /// seen and said, and then this is no sample.
    async fn scan(&self, wanted: usize) -> Result<Scanned, NodeError> {
        let mut found: Vec<SampledKey> = Vec::new();
        let mut seen: HashSet<Vec<u8>> = HashSet::new();
        let mut order = Order::default();
        let mut cursor: u64 = 0;
        loop {
            let begun = Instant::now();
            let batch = cmd("SCAN").arg(cursor).arg("COUNT").arg(BATCH).to_owned();
            let (next, keys): (u64, Vec<Vec<u8>>) = self.connection.query_within(&batch, PATIENCE).await?;
            cursor = next;
            keys.iter().for_each(|key| order.add(key_slot(key)));
            let enough = order.keys >= CERTAIN || seen.len() + keys.len() >= wanted;
            if cursor != 0 && wanted != usize::MAX && enough && order.by_slot {
                return Ok(Scanned::BySlot);
            }
            let new: Vec<Vec<u8>> = keys.into_iter().filter(|key| seen.insert(key.clone())).collect();
            found.extend(look_at(&self.connection, &new).await?);
            rest(begun).await;
            if cursor == 0 || found.len() >= wanted {
                break;
            }
        }
        let weight = if cursor == 0 { 1.0 } else { self.total() as f64 / found.len().max(1) as f64 };
        found.iter_mut().for_each(|key| key.weight = weight.max(1.0));
        Ok(Scanned::Keys(found))
    }

    /// Some keys of each slot, as many as its part of all keys and one at least; each stands for its part of the slot.
    async fn list(&self, part: f64) -> Result<Vec<SampledKey>, NodeError> {
        let wanted: Vec<(Slot, u64, usize)> = self
            .slots
            .iter()
            .filter(|(_, keys)| *keys > 0)
            .map(|(slot, keys)| (*slot, *keys, ((*keys as f64 * part).round() as usize).clamp(1, MOST_OF_SLOT)))
            .collect();
        let mut found = Vec::new();
        for batch in batches(&wanted) {
            let begun = Instant::now();
            let mut asked = pipe();
            for (slot, _, limit) in batch {
                asked.cmd("CLUSTER").arg("GETKEYSINSLOT").arg(slot.number()).arg(*limit);
            }
            let replies = self.connection.pipeline(&asked, PATIENCE).await?;
            rest(begun).await;
            for ((_, all, _), reply) in batch.iter().zip(replies) {
                let keys: Vec<Vec<u8>> = self.connection.read(reply)?;
                let mut of_slot = Vec::new();
                for chunk in keys.chunks(BATCH) {
                    let begun = Instant::now();
                    of_slot.extend(look_at(&self.connection, chunk).await?);
                    rest(begun).await;
                }
                let weight = *all as f64 / of_slot.len().max(1) as f64;
                of_slot.iter_mut().for_each(|key| key.weight = weight.max(1.0));
                found.extend(of_slot);
            }
        }
        Ok(found)
    }
}

/// Slots in groups whose keys are listed in one go.
fn batches(slots: &[(Slot, u64, usize)]) -> Vec<&[(Slot, u64, usize)]> {
    let mut batches = Vec::new();
    let (mut start, mut keys) = (0, 0);
    for (index, (_, _, limit)) in slots.iter().enumerate() {
        keys += limit;
        if keys >= BATCH || index + 1 == slots.len() {
            batches.push(&slots[start..=index]);
            (start, keys) = (index + 1, 0);
        }
    }
    batches
}

/// What came of a `SCAN`.
enum Scanned {
    /// Keys in no particular order.
    Keys(Vec<SampledKey>),
    /// The server goes from slot to slot.
    BySlot,
}

/// Keys in the order of their slots, after which that is no chance: there is one such order of 25 in 10²⁵.
const CERTAIN: usize = 25;

/// Whether keys came in the order of their slots.
struct Order {
    keys: usize,
    last: Slot,
    by_slot: bool,
}

impl Default for Order {
    fn default() -> Order {
        Order { keys: 0, last: Slot::FIRST, by_slot: true }
    }
}

impl Order {
    fn add(&mut self, slot: Slot) {
        self.by_slot &= self.last <= slot;
        self.last = slot;
        self.keys += 1;
    }
}

/// Leaves a node alone for as long as it was at work.
async fn rest(begun: Instant) {
    tokio::time::sleep(begun.elapsed()).await;
}

/// Keys in slots of the database of a connection.
async fn count(connection: &Connection, slots: &SlotSet) -> Result<Vec<(Slot, u64)>, NodeError> {
    let slots: Vec<Slot> = slots.iter().collect();
    let mut counts = Vec::with_capacity(slots.len());
    for chunk in slots.chunks(COUNTED) {
        let mut asked = pipe();
        for slot in chunk {
            asked.cmd("CLUSTER").arg("COUNTKEYSINSLOT").arg(slot.number());
        }
        let replies = connection.pipeline(&asked, PATIENCE).await?;
        for (slot, reply) in chunk.iter().zip(replies) {
            counts.push((*slot, connection.read(reply)?));
        }
    }
    Ok(counts)
}

/// Type, time to live and size of keys. Keys that are gone, or have moved away, are left out.
async fn look_at(connection: &Connection, keys: &[Vec<u8>]) -> Result<Vec<SampledKey>, NodeError> {
    let mut asked = pipe();
    for key in keys {
        asked.cmd("TYPE").arg(key);
        asked.cmd("PTTL").arg(key);
        asked.cmd("MEMORY").arg("USAGE").arg(key).arg("SAMPLES").arg(ELEMENTS);
    }
    let mut replies = connection.pipeline(&asked, PATIENCE).await?.into_iter();
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let (Some(value_type), Some(ttl), Some(bytes)) = (replies.next(), replies.next(), replies.next()) else {
            break;
        };
        let (Some(value_type), Some(ttl)) =
            (present::<String>(connection, value_type)?, present::<i64>(connection, ttl)?)
        else {
            continue;
        };
        if value_type == "none" {
            continue;
        }
        let bytes = match present::<Option<u64>>(connection, bytes) {
            // Without the right to ask, sizes are not known.
            Err(error) if error.code() == Some("NOPERM") => None,
            other => other?.flatten(),
        };
        let ttl = u64::try_from(ttl).ok();
        found.push(SampledKey { key: key.clone(), value_type, ttl, bytes, weight: 1.0 });
    }
    Ok(found)
}

/// A reply about a key that is there.
fn present<T: ::redis::FromRedisValue>(connection: &Connection, reply: Value) -> Result<Option<T>, NodeError> {
    match connection.read(reply) {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.code(), Some("MOVED" | "ASK" | "TRYAGAIN")) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_slots_is_recognized() {
        let order = |numbers: &[u16]| {
            let mut order = Order::default();
            numbers.iter().filter_map(|n| Slot::new(*n)).for_each(|slot| order.add(slot));
            (order.keys, order.by_slot)
        };
        assert_eq!(order(&[]), (0, true));
        assert_eq!(order(&[1, 1, 5, 16383]), (4, true));
        assert_eq!(order(&[1, 5, 4]), (3, false));
    }

    #[test]
    fn batches_hold_every_slot_once() {
        let slots: Vec<(Slot, u64, usize)> = Slot::all().zip([150, 60, 1, 500, 3, 4]).map(|(s, n)| (s, 9, n)).collect();
        let found = batches(&slots);
        assert_eq!(found.concat(), slots);
        assert_eq!(found.iter().map(|batch| batch.len()).collect::<Vec<_>>(), [2, 2, 2]);
        assert!(batches(&[]).is_empty());
    }
}
