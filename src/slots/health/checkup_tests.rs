//! Every state that a tool, a crash or a hand can leave, and what is to be done about it.

use super::evidence::{Evidence, Link};
use super::finding::{Rule, Severity};
use super::support_tests::{Cluster, id, set};
use crate::slots::ClusterState;

const NOTHING: [&str; 0] = [];

#[test]
fn a_cluster_in_order_is_whole() {
    let cluster = Cluster::six().keys("a", 5, 10).keys("c", 16383, 1);
    assert_eq!(cluster.health().findings, []);
    assert!(cluster.health().whole);
}

#[test]
fn a_cluster_without_replicas_is_whole_with_a_note() {
    let cluster = Cluster::new(&[("a", "0-8191"), ("b", "8192-16383")]);
    let finding = cluster.only(Rule::NoReplica);
    assert_eq!((finding.severity, finding.slots.len()), (Severity::Note, 16384));
    assert!(cluster.health().whole);
}

#[test]
fn a_hand_over_that_both_sides_know_goes_on() {
    let cluster = Cluster::six().migrating("a", 5, "b").importing("b", 5, "a").keys("a", 5, 3).keys("b", 5, 7);
    assert_eq!(cluster.rules(), ["open-slot"]);
    let finding = cluster.only(Rule::OpenSlot);
    assert!(
        finding.message.contains("on its way from 10.0.0.1:7001 (a) to 10.0.0.1:7002 (b); 7 keys have moved, 3 left"),
        "{}",
        finding.message
    );
    assert_eq!(cluster.next(), ["a hands slot 5 over to b"]);
    assert!(!cluster.health().whole);
}

#[test]
fn open_slots_of_one_pair_are_one_finding() {
    let mut cluster = Cluster::six();
    for slot in 0..100 {
        cluster = cluster.migrating("a", slot, "b").importing("b", slot, "a");
    }
    assert_eq!(cluster.next(), ["a hands slots 0-99 over to b"]);
}

#[test]
fn a_mark_on_one_side_goes_where_no_key_has_moved() {
    let giver = Cluster::six().migrating("a", 5, "b").keys("a", 5, 3);
    assert_eq!(giver.rules(), ["half-open-slot"]);
    assert_eq!(giver.next(), ["a forgets that slot 5 is open"]);
    let taker = Cluster::six().importing("b", 5, "a").keys("a", 5, 3);
    assert_eq!(taker.rules(), ["half-open-slot"]);
    assert_eq!(taker.next(), ["b forgets that slot 5 is open"]);
}

#[test]
fn a_mark_on_one_side_is_completed_where_keys_have_moved() {
    // After a failover of the giver its successor knows nothing.
    let taker = Cluster::six().importing("b", 5, "a").keys("a", 5, 3).keys("b", 5, 4);
    assert_eq!((taker.rules(), taker.next()), (vec!["half-open-slot"], vec!["a hands slot 5 over to b".to_owned()]));
    // After a failover of the taker.
    let giver = Cluster::six().migrating("a", 5, "b").keys("b", 5, 4);
    assert_eq!((giver.rules(), giver.next()), (vec!["half-open-slot"], vec!["a hands slot 5 over to b".to_owned()]));
}

#[test]
fn an_import_from_a_dead_giver_goes_on_from_its_successor() {
    // `a` died with slot 5 half moved; `x` was promoted and knows nothing of it.
    let cluster = Cluster::new(&[("a", ""), ("b", "5461-10922"), ("c", "10923-16383"), ("x", "0-5460")])
        .importing("b", 5, "a")
        .keys("b", 5, 4)
        .keys("x", 5, 2)
        .failed("a");
    assert_eq!(cluster.rules(), ["failed-master", "half-open-slot"]);
    assert_eq!(cluster.next(), ["x hands slot 5 over to b"]);
}

#[test]
fn a_hand_over_to_a_dead_taker_goes_on_to_its_successor() {
    let cluster = Cluster::new(&[("a", "0-5460"), ("b", ""), ("c", "10923-16383"), ("y", "5461-10922")])
        .migrating("a", 5, "b")
        .keys("a", 5, 4)
        .keys("y", 5, 2)
        .failed("b");
    assert_eq!(cluster.rules(), ["failed-master", "half-open-slot"]);
    assert_eq!(cluster.next(), ["a hands slot 5 over to y"]);
}

#[test]
fn a_hand_over_to_a_taker_that_is_silent_waits() {
    let cluster = Cluster::six().migrating("a", 5, "b").keys("a", 5, 4).failed("b");
    let finding = cluster.only(Rule::OpenSlot);
    assert_eq!(finding.repairs, []);
    assert!(finding.help.unwrap().contains("Bring it back"));
    // A taker that nobody knows any more has nothing.
    let gone = Cluster::six().migrating("a", 5, "gone").keys("a", 5, 4);
    assert_eq!(gone.next(), ["a forgets that slot 5 is open"]);
}

#[test]
fn an_open_slot_of_a_silent_owner_waits() {
    let cluster = Cluster::six().importing("b", 5, "a").keys("b", 5, 4).failed("a");
    assert_eq!(cluster.rules(), ["failed-master", "half-open-slot"]);
    assert_eq!(cluster.repairs(), NOTHING);
}

#[test]
fn marks_that_a_finished_hand_over_left_go() {
    // The giver heard of the new owner by gossip and kept its mark.
    let cluster = Cluster::six().all_see("5", "b").migrating("a", 5, "b").keys("b", 5, 9);
    assert_eq!(
        (cluster.rules(), cluster.next()),
        (vec!["half-open-slot"], vec!["a forgets that slot 5 is open".to_owned()])
    );
}

#[test]
fn a_hand_over_with_a_stranger_that_imports_too() {
    let cluster = Cluster::six()
        .migrating("a", 5, "b")
        .importing("b", 5, "a")
        .importing("c", 5, "a")
        .keys("a", 5, 1)
        .keys("c", 5, 2);
    let finding = cluster.only(Rule::OpenSlot);
    assert_eq!(finding.repairs.len(), 2, "{finding:?}");
    assert_eq!(cluster.next(), ["c forgets that slot 5 is open"]);
    // Its keys follow once `b` owns the slot.
    let over = Cluster::six().all_see("5", "b").keys("b", 5, 1).keys("c", 5, 2);
    assert_eq!(over.next(), ["keys of slot 5 move from c to its owner b"]);
}

#[test]
fn several_importers_with_keys_send_them_home() {
    let cluster = Cluster::six().importing("b", 5, "a").importing("c", 5, "a").keys("b", 5, 1).keys("c", 5, 2);
    assert_eq!(cluster.next(), ["b forgets that slot 5 is open", "c forgets that slot 5 is open"]);
    assert_eq!(cluster.health().findings.iter().filter(|f| f.rule == Rule::OrphanedKeys).count(), 2);
}

#[test]
fn keys_that_were_not_counted_decide_nothing() {
    let half = Cluster::six().importing("b", 5, "a").uncounted("b");
    assert_eq!((half.rules(), half.repairs().len()), (vec!["half-open-slot"], 0));
    // Where both sides know, nothing depends on it.
    let both = half.migrating("a", 5, "b");
    assert_eq!(both.next(), ["a hands slot 5 over to b"]);
}

#[test]
fn keys_astray_go_to_their_owner() {
    let cluster = Cluster::six().keys("a", 6000, 3).keys("a", 6001, 1).keys("b", 6001, 5);
    assert_eq!(cluster.rules(), ["keys-on-both", "orphaned-keys"]);
    assert_eq!(
        cluster.next(),
        ["keys of slot 6001 move from a to its owner b", "keys of slot 6000 move from a to its owner b"]
    );
    assert!(cluster.only(Rule::OrphanedKeys).message.starts_with("10.0.0.1:7001 (a) has 3 keys of slot 6000"));
    let dead = Cluster::six().keys("a", 6000, 3).failed("b");
    assert_eq!(dead.only(Rule::OrphanedKeys).repairs, []);
}

#[test]
fn a_loser_with_keys_lets_go_before_it_learns_of_the_winner() {
    // Nobody but `a` thinks that it still owns slots 5 and 6, and `b` is newer.
    let cluster = Cluster::six()
        .all_see("5-6", "b")
        .sees("a", "5-6", "a")
        .epoch("b", 9)
        .keys("a", 5, 69)
        .forgot("a", "b")
        .forgot("b", "a");
    let finding = cluster.only(Rule::TwoOwners);
    assert!(finding.help.as_ref().unwrap().contains("deletes its 69 keys"), "{finding:?}");
    // Before the two are introduced: gossip would delete the keys.
    assert_eq!(cluster.next(), ["a lets go of slot 5, which b owns, and keeps its keys"]);
    // Then the empty one, then the introduction.
    let protected = Cluster::six()
        .all_see("5-6", "b")
        .sees("a", "5", "b")
        .sees("a", "6", "a")
        .epoch("b", 9)
        .keys("a", 5, 69)
        .forgot("b", "a");
    assert_eq!(protected.next(), ["a learns that b owns slot 6"]);
    let told = Cluster::six().all_see("5-6", "b").epoch("b", 9).keys("a", 5, 69).forgot("b", "a");
    assert_eq!(told.next(), ["b meets a at 10.0.0.1:7001"]);
    assert!(told.repairs().contains(&"keys of slot 5 move from a to its owner b".to_owned()));
}

#[test]
fn with_equal_epochs_the_smaller_id_wins_as_among_servers() {
    let cluster = Cluster::six().sees("b", "5", "b").epoch("a", 7).epoch("b", 7);
    assert_eq!(cluster.rules(), ["two-owners", "epoch-collision"]);
    assert_eq!(cluster.next(), ["b learns that a owns slot 5"]);
    assert!(cluster.repairs().contains(&"a takes a new configuration epoch".to_owned()));
}

#[test]
fn two_owners_of_which_one_is_silent_wait() {
    let cluster = Cluster::six().sees("c", "5", "a").sees("b", "5", "b").epoch("a", 9).silent("a");
    assert_eq!(cluster.only(Rule::TwoOwners).repairs, []);
    // A silent node that is older was only believed by a view that lags.
    let old = Cluster::six().sees("b", "5", "b").silent("a");
    assert!(!old.rules().contains(&"two-owners"));
}

#[test]
fn an_empty_slot_of_nobody_goes_where_it_makes_the_fewest_ranges() {
    // Between two ranges of `a`; at the border of `b` and `c`; alone.
    let inside = Cluster::six().all_see("100-120", "-");
    assert_eq!(
        (inside.rules(), inside.next()),
        (vec!["unassigned-slot"], vec!["a takes slots 100-120, which nobody owns".to_owned()])
    );
    let border = Cluster::six().all_see("10922-10923", "-");
    assert_eq!(border.next(), ["c takes slots 10922-10923, which nobody owns"]);
    let first = Cluster::new(&[("a", "100-16383"), ("b", "")]);
    assert_eq!(first.next(), ["a takes slots 0-99, which nobody owns"]);
}

#[test]
fn a_slot_of_nobody_with_keys_goes_where_they_are() {
    let one = Cluster::six().all_see("5", "-").keys("c", 5, 2);
    assert_eq!(one.next(), ["c takes slot 5, which nobody owns"]);
    let two = Cluster::six().all_see("5", "-").keys("c", 5, 2).keys("b", 5, 2);
    assert_eq!(two.repairs(), NOTHING);
    assert!(
        two.only(Rule::UnassignedSlot).help.unwrap().contains("10.0.0.1:7002 (b) and 10.0.0.1:7003 (c) all have keys")
    );
    let unknown = Cluster::six().all_see("5", "-").uncounted("b");
    assert_eq!(unknown.repairs(), NOTHING);
}

#[test]
fn a_slot_of_nobody_goes_on_to_where_it_was_going() {
    // The giver was told first, and the tool died before it told the taker.
    let told = Cluster::six().all_see("5", "-").sees("a", "5", "b").importing("b", 5, "a").keys("b", 5, 3);
    assert_eq!(
        (told.rules(), told.next()),
        (vec!["unassigned-slot"], vec!["b takes slot 5, which nobody owns".to_owned()])
    );
    let empty = Cluster::six().all_see("5", "-").importing("c", 5, "a");
    assert_eq!(empty.next(), ["c takes slot 5, which nobody owns"]);
    let part = Cluster::six().all_see("5", "-").importing("c", 5, "a").keys("a", 5, 3).keys("c", 5, 3);
    assert_eq!(part.next(), ["c takes slot 5, which nobody owns"]);
}

#[test]
fn an_owner_that_let_go_alone_is_no_owner() {
    // DELSLOTS is not told to others: they go on sending clients there.
    let cluster = Cluster::six().sees("a", "5", "-").keys("a", 5, 3);
    assert_eq!(cluster.rules(), ["unassigned-slot"]);
    assert_eq!(cluster.next(), ["a takes slot 5, which nobody owns"]);
}

#[test]
fn a_cluster_that_has_no_slots_at_all_is_left_alone() {
    let cluster = Cluster::new(&[("a", ""), ("b", ""), ("c", "")]);
    assert_eq!((cluster.rules(), cluster.repairs().len()), (vec!["unassigned-slot"], 0));
}

#[test]
fn a_view_that_lags_is_corrected() {
    let wrong = Cluster::six().sees("c", "5-9", "b");
    assert_eq!(
        (wrong.rules(), wrong.next()),
        (vec!["views-disagree"], vec!["c learns that a owns slots 5-9".to_owned()])
    );
    let none = Cluster::six().sees("c", "5", "-");
    assert_eq!(none.next(), ["c learns that a owns slot 5"]);
    // A node that takes a slot learns nothing of it from others.
    let taking = Cluster::six().sees("b", "5", "-").importing("b", 5, "a").keys("b", 5, 1);
    assert_eq!(taking.rules(), ["half-open-slot"]);
    // SETSLOT is for masters; a replica learns from a newer epoch only.
    let replica = Cluster::six().sees("z", "5", "b");
    assert_eq!(replica.next(), ["a takes a new configuration epoch"]);
    let role = Cluster::six();
    let mut role = role;
    role.line("c", "x").master = Some(id("b"));
    assert_eq!((role.rules(), role.repairs().len(), role.health().whole), (vec!["views-disagree"], 0, true));
}

#[test]
fn nodes_that_some_do_not_know_are_introduced() {
    let cluster = Cluster::six().forgot("b", "x").forgot("c", "x");
    assert_eq!(cluster.rules(), ["unknown-node"]);
    assert_eq!(cluster.next(), ["b meets x at 10.0.0.1:7004", "c meets x at 10.0.0.1:7004"]);
    let dead = Cluster::six().forgot("b", "x").failed("x");
    assert_eq!(dead.repairs(), NOTHING);
    assert_eq!(dead.rules(), ["unknown-node", "failed-replica", "no-replica"]);
}

#[test]
fn a_failed_master_is_not_whole_whoever_is_left() {
    let copied = Cluster::six().failed("a");
    let finding = copied.only(Rule::FailedMaster);
    assert_eq!((copied.rules(), finding.slots), (vec!["failed-master"], set("0-5460")));
    assert!(finding.help.unwrap().contains("CLUSTER FAILOVER FORCE"));
    let bare = Cluster::new(&[("a", "0-8191"), ("b", "8192-16383")]).failed("a");
    assert!(bare.only(Rule::FailedMaster).help.unwrap().contains("in its files only"));
    let replaced = Cluster::six()
        .all_see("0-5460", "x")
        .all("x", |x| (x.role, x.master) = (Some(crate::slots::Role::Master), None))
        .failed("a");
    assert!(replaced.only(Rule::FailedMaster).message.ends_with("it owns no slot"));
    for cluster in [copied, bare, replaced] {
        assert_eq!(cluster.repairs(), NOTHING);
        assert!(!cluster.health().whole);
    }
}

#[test]
fn a_node_that_is_silent_here_only() {
    let master = Cluster::six().silent("a");
    assert_eq!((master.rules(), master.health().whole), (vec!["unreachable"], false));
    let replica = Cluster::six().silent("x");
    assert_eq!((replica.rules(), replica.health().whole), (vec!["unreachable", "no-replica"], true));
}

#[test]
fn a_node_that_others_cannot_hear() {
    let mut one = Cluster::six();
    one.line("b", "a").flags.push("fail?".to_owned());
    assert_eq!((one.rules(), one.health().whole), (vec!["bus-link"], true));
    assert!(one.only(Rule::BusLink).help.unwrap().contains("port 17001"));
    let all = Cluster::six().all("a", |a| a.flags.push("fail".to_owned()));
    assert!(all.only(Rule::FailedMaster).message.ends_with("the other nodes cannot hear it"));
}

#[test]
fn another_node_answers_in_its_place() {
    let mut cluster = Cluster::six().silent("a");
    cluster.0.silent[0].replaced_by = Some(id("stranger"));
    assert_eq!(cluster.rules(), ["other-cluster"]);
    assert_eq!(cluster.repairs(), NOTHING);
}

#[test]
fn introductions_without_an_answer_are_no_members() {
    let mut cluster = Cluster::six();
    let mut ghost = cluster.line("a", "b").clone();
    (ghost.id, ghost.role, ghost.flags) = (id("made-up"), None, vec!["handshake".to_owned()]);
    ghost.slots = set("");
    cluster.witness("a").says.push(ghost);
    assert_eq!((cluster.rules(), cluster.health().whole), (vec!["handshake"], true));
}

#[test]
fn replicas_that_copy_what_they_should_not() {
    let chain = Cluster::six().all("x", |x| x.master = Some(id("y")));
    assert_eq!(chain.rules(), ["wrong-master", "no-replica"]);
    assert_eq!(chain.next(), ["x copies b"]);
    let circle = chain.all("y", |y| y.master = Some(id("x")));
    assert_eq!(circle.repairs(), NOTHING);
    let unknown = Cluster::six().all("x", |x| x.master = Some(id("nobody")));
    assert_eq!((unknown.health().whole, unknown.repairs().len()), (false, 0));
    let spare = Cluster::new(&[("a", "0-16383"), ("b", ""), ("x>a", ""), ("y>b", "")]);
    assert_eq!((spare.rules(), spare.health().whole), (vec!["wrong-master"], true));
}

#[test]
fn replicas_that_do_not_work() {
    let mut deaf = Cluster::six();
    deaf.witness("x").link = Some(Link::Down);
    assert_eq!((deaf.rules(), deaf.health().whole), (vec!["replica-link"], true));
    let dead = Cluster::six().failed("x");
    assert_eq!((dead.rules(), dead.health().whole), (vec!["failed-replica", "no-replica"], true));
    assert!(dead.only(Rule::NoReplica).message.ends_with("has no replica that works"));
}

#[test]
fn a_saved_state_is_judged_by_what_it_shows() {
    let text = r#"{"nodes":[
        {"id":"a","address":"10.0.0.1:1","role":"master","slots":[[0,8000]],"configEpoch":1},
        {"id":"b","address":"10.0.0.2:1","role":"master","slots":[[8000,16380]],"configEpoch":2},
        {"id":"c","address":"10.0.0.3:1","role":"master","flags":["fail"],"configEpoch":3}],
        "open":[{"slot":5,"node":"a","migrating":"b"},{"slot":5,"node":"b","importing":"a"},{"slot":6,"node":"b","importing":"a"}]}"#;
    let state: ClusterState = serde_json::from_str(text).unwrap();
    let health = super::diagnose(&Evidence::of_state(&state));
    let rules: Vec<&str> = health.findings.iter().map(|finding| finding.rule.name()).collect();
    assert_eq!(rules, ["failed-master", "two-owners", "unassigned-slot", "open-slot", "half-open-slot", "no-replica"]);
    let whole = Evidence::of_state(&ClusterState { nodes: vec![state.nodes[0].clone()], ..ClusterState::default() });
    assert!(!super::diagnose(&whole).whole);
}

#[test]
fn the_report_for_programs() {
    let health = Cluster::six().all_see("5", "-").health();
    let json = serde_json::to_value(&health).unwrap();
    assert_eq!(json["whole"], false);
    let finding = &json["findings"][0];
    assert_eq!((finding["rule"].as_str(), finding["severity"].as_str()), (Some("unassigned-slot"), Some("error")));
    assert_eq!(finding["slots"], serde_json::json!([[5, 5]]));
    assert_eq!(finding["nodes"], serde_json::json!(["a"]));
    assert!(finding.get("repairs").is_none());
    for rule in [Rule::FailedMaster, Rule::HalfOpenSlot, Rule::BusLink, Rule::OtherCluster] {
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
    }
}
