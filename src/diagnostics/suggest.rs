//! "Did you mean": the nearest of the names that exist.

/// The candidate nearest to a name, when it is near enough to be a slip of the keyboard.
///
/// Distance is Damerau-Levenshtein (restricted), case-insensitive; a third of the length (at least one) may differ. Ties go to the first candidate.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().take(MAX_LENGTH).collect();
    let limit = (wanted.len() / 3).max(1);
    candidates
        .into_iter()
        .filter(|c| *c != name)
        .map(|c| (distance(&wanted, &c.to_lowercase().chars().take(MAX_LENGTH).collect::<Vec<_>>()), c))
        // A name of one letter has nothing in common with another one.
        .filter(|(d, c)| *d <= limit && *d < wanted.len().max(c.chars().count()))
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Longer names are compared by their beginning: the cost of the distance is the product of the lengths.
const MAX_LENGTH: usize = 80;

fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, cb) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(ca != cb)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *ca == b[j - 1] && a[i - 1] == *cb {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_slips_and_nothing_else() {
        let fields = ["namePrefix", "nameSuffix", "namespace", "resources"];
        assert_eq!(did_you_mean("namePrefx", fields), Some("namePrefix"));
        assert_eq!(did_you_mean("resuorces", fields), Some("resources"));
        assert_eq!(did_you_mean("Resources", fields), Some("resources"));
        assert_eq!(did_you_mean("volumes", fields), None);
        assert_eq!((did_you_mean("a", ["b"]), did_you_mean("ab", ["a"])), (None, Some("a")));
    }
}
