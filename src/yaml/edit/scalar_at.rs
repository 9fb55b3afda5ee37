//! One scalar, found by its place.

use std::ops::Range;

use super::layout::Layout;
use super::syntax::{self, Shape, Syntax};
use super::text;
use crate::diagnostics::{Diagnostic, Pos, Source};
use crate::yaml::{Scalar, Style};

/// The text with the scalar that begins at a place replaced, in its style where that can say it. Nothing else changes.
///
/// # Errors
/// When no scalar of one line begins there.
pub fn replace_scalar(source: &Source, at: Pos, new: &Scalar) -> Result<String, Diagnostic> {
    let Some((span, written)) = replacement(source, at, &[], new) else {
        return Err(Diagnostic::error("redisops::edit::no_scalar", "no value of one line stands here")
            .label(at, 1, "")
            .help("change it by hand"));
    };
    Ok(format!("{}{written}{}", &source.text[..span.start], &source.text[span.end..]))
}

/// What to replace, and by what, so that a scalar has another value: the one that begins at a place, or the value of the first of some keys in the
/// mapping that begins there.
pub fn replacement(source: &Source, at: Pos, keys: &[&str], new: &Scalar) -> Option<(Range<usize>, String)> {
    let offset = source.offset(at);
    let text = source.text.as_str();
    let mut from = 0;
    while let Some(document) = syntax::read(text, from) {
        if let Some(found) = find(&document.root, offset, keys, false) {
            let layout = Layout::of(text, &document);
            let written = text::scalar(new, found.in_brackets, found.style, &layout);
            return Some((found.span, written));
        }
        let rest = text.get(document.end..)?;
        // `---` begins the next document itself; behind `...` it may be missing.
        let begins = rest.starts_with("---");
        from = if begins && document.end > from {
            document.end
        } else if begins || rest.starts_with("...") {
            document.end + 3
        } else {
            return None;
        };
    }
    None
}

struct Found {
    span: Range<usize>,
    style: Style,
    in_brackets: bool,
}

fn find(node: &Syntax, offset: usize, keys: &[&str], in_brackets: bool) -> Option<Found> {
    if !(node.span.start..=node.span.end).contains(&offset) {
        return None;
    }
    match &node.shape {
        Shape::Alias => None,
        Shape::Scalar(_) => as_scalar(node, offset, in_brackets),
        Shape::Seq { flow, items } => items.iter().find_map(|item| {
            // The place of an item may be that of its dash.
            let offset = if item.dash == offset { item.value.span.start } else { offset };
            find(&item.value, offset, keys, in_brackets || *flow)
        }),
        Shape::Map { flow, pairs } => {
            let inside = in_brackets || *flow;
            if offset == node.span.start {
                let named = keys.iter().find_map(|key| pairs.iter().rfind(|pair| pair.name == *key));
                if let Some(pair) = named {
                    return as_scalar(&pair.value, pair.value.span.start, inside);
                }
            }
            pairs.iter().find_map(|pair| find(&pair.value, offset, keys, inside))
        }
    }
}

/// A scalar that is written on one line, from an offset at or in it: its anchor or tag may stand before that, and stays.
fn as_scalar(node: &Syntax, offset: usize, in_brackets: bool) -> Option<Found> {
    let Shape::Scalar(style) = node.shape else { return None };
    let begins = offset == node.span.start || (node.marked && offset < node.span.end);
    let one_line = !matches!(style, Style::Literal | Style::Folded) && !node.span.is_empty();
    (begins && one_line).then_some(Found { span: offset..node.span.end, style, in_brackets })
}
