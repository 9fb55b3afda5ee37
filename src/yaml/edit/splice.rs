//! Replacements of parts of a text, collected and then made at once.

use std::ops::Range;

/// One replacement.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Edit {
    range: Range<usize>,
    text: String,
}

/// Replacements by offsets of the old text. Several at one place are made in the order in which they were added.
#[derive(Clone, Default, Debug)]
pub(super) struct Edits {
    edits: Vec<Edit>,
}

impl Edits {
    /// Replaces a part.
    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.edits.push(Edit { range, text: text.into() });
    }

    /// Puts text in.
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Takes a part out.
    pub(super) fn remove(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.replace(range, "");
        }
    }

    /// How many there are, to come back to with [`Edits::undo`].
    pub(super) fn len(&self) -> usize {
        self.edits.len()
    }

    /// Forgets all since then.
    pub(super) fn undo(&mut self, len: usize) {
        self.edits.truncate(len);
    }

    /// The new text; none when two replacements overlap.
    pub(super) fn apply(mut self, text: &str) -> Option<String> {
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut out = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for edit in &self.edits {
            if edit.range.start < at {
                return None;
            }
            out.push_str(&text[at..edit.range.start]);
            out.push_str(&edit.text);
            at = edit.range.end;
        }
        out.push_str(&text[at..]);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_made_from_left_to_right() {
        let mut edits = Edits::default();
        edits.insert(3, "1");
        edits.remove(0..1);
        edits.insert(3, "2");
        edits.replace(1..2, "xy");
        assert_eq!(edits.apply("abcd").unwrap(), "xyc12d");
    }

    #[test]
    fn overlapping_replacements_are_refused() {
        let mut edits = Edits::default();
        edits.remove(0..3);
        edits.insert(2, "x");
        assert_eq!(edits.apply("abcd"), None);
    }
}
