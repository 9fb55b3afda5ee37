//! Sets of slots.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::slot::{SLOTS, Slot, SlotRange};

const WORDS: usize = SLOTS as usize / 64;

/// A set of slots: one bit each, 2 KiB.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SlotSet {
    words: Box<[u64; WORDS]>,
}

impl SlotSet {
    /// No slot.
    pub fn new() -> SlotSet {
        SlotSet { words: Box::new([0; WORDS]) }
    }

    /// Every slot.
    pub fn all() -> SlotSet {
        SlotSet { words: Box::new([u64::MAX; WORDS]) }
    }

    /// Puts a slot in; whether it was not there.
    pub fn insert(&mut self, slot: Slot) -> bool {
        let (word, bit) = position(slot);
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }

    /// Puts all slots of a range in.
    pub fn insert_range(&mut self, range: SlotRange) {
        range.iter().for_each(|slot| {
            self.insert(slot);
        });
    }

    /// Takes a slot out; whether it was there.
    pub fn remove(&mut self, slot: Slot) -> bool {
        let (word, bit) = position(slot);
        let present = self.words[word] & bit != 0;
        self.words[word] &= !bit;
        present
    }

    /// Whether a slot is in.
    pub fn contains(&self, slot: Slot) -> bool {
        let (word, bit) = position(slot);
        self.words[word] & bit != 0
    }

    /// How many slots.
    pub fn len(&self) -> u16 {
        // 16384 at most.
        self.words.iter().map(|word| word.count_ones() as u16).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The slots, in order.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| Bits { word, base: index as u16 * 64 })
    }

    /// The slots as the fewest ranges, in order.
    pub fn ranges(&self) -> impl Iterator<Item = SlotRange> + '_ {
        let mut slots = self.iter().peekable();
        std::iter::from_fn(move || {
            let first = slots.next()?;
            let mut last = first;
            while let Some(next) = slots.next_if(|next| next.number() == last.number() + 1) {
                last = next;
            }
            SlotRange::new(first, last)
        })
    }

    /// What is in either.
    pub fn union_with(&mut self, other: &SlotSet) {
        self.words.iter_mut().zip(other.words.iter()).for_each(|(word, other)| *word |= other);
    }

    /// Without what is in the other.
    pub fn subtract(&mut self, other: &SlotSet) {
        self.words.iter_mut().zip(other.words.iter()).for_each(|(word, other)| *word &= !other);
    }

    /// Only what is in the other, too.
    pub fn intersect_with(&mut self, other: &SlotSet) {
        self.words.iter_mut().zip(other.words.iter()).for_each(|(word, other)| *word &= other);
    }

    /// Whether some slot is in both.
    pub fn intersects(&self, other: &SlotSet) -> bool {
        self.words.iter().zip(other.words.iter()).any(|(word, other)| word & other != 0)
    }
}

fn position(slot: Slot) -> (usize, u64) {
    (slot.index() / 64, 1 << (slot.index() % 64))
}

/// The slots of one word.
struct Bits {
    word: u64,
    base: u16,
}

impl Iterator for Bits {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        if self.word == 0 {
            return None;
        }
        let bit = self.word.trailing_zeros() as u16;
        self.word &= self.word - 1;
        Slot::new(self.base + bit)
    }
}

impl Default for SlotSet {
    fn default() -> SlotSet {
        SlotSet::new()
    }
}

impl FromIterator<Slot> for SlotSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> SlotSet {
        let mut set = SlotSet::new();
        set.extend(slots);
        set
    }
}

impl Extend<Slot> for SlotSet {
    fn extend<I: IntoIterator<Item = Slot>>(&mut self, slots: I) {
        slots.into_iter().for_each(|slot| {
            self.insert(slot);
        });
    }
}

impl FromIterator<SlotRange> for SlotSet {
    fn from_iter<I: IntoIterator<Item = SlotRange>>(ranges: I) -> SlotSet {
        let mut set = SlotSet::new();
        ranges.into_iter().for_each(|range| set.insert_range(range));
        set
    }
}

/// `0-5460, 5462`; `none` where there is none.
impl fmt::Display for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        self.ranges().enumerate().try_for_each(|(index, range)| {
            if index > 0 {
                f.write_str(", ")?;
            }
            range.fmt(f)
        })
    }
}

impl fmt::Debug for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

impl Serialize for SlotSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.ranges())
    }
}

impl<'de> Deserialize<'de> for SlotSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SlotSet, D::Error> {
        Ok(Vec::<SlotRange>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_set_of_numbers(left in prop::collection::btree_set(0..SLOTS, 0..200), right in prop::collection::btree_set(0..SLOTS, 0..200)) {
            let of = |numbers: &BTreeSet<u16>| numbers.iter().filter_map(|&n| Slot::new(n)).collect::<SlotSet>();
            let (a, b) = (of(&left), of(&right));
            let numbers = |set: &SlotSet| set.iter().map(Slot::number).collect::<BTreeSet<u16>>();
            prop_assert_eq!(numbers(&a), left.clone());
            prop_assert_eq!(usize::from(a.len()), left.len());
            let mut union = a.clone();
            union.union_with(&b);
            prop_assert_eq!(numbers(&union), &left | &right);
            let mut less = a.clone();
            less.subtract(&b);
            prop_assert_eq!(numbers(&less), &left - &right);
            let mut both = a.clone();
            both.intersect_with(&b);
            prop_assert_eq!(numbers(&both), &left & &right);
            prop_assert_eq!(a.intersects(&b), !left.is_disjoint(&right));
            prop_assert_eq!(a.ranges().collect::<SlotSet>(), a.clone());
            let json = serde_json::to_string(&a).unwrap();
            prop_assert_eq!(serde_json::from_str::<SlotSet>(&json).unwrap(), a);
        }
    }

    #[test]
    fn ranges_are_the_fewest() {
        let set: SlotSet = ["0-3", "4", "6-7", "16383"].iter().map(|r| r.parse::<SlotRange>().unwrap()).collect();
        assert_eq!(set.to_string(), "0-4, 6-7, 16383");
        assert_eq!(SlotSet::all().to_string(), "0-16383");
        assert_eq!(SlotSet::all().len(), SLOTS);
    }
}
