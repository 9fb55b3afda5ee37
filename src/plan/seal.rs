//! Values that no plan shows, told apart all the same: by digests whose key is the identity of the live object, which stands in no plan.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::k8s::ResourceRef;
use crate::provenance::{FieldPath, json};
use crate::yaml::Node;

/// The two values of a masked field that a plan relies on.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Seal {
    /// Digest of what was live; null where there was nothing.
    pub before: Option<String>,
    /// Digest of what it is to be; null where it goes.
    pub after: Option<String>,
}

/// A masked field as it is now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sealed {
    /// Its values.
    pub seal: Seal,
    /// Whether what it is to be came from a store of secrets, which may have a newer value each time.
    pub fetched: bool,
}

/// Masked fields of objects, by their paths.
pub type Seals = FxHashMap<(ResourceRef, String), Sealed>;

/// Both values of a field under the key of its object. `secrets` are the values that a store gave.
pub fn sealed(key: &str, path: &FieldPath, live: &Node, git: &Node, secrets: &BTreeSet<String>) -> Sealed {
    let is_data = git.text_at(&["kind"]) == Some("Secret") && path.to_string().starts_with("data.");
    let bytes = |object: &Node| {
        let found = path.resolve(object).ok()?;
        let text = match found.node().text() {
            Some(text) => text.to_owned(),
            None => json(found.node()).to_string(),
        };
        let decoded = STANDARD.decode(text.split_whitespace().collect::<String>()).ok().filter(|_| is_data);
        Some(decoded.unwrap_or_else(|| text.into_bytes()))
    };
    let after = bytes(git);
    let holds =
        |text: &String| after.as_ref().is_some_and(|bytes| memchr::memmem::find(bytes, text.as_bytes()).is_some());
    let fetched = secrets.iter().any(holds);
    let seal = Seal { before: bytes(live).map(|it| digest(key, &it)), after: after.map(|it| digest(key, &it)) };
    Sealed { seal, fetched }
}

fn digest(key: &str, value: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key may have any length");
    mac.update(value);
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Origin, from_json};

    fn of(key: &str, live: &str, git: &str, secrets: &[&str]) -> Sealed {
        let object =
            |value: &str| from_json(&format!(r#"{{"kind":"Secret","data":{{"p":"{value}"}}}}"#), Origin::NONE).unwrap();
        let secrets = secrets.iter().map(|text| (*text).to_owned()).collect();
        sealed(key, &"data.p".parse().unwrap(), &object(live), &object(git), &secrets)
    }

    #[test]
    fn values_are_told_apart_and_cannot_be_read() {
        // "one" and "two"; the other spelling of "two" has a line break.
        let found = of("k", "b25l", "dHdv", &[]);
        assert_ne!(found.seal.before, found.seal.after);
        assert_eq!(found.seal, of("k", "b25l", "dH\\ndv", &[]).seal);
        assert_ne!(found.seal, of("other", "b25l", "dHdv", &[]).seal);
        assert!(of("k", "b25l", "dHdv", &["two"]).fetched);
        assert!(!found.fetched && !format!("{found:?}").contains("dHdv"));
    }

    #[test]
    fn what_is_absent_has_no_digest() {
        let (live, git) = (
            from_json(r#"{"kind":"Secret"}"#, Origin::NONE),
            from_json(r#"{"kind":"Secret","data":{"p":"b25l"}}"#, Origin::NONE),
        );
        let found = sealed("k", &"data.p".parse().unwrap(), &live.unwrap(), &git.unwrap(), &BTreeSet::new());
        assert!(found.seal.before.is_none() && found.seal.after.is_some());
    }
}
