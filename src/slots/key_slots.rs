//! Where keys go: what `slots key` tells.

use serde::Serialize;

use super::key::{hash_tag, key_slot};
use super::shown::Shown;
use super::slot::Slot;
use super::state::{ClusterState, NodeId};

/// Where a key goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct KeySlot {
    /// The key: as it is, or written as [`Shown`] writes it where it is not UTF-8.
    pub key: String,
    /// Its hash tag, written in the same way; nothing where the whole key is hashed.
    pub tag: Option<String>,
    /// Its slot.
    pub slot: Slot,
    /// The master that owns the slot, where a cluster was given: inside, nothing where no master owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Option<NodeId>>,
    /// Whether the key is not UTF-8, so that `key` and `tag` hold escapes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub escaped: bool,
}

/// Where keys go, in their order; with a cluster, to which master.
pub fn key_slots<'k>(keys: impl IntoIterator<Item = &'k [u8]>, cluster: Option<&ClusterState>) -> Vec<KeySlot> {
    let owners = cluster.map(ClusterState::owners);
    let one = |key: &[u8]| {
        let slot = key_slot(key);
        let utf8 = std::str::from_utf8(key).is_ok();
        let text = |bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(text) if utf8 => text.to_owned(),
            _ => Shown(bytes).to_string(),
        };
        KeySlot {
            key: text(key),
            tag: hash_tag(key).map(text),
            slot,
            owner: owners.as_ref().map(|owners| owners[slot.index()].cloned()),
            escaped: !utf8,
        }
    };
    keys.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_with_tag_slot_and_owner() {
        let state: ClusterState = serde_json::from_str(
            r#"{"nodes":[{"id":"a","address":"127.0.0.1:7001","role":"master","slots":[[0,5460]]},
                         {"id":"b","address":"127.0.0.1:7002","role":"master","slots":[[10923,16383]]}]}"#,
        )
        .unwrap();
        let keys = [&b"foo{hash_tag}"[..], b"foo", b"{user:1}", b"\xff{\xfe}", b"a\nb"];
        let json = |cluster| serde_json::to_string(&key_slots(keys, cluster)).unwrap();
        assert_eq!(
            json(None),
            r#"[{"key":"foo{hash_tag}","tag":"hash_tag","slot":2515},{"key":"foo","tag":null,"slot":12182},"#
                .to_owned()
                + r#"{"key":"{user:1}","tag":"user:1","slot":10778},"#
                + r#"{"key":"\\xff{\\xfe}","tag":"\\xfe","slot":3793,"escaped":true},{"key":"a\nb","tag":null,"slot":3956}]"#
        );
        let owners = key_slots(keys, Some(&state)).into_iter().map(|k| k.owner).collect::<Vec<_>>();
        assert_eq!(owners, [Some("a".into()), Some("b".into()), None, Some("a".into()), Some("a".into())].map(Some));
        let last = serde_json::to_value(key_slots([&b"{user:1}"[..]], Some(&state))).unwrap();
        assert_eq!(last, serde_json::json!([{"key": "{user:1}", "tag": "user:1", "slot": 10778, "owner": null}]));
    }
}
