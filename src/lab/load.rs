//! Keys for a lab, the same ones every time.

use futures::future::try_join_all;

use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Connection, NodeError};
use crate::slots::{SlotSet, key_slot};

use super::form;
use super::life::Lab;

/// Keys in one pipeline.
const BATCH: usize = 2_000;

/// Keys to write: `key:000000` and on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Load {
    /// How many.
    pub keys: u64,
    /// Bytes of each value.
    pub value_size: usize,
}

impl Load {
    /// The key of that number.
    pub fn key(number: u64) -> String {
        format!("key:{number:06}")
    }

    /// The value of the key of that number: letters and digits that look random and are the same every time.
    pub fn value(self, number: u64) -> Vec<u8> {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut value = Vec::with_capacity(self.value_size + 9);
        let mut state = number;
        while value.len() < self.value_size {
            // SplitMix64: passes tests of randomness, and needs no state beside a counter.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            value.extend((0..10).map(|i| LETTERS[(mixed >> (6 * i)) as usize & 63]));
        }
        value.truncate(self.value_size);
        value
    }
}

impl Lab {
    /// Writes keys, all masters at once.
    ///
    /// # Errors
    /// When a node does not take them.
    pub async fn fill(&self, load: Load) -> Result<(), Diagnostic> {
        let failed =
            |error: NodeError| Diagnostic::error("redisops::lab::load", format!("keys cannot be written: {error}"));
        let first = self.access.connect(&self.state.nodes[0].address).await.map_err(failed)?;
        let view = form::view(&first).await?;
        let owners = view.into_iter().filter(|line| !line.slots.is_empty());
        // A node that has never met another one does not know its own address.
        let lone = first.address();
        let writers = owners.map(|line| (line.address.unwrap_or_else(|| lone.clone()), line.slots));
        let writers = writers.map(async |(address, slots)| {
            let connection = self.access.connect(&address).await?;
            write(&connection, &slots, load).await
        });
        try_join_all(writers).await.map_err(failed)?;
        Ok(())
    }
}

/// Writes the keys of some slots.
async fn write(connection: &Connection, slots: &SlotSet, load: Load) -> Result<(), NodeError> {
    let mut pipeline = ::redis::pipe();
    for number in 0..load.keys {
        let key = Load::key(number);
        if slots.contains(key_slot(key.as_bytes())) {
            pipeline.set(key, load.value(number));
        }
        if pipeline.len() == BATCH || number + 1 == load.keys {
            for reply in connection.pipeline(&pipeline, Duration::from_secs(60)).await? {
                connection.read::<()>(reply)?;
            }
            pipeline.clear();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_every_time_and_differ() {
        let load = Load { keys: 2, value_size: 25 };
        assert_eq!(load.value(0).len(), 25);
        assert_eq!(load.value(7), load.value(7));
        assert_ne!(load.value(7), load.value(8));
        assert!(load.value(7).iter().all(u8::is_ascii_graphic));
        assert_eq!(Load::key(7), "key:000007");
    }
}
