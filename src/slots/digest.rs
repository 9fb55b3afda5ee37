//! The fingerprint of a cluster state: what a plan was made from.

use sha2::{Digest, Sha256};

use super::state::ClusterState;

/// SHA-256 of a state in lower-case hexadecimal digits. The order of nodes, flags and open slots has no influence, nor has the memory that nodes use, which
/// is never the same twice; everything else has.
pub fn state_digest(state: &ClusterState) -> String {
    let mut canonical = state.clone();
    canonical.nodes.sort_by(|a, b| a.id.cmp(&b.id));
    for node in &mut canonical.nodes {
        node.flags.sort();
        node.used_memory = None;
    }
    canonical.open.sort_by_cached_key(|open| (open.slot, open.node.clone(), format!("{:?}", open.direction)));
    let text = serde_json::to_vec(&canonical).expect("a state has only text keys and whole numbers");
    hex::encode(Sha256::digest(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::{Address, Node, Role, SlotSet};

    fn node(id: &str) -> Node {
        Node {
            id: id.into(),
            address: Address::new("127.0.0.1", 7001),
            hostname: None,
            role: Role::Master,
            master: None,
            zone: None,
            labels: Default::default(),
            slots: SlotSet::new(),
            flags: vec!["fail?".to_owned(), "nofailover".to_owned()],
            config_epoch: 1,
            used_memory: None,
            maxmemory: None,
        }
    }

    #[test]
    fn order_does_not_count_and_content_does() {
        let state = ClusterState { nodes: vec![node("a"), node("b")], ..Default::default() };
        let digest = state_digest(&state);
        assert_eq!(digest.len(), 64);
        let mut other = state.clone();
        other.nodes.reverse();
        other.nodes[0].flags.reverse();
        assert_eq!(state_digest(&other), digest);
        other.nodes[0].used_memory = Some(5);
        assert_eq!(state_digest(&other), digest);
        other.nodes[0].config_epoch = 2;
        assert_ne!(state_digest(&other), digest);
    }
}
