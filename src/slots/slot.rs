//! Slot numbers and ranges of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many slots a cluster has (Redis Cluster specification, "Key distribution model").
pub const SLOTS: u16 = 16_384;

/// A hash slot, below [`SLOTS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Slot(u16);

impl Slot {
    /// Slot 0.
    pub const FIRST: Slot = Slot(0);
    /// Slot 16383.
    pub const LAST: Slot = Slot(SLOTS - 1);

    /// The slot of that number, if there is one.
    pub const fn new(number: u16) -> Option<Slot> {
        if number < SLOTS { Some(Slot(number)) } else { None }
    }

    /// The slot of a checksum: what is left of a division by [`SLOTS`].
    pub const fn of_checksum(checksum: u16) -> Slot {
        Slot(checksum % SLOTS)
    }

    /// Its number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Its number, to look up in a table of [`SLOTS`] entries.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// All slots, in order.
    pub fn all() -> impl DoubleEndedIterator<Item = Slot> + ExactSizeIterator {
        (0..SLOTS).map(Slot)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that is no slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0} is no slot: slots are 0 to 16383")]
pub struct NoSlot(pub u16);

impl TryFrom<u16> for Slot {
    type Error = NoSlot;

    fn try_from(number: u16) -> Result<Slot, NoSlot> {
        Slot::new(number).ok_or(NoSlot(number))
    }
}

impl From<Slot> for u16 {
    fn from(slot: Slot) -> u16 {
        slot.0
    }
}

/// Slots that follow each other, both ends included. Never empty.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(Slot, Slot)", into = "(Slot, Slot)")]
pub struct SlotRange {
    first: Slot,
    last: Slot,
}

impl SlotRange {
    /// All slots.
    pub const ALL: SlotRange = SlotRange { first: Slot::FIRST, last: Slot::LAST };

    /// From the one to the other, if they are in that order.
    pub const fn new(first: Slot, last: Slot) -> Option<SlotRange> {
        if first.0 <= last.0 { Some(SlotRange { first, last }) } else { None }
    }

    /// The first slot.
    pub const fn first(self) -> Slot {
        self.first
    }

    /// The last slot.
    pub const fn last(self) -> Slot {
        self.last
    }

    /// How many slots.
    pub const fn count(self) -> u16 {
        self.last.0 - self.first.0 + 1
    }

    /// Its slots, in order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Slot> + ExactSizeIterator {
        (self.first.0..self.last.0 + 1).map(Slot)
    }
}

/// `5` or `0-5460`.
impl fmt::Display for SlotRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

impl fmt::Debug for SlotRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text or pair that is no range of slots.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no range of slots: write one slot, or the first and the last as in 0-5460")]
pub struct NoRange(pub String);

impl TryFrom<(Slot, Slot)> for SlotRange {
    type Error = NoRange;

    fn try_from((first, last): (Slot, Slot)) -> Result<SlotRange, NoRange> {
        SlotRange::new(first, last).ok_or_else(|| NoRange(format!("{first}-{last}")))
    }
}

impl From<SlotRange> for (Slot, Slot) {
    fn from(range: SlotRange) -> (Slot, Slot) {
        (range.first, range.last)
    }
}

impl From<Slot> for SlotRange {
    fn from(slot: Slot) -> SlotRange {
        SlotRange { first: slot, last: slot }
    }
}

impl std::str::FromStr for SlotRange {
    type Err = NoRange;

    fn from_str(text: &str) -> Result<SlotRange, NoRange> {
        let slot = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten().and_then(Slot::new)
        };
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (slot(first), slot(last)) {
            (Some(first), Some(last)) => SlotRange::new(first, last),
            _ => None,
        }
        .ok_or_else(|| NoRange(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_are_written() {
        for text in ["0", "5", "0-5460", "16383"] {
            assert_eq!(text.parse::<SlotRange>().unwrap().to_string(), text);
        }
        for text in ["", "-", "5-", "-5", "5-4", "16384", "+5", " 5", "1-2-3", "a"] {
            assert!(text.parse::<SlotRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn json_has_pairs_of_numbers() {
        let range: SlotRange = serde_json::from_str("[0,5460]").unwrap();
        assert_eq!(range.count(), 5461);
        assert_eq!(serde_json::to_string(&range).unwrap(), "[0,5460]");
        for wrong in ["[5,4]", "[0,16384]", "[1]", "[-1,3]"] {
            assert!(serde_json::from_str::<SlotRange>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_visits_each_slot_once() {
        assert_eq!(SlotRange::ALL.iter().len(), usize::from(SLOTS));
        assert!(SlotRange::ALL.iter().eq(Slot::all()));
    }
}
