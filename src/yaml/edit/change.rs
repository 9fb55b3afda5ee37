//! From the tree that is to the tree that is wanted: what becomes of one value.

use super::layout::{Layout, column, line_start, next_line};
use super::splice::Edits;
use super::syntax::{Shape, Syntax};
use super::text;
use crate::yaml::{Node, Scalar, Style, Value};

/// The value cannot be changed by parts; the one around it is written anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stuck;

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The document.
    Root,
    /// Behind the colon of a key that begins at a column.
    Key { column: usize, after: usize },
    /// Behind a dash at a column.
    Item { column: usize, after: usize },
    /// In brackets.
    Brackets,
}

/// Collects what is to be replaced.
#[derive(Debug)]
pub(super) struct Editor<'t> {
    pub(super) text: &'t str,
    pub(super) layout: &'t Layout,
    /// End of the document.
    pub(super) end: usize,
    /// Fields of the root that have got another name.
    pub(super) renames: &'t [super::Rename],
    pub(super) edits: Edits,
}

impl Editor<'_> {
    /// Makes of a value what is wanted.
    pub(super) fn change(&mut self, node: &Syntax, was: &Node, wanted: &Node, place: Place) -> Result<(), Stuck> {
        if was.says_the_same(wanted) {
            return Ok(());
        }
        let before = self.edits.len();
        self.by_parts(node, was, wanted, place).or_else(|Stuck| {
            self.edits.undo(before);
            self.replace(node, wanted, place)
        })
    }

    fn by_parts(&mut self, node: &Syntax, was: &Node, wanted: &Node, place: Place) -> Result<(), Stuck> {
        match (&node.shape, &wanted.value) {
            (Shape::Scalar(style), Value::Scalar(new)) if !node.marked && !node.span.is_empty() => {
                self.scalar(node, *style, new, place);
                Ok(())
            }
            (Shape::Seq { flow, items }, Value::Seq(new)) if !items.is_empty() && !new.is_empty() => {
                let old = was.as_seq().filter(|old| old.len() == items.len()).ok_or(Stuck)?;
                if *flow { self.flow_items(items, old, new, node) } else { self.block_items(items, old, new) }
            }
            (Shape::Map { flow, pairs }, Value::Map(new)) if !pairs.is_empty() && !new.is_empty() => {
                let old = was.as_map().ok_or(Stuck)?;
                if *flow {
                    self.flow_pairs(pairs, old, new, node)
                } else {
                    self.block_pairs(pairs, old, new, place == Place::Root)
                }
            }
            _ => Err(Stuck),
        }
    }

    fn scalar(&mut self, node: &Syntax, style: Style, new: &Scalar, place: Place) {
        let was_block = matches!(style, Style::Literal | Style::Folded);
        let indent = match place {
            Place::Key { column, .. } | Place::Item { column, .. } => column + self.layout.step,
            Place::Root => self.layout.step,
            Place::Brackets => 0,
        };
        let text = if was_block && text::fits_block(new) {
            text::literal(&new.text, self.block_indent(node).unwrap_or(indent))
        } else if place != Place::Brackets && text::fits_block(new) {
            text::literal(&new.text, indent)
        } else {
            text::scalar(new, place == Place::Brackets, style, self.layout)
        };
        // A block and what stands behind it on its line do not go together.
        self.edits.replace(node.span.clone(), text);
    }

    /// The indentation of the lines of a block scalar.
    fn block_indent(&self, node: &Syntax) -> Option<usize> {
        let mut lines = self.text[node.span.clone()].lines().skip(1).filter(|line| !line.trim().is_empty());
        lines.next().map(|line| line.len() - line.trim_start_matches(' ').len())
    }

    /// Writes a value anew where it stands.
    fn replace(&mut self, node: &Syntax, wanted: &Node, place: Place) -> Result<(), Stuck> {
        match place {
            Place::Root => Err(Stuck),
            Place::Brackets => {
                let space = if node.span.is_empty() { " " } else { "" };
                let new = text::flow(wanted, Style::Plain, self.layout);
                self.edits.replace(node.span.clone(), format!("{space}{new}"));
                Ok(())
            }
            Place::Item { column, after } => {
                let gap = self.layout.gap;
                let new = format!("{:gap$}{}", "", text::block(wanted, column + 1 + gap, self.layout));
                self.save_comments(line_start(self.text, after - 1), after, node.span.end);
                self.put(node, after, &new);
                Ok(())
            }
            Place::Key { column, after } => {
                let new = text::behind_colon(wanted, column, self.layout, Style::Plain);
                let below = !node.span.is_empty() && self.text[after..node.span.start].contains('\n');
                if below && !node.marked {
                    self.put_below(node, after, &new);
                } else {
                    self.put(node, after, &new);
                }
                Ok(())
            }
        }
    }

    /// Puts a text that ends with a line break behind a colon or dash. What stands behind an old value of one line stays in that line.
    fn put(&mut self, node: &Syntax, after: usize, new: &str) {
        let end = node.span.end.max(after);
        let one_line = !self.text[after..end].contains('\n');
        match new.split_once('\n') {
            Some((head, rest)) if one_line => {
                self.edits.replace(after..end, head);
                if !rest.is_empty() {
                    self.edits.insert(next_line(self.text, end), rest);
                }
            }
            _ => self.edits.replace(after..end, new.strip_suffix('\n').unwrap_or(new)),
        }
    }

    /// The same where the old value stands on lines below the key: a comment behind the key stays there.
    fn put_below(&mut self, node: &Syntax, after: usize, new: &str) {
        let (head, rest) = new.split_once('\n').unwrap_or((new, ""));
        if !head.is_empty() {
            self.edits.insert(after, head);
        }
        let end = next_line(self.text, node.span.end);
        self.remove_lines(next_line(self.text, after), end);
        self.edits.insert(end, rest);
    }

    /// Takes lines out, but for those that are comments.
    pub(super) fn remove_lines(&mut self, from: usize, to: usize) {
        let mut at = from;
        let comments: Vec<_> = self.layout.comments_in(from..to).collect();
        for comment in comments {
            self.edits.remove(at..comment.start);
            at = comment.end;
        }
        self.edits.remove(at..to);
    }

    /// Copies the comments in a part that is to be replaced to a line before it.
    pub(super) fn save_comments(&mut self, before: usize, from: usize, to: usize) {
        let indent = column(self.text, before);
        let comments: Vec<_> = self.layout.comments_in(from..to).collect();
        for comment in comments {
            let line = self.text[comment].trim();
            self.edits.insert(before, format!("{:indent$}{line}\n", ""));
        }
    }
}
