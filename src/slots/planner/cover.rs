//! The least that can be taken out of a pile of unequal things so that enough is out.

/// Which things to take, and how little any choice can take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Cover {
    /// Their places in the pile.
    pub chosen: Vec<usize>,
    /// What they are worth.
    pub sum: u64,
    /// No choice that is enough is worth less.
    pub bound: u64,
}

/// How hard to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Effort {
    /// Steps that the search may take; after these the bound is what is needed, and no more.
    steps: usize,
    /// What is above the need by less than this part of it is near enough.
    part: u64,
}

impl Effort {
    /// For so many nodes: many of them share the time that there is.
    pub fn of(nodes: usize) -> Effort {
        if nodes > 100 { Effort { steps: 1_500, part: 1_000 } } else { Effort { steps: 20_000, part: 10_000 } }
    }
}

/// Chooses things worth `need` or more (all, if that is less), as little more as can be found. `values` falls.
pub(super) fn cover(values: &[u64], need: u64, effort: Effort) -> Cover {
    let total: u64 = values.iter().sum();
    if need == 0 {
        return Cover { chosen: Vec::new(), sum: 0, bound: 0 };
    }
    if total <= need {
        return Cover { chosen: (0..values.len()).collect(), sum: total, bound: total };
    }
    let (chosen, sum) = fill(values, need);
    let close = need / effort.part;
    if sum - need <= close || values.len() > 4_000 {
        return Cover { chosen, sum, bound: need };
    }
    let mut search = Search {
        values,
        need,
        rest: suffix_sums(values),
        close,
        best: sum,
        chosen,
        path: Vec::new(),
        steps: effort.steps,
    };
    search.go(0, 0);
    let exact = search.steps > 0 && (search.best == need || search.best - need > close);
    Cover { bound: if exact { search.best } else { need }, sum: search.best, chosen: search.chosen }
}

/// The largest first as long as they fit, and the smallest that completes them; or one thing alone.
fn fill(values: &[u64], need: u64) -> (Vec<usize>, u64) {
    let mut sum = 0;
    let mut chosen = Vec::new();
    let mut left_out = None;
    let mut best: Option<(u64, usize, usize)> = None;
    for (index, &value) in values.iter().enumerate() {
        if sum + value <= need {
            sum += value;
            chosen.push(index);
        } else {
            // With what is chosen so far this one is enough: the later, the less.
            if best.is_none_or(|(least, _, _)| sum + value < least) {
                best = Some((sum + value, chosen.len(), index));
            }
            left_out = Some(index);
        }
    }
    if sum == need {
        return (chosen, sum);
    }
    if let Some(index) = left_out.filter(|&index| best.is_none_or(|(least, _, _)| sum + values[index] < least)) {
        best = Some((sum + values[index], chosen.len(), index));
    }
    let (sum, kept, last) = best.expect("all together are more than enough, so one was left out");
    chosen.truncate(kept);
    chosen.push(last);
    (chosen, sum)
}

fn suffix_sums(values: &[u64]) -> Vec<u64> {
    let mut rest = vec![0; values.len() + 1];
    for index in (0..values.len()).rev() {
        rest[index] = rest[index + 1] + values[index];
    }
    rest
}

struct Search<'v> {
    values: &'v [u64],
    need: u64,
    rest: Vec<u64>,
    /// So near to what is needed is near enough.
    close: u64,
    best: u64,
    chosen: Vec<usize>,
    path: Vec<usize>,
    steps: usize,
}

impl Search<'_> {
    fn go(&mut self, index: usize, sum: u64) {
        self.steps = self.steps.saturating_sub(1);
        if sum >= self.need {
            if sum < self.best {
                self.best = sum;
                self.chosen = self.path.clone();
            }
            return;
        }
        let hopeless = sum + self.rest[index] < self.need;
        if hopeless || self.best - self.need <= self.close || self.steps == 0 || index == self.values.len() {
            return;
        }
        if sum + self.values[index] < self.best {
            self.path.push(index);
            self.go(index + 1, sum + self.values[index]);
            self.path.pop();
        }
        // Equal things are the same thing: without the first, without all of them.
        let mut next = index + 1;
        while next < self.values.len() && self.values[next] == self.values[index] {
            next += 1;
        }
        self.go(next, sum);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn few_things_are_chosen_exactly(mut values in prop::collection::vec(1u64..40, 1..10), need in 0u64..150) {
            values.sort_by(|a, b| b.cmp(a));
            let cover = cover(&values, need, Effort::of(3));
            let least = (0u32..1 << values.len())
                .map(|mask| (0..values.len()).filter(|i| mask >> i & 1 == 1).map(|i| values[i]).sum::<u64>())
                .filter(|&sum| sum >= need)
                .min()
                .unwrap_or(values.iter().sum());
            prop_assert_eq!(cover.sum, least);
            prop_assert_eq!(cover.bound, least);
            prop_assert_eq!(cover.chosen.iter().map(|&i| values[i]).sum::<u64>(), cover.sum);
        }
    }

    #[test]
    fn many_things_are_chosen_closely() {
        let values: Vec<u64> = (1..=3000u64).rev().map(|i| i * i).collect();
        let need = values.iter().sum::<u64>() / 3;
        let cover = cover(&values, need, Effort::of(3));
        assert!(cover.sum - need <= need / 10_000, "{} over {need}", cover.sum - need);
    }
}
