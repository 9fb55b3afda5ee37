//! Which items of a list have stayed, changed, gone and come.

use crate::yaml::Node;

/// What became of the items, in the order of both lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// The old item has become the new one, or is the same.
    Pair(usize, usize),
    /// The old item has gone.
    Gone(usize),
    /// The new item has come.
    New(usize),
}

/// Lists up to this product of lengths are compared item by item; longer ones beyond their common ends in order only.
const MOST: usize = 4_000_000;

/// Aligns two lists.
pub(super) fn align(was: &[Node], wanted: &[Node]) -> Vec<Step> {
    let same = |a: usize, b: usize| was[a].says_the_same(&wanted[b]);
    let shorter = was.len().min(wanted.len());
    let head = (0..shorter).take_while(|i| same(*i, *i)).count();
    let tail = (1..=shorter - head).take_while(|i| same(was.len() - i, wanted.len() - i)).count();
    let (old, new) = (head..was.len() - tail, head..wanted.len() - tail);
    let mut steps: Vec<Step> = (0..head).map(|i| Step::Pair(i, i)).collect();
    let common = if old.len() * new.len() <= MOST { longest(&old, &new, &same) } else { Vec::new() };
    let (mut a, mut b) = (old.start, new.start);
    for (x, y) in common.into_iter().chain([(old.end, new.end)]) {
        gap(was, wanted, a..x, b..y, &mut steps);
        if x < old.end {
            steps.push(Step::Pair(x, y));
        }
        (a, b) = (x + 1, y + 1);
    }
    steps.extend((0..tail).map(|i| Step::Pair(old.end + i, new.end + i)));
    steps
}

/// The longest common subsequence.
fn longest(
    old: &std::ops::Range<usize>,
    new: &std::ops::Range<usize>,
    same: &impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let (n, m) = (old.len(), new.len());
    let mut lengths = vec![0u32; (n + 1) * (m + 1)];
    let at = |i: usize, j: usize| i * (m + 1) + j;
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            lengths[at(i, j)] = if same(old.start + i, new.start + j) {
                lengths[at(i + 1, j + 1)] + 1
            } else {
                lengths[at(i + 1, j)].max(lengths[at(i, j + 1)])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < n && j < m {
        if same(old.start + i, new.start + j) {
            found.push((old.start + i, new.start + j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[at(i + 1, j)] >= lengths[at(i, j + 1)] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// Items between two that have stayed: those with the same name are the same item; as many as before have changed in their places.
fn gap(was: &[Node], wanted: &[Node], old: std::ops::Range<usize>, new: std::ops::Range<usize>, steps: &mut Vec<Step>) {
    let in_place = old.len() == new.len();
    let (mut a, mut b) = (old.start, new.start);
    while a < old.end && b < new.end {
        if in_place || is_the_same_item(&was[a], &wanted[b]) {
            steps.push(Step::Pair(a, b));
            (a, b) = (a + 1, b + 1);
        } else if (b..new.end).any(|b| is_the_same_item(&was[a], &wanted[b])) {
            steps.push(Step::New(b));
            b += 1;
        } else {
            steps.push(Step::Gone(a));
            a += 1;
        }
    }
    steps.extend((a..old.end).map(Step::Gone));
    steps.extend((b..new.end).map(Step::New));
}

/// Whether two items are about the same thing: mappings that agree in what names them, or in anything
/// where nothing does.
fn is_the_same_item(a: &Node, b: &Node) -> bool {
    let name = |node: &Node, key: &str| node.text_at(&[key]).map(str::to_owned);
    let named = |key: &str| name(a, key).is_some_and(|value| name(b, key) == Some(value));
    let clash = |key: &str| matches!((name(a, key), name(b, key)), (Some(x), Some(y)) if x != y);
    let same = |entry: &crate::yaml::Entry| b.get(&entry.key.text).is_some_and(|v| v.says_the_same(&entry.value));
    let share = || a.as_map().is_some_and(|map| map.entries.iter().any(same));
    (named("name") && !clash("namespace")) || named("path") || (!clash("name") && !clash("path") && share())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Origin;

    fn list(words: &str) -> Vec<Node> {
        words.split_whitespace().map(|word| Node::string(Origin::NONE, word)).collect()
    }

    #[test]
    fn what_stays_is_paired() {
        let steps = align(&list("a b c d"), &list("a c x d e"));
        use Step::{Gone, New, Pair};
        assert_eq!(steps, [Pair(0, 0), Gone(1), Pair(2, 1), New(2), Pair(3, 3), New(4)]);
        assert_eq!(align(&list("a b"), &list("a c")), [Pair(0, 0), Pair(1, 1)]);
        assert_eq!(align(&[], &[]), []);
    }
}
