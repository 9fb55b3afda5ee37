//! What the planner refuses, word by word, and that the order of nodes has no influence.

use proptest::prelude::*;

use super::testing::*;
use super::*;
use crate::slots::{Balance, ClusterState, Target};

fn refused(state: &ClusterState, target: &Target) -> String {
    let error = plan(state, target).unwrap_err();
    let diagnostic = error.diagnostic();
    assert!(diagnostic.code.starts_with("redisops::slots::"));
    format!("{}; help: {}", diagnostic.message, diagnostic.help.unwrap())
}

#[test]
fn refusals() {
    let mut state = three();
    state.nodes.push(replica("r", "a"));
    state.nodes.push(flagged("fail", node("x", &[])));
    let remove = |name| Target { remove: names(&[name]), ..Target::default() };
    let pins = |pins: &[((u16, u16), &str)]| Target {
        pins: pins.iter().map(|&(range, name)| pin(range, name)).collect(),
        ..Target::default()
    };
    let cases = [
        (
            remove("nobody"),
            "`--remove`: no node is called `nobody`; help: name a node by its id, a beginning of it that only one node has, or its address; `redisops slots show` lists them",
        ),
        (
            masters(9),
            "9 masters are wanted, and 6 nodes can be one; help: name new nodes with `--add`, or ask for fewer masters",
        ),
        (masters(0), "0 masters are wanted: a cluster has 1 to 16384; help: ask for a number from 1 to 16384"),
        (
            Target { add: names(&["d", "e"]), masters: Some(1), ..Target::default() },
            "1 masters are wanted, and 2 are named by `--add`, `--weights` or `--pin`; help: name fewer nodes, or ask for more masters",
        ),
        (
            weights(&[("r", "1")]),
            "`--weights` names `r` (127.0.0.1:7114), which is a replica: plans never promote replicas; help: name a master, or run `CLUSTER FAILOVER` on 127.0.0.1:7114 first",
        ),
        (
            weights(&[("x", "1")]),
            "`--weights` names `x` (127.0.0.1:7120), which is not reachable; help: start 127.0.0.1:7120 again, or name another node",
        ),
        (
            weights(&[("a", "1"), ("a", "2")]),
            "`--weights` names `a` (127.0.0.1:7097) twice, with different weights; help: leave out one of the two",
        ),
        (
            weights(&[("a", "0"), ("b", "0"), ("c", "0")]),
            "every master that could own slots has weight 0; help: give one of them a weight above 0",
        ),
        (
            Target { remove: names(&["a"]), ..weights(&[("a", "1")]) },
            "`--remove` makes `a` (127.0.0.1:7097) leave, and `--weights` gives it slots; help: leave out one of the two",
        ),
        (
            Target { remove: names(&["a", "b", "c"]), ..Target::default() },
            "no master that stays owns a slot; help: say which masters get the slots, with `--masters` or `--add`",
        ),
        (
            pins(&[((0, 9), "a"), ((5, 20), "b")]),
            "slots 5-9 are pinned to `a` (127.0.0.1:7097) and to `b` (127.0.0.1:7098); help: leave out one of the two",
        ),
        (
            Target { pins: vec![pin((0, 9), "a")], ..weights(&[("a", "0")]) },
            "`--pin` gives slots to `a` (127.0.0.1:7097), and `--weights` says that it has none; help: leave out the pin or the weight",
        ),
        (
            by(Balance::Memory, Target::default()),
            "the state has no bytes per slot, and `--balance memory` weighs them; help: take the state from live nodes with `redisops slots state SEED --save FILE`, or balance by slots",
        ),
    ];
    for (target, message) in cases {
        assert_eq!(refused(&state, &target), message);
    }
}

#[test]
fn a_dead_owner_is_named_with_its_slots() {
    let mut state = three();
    state.nodes[1].flags.push("fail".to_owned());
    assert_eq!(
        refused(&state, &Target::default()),
        "master `b` (127.0.0.1:7098) has failed, has no replica that could take over, and owns slots 5461-10922; \
         help: start 127.0.0.1:7098 again, as the data of its 5462 slots is only there; if it is lost for good, \
         `redisops slots fix` gives the slots to others, empty"
    );
}

#[test]
fn memory_and_hot_slots_are_risks() {
    let mut state = three();
    state.slot_stats.bytes = table(|_| 1000);
    state.slot_stats.ops = table(|slot| if slot == 7 { 5000 } else { 1 });
    state.nodes[3].used_memory = Some(1_000_000);
    state.nodes[3].maxmemory = Some(2_000_000);
    let plan = plan(&state, &masters(4)).unwrap();
    let message = |rule: &str| plan.risks.iter().find(|risk| risk.rule == rule).map(|risk| risk.message.as_str());
    assert_eq!(
        message("memory"),
        Some("node `d` (127.0.0.1:7100) uses 1000000 bytes and takes 4096000 more: its `maxmemory` is 2000000")
    );
    assert_eq!(message("hot-slot"), Some("slot 7 takes 5000 commands a second, 23.4 % of all"));
}

#[test]
fn a_slot_heavier_than_a_share_is_named() {
    let mut state = three();
    state.slot_stats.keys = table(|slot| if slot == 7 { 100_000 } else { 1 });
    let plan = plan(&state, &by(Balance::Keys, Target::default())).unwrap();
    let risk = plan.risks.iter().find(|risk| risk.rule == "heavy-slot").unwrap();
    assert_eq!(risk.slots.as_ref().unwrap(), &ranges(&[(7, 7)]));
    assert_eq!(
        risk.message,
        "master `a` (127.0.0.1:7097) ends with 100000 keys, above 39570: slot 7 alone is more than its share"
    );
}

#[test]
fn a_node_that_joins_is_said() {
    let mut state = three();
    state.nodes[3].flags.push(JOINING.to_owned());
    let plan = plan(&state, &Target { add: names(&["d"]), ..Target::default() }).unwrap();
    assert_eq!(plan.joins.iter().map(|join| join.address.to_string()).collect::<Vec<_>>(), ["127.0.0.1:7100"]);
    assert_eq!(plan.after.slots_per_master[&"d".into()], 4096);
    // Not asked for, it takes no part.
    let plan = super::plan(&state, &masters(4)).unwrap();
    assert!(plan.joins.is_empty() && plan.after.slots_per_master.contains_key(&"e".into()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_nodes_has_no_influence(
        order in Just((0..7usize).collect::<Vec<_>>()).prop_shuffle(),
        masters in 1u16..7,
        memory: bool,
    ) {
        let mut state = three();
        state.nodes.push(replica("r", "a"));
        state.slot_stats.bytes = table(|slot| (slot as u64 * 7919) % 1013);
        let target = by(if memory { Balance::Memory } else { Balance::Slots }, testing::masters(masters));
        let first = plan(&state, &target).unwrap();
        let nodes = order.iter().map(|&index| state.nodes[index].clone()).collect();
        let second = plan(&ClusterState { nodes, ..state }, &target).unwrap();
        prop_assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap());
    }
}
