//! The order of keys in go-yaml's output: letters by code point, runs of digits by value, other characters before letters.

use std::cmp::Ordering;
use std::sync::OnceLock;

use regex::Regex;

use super::Entry;

/// Which sorter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sorter {
    /// go-yaml v2: the build's output.
    V2,
    /// go-yaml v3: differs where a letter meets another character after a digit.
    V3,
}

/// Numbers of the entries in the order of their keys. Equal keys are neighbours, in the order of the text.
///
/// An own sort, because the order is not transitive for every set of keys, which the standard library's sort may answer with a panic.
pub(super) fn sorted(sorter: Sorter, entries: &[Entry], out: &mut Vec<u32>) {
    out.clear();
    out.extend(0..entries.len() as u32);
    let less = |a: u32, b: u32| {
        let (a, b) = (entries[a as usize].key.text.as_str(), entries[b as usize].key.text.as_str());
        compare(sorter, a, b) == Ordering::Less
    };
    if out.len() <= 24 {
        insertion(out, less);
    } else {
        merge(out, less);
    }
}

fn insertion(list: &mut [u32], less: impl Fn(u32, u32) -> bool) {
    for end in 1..list.len() {
        let item = list[end];
        let mut at = end;
        while at > 0 && less(item, list[at - 1]) {
            list[at] = list[at - 1];
            at -= 1;
        }
        list[at] = item;
    }
}

fn merge(list: &mut Vec<u32>, less: impl Fn(u32, u32) -> bool + Copy) {
    let mut width = 16;
    for chunk in list.chunks_mut(width) {
        insertion(chunk, less);
    }
    let mut other = Vec::with_capacity(list.len());
    while width < list.len() {
        other.clear();
        for pair in list.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some(&l), Some(&r)) = (left.first(), right.first()) {
                if less(r, l) {
                    other.push(r);
                    right = &right[1..];
                } else {
                    other.push(l);
                    left = &left[1..];
                }
            }
            other.extend_from_slice(left);
            other.extend_from_slice(right);
        }
        std::mem::swap(list, &mut other);
        width *= 2;
    }
}

/// Compares two keys.
pub(super) fn compare(sorter: Sorter, a: &str, b: &str) -> Ordering {
    let (ab, bb) = (a.as_bytes(), b.as_bytes());
    let same = ab.iter().zip(bb).take_while(|(x, y)| x == y).count();
    if same == ab.len() || same == bb.len() {
        return ab.len().cmp(&bb.len());
    }
    let (x, y) = (ab[same], bb[same]);
    if x.is_ascii_alphabetic() && y.is_ascii_alphabetic() {
        return x.cmp(&y);
    }
    natural(sorter, a, b, a.floor_char_boundary(same))
}

/// The slow part: from the first character that differs.
fn natural(sorter: Sorter, a: &str, b: &str, at: usize) -> Ordering {
    let (Some(x), Some(y)) = (a[at..].chars().next(), b[at..].chars().next()) else {
        return a.len().cmp(&b.len());
    };
    let (xl, yl) = (is_letter(x), is_letter(y));
    if xl && yl {
        return x.cmp(&y);
    }
    if xl || yl {
        let after_digit = sorter == Sorter::V3 && a[..at].chars().next_back().is_some_and(is_digit);
        let less = if after_digit { xl } else { yl };
        return if less { Ordering::Less } else { Ordering::Greater };
    }
    let (mut xn, mut yn) = (0i64, 0i64);
    if x == '0' || y == '0' {
        let significant = a[..at].chars().rev().take_while(|c| is_digit(*c)).any(|c| c != '0');
        if significant {
            (xn, yn) = (1, 1);
        }
    }
    let run = |text: &str, number: &mut i64| {
        let mut length = 0usize;
        for c in text.chars().take_while(|c| is_digit(*c)) {
            *number = number.wrapping_mul(10).wrapping_add(i64::from(c as u32) - i64::from(b'0'));
            length += 1;
        }
        length
    };
    let (xi, yi) = (run(&a[at..], &mut xn), run(&b[at..], &mut yn));
    xn.cmp(&yn).then(xi.cmp(&yi)).then(x.cmp(&y))
}

fn is_letter(c: char) -> bool {
    static LETTER: OnceLock<Regex> = OnceLock::new();
    c.is_ascii_alphabetic() || !c.is_ascii() && class(&LETTER, r"^\p{L}", c)
}

fn is_digit(c: char) -> bool {
    static DIGIT: OnceLock<Regex> = OnceLock::new();
    c.is_ascii_digit() || !c.is_ascii() && class(&DIGIT, r"^\p{Nd}", c)
}

fn class(cell: &OnceLock<Regex>, pattern: &str, c: char) -> bool {
    cell.get_or_init(|| Regex::new(pattern).expect("the pattern is constant")).is_match(c.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(sorter: Sorter, keys: &[&str]) -> Vec<String> {
        let entries: Vec<Entry> = keys
            .iter()
            .map(|k| Entry {
                key: super::super::Scalar::string(*k),
                key_pos: crate::diagnostics::Pos::NONE,
                value: super::super::Node::null(super::super::Origin::NONE),
            })
            .collect();
        let mut out = Vec::new();
        sorted(sorter, &entries, &mut out);
        out.into_iter().map(|i| keys[i as usize].to_owned()).collect()
    }

    #[test]
    fn numbers_count_and_letters_come_last() {
        assert_eq!(order(Sorter::V2, &["a10", "a2", "a1"]), ["a1", "a2", "a10"]);
        assert_eq!(order(Sorter::V2, &["b", "B", "a_", "ab", "a"]), ["B", "a", "a_", "ab", "b"]);
        assert_eq!(order(Sorter::V2, &["a1b", "a1-"]), ["a1-", "a1b"]);
        assert_eq!(order(Sorter::V3, &["a1-", "a1b"]), ["a1b", "a1-"]);
        assert_eq!(order(Sorter::V2, &["ä", "z", "é1", "é0"]), ["z", "ä", "é0", "é1"]);
    }

    #[test]
    fn long_lists_sort_like_short_ones() {
        let keys: Vec<String> = (0..1000).map(|i| format!("k{}", (i * 7919) % 1000)).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let expected: Vec<String> = (0..1000).map(|i| format!("k{i}")).collect();
        assert_eq!(order(Sorter::V2, &keys), expected);
    }
}
