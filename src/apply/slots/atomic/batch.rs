//! Moves cut into jobs. Pure.

use crate::slots::{Move, NodeId, Slot, SlotSet};

/// Slots of one job.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Batch {
    pub from: NodeId,
    pub to: NodeId,
    pub slots: SlotSet,
}

impl Batch {
    /// The arguments `START END START END …` of both servers.
    pub fn ranges(&self) -> impl Iterator<Item = u16> + '_ {
        self.slots.ranges().flat_map(|range| [range.first().number(), range.last().number()])
    }
}

/// A move as jobs of at most so many bytes, as far as its bytes are known; they are taken to be spread evenly over its slots.
pub(super) fn batches(one: &Move, limit: u64) -> Vec<Batch> {
    let Some(from) = &one.from else { return Vec::new() };
    let slots: Vec<Slot> = one.slots.iter().collect();
    let jobs = one.bytes.map_or(1, |bytes| bytes.div_ceil(limit.max(1))).max(1);
    let size = slots.len().div_ceil(usize::try_from(jobs).unwrap_or(usize::MAX)).max(1);
    slots
        .chunks(size)
        .map(|part| Batch { from: from.clone(), to: one.to.clone(), slots: part.iter().copied().collect() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(slots: &str, bytes: Option<u64>, limit: u64) -> Vec<String> {
        let slots = slots.split(',').flat_map(str::parse::<crate::slots::SlotRange>).collect();
        let one = Move { from: Some("a".into()), to: "b".into(), slots, keys: None, bytes };
        batches(&one, limit).iter().map(|batch| batch.slots.to_string()).collect()
    }

    #[test]
    fn large_moves_are_split_by_bytes() {
        assert_eq!(sizes("0-9,20", None, 10), ["0-9, 20"]);
        assert_eq!(sizes("0-9", Some(100), 100), ["0-9"]);
        assert_eq!(sizes("0-9", Some(101), 100), ["0-4", "5-9"]);
        assert_eq!(sizes("0-3", Some(1000), 1), ["0", "1", "2", "3"], "a slot is never cut");
    }

    #[test]
    fn both_servers_take_pairs() {
        let batch =
            Batch { from: "a".into(), to: "b".into(), slots: [3, 4, 9].into_iter().filter_map(Slot::new).collect() };
        assert_eq!(batch.ranges().collect::<Vec<_>>(), [3, 4, 9, 9]);
    }
}
