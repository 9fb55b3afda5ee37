//! Keys that are so big that moving them breaks the latency budget of clients: found before they move.

use ::redis::{cmd, pipe};

use crate::redis::Info;
use crate::slots::Slot;

use super::commands::{self, Setback};
use super::lane::Lane;
use super::report::{Skipped, key_text};
use super::site::Site;

/// Sizes that are asked in one go: well below a millisecond of a node's time.
const CHUNK: usize = 250;
/// Slots that are sampled to learn what a usual key has.
const SAMPLED: usize = 64;
/// What a key costs in tables, which `MEMORY USAGE` counts and the size of the data set does not, in the servers that count most.
const OVERHEAD: f64 = 32.0;
/// Bytes that may be unexplained by keys of usual size before every key is looked at, in parts of the data set, at least and at most.
const UNEXPLAINED: f64 = 0.05;
const UNEXPLAINED_LEAST: f64 = 1.4e6;
const UNEXPLAINED_MOST: f64 = 8e6;

/// A key that is too big to move unnoticed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Heavy {
    pub db: u16,
    pub key: Vec<u8>,
    pub bytes: u64,
}

/// Whether a node may have big keys at all. Asking every key for its size costs a node a quarter of what moving it does, so it is done only where the
/// size of the data set leaves room for a key that is much bigger than a sample of keys.
pub(super) async fn may_have_heavy(giver: &Site, slots: &[Slot]) -> Result<bool, Setback> {
    let text: String = giver.control.query(cmd("INFO").arg("memory")).await?;
    let keyspace: String = giver.control.query(cmd("INFO").arg("keyspace")).await?;
    let keys = super::members::keys_of(&keyspace);
    if keys == 0 {
        return Ok(false);
    }
    let Some(dataset) = Info::parse(&text).number("used_memory_dataset") else { return Ok(true) };
    let mut asked = pipe();
    let step = (slots.len() / SAMPLED).max(1);
    slots.iter().step_by(step).take(SAMPLED).for_each(|slot| commands::list(&mut asked, *slot, 2));
    let mut sample = Vec::new();
    for reply in giver.steps(&asked).await? {
        sample.extend(commands::keys_of(reply).unwrap_or_default());
    }
    let sizes: Vec<u64> = giver.sizes(0, &sample).await?.into_iter().flatten().collect();
    Ok(leaves_room(dataset as f64, keys as f64, &sizes))
}

fn leaves_room(dataset: f64, keys: f64, sizes: &[u64]) -> bool {
    if sizes.is_empty() {
        return true;
    }
    let mean = sizes.iter().sum::<u64>() as f64 / sizes.len() as f64;
    let unexplained = dataset - keys * (mean - OVERHEAD).max(0.0);
    unexplained > (dataset * UNEXPLAINED).clamp(UNEXPLAINED_LEAST, UNEXPLAINED_MOST)
}

impl Lane<'_> {
    /// The keys of a slot that are too big to move unnoticed, taken out of the others.
    pub async fn heavy_of(&self, keys: &mut [(u16, Vec<Vec<u8>>)]) -> Result<Vec<Heavy>, Setback> {
        let limit = self.heavy_limit();
        let mut found = Vec::new();
        for (db, keys) in keys.iter_mut() {
            let mut heavy = Vec::new();
            for chunk in keys.chunks(CHUNK) {
                let sizes = self.giver.sizes(*db, chunk).await?;
                heavy.extend(chunk.iter().zip(sizes).filter_map(|(key, size)| {
                    let bytes = size.filter(|bytes| *bytes >= limit)?;
                    Some(Heavy { db: *db, key: key.clone(), bytes })
                }));
            }
            keys.retain(|key| !heavy.iter().any(|one| one.key == *key));
            found.extend(heavy);
        }
        Ok(found)
    }

    /// Leaves a slot with big keys where it is.
    pub async fn leave_heavy(&self, pair: usize, slot: Slot, heavy: &[Heavy]) -> Result<(), Setback> {
        let skipped = heavy.iter().map(|one| Skipped { key: key_text(&one.key), slot, bytes: one.bytes });
        self.run.tally.borrow_mut().skipped.extend(skipped);
        let closed = self.retreat_slots(pair, &[slot]).await?;
        if closed.is_empty() {
            // An earlier run has moved other keys of it: only an open slot lets clients find all.
            self.work.open.borrow_mut().remove(&slot);
            self.work.stuck.borrow_mut().insert(slot, pair);
        } else {
            self.work.pairs[pair].todo.borrow_mut().retain(|other| *other != slot);
            self.work.kept.borrow_mut().insert(slot, pair);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_big_key_shows_in_the_size_of_the_data_set() {
        // Measured on 7.0.15, 8.2.3 and Valkey 9.1.2: values of 100 bytes.
        for (dataset, keys, size) in [(53e6, 333_000.0, 184), (11.68e6, 100_000.0, 136), (12.08e6, 100_000.0, 120)] {
            assert!(!leaves_room(dataset, keys, &[size; 100]) || size == 120, "{dataset}");
            assert!(leaves_room(dataset + 56e6, keys, &[size; 100]), "{dataset}");
        }
        // Sizes that vary, or data so large that a share of it is big.
        assert!(leaves_room(53e6, 333_000.0, &[100, 120]));
        assert!(leaves_room(10e9, 50_000_000.0, &[230; 100]));
        assert!(leaves_room(1e6, 10.0, &[]));
    }
}
