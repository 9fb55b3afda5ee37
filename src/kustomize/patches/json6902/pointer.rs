//! Paths of JSON patches.

use crate::yaml::{Node, Value};

/// A path cut at its slashes, escapes decoded: where the parent is, and the key in it. None when it has no slash. What stands before the first slash
/// is ignored, as in the reference.
pub(super) fn split(path: &str) -> Option<(Vec<String>, String)> {
    let mut parts: Vec<String> = path.split('/').skip(1).map(decode).collect();
    let key = parts.pop()?;
    Some((parts, key))
}

/// `~1` is a slash, `~0` a tilde, in one pass.
fn decode(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('~') {
        out.push_str(&rest[..at]);
        let (text, length) = match rest.as_bytes().get(at + 1) {
            Some(b'1') => ("/", 2),
            Some(b'0') => ("~", 2),
            _ => ("~", 1),
        };
        out.push_str(text);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// The index that a key means in a list of that length (one more than it has, when adding); negative ones count from the end.
pub(super) fn index(key: &str, length: usize) -> Option<usize> {
    let index: i64 = key.parse().ok()?;
    let length = i64::try_from(length).ok()?;
    let index = if index < 0 { index + length } else { index };
    (0..length).contains(&index).then_some(index as usize)
}

/// The child of a node; null counts as missing.
pub(super) fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    match &node.value {
        Value::Map(map) => map.get(key),
        Value::Seq(items) => items.get(index(key, items.len())?),
        Value::Scalar(_) => None,
    }
}

/// As [`child`], to change.
pub(super) fn child_mut<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    match &mut node.value {
        Value::Map(map) => map.get_mut(key),
        Value::Seq(items) => {
            let at = index(key, items.len())?;
            items.get_mut(at)
        }
        Value::Scalar(_) => None,
    }
}

/// The mapping or list at a path, to change; none when something on the way is missing or neither.
pub(super) fn container<'n>(root: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    let node = path.iter().try_fold(root, |node, key| child_mut(node, key))?;
    (!matches!(node.value, Value::Scalar(_))).then_some(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_split_and_decode() {
        let parts = |p| split(p).map(|(parents, key)| (parents.join("|"), key));
        assert_eq!(parts("/a/b~1c/d~0~01"), Some(("a|b/c".into(), "d~~1".into())));
        assert_eq!(parts("spec/replicas"), Some((String::new(), "replicas".into())));
        assert_eq!(parts("/"), Some((String::new(), String::new())));
        assert_eq!(parts("spec"), None);
        assert_eq!(parts(""), None);
    }

    #[test]
    fn indexes_count_from_both_ends() {
        assert_eq!(index("0", 2), Some(0));
        assert_eq!(index("-1", 2), Some(1));
        assert_eq!(index("+1", 2), Some(1));
        assert_eq!(index("2", 2), None);
        assert_eq!(index("-3", 2), None);
        assert_eq!(index("-", 2), None);
    }
}
