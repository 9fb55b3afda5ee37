//! What one giver has to do, and how far it is. Outlives the connections: after a failover it goes on with the new master.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::slots::{NodeId, Slot, SlotSet};

use super::progress::Pair;

/// The slots of one giver and how far they are.
#[derive(Debug)]
pub(super) struct Work {
    /// The giver; after a failover the promoted replica.
    pub giver: RefCell<NodeId>,
    /// The takers and what each takes.
    pub pairs: Vec<PairWork>,
    /// Slots that are opened and not closed, with the number of their pair.
    pub open: RefCell<BTreeMap<Slot, usize>>,
    /// Slots that stay open: their keys differ on both sides.
    pub stuck: RefCell<BTreeMap<Slot, usize>>,
    /// Slots that stay with the giver, as they have keys that are too big.
    pub kept: RefCell<BTreeMap<Slot, usize>>,
    /// Calls whose outcome is not known.
    pub doubts: RefCell<Vec<Doubt>>,
    /// The pair whose call failed last.
    pub culprit: Cell<Option<usize>>,
    /// Running mean of the bytes of a key.
    pub key_bytes: Cell<f64>,
    /// Running mean of the keys of a slot.
    pub slot_keys: Cell<f64>,
}

/// What one giver gives to one taker.
#[derive(Debug)]
pub(super) struct PairWork {
    /// As the plan names them: the report does, too, whoever was promoted meanwhile.
    pub pair: Pair,
    /// The taker; after a failover the promoted replica.
    pub taker: RefCell<NodeId>,
    /// Slots that are not opened yet.
    pub todo: RefCell<VecDeque<Slot>>,
    /// Keys that were given and that the taker's replicas may not have yet.
    pub sent: RefCell<Vec<Rc<Sent>>>,
    /// Why no further slot goes to this taker.
    pub closed: Cell<bool>,
}

/// Keys of one call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Sent {
    pub slot: Slot,
    pub db: u16,
    pub keys: Vec<Vec<u8>>,
}

/// A call whose outcome is not known: its keys may be on the taker, and still on the giver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Doubt {
    pub sent: Rc<Sent>,
    /// Which life of the giver it was: its process and its epoch. A failover changes the one or the other.
    pub life: (String, u64),
}

impl Work {
    /// Nothing of it is done yet.
    pub fn new(giver: &NodeId, pairs: Vec<(NodeId, Vec<Slot>)>) -> Work {
        let pair = |(to, slots): (NodeId, Vec<Slot>)| PairWork {
            pair: Pair { from: giver.clone(), to: to.clone() },
            taker: RefCell::new(to),
            todo: RefCell::new(slots.into()),
            sent: RefCell::default(),
            closed: Cell::new(false),
        };
        Work {
            giver: RefCell::new(giver.clone()),
            pairs: pairs.into_iter().map(pair).collect(),
            open: RefCell::default(),
            stuck: RefCell::default(),
            kept: RefCell::default(),
            culprit: Cell::new(None),
            doubts: RefCell::default(),
            key_bytes: Cell::new(200.0),
            // The first wave is a small one: nobody knows yet.
            slot_keys: Cell::new(512.0),
        }
    }

    /// Slots in the middle of a hand-over, to be finished before others.
    pub fn opened(self, pair: &NodeId, slots: &[Slot]) -> Work {
        if let Some(index) = self.pairs.iter().position(|work| work.pair.to == *pair) {
            self.open.borrow_mut().extend(slots.iter().map(|slot| (*slot, index)));
        }
        self
    }

    /// Whether one takes what the other gives away, or gives to it.
    pub fn crosses(&self, other: &Work) -> bool {
        let takes = |work: &Work, id: &NodeId| work.pairs.iter().any(|pair| *pair.taker.borrow() == *id);
        takes(self, &other.giver.borrow()) || takes(other, &self.giver.borrow())
    }

    /// Whether nothing is left that could be done.
    pub fn is_over(&self) -> bool {
        let open = self.open.borrow().values().any(|pair| !self.pairs[*pair].closed.get());
        !open && self.pairs.iter().all(|pair| pair.closed.get() || pair.todo.borrow().is_empty())
    }

    /// The next slots to open, all of one pair; the pairs take turns, so that one moves while another waits for its replicas.
    pub fn take(&self, turn: &Cell<usize>, most: usize) -> Option<(usize, Vec<Slot>)> {
        let count = self.pairs.len();
        let ready = (0..count)
            .map(|step| (turn.get() + step) % count)
            .find(|index| !self.pairs[*index].closed.get() && !self.pairs[*index].todo.borrow().is_empty())?;
        turn.set((ready + 1) % count);
        let mut todo = self.pairs[ready].todo.borrow_mut();
        let slots = (0..most.min(todo.len())).filter_map(|_| todo.pop_front()).collect();
        Some((ready, slots))
    }

    /// Whether a key was in a call of that life of the giver whose outcome is not known.
    pub fn doubts(&self, db: u16, key: &[u8], life: &(String, u64)) -> bool {
        let has =
            |doubt: &Doubt| doubt.sent.db == db && doubt.life == *life && doubt.sent.keys.iter().any(|k| k == key);
        self.doubts.borrow().iter().any(has)
    }

    /// All slots that are still to be moved.
    pub fn slots(&self) -> Vec<Slot> {
        let todo = self.pairs.iter().flat_map(|pair| pair.todo.borrow().iter().copied().collect::<Vec<_>>());
        todo.chain(self.open.borrow().keys().copied()).collect()
    }

    /// Takes a size into the running mean.
    pub fn sampled(&self, bytes: u64) {
        let bytes = bytes as f64;
        self.key_bytes.set(self.key_bytes.get() * 0.9 + bytes * 0.1);
    }

    /// Takes the number of keys of a slot into the running mean.
    pub fn counted(&self, keys: usize) {
        self.slot_keys.set(self.slot_keys.get() * 0.75 + keys as f64 * 0.25);
    }

    /// What is not where it should be, by pair.
    pub fn left(&self) -> Vec<(Pair, SlotSet)> {
        let of = |index: usize| {
            let mut slots: SlotSet = self.pairs[index].todo.borrow().iter().copied().collect();
            for list in [&self.open, &self.stuck, &self.kept] {
                slots.extend(list.borrow().iter().filter(|(_, pair)| **pair == index).map(|(slot, _)| *slot));
            }
            slots
        };
        let pairs = self.pairs.iter().enumerate().map(|(index, work)| (work.pair.clone(), of(index)));
        pairs.filter(|(_, slots)| !slots.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(numbers: impl IntoIterator<Item = u16>) -> Vec<Slot> {
        numbers.into_iter().filter_map(Slot::new).collect()
    }

    #[test]
    fn pairs_take_turns_until_nothing_is_left() {
        let work = Work::new(&"a".into(), vec![("b".into(), slots(0..3)), ("c".into(), slots(10..11))]);
        let turn = Cell::new(0);
        let taken: Vec<_> = std::iter::from_fn(|| work.take(&turn, 2)).collect();
        assert_eq!(taken, vec![(0, slots(0..2)), (1, slots(10..11)), (0, slots(2..3))]);
    }

    #[test]
    fn who_gives_does_not_take_meanwhile() {
        let work = |from: &str, to: &str| Work::new(&from.into(), vec![(to.into(), slots(0..1))]);
        assert!(work("a", "b").crosses(&work("b", "c")));
        assert!(work("b", "c").crosses(&work("a", "b")));
        assert!(!work("a", "c").crosses(&work("b", "c")));
    }

    #[test]
    fn what_is_left_is_named_by_pair() {
        let work = Work::new(&"a".into(), vec![("b".into(), slots(0..2)), ("c".into(), slots(10..11))]);
        let (pair, taken) = work.take(&Cell::new(1), 5).unwrap();
        work.open.borrow_mut().extend(taken.into_iter().map(|slot| (slot, pair)));
        let left: Vec<String> = work.left().iter().map(|(pair, slots)| format!("{}: {slots}", pair.to)).collect();
        assert_eq!(left, ["b: 0-1", "c: 10"]);
        work.pairs[0].closed.set(true);
        assert_eq!(work.take(&Cell::new(0), 5), None);
    }
}
