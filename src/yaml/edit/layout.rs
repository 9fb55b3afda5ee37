//! How the author of a text writes: what is added is written the same way.

use std::ops::Range;

use super::syntax::{Document, Shape, Syntax};
use crate::yaml::Style;

/// Habits of a text.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Columns from a key to the dashes of its list.
    pub(super) list: usize,
    /// Columns from a key to the keys of its mapping.
    pub(super) step: usize,
    /// Blanks behind a dash.
    pub(super) gap: usize,
    /// Quotes that are used, where some are needed.
    pub(super) quotes: Style,
    /// Whether plain texts are put in quotes too, as in JSON.
    pub(super) json: bool,
    /// Whether fields of the root have a blank line between them.
    pub(super) airy: bool,
    /// Lines that hold a comment only, from their first character to behind their line break.
    pub(super) comments: Vec<Range<usize>>,
}

/// Counts of what was seen.
#[derive(Default)]
struct Seen {
    lists: [usize; 9],
    steps: [usize; 9],
    gaps: [usize; 9],
    single: usize,
    double: usize,
}

impl Layout {
    /// The habits of a document.
    pub(super) fn of(text: &str, document: &Document) -> Layout {
        let mut seen = Seen::default();
        seen.look(text, &document.root, None);
        let most = |counts: &[usize; 9], otherwise: usize| {
            let best = (0..counts.len()).max_by_key(|i| (counts[*i], std::cmp::Reverse(*i))).unwrap_or(otherwise);
            if counts[best] == 0 { otherwise } else { best }
        };
        Layout {
            list: most(&seen.lists, 0),
            step: most(&seen.steps, 2).max(1),
            gap: most(&seen.gaps, 1).max(1),
            quotes: if seen.single > seen.double { Style::Single } else { Style::Double },
            json: is_json(text, &document.root),
            airy: is_airy(text, &document.root),
            comments: comment_lines(text, &document.blocks),
        }
    }

    /// Comments on lines of their own in a part of the text.
    pub(super) fn comments_in(&self, part: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
        let first = self.comments.partition_point(|line| line.start < part.start);
        self.comments[first..].iter().take_while(move |line| line.end <= part.end).cloned()
    }
}

/// The column of a place, in bytes.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// Where the line of a place begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// Where the line after that of a place begins.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}

/// Whether only blanks stand before a place in its line.
pub(super) fn begins_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].bytes().all(|b| b == b' ')
}

impl Seen {
    fn look(&mut self, text: &str, node: &Syntax, parent: Option<usize>) {
        let count = |counts: &mut [usize; 9], by: usize| counts[by.min(8)] += 1;
        match &node.shape {
            Shape::Alias => {}
            Shape::Scalar(Style::Single) => self.single += 1,
            Shape::Scalar(Style::Double) => self.double += 1,
            Shape::Scalar(_) => {}
            Shape::Seq { flow, items } => {
                if let (false, Some(parent), Some(first)) = (flow, parent, items.first()) {
                    count(&mut self.lists, column(text, first.dash).saturating_sub(parent));
                }
                for item in items {
                    let starts_here = !text[item.dash..item.value.span.start].contains('\n');
                    if !flow && starts_here && !item.value.span.is_empty() {
                        count(&mut self.gaps, (item.value.span.start - item.dash).saturating_sub(1));
                    }
                    self.look(text, &item.value, None);
                }
            }
            Shape::Map { flow, pairs } => {
                if let (false, Some(parent), Some(first)) = (flow, parent, pairs.first()) {
                    count(&mut self.steps, column(text, first.key.start).saturating_sub(parent));
                }
                for pair in pairs {
                    self.look(text, &pair.value, (!flow).then(|| column(text, pair.key.start)));
                }
            }
        }
    }
}

/// All in brackets, keys in double quotes.
fn is_json(text: &str, root: &Syntax) -> bool {
    match &root.shape {
        Shape::Map { flow: true, pairs } => pairs.iter().all(|pair| text[pair.key.clone()].starts_with('"')),
        _ => false,
    }
}

/// More fields of the root than not have a blank line before them. The first two are not looked at: they say what the file is.
fn is_airy(text: &str, root: &Syntax) -> bool {
    let Shape::Map { flow: false, pairs } = &root.shape else { return false };
    let between = pairs.windows(2).filter(|two| two[1].name != "kind" && two[1].name != "apiVersion");
    let blank = |from: usize, to: usize| text[from..to].lines().skip(1).any(|line| line.trim().is_empty());
    let (mut airy, mut all) = (0, 0);
    for two in between {
        all += 1;
        airy += usize::from(blank(two[0].end(), line_start(text, two[1].key.start)));
    }
    airy * 2 > all
}

fn comment_lines(text: &str, blocks: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut blocks = blocks.to_vec();
    blocks.sort_by_key(|block| block.start);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let first = at + line.len() - line.trim_start().len();
        let block = blocks.partition_point(|block| block.start <= first);
        let inside = block > 0 && first < blocks[block - 1].end;
        if line.trim_start().starts_with('#') && !inside {
            lines.push(at..at + line.len());
        }
        at += line.len();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::syntax::read;
    use super::*;

    fn layout(text: &str) -> Layout {
        Layout::of(text, &read(text, 0).unwrap())
    }

    #[test]
    fn habits_are_found() {
        let text = "a:\n  -   'x'\n  -   y: 1\n\n# c\nb:\n    c: |\n      # no\n    # yes\n\nd: 1\n";
        let found = layout(text);
        assert_eq!((found.list, found.step, found.gap, found.quotes), (2, 4, 3, Style::Single));
        assert!(found.airy && !found.json);
        let comments: Vec<&str> = found.comments.iter().map(|line| text[line.clone()].trim()).collect();
        assert_eq!(comments, ["# c", "# yes"]);
    }

    #[test]
    fn a_text_without_habits_gets_those_of_the_reference() {
        let found = layout("a: b\n");
        assert_eq!((found.list, found.step, found.gap, found.quotes), (0, 2, 1, Style::Double));
        assert!(layout("{\"a\": 1}").json);
    }
}
