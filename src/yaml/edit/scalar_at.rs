//! One scalar, found by its place.

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
    let offset = source.offset(at);
    let text = source.text.as_str();
    let mut from = 0;
    while let Some(document) = syntax::read(text, from) {
        if let Some((node, style, flow)) = find(&document.root, offset, false) {
            let layout = Layout::of(text, &document);
            let written = text::scalar(new, flow, style, &layout);
            // In front of it may stand its anchor or tag, which stay.
            return Ok(format!("{}{written}{}", &text[..offset], &text[node.span.end..]));
        }
        let mark = text[document.end..]
            .starts_with("---")
            .then_some(3)
            .or(text[document.end..].starts_with("...").then_some(3));
        match mark {
            // The mark itself begins the next document.
            Some(_) if document.end > from => from = document.end,
            Some(mark) => from = document.end + mark,
            None => break,
        }
    }
    Err(Diagnostic::error("redisops::edit::no_scalar", "no value of one line stands here")
        .label(at, 1, "")
        .help("change it by hand"))
}

fn find(node: &Syntax, offset: usize, in_brackets: bool) -> Option<(&Syntax, Style, bool)> {
    if !(node.span.start..=node.span.end).contains(&offset) {
        return None;
    }
    match &node.shape {
        Shape::Alias => None,
        Shape::Scalar(Style::Literal | Style::Folded) => None,
        Shape::Scalar(style) => {
            let begins = offset == node.span.start || (node.marked && offset < node.span.end);
            begins.then_some((node, *style, in_brackets))
        }
        Shape::Seq { flow, items } => items.iter().find_map(|item| find(&item.value, offset, in_brackets || *flow)),
        Shape::Map { flow, pairs } => pairs.iter().find_map(|pair| find(&pair.value, offset, in_brackets || *flow)),
    }
}
