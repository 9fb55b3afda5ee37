//! `$patch` directives of strategic patches. Other `$` keys mean nothing to the reference and are copied as data.

use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::yaml::{Map, Node, Trace};

/// The key of a directive.
pub(super) const KEY: &str = "$patch";

/// What a directive asks for; nothing said means [`Directive::Merge`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Directive {
    /// Merge, which is the default.
    Merge,
    /// The patch takes the place of the value.
    Replace,
    /// The value goes.
    Delete,
}

fn parse(value: &Node) -> Result<Directive, &Node> {
    match value.text() {
        Some("delete") => Ok(Directive::Delete),
        Some("replace") => Ok(Directive::Replace),
        Some("merge") => Ok(Directive::Merge),
        _ => Err(value),
    }
}

/// The directive of a mapping, or the value that is none.
pub(super) fn of_map(map: &Map) -> Result<Directive, &Node> {
    map.get(KEY).map_or(Ok(Directive::Merge), parse)
}

/// The value of the first item that names a directive, when the item has nothing else in it: then it is for the whole list.
fn of_items(items: &[Node]) -> Option<&Node> {
    let map = items.iter().filter_map(Node::as_map).find(|m| m.get(KEY).is_some())?;
    if map.len() == 1 { map.get(KEY) } else { None }
}

/// Whether an item stays in a list whose directive was understood: the reference takes out every item with the same directive, and empty ones.
fn stays(item: &Node, directive: &str) -> bool {
    if item.is_null() {
        return false;
    }
    let Some(map) = item.as_map() else { return true };
    !map.is_empty() && map.get(KEY).and_then(Node::text) != Some(directive)
}

/// The directive of a list and the items without it, or the value that is no directive.
pub(super) fn of_list(items: &[Node]) -> Result<(Directive, Vec<&Node>), &Node> {
    let Some(value) = of_items(items) else { return Ok((Directive::Merge, items.iter().collect())) };
    let directive = parse(value)?;
    let text = value.text().unwrap_or_default();
    Ok((directive, items.iter().filter(|item| stays(item, text)).collect()))
}

/// As [`of_list`], taking the directive out.
pub(super) fn take_of_list(items: &mut Vec<Node>) -> Result<Directive, Node> {
    let Some(value) = of_items(items) else { return Ok(Directive::Merge) };
    let directive = parse(value).map_err(Node::clone)?;
    let text = value.text().unwrap_or_default().to_owned();
    items.retain(|item| stays(item, &text));
    Ok(directive)
}

/// The error for a value that is no directive.
pub(super) fn unknown(value: &Node, trace: &Trace, path: &str) -> Diagnostic {
    let text = value.text().unwrap_or_default();
    let near = did_you_mean(text, ["delete", "replace", "merge"]);
    Diagnostic::error("redisops::patch::directive", format!("`{text}` is no `$patch` directive (at `{path}`)"))
        .label(trace.pos(value.origin), text.len().max(1), "this directive")
        .help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "there are `delete`, `replace` and `merge`".to_owned(),
        })
}
