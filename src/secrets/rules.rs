//! What an object says of its placeholders in its annotations.

use crate::yaml::{Node, string_value};

use super::go;
use super::store::Request;

const PATH: &str = "avp.kubernetes.io/path";
const VERSION: &str = "avp.kubernetes.io/secret-version";
const ENGINE: &str = "avp.kubernetes.io/kv-version";
const IGNORE: &str = "avp.kubernetes.io/ignore";
/// Keys without a value go.
pub(super) const REMOVE_MISSING: &str = "avp.kubernetes.io/remove-missing";

/// Objects that are treated in a way of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// All values are texts.
    ConfigMap,
    /// Values may be base64 with placeholders in it.
    Secret,
    /// All others.
    Other,
}

/// The rules of an object.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub kind: Kind,
    /// The path of placeholders that name none.
    pub path: Option<String>,
    pub version: String,
    pub engine: Option<String>,
    pub ignore: bool,
    pub remove_missing: bool,
}

impl Rules {
    pub fn of(object: &Node) -> Rules {
        let annotations = annotations(object);
        let get = |name: &str| annotations.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let flag = |name: &str| get(name).is_some_and(|value| go::parse_bool(&value));
        Rules {
            kind: match object.get("kind").and_then(Node::text) {
                Some("ConfigMap") => Kind::ConfigMap,
                Some("Secret") => Kind::Secret,
                _ => Kind::Other,
            },
            path: get(PATH),
            version: get(VERSION).unwrap_or_default(),
            engine: get(ENGINE),
            ignore: flag(IGNORE),
            remove_missing: flag(REMOVE_MISSING),
        }
    }

    /// Whether placeholders without a path count.
    pub fn is_named(&self) -> bool {
        self.path.is_some()
    }

    /// The question for a path of a placeholder.
    pub fn request(&self, path: &str, version: &str) -> Request {
        Request { path: path.to_owned(), version: version.to_owned(), engine: self.engine.clone() }
    }

    /// The question for the path that the object names. An empty name is none.
    pub fn own_request(&self) -> Option<Request> {
        let path = self.path.as_deref().filter(|path| !path.is_empty())?;
        Some(self.request(path, &self.version))
    }
}

/// The annotations of an object. One that is no text makes the reference see none at all.
fn annotations(object: &Node) -> Vec<(String, String)> {
    let map = object.get("metadata").and_then(|metadata| metadata.get("annotations")).and_then(Node::as_map);
    let texts = map.into_iter().flat_map(|map| &map.entries).map(|entry| {
        let value = entry.value.as_scalar().and_then(string_value)?;
        Some((entry.key.text.to_string(), value.into_owned()))
    });
    texts.collect::<Option<_>>().unwrap_or_default()
}
