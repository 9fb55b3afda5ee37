//! How many slots each master has in the end, for `--balance slots`: the floor or the ceiling of its share, exactly.

/// A master that has slots in the end, once pinned slots are where they belong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    /// Its share in proportion to the others; never 0.
    pub weight: u64,
    /// Slots that it has.
    pub current: u64,
    /// Those of them that are pinned to it.
    pub pinned: u64,
}

/// How many of `slots` each holder has in the end, so that the fewest move.
///
/// Each gets the floor of its share, and some get one more, as the sum has to come out. A holder that has more than the floor keeps a slot if
/// it is one of these, so they come first: no other choice keeps more. Holders whose pinned slots are more than their share keep exactly
/// these, and the others share the rest.
pub(super) fn counts(slots: u64, holders: &[Holder], last_first: bool) -> Vec<u64> {
    let mut count: Vec<u64> = vec![0; holders.len()];
    let mut open: Vec<usize> = (0..holders.len()).collect();
    let mut rest = slots;
    loop {
        let total: u128 = open.iter().map(|&index| u128::from(holders[index].weight)).sum();
        let exact = |index: usize| u128::from(rest) * u128::from(holders[index].weight);
        let floor = |index: usize| (exact(index) / total) as u64;
        let ceiling = |index: usize| exact(index).div_ceil(total) as u64;
        let more: u64 = rest - open.iter().map(|&index| floor(index)).sum::<u64>();
        let forced = open.iter().filter(|&&index| holders[index].pinned > floor(index)).count() as u64;
        let too_much = |index: usize| {
            let pinned = holders[index].pinned;
            pinned > ceiling(index) || forced > more && pinned > floor(index)
        };
        let (full, others): (Vec<usize>, Vec<usize>) = open.iter().partition(|&&index| too_much(index));
        if full.is_empty() {
            let mut order: Vec<usize> = open.iter().copied().filter(|&index| ceiling(index) > floor(index)).collect();
            if last_first {
                order.reverse();
            }
            order.sort_by_key(|&index| (holders[index].pinned <= floor(index), holders[index].current <= floor(index)));
            open.iter().for_each(|&index| count[index] = floor(index));
            order.into_iter().take(more as usize).for_each(|index| count[index] += 1);
            return count;
        }
        for index in full {
            count[index] = holders[index].pinned;
            rest -= holders[index].pinned;
        }
        open = others;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(weight: u64, current: u64) -> Holder {
        Holder { weight, current, pinned: 0 }
    }

    #[test]
    fn shares_are_rounded_where_slots_stay() {
        let three: Vec<Holder> = [5461, 5462, 5461].map(|current| holder(1, current)).to_vec();
        assert_eq!(counts(16384, &three, false), [5461, 5462, 5461]);
        let four = [holder(1, 5461), holder(1, 5462), holder(1, 5461), holder(1, 0)];
        assert_eq!(counts(16384, &four, false), [4096; 4]);
    }

    #[test]
    fn weights_are_exact() {
        let five = [1, 1, 1, 1, 2].map(|weight| holder(weight, 0));
        assert_eq!(counts(16384, &five, false), [2731, 2731, 2731, 2730, 5461]);
    }

    #[test]
    fn pins_beyond_the_share_are_kept_and_the_rest_is_shared() {
        let pinned = |pinned| Holder { weight: 1, current: pinned, pinned };
        assert_eq!(counts(10, &[pinned(4), pinned(4), pinned(0)], false), [4, 4, 2]);
        assert_eq!(counts(12, &[pinned(9), pinned(0), pinned(0)], false), [9, 2, 1]);
    }
}
