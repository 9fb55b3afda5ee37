//! Fields of the root written anew, where the least change does not do: anchors and aliases that tie values together.

use super::layout::{Layout, begins_line, line_start, next_line};
use super::splice::Edits;
use super::syntax::{Document, Pair, Shape, Syntax};
use super::text;
use crate::yaml::Node;

/// The text with all fields that name or use anchors, and all that differ, written anew. Comments stay, fields keep their order.
pub(super) fn rewrite(text: &str, document: &Document, layout: &Layout, was: &Node, wanted: &Node) -> Option<String> {
    let (Shape::Map { flow: false, pairs }, Some(new)) = (&document.root.shape, wanted.as_map()) else {
        return whole(text, document, layout, wanted);
    };
    let mut edits = Edits::default();
    let mut written: Vec<&str> = Vec::new();
    for pair in pairs {
        if !begins_line(text, pair.key.start) {
            return None;
        }
        let value = new.get(&pair.name).filter(|_| !written.contains(&pair.name.as_str()));
        let is_last = pairs.iter().rfind(|p| p.name == pair.name) == Some(pair);
        let same = is_last && was.get(&pair.name).zip(value).is_some_and(|(old, new)| old.says_the_same(new));
        if same && !is_tied(&pair.value) {
            written.push(&pair.name);
            continue;
        }
        let line = line_start(text, pair.key.start);
        let end = next_line(text, pair.end());
        let mut at = line;
        for comment in layout.comments_in(line..end) {
            edits.remove(at..comment.start);
            at = comment.end;
        }
        edits.remove(at..end);
        if let Some(value) = value.filter(|_| is_last) {
            written.push(&pair.name);
            edits.insert(end, text::pair(&pair.name, value, 0, layout));
        }
    }
    let end = next_line(text, text[..document.end].trim_end().len()).min(document.end);
    for entry in new.entries.iter().filter(|entry| !written.contains(&entry.key.text.as_str())) {
        edits.insert(end, text::pair(&entry.key.text, &entry.value, 0, layout));
    }
    if new.is_empty() {
        edits.insert(end, "{}\n");
    }
    edits.apply(text)
}

/// Whether a value or one in it has an anchor, is an alias or merges something.
fn is_tied(node: &Syntax) -> bool {
    let tied = |pair: &Pair| pair.name == "<<" || is_tied(&pair.value);
    node.marked
        || match &node.shape {
            Shape::Alias => true,
            Shape::Scalar(_) => false,
            Shape::Seq { items, .. } => items.iter().any(|item| is_tied(&item.value)),
            Shape::Map { pairs, .. } => pairs.iter().any(tied),
        }
}

/// A document that is no mapping over lines, written anew in brackets or as a block.
fn whole(text: &str, document: &Document, layout: &Layout, wanted: &Node) -> Option<String> {
    let mut edits = Edits::default();
    let new = match &document.root.shape {
        Shape::Map { flow: true, .. } | Shape::Seq { flow: true, .. } => {
            text::flow(wanted, crate::yaml::Style::Plain, layout)
        }
        _ => text::block(wanted, 0, layout).trim_end().to_owned(),
    };
    edits.replace(document.root.span.clone(), new);
    edits.apply(text)
}
