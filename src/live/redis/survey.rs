//! What is in the slots of a cluster: keys, bytes, and the keys that are big.

use std::time::Duration;

use futures::future::join_all;

use crate::slots::{BigKey, ClusterState, Node, NodeId, SLOTS, Slot, SlotSet, SlotStats};

use super::cluster::Cluster;
use super::connection::Connection;
use super::counts::{self, Counts};
use super::error::{NodeError, Trouble};

/// Keys of a node whose sizes are asked at most. More keys are sampled: so many a slot.
const MOST_KEYS: usize = 200_000;

/// Keys of a slot that are listed at most: longer lists hold up a server.
const MOST_OF_SLOT: usize = 10_000;

/// Sizes that are asked in one go: well below a millisecond of a server's time.
const SIZES: usize = 200;

/// Keys that are listed in one go.
const LISTED: usize = 2_000;

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SurveyOptions {
    /// Bytes of slots, where the server does not count them.
    pub bytes: bool,
    /// Keys from that size.
    pub big_keys: Option<u64>,
    /// How busy slots are, sampled for that long.
    pub ops: Option<Duration>,
}

/// What is in the slots.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Survey {
    /// Tables of keys and bytes.
    pub stats: SlotStats,
    /// Big keys that were found, the biggest first.
    pub big_keys: Vec<BigKey>,
    /// Masters some of whose keys were not looked at: bytes of their slots are estimated from samples, and big keys may be missing.
    pub sampled: Vec<NodeId>,
    /// What could not be asked, by node.
    pub errors: Vec<(NodeId, NodeError)>,
}

impl Cluster {
    /// Looks into the slots of all masters that can be reached. What a node does not tell is missing: a table is there when every master that owns
    /// slots could tell.
    pub async fn survey(&self, state: &ClusterState, options: SurveyOptions) -> Survey {
        let masters: Vec<&Node> = state.masters().filter(|node| !node.slots.is_empty()).collect();
        let found = join_all(masters.iter().map(|master| self.survey_node(master, &master.slots, options))).await;
        let mut survey = Survey::default();
        let mut keys = vec![0; usize::from(SLOTS)];
        let mut bytes = vec![0; usize::from(SLOTS)];
        let (mut all_keys, mut all_bytes) = (true, true);
        for (master, found) in masters.iter().zip(found) {
            match found {
                Ok(found) => {
                    fill(&mut keys, &found.keys);
                    match &found.bytes {
                        Some(known) => fill(&mut bytes, known),
                        None => all_bytes = false,
                    }
                    survey.big_keys.extend(found.big_keys);
                    survey.sampled.extend(found.sampled.then(|| master.id.clone()));
                    survey.errors.extend(found.error.map(|error| (master.id.clone(), error)));
                }
                Err(error) => {
                    (all_keys, all_bytes) = (false, false);
                    survey.errors.push((master.id.clone(), error));
                }
            }
        }
        if let Some(time) = options.ops {
            match self.sample_ops(state, time).await {
                Ok(ops) => survey.stats.ops = Some(ops),
                Err(errors) => survey.errors.extend(errors),
            }
        }
        survey.stats.keys = all_keys.then(|| keys.into());
        survey.stats.bytes = all_bytes.then(|| bytes.into());
        survey.big_keys.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.key.cmp(&b.key)));
        survey
    }

    /// How many databases the nodes have: one, but for Valkey 9 and later.
    ///
    /// # Errors
    /// When a node that can be reached does not tell.
    pub async fn databases(&self) -> Result<u32, NodeError> {
        let asked = self.members().iter().filter_map(|member| member.link.as_ref().ok()).map(counts::databases);
        join_all(asked).await.into_iter().try_fold(1, |most, found| Ok(most.max(found?)))
    }

    /// A connection to each database of a node, the first first.
    ///
    /// # Errors
    /// When the node cannot be reached, or does not tell how many it has.
    pub async fn open_databases(&self, id: &NodeId, name: &str) -> Result<Vec<Connection>, NodeError> {
        let Some(member) = self.member(id) else { return Ok(Vec::new()) };
        let first = self.open(member, name).await?;
        let mut connections = vec![first];
        for database in 1..counts::databases(&connections[0]).await? {
            let connection = self.open(member, name).await?;
            connection.query::<()>(&counts::select(database)).await?;
            connections.push(connection);
        }
        Ok(connections)
    }

    async fn survey_node(&self, node: &Node, slots: &SlotSet, options: SurveyOptions) -> Result<OfNode, NodeError> {
        match self.member(&node.id).map(|member| &member.link) {
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.clone()),
            None => {
                let why = Trouble::Unreachable("it announces no address".to_owned());
                return Err(NodeError::new(&node.address, why));
            }
        }
        let databases = self.open_databases(&node.id, "redisops:survey").await?;
        let Counts { keys, bytes } = counts::count(&databases, slots).await?;
        let mut found = OfNode { keys, bytes, ..OfNode::default() };
        let worthwhile: Vec<(Slot, u64)> = match (&found.bytes, options.big_keys) {
            // A slot of few bytes has no big key.
            (Some(bytes), Some(over)) => {
                found.keys.iter().zip(bytes).filter(|(_, b)| b.1 >= over).map(|(k, _)| *k).collect()
            }
            (Some(_), None) => Vec::new(),
            (None, None) if !options.bytes => Vec::new(),
            (None, _) => found.keys.clone(),
        };
        match look(&databases, &node.id, &worthwhile, options.big_keys).await {
            Ok(looked) => {
                found.sampled = looked.sampled;
                found.big_keys = looked.big_keys;
                if found.bytes.is_none() && options.bytes {
                    found.bytes = Some(looked.bytes);
                }
            }
            Err(error) => found.error = Some(error),
        }
        Ok(found)
    }
}

fn fill(table: &mut [u64], known: &[(Slot, u64)]) {
    known.iter().for_each(|(slot, number)| table[slot.index()] = *number);
}

/// What was found on one node.
#[derive(Default)]
struct OfNode {
    keys: Vec<(Slot, u64)>,
    bytes: Option<Vec<(Slot, u64)>>,
    big_keys: Vec<BigKey>,
    sampled: bool,
    error: Option<NodeError>,
}

#[derive(Default)]
struct Looked {
    bytes: Vec<(Slot, u64)>,
    big_keys: Vec<BigKey>,
    sampled: bool,
}

/// Asks for the sizes of the keys in slots. Of slots with too many keys only some are asked, and stand for the rest.
async fn look(
    databases: &[Connection],
    node: &NodeId,
    slots: &[(Slot, u64)],
    over: Option<u64>,
) -> Result<Looked, NodeError> {
    let most = most_of_slot(slots);
    let mut looked = Looked::default();
    let filled: Vec<(Slot, u64)> = slots.iter().copied().filter(|(_, keys)| *keys > 0).collect();
    for batch in batches(&filled, most) {
        let wanted: Vec<(Slot, usize)> = batch.iter().map(|(slot, _)| (*slot, most)).collect();
        let mut sums = vec![(0_u64, 0_u64); batch.len()];
        for (database, connection) in databases.iter().enumerate() {
            let lists = counts::list(connection, &wanted).await?;
            let owned: Vec<(usize, Vec<u8>)> =
                lists.into_iter().enumerate().flat_map(|(i, keys)| keys.into_iter().map(move |key| (i, key))).collect();
            for chunk in owned.chunks(SIZES) {
                let keys: Vec<Vec<u8>> = chunk.iter().map(|(_, key)| key.clone()).collect();
                let sizes = counts::sizes(connection, &keys).await?;
                for ((index, key), bytes) in chunk.iter().zip(sizes) {
                    let Some(bytes) = bytes else { continue };
                    sums[*index].0 += bytes;
                    sums[*index].1 += 1;
                    if over.is_some_and(|over| bytes >= over) {
                        let slot = batch[*index].0;
                        let (key, node, database) = (key.clone(), node.clone(), database as u32);
                        looked.big_keys.push(BigKey { key, slot, node, database, bytes });
                    }
                }
            }
        }
        for ((slot, keys), (bytes, asked)) in batch.iter().zip(sums) {
            let all = (*keys).max(asked);
            looked.sampled |= *keys > most as u64 && asked < *keys;
            looked.bytes.push((
                *slot,
                if asked == 0 { 0 } else { (u128::from(bytes) * u128::from(all) / u128::from(asked)) as u64 },
            ));
        }
    }
    Ok(looked)
}

/// How many keys of each slot are asked, so that a node is asked for no more than it has time for.
fn most_of_slot(slots: &[(Slot, u64)]) -> usize {
    let total: u64 = slots.iter().map(|(_, keys)| keys).sum();
    if total <= MOST_KEYS as u64 {
        return MOST_OF_SLOT;
    }
    let filled = slots.iter().filter(|(_, keys)| *keys > 0).count().max(1);
    (MOST_KEYS / filled).clamp(1, MOST_OF_SLOT)
}

/// Slots in groups of so many keys as are listed in one go.
fn batches(slots: &[(Slot, u64)], most: usize) -> Vec<&[(Slot, u64)]> {
    let mut batches = Vec::new();
    let (mut start, mut keys) = (0, 0);
    for (index, slot) in slots.iter().enumerate() {
        keys += (slot.1 as usize).min(most);
        if keys >= LISTED {
            batches.push(&slots[start..=index]);
            (start, keys) = (index + 1, 0);
        }
    }
    if start < slots.len() {
        batches.push(&slots[start..]);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(keys: &[u64]) -> Vec<(Slot, u64)> {
        Slot::all().zip(keys.iter().copied()).collect()
    }

    #[test]
    fn few_keys_are_all_asked_and_many_are_sampled() {
        assert_eq!(most_of_slot(&slots(&[10, 0, 199_990])), MOST_OF_SLOT);
        assert_eq!(most_of_slot(&slots(&[100_000; 4])), MOST_OF_SLOT);
        assert_eq!(most_of_slot(&slots(&[1_000; 2_000])), 100);
        assert_eq!(most_of_slot(&[]), MOST_OF_SLOT);
    }

    #[test]
    fn batches_hold_every_slot_once() {
        let all = slots(&[1_500, 600, 1, 5_000, 3, 4]);
        let batches = batches(&all, 2_000);
        assert_eq!(batches.concat(), all);
        assert_eq!(batches.iter().map(|b| b.len()).collect::<Vec<_>>(), [2, 2, 2]);
    }
}
