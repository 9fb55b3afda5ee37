//! Paths with dots, and finding the one node that such a path names.

use crate::kustomize::fields::split_path;
use crate::yaml::{Node, Value};

/// Splits a path at dots. `\.` is a dot of the name; brackets keep dots together (`[app.kubernetes.io/name]`, which loses its brackets, and
/// `[name=a.b]`, which keeps them).
pub fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut pieces = split_path(path, '.').into_iter();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            parts.push(piece);
            continue;
        }
        let mut whole = piece;
        for next in pieces.by_ref() {
            whole.push('.');
            whole.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        let is_item = whole.contains('=');
        parts.push(if is_item { whole } else { whole.trim_matches(['[', ']']).to_owned() });
    }
    parts
}

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step<'p> {
    /// A key of a mapping.
    Key(&'p str),
    /// A position in a list.
    Index(usize),
    /// `-`: the last item.
    Last,
    /// `[key=value]`; without a key the item itself is the value.
    Item(&'p str, &'p str),
    /// What cannot be a step here, and why.
    Wrong(String),
}

/// What a part means to [`lookup`].
fn step(part: &str) -> Step<'_> {
    if let Ok(index) = part.parse::<i64>() {
        return match usize::try_from(index) {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Wrong(format!("`{index}` is no position in a list: positions start at 0")),
        };
    }
    match part {
        "-" => Step::Last,
        "*" => Step::Wrong("`*` may match many values: here the path must name one".to_owned()),
        _ if is_bracketed(part) => match item(part) {
            Some((key, value)) => Step::Item(key, value),
            None => Step::Wrong(format!("`{part}` is no list item: write [key=value]")),
        },
        _ => Step::Key(part),
    }
}

/// Whether a part is in brackets.
pub(super) fn is_bracketed(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

/// Key and value of `[key=value]`.
pub(super) fn item(part: &str) -> Option<(&str, &str)> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    inner.strip_prefix('[').unwrap_or(inner).split_once('=')
}

/// The position that a part names when it is a number from 0.
pub(super) fn index(part: &str) -> Option<usize> {
    part.parse::<i64>().ok().and_then(|i| usize::try_from(i).ok())
}

/// The node that a path names; none when something on the way is not there.
///
/// # Errors
/// When a part does not fit what is there: a key of a list, a position in a mapping.
pub fn lookup<'n>(node: &'n Node, path: &[String]) -> Result<Option<&'n Node>, String> {
    let mut at = node;
    for part in path.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        let step = step(part);
        if let Step::Wrong(why) = step {
            return Err(why);
        }
        if at.is_null() {
            return Ok(None);
        }
        let next = match (&step, &at.value) {
            (Step::Key(key), Value::Map(map)) => map.get(key),
            (Step::Index(index), Value::Seq(items)) => items.get(*index),
            (Step::Last, Value::Seq(items)) => items.last(),
            (Step::Item(key, value), Value::Seq(items)) => items.iter().find(|i| is_item(i, key, value)),
            (Step::Key(_), _) => return Err(format!("`{part}` is a field, but what holds it is {}", what(at))),
            _ => return Err(format!("`{part}` is an item of a list, but what holds it is {}", what(at))),
        };
        match next {
            Some(next) => at = next,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// The same, to change.
pub(super) fn lookup_mut<'n>(node: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    let mut at = node;
    for part in path.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        at = match (step(part), &mut at.value) {
            (Step::Key(key), Value::Map(map)) => map.get_mut(key)?,
            (Step::Index(index), Value::Seq(items)) => items.get_mut(index)?,
            (Step::Last, Value::Seq(items)) => items.last_mut()?,
            (Step::Item(key, value), Value::Seq(items)) => items.iter_mut().find(|i| is_item(i, key, value))?,
            _ => return None,
        };
    }
    Some(at)
}

fn is_item(item: &Node, key: &str, value: &str) -> bool {
    let field = if key.is_empty() { Some(item) } else { item.get(key) };
    field.is_some_and(|f| f.text().unwrap_or("") == value)
}

/// What a node is, in words.
pub(super) fn what(node: &Node) -> &'static str {
    match &node.value {
        Value::Map(_) => "a mapping",
        Value::Seq(_) => "a list",
        Value::Scalar(_) => "a scalar",
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn brackets_and_backslashes_keep_dots() {
        assert_eq!(split("spec.containers.[name=a.b].image"), ["spec", "containers", "[name=a.b]", "image"]);
        assert_eq!(split("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split(r"data.app\.yaml.x"), ["data", "app.yaml", "x"]);
        assert_eq!(split("a.[b]"), ["a", "[b]"]);
        assert_eq!(split("a.[b.c"), ["a", "b.c"]);
    }
}
