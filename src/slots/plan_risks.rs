//! What somebody who says yes to a plan should know, from what live nodes tell.

use super::facts::{BigKey, LiveFacts};
use super::plan::{Risk, SlotPlan};
use super::render::{bytes, count, duration};
use super::set::SlotSet;
use super::shown::Shown;
use super::state::{ClusterState, NodeId};

/// Bytes a second of one `MIGRATE`: one hash of 56 MB takes 0.4 s, for which source and target answer nobody (measured on 7.0).
const MIGRATE_RATE: f64 = 147e6;

/// Big keys that are named one by one.
const NAMED: usize = 10;

/// A replica that is further behind is told of.
const BEHIND: u64 = 10 << 20;

/// The part of its memory from which a node that evicts is told of.
const NEARLY_FULL: f64 = 0.9;

/// The risks of a plan that only live nodes tell of, in the order of the moves.
pub fn live_risks(plan: &SlotPlan, state: &ClusterState, facts: &LiveFacts) -> Vec<Risk> {
    let mut risks = big_keys(plan, facts);
    risks.extend(node_timeout(plan, facts));
    let mut takers: Vec<&NodeId> = plan.moves.iter().map(|m| &m.to).collect();
    takers.sort_unstable();
    takers.dedup();
    risks.extend(takers.iter().filter_map(|taker| memory(plan, state, facts, taker)));
    let mut all: Vec<&NodeId> = plan.moves.iter().filter_map(|m| m.from.as_ref()).chain(takers).collect();
    all.sort_unstable();
    all.dedup();
    risks.extend(all.iter().flat_map(|node| replicas(state, facts, node)));
    risks
}

fn risk(rule: &str, message: String) -> Risk {
    Risk { rule: rule.to_owned(), message, node: None, slots: None }
}

/// A time in which nobody is answered.
fn stall(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { duration(seconds) }
}

/// Big keys whose slot moves.
fn moving<'a>(plan: &'a SlotPlan, facts: &'a LiveFacts) -> impl Iterator<Item = &'a BigKey> {
    facts.big_keys.iter().filter(|key| plan.moves.iter().any(|m| m.slots.contains(key.slot)))
}

fn big_keys(plan: &SlotPlan, facts: &LiveFacts) -> Vec<Risk> {
    let mut risks: Vec<Risk> = moving(plan, facts)
        .take(NAMED)
        .map(|key| {
            let message = format!(
                "key `{}` has about {}: while it moves, source and target answer nobody for about {}",
                Shown(&key.key),
                bytes(key.bytes),
                stall(key.bytes as f64 / MIGRATE_RATE)
            );
            let slots = Some(SlotSet::from_iter([key.slot]));
            Risk { node: Some(key.node.clone()), slots, ..risk("big-key", message) }
        })
        .collect();
    let rest: Vec<&BigKey> = moving(plan, facts).skip(NAMED).collect();
    if !rest.is_empty() {
        let message =
            format!("{} more big keys move, {} in all", rest.len(), bytes(rest.iter().map(|k| k.bytes).sum()));
        let slots = Some(rest.iter().map(|key| key.slot).collect());
        risks.push(Risk { slots, ..risk("big-key", message) });
    }
    let sampled = facts.sampled.iter().filter(|node| plan.moves.iter().any(|m| m.from.as_ref() == Some(node)));
    risks.extend(sampled.map(|node| {
        let message = "sizes are estimated from a part of the keys, so big keys may be missing here".to_owned();
        Risk { node: Some(node.clone()), ..risk("sampled", message) }
    }));
    risks
}

/// The biggest key against the time after which the others take a silent node for dead.
fn node_timeout(plan: &SlotPlan, facts: &LiveFacts) -> Option<Risk> {
    let biggest = moving(plan, facts).next()?;
    let blocked = biggest.bytes as f64 / MIGRATE_RATE;
    let timeout = facts.nodes.values().filter_map(|node| node.node_timeout).min()? as f64 / 1000.0;
    // A node is suspected after half of it without a packet.
    (blocked > timeout / 2.0).then(|| {
        let message = format!(
            "key `{}` blocks both nodes for about {}, and `cluster-node-timeout` is {}: the others may take them for dead and fail over",
            Shown(&biggest.key),
            stall(blocked),
            duration(timeout)
        );
        let slots = Some(SlotSet::from_iter([biggest.slot]));
        Risk { node: Some(biggest.node.clone()), slots, ..risk("node-timeout", message) }
    })
}

/// Whether what a node takes fits, less what it gives.
fn memory(plan: &SlotPlan, state: &ClusterState, facts: &LiveFacts, taker: &NodeId) -> Option<Risk> {
    let node = state.node(taker)?;
    let (used, limit) = (node.used_memory?, node.maxmemory.filter(|limit| *limit > 0)?);
    let sum = |mine: &dyn Fn(&super::plan::Move) -> bool| {
        plan.moves.iter().filter(|m| mine(m)).map(|m| m.bytes).sum::<Option<u64>>()
    };
    let taken = sum(&|m| m.to == *taker)?;
    let after = used + taken;
    let evicts = facts.nodes.get(taker).and_then(|f| f.policy.as_deref()).filter(|policy| *policy != "noeviction");
    let told = match evicts {
        None if after > limit => "the moves would stop there when it is full",
        Some(_) if after as f64 > limit as f64 * NEARLY_FULL => "it would evict keys to make room, which loses them",
        _ => return None,
    };
    let policy = evicts.map_or_else(String::new, |policy| format!(" (`maxmemory-policy {policy}`)"));
    let message = format!(
        "{} takes about {} to {} used, and `maxmemory` is {}{policy}: {told}",
        node.address,
        bytes(taken),
        bytes(used),
        bytes(limit)
    );
    let rule = if evicts.is_some() { "eviction" } else { "memory" };
    Some(Risk { node: Some(taker.clone()), ..risk(rule, message) })
}

fn replicas(state: &ClusterState, facts: &LiveFacts, master: &NodeId) -> Vec<Risk> {
    let Some(told) = facts.nodes.get(master) else { return Vec::new() };
    let of_master = |rule: &str, message: String| Risk { node: Some(master.clone()), ..risk(rule, message) };
    let mut risks = Vec::new();
    let known = state.replicas_of(master).filter(|replica| !replica.is_failed()).count();
    let following = told.replicas.iter().filter(|replica| replica.online).count();
    if following < known {
        let message = format!(
            "{} of {} replicas follow this master; the others are not connected or load first",
            count(following as u64),
            count(known as u64)
        );
        risks.push(of_master("replica-lag", message));
    }
    for replica in told.replicas.iter().filter(|replica| replica.online && replica.behind > BEHIND) {
        let message = format!("replica {} is {} behind its master", replica.address, bytes(replica.behind));
        risks.push(of_master("replica-lag", message));
    }
    risks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::{Move, NodeFacts, ReplicaFacts, Slot};

    fn case() -> (SlotPlan, ClusterState, LiveFacts) {
        let state: ClusterState = serde_json::from_str(
            r#"{"nodes":[
            {"id":"a","address":"h:1","role":"master","slots":[[0,16383]],"usedMemory":900,"maxmemory":1000},
            {"id":"b","address":"h:2","role":"master","usedMemory":100000000,"maxmemory":200000000},
            {"id":"r","address":"h:3","role":"replica","master":"b"}]}"#,
        )
        .unwrap();
        let slots: SlotSet = Slot::all().take(100).collect();
        let moves =
            vec![Move { from: Some("a".into()), to: "b".into(), slots, keys: Some(1), bytes: Some(50_000_000) }];
        let plan = SlotPlan { moves, ..crate::slots::plan(&state, &Default::default()).unwrap() };
        let online = ReplicaFacts { address: "h:3".to_owned(), online: true, behind: 0 };
        let b = NodeFacts { policy: Some("noeviction".into()), node_timeout: Some(2000), replicas: vec![online] };
        let facts = LiveFacts { nodes: [("b".into(), b)].into(), ..LiveFacts::default() };
        (plan, state, facts)
    }

    fn rules(plan: &SlotPlan, state: &ClusterState, facts: &LiveFacts) -> Vec<String> {
        live_risks(plan, state, facts).into_iter().map(|risk| risk.rule).collect()
    }

    fn key(bytes: u64, slot: u16) -> BigKey {
        BigKey { key: b"k".to_vec(), slot: Slot::new(slot).unwrap(), node: "a".into(), database: 0, bytes }
    }

    #[test]
    fn what_is_fine_is_not_told() {
        let (plan, state, facts) = case();
        assert_eq!(rules(&plan, &state, &facts), Vec::<String>::new());
    }

    #[test]
    fn big_keys_that_move_block_both_nodes() {
        let (plan, state, mut facts) = case();
        facts.big_keys = vec![key(100_000_000, 5), key(60_000_000, 200)];
        let risks = live_risks(&plan, &state, &facts);
        assert_eq!(risks.len(), 1, "the second does not move: {risks:?}");
        assert!(risks[0].message.starts_with("key `k` has about "), "{risks:?}");
        facts.big_keys[0].bytes = 200_000_000;
        assert_eq!(rules(&plan, &state, &facts), ["big-key", "node-timeout"]);
        facts.big_keys = (0..12).map(|i| key(2_000_000, i)).collect();
        let risks = live_risks(&plan, &state, &facts);
        assert_eq!(risks.len(), 11);
        assert!(risks[10].message.starts_with("2 more big keys move"), "{risks:?}");
        facts.big_keys.clear();
        facts.sampled = vec!["a".into(), "b".into()];
        assert_eq!(rules(&plan, &state, &facts), ["sampled"], "nothing leaves b");
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let (mut plan, state, mut facts) = case();
        plan.moves[0].bytes = Some(101_000_000);
        assert_eq!(rules(&plan, &state, &facts), ["memory"]);
        plan.moves[0].bytes = Some(85_000_000);
        assert_eq!(rules(&plan, &state, &facts), Vec::<String>::new());
        facts.nodes.get_mut(&"b".into()).unwrap().policy = Some("allkeys-lru".into());
        assert_eq!(rules(&plan, &state, &facts), ["eviction"]);
    }

    #[test]
    fn replicas_that_do_not_follow_are_told() {
        let (plan, state, mut facts) = case();
        let b = facts.nodes.get_mut(&"b".into()).unwrap();
        b.replicas[0].behind = 20 << 20;
        assert_eq!(rules(&plan, &state, &facts), ["replica-lag"]);
        facts.nodes.get_mut(&"b".into()).unwrap().replicas[0].online = false;
        let risks = live_risks(&plan, &state, &facts);
        assert_eq!(risks.len(), 1);
        assert!(risks[0].message.starts_with("0 of 1 replicas follow"), "{risks:?}");
    }
}
