//! Secrets compared by what they hold: `stringData` is `data` in other words, and base64 has line breaks where it likes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostics::Pos;
use crate::yaml::{Map, Node, Value};

/// A key whose value differs.
pub(super) struct SecretDifference<'a> {
    /// The key.
    pub(super) key: &'a str,
    /// The older value.
    pub(super) before: Option<&'a Node>,
    /// The newer value.
    pub(super) after: Option<&'a Node>,
    /// Where the newer key stands.
    pub(super) key_pos: Pos,
}

struct Held<'a> {
    bytes: Vec<u8>,
    node: &'a Node,
    key_pos: Pos,
}

/// Whether an object is a Secret of Kubernetes.
pub(super) fn is_secret(object: &Node) -> bool {
    object.text_at(&["kind"]) == Some("Secret") && object.text_at(&["apiVersion"]) == Some("v1")
}

/// What differs in the values.
pub(super) fn compare_data<'a>(before: &'a Node, after: &'a Node) -> Vec<SecretDifference<'a>> {
    let (old, new) = (held(before), held(after));
    let mut found = Vec::new();
    let keys: std::collections::BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        if before.map(|held| &held.bytes) != after.map(|held| &held.bytes) {
            found.push(SecretDifference {
                key,
                before: before.map(|held| held.node),
                after: after.map(|held| held.node),
                key_pos: after.map_or(Pos::NONE, |held| held.key_pos),
            });
        }
    }
    found
}

/// The object without its values.
pub(super) fn without_data(object: &Node) -> Node {
    let mut rest = object.clone();
    if let Some(map) = rest.as_map_mut() {
        map.remove("data");
        map.remove("stringData");
    }
    rest
}

/// Values by key; those of `stringData` win, as in the API server.
fn held(object: &Node) -> BTreeMap<&str, Held<'_>> {
    let mut all = BTreeMap::new();
    let entries = |field: &str| object.get(field).and_then(Node::as_map).map_or(&[][..], |Map { entries }| entries);
    for entry in entries("data") {
        let text: String = entry.value.text().unwrap_or("").split_whitespace().collect();
        // What is no base64 is compared as it is.
        let bytes = STANDARD.decode(&text).unwrap_or_else(|_| text.into_bytes());
        all.insert(entry.key.text.as_str(), Held { bytes, node: &entry.value, key_pos: entry.key_pos });
    }
    for entry in entries("stringData") {
        let bytes = match &entry.value.value {
            Value::Scalar(scalar) => scalar.text.as_bytes().to_vec(),
            _ => Vec::new(),
        };
        all.insert(entry.key.text.as_str(), Held { bytes, node: &entry.value, key_pos: entry.key_pos });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Origin, from_json};

    #[test]
    fn values_are_compared_not_their_spelling() {
        let secret =
            |rest: &str| from_json(&format!(r#"{{"apiVersion":"v1","kind":"Secret",{rest}}}"#), Origin::NONE).unwrap();
        let before = secret(r#""data":{"a":"aGVs\nbG8=","b":"Yg==","c":"Yw==","e":"ZQ=="}"#);
        let after = secret(r#""data":{"a":"eA==","c":"Yw=="},"stringData":{"a":"hello","b":"x","d":"y"}"#);
        let found = compare_data(&before, &after);
        let told: Vec<(&str, bool, bool)> =
            found.iter().map(|d| (d.key, d.before.is_some(), d.after.is_some())).collect();
        assert_eq!(told, [("b", true, true), ("d", false, true), ("e", true, false)]);
    }
}
