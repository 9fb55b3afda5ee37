//! `slots show`: what only live nodes tell.
#![allow(clippy::unwrap_used)]

use crate::support::{TestCluster, redisops};

#[test]
fn replicas_and_commands_are_those_of_the_nodes() {
    let cluster = TestCluster::start(2, 1, 1);
    cluster.fill(100);
    let ran = redisops(&["slots", "show", &cluster.seed(), "-o", "json"]).expect(0);
    assert_eq!(ran.stderr, "");
    let map = ran.json();
    let masters = map["masters"].as_array().unwrap();
    assert_eq!(masters.len(), 3);
    let keys: u64 = masters.iter().map(|master| master["keys"].as_u64().unwrap()).sum();
    assert_eq!(keys, 100);
    for master in &masters[..2] {
        assert!(master["ops"].is_u64(), "{master}");
        let replica = &master["replicas"][0];
        assert_eq!(replica["linkUp"], true, "{replica}");
        assert!(replica["lagBytes"].is_u64(), "{replica}");
    }
    let text = redisops(&["slots", "show", &cluster.seed()]).expect(0).stdout;
    assert!(text.starts_with("2 masters with slots, 1 without, 2 replicas, 2 ranges\n"), "{text}");
    assert!(text.contains(", link up, "), "{text}");
}
