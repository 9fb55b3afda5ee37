//! Slots in sentences.

use std::fmt;

use crate::slots::SlotSet;

/// How many ranges a sentence bears.
const RANGES: usize = 8;

/// `slot 5`, `slots 5-9, 12`, or the beginning of a long list and how many there are.
pub(super) struct Named<'s>(pub &'s SlotSet);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Named(slots) = self;
        if slots.len() == 1 {
            return write!(f, "slot {slots}");
        }
        if slots.ranges().nth(RANGES).is_none() {
            return write!(f, "slots {slots}");
        }
        f.write_str("slots ")?;
        slots.ranges().take(RANGES).try_for_each(|range| write!(f, "{range}, "))?;
        write!(f, "… ({} in {} ranges)", slots.len(), slots.ranges().count())
    }
}

/// The form of a word that fits.
pub(super) fn fit<'w>(slots: &SlotSet, one: &'w str, many: &'w str) -> &'w str {
    if slots.len() == 1 { one } else { many }
}

/// `1 key`, `2 keys`.
pub(super) fn keys(count: u64) -> String {
    format!("{count} key{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::Slot;

    #[test]
    fn long_lists_are_cut() {
        let of = |numbers: &mut dyn Iterator<Item = u16>| numbers.filter_map(Slot::new).collect::<SlotSet>();
        assert_eq!(Named(&of(&mut [5].into_iter())).to_string(), "slot 5");
        assert_eq!(Named(&of(&mut (5..9))).to_string(), "slots 5-8");
        assert_eq!(
            Named(&of(&mut (0..200).step_by(2))).to_string(),
            "slots 0, 2, 4, 6, 8, 10, 12, 14, … (100 in 100 ranges)"
        );
    }
}
