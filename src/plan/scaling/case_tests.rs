//! Cases that people meet, step by step.

use crate::slots::{Direction, OpenSlot, Slot, SlotSet};

use super::testing::{Case, address, cluster, id, node, pods};
use super::{ScalingError, Step, Wanted, plan};

fn text(step: &Step) -> String {
    match step {
        Step::Finish { slots } => format!("finish {slots}"),
        Step::Forget { node } => format!("forget {node}"),
        Step::Meet { pod } => format!("meet {pod}"),
        Step::Copy { pod, master } => format!("copy {pod} < {master}"),
        Step::Failover { pod, master } => format!("failover {master} > {pod}"),
        Step::Renew { pod } => format!("renew {pod}"),
        Step::Move { from, to, slots, .. } => {
            format!("move {} > {to}: {}", from.as_deref().unwrap_or("nobody"), slots.len())
        }
        Step::Replicate { pod, master } => format!("replicate {pod} < {master}"),
        Step::Leave { pod } => format!("leave {pod}"),
    }
}

fn steps(case: &Case) -> String {
    case.plan().steps.iter().map(|step| text(step).replace("cache-", "") + "\n").collect()
}

fn case(shards: &[(usize, &[usize])], pods: Vec<super::Pod>, masters: u16, replicas: u16) -> Case {
    Case { state: cluster(shards), pods, wanted: Wanted { masters, replicas } }
}

#[test]
fn from_six_to_twelve() {
    let grown = case(&[(0, &[3]), (1, &[4]), (2, &[5])], pods(12, 12, &["a", "b", "c"]), 6, 1);
    insta::assert_snapshot!(steps(&grown), @r"
    meet 6
    meet 7
    meet 8
    meet 9
    meet 10
    meet 11
    move 0 > 6: 2730
    move 1 > 8: 2730
    move 2 > 7: 2731
    replicate 3 < 8
    replicate 4 < 6
    replicate 5 < 7
    replicate 9 < 1
    replicate 10 < 2
    replicate 11 < 0
    ");
    assert_eq!(grown.plan().drained_to, 12);
}

#[test]
fn from_twelve_to_six_with_masters_that_leave() {
    // Only two of the masters stay, and they are none of the first three pods.
    let shards: &[(usize, &[usize])] = &[(9, &[0]), (4, &[10]), (8, &[1]), (5, &[7]), (11, &[6]), (2, &[3])];
    let shrunk = case(shards, pods(12, 6, &["a", "b", "c"]), 3, 1);
    insta::assert_snapshot!(steps(&shrunk), @r"
    failover 8 > 1
    move 5 > 1: 2730
    move 9 > 4: 2730
    move 11 > 2: 2731
    replicate 0 < 4
    replicate 5 < 1
    leave 6
    leave 7
    leave 8
    leave 9
    leave 10
    leave 11
    ");
    let plan = shrunk.plan();
    assert_eq!((plan.drained_to, plan.moved_slots), (6, 8191));
}

/// `count` StatefulSets of so many pods; `staying` of them stay.
fn sharded(count: usize, each: usize, staying: usize) -> Vec<super::Pod> {
    let mut pods = pods(count * each, staying * each, &[]);
    pods.iter_mut().enumerate().for_each(|(index, pod)| pod.shard = Some(format!("shard-{}", index / each)));
    pods
}

#[test]
fn shards_that_come_get_a_master_and_its_replica_each() {
    let grown = case(&[(1, &[0]), (2, &[3]), (5, &[4])], sharded(6, 2, 6), 6, 1);
    insta::assert_snapshot!(steps(&grown), @r"
    meet 6
    meet 7
    meet 8
    meet 9
    meet 10
    meet 11
    move 1 > 8: 2730
    move 2 > 10: 2730
    move 5 > 6: 2731
    replicate 7 < 6
    replicate 9 < 8
    replicate 11 < 10
    ");
}

#[test]
fn shards_that_go_take_nothing_along_and_the_others_stay_together() {
    // The roles were shuffled beyond the StatefulSets: two masters are in the first one, none in the third.
    let shards: &[(usize, &[usize])] = &[(0, &[4]), (1, &[5]), (3, &[2]), (6, &[7]), (9, &[8]), (11, &[10])];
    let shrunk = case(shards, sharded(6, 2, 3), 3, 1);
    insta::assert_snapshot!(steps(&shrunk), @r"
    failover 0 > 4
    move 6 > 3: 2730
    move 9 > 4: 2731
    move 11 > 1: 2730
    move 11 > 4: 1
    replicate 0 < 1
    replicate 5 < 4
    leave 6
    leave 7
    leave 8
    leave 9
    leave 10
    leave 11
    ");
}

#[test]
fn more_replicas_go_into_the_stateful_set_of_their_master() {
    let pods = sharded(3, 3, 3);
    let grown = case(&[(0, &[1]), (4, &[3]), (6, &[7])], pods, 3, 2);
    insta::assert_snapshot!(steps(&grown), @r"
    meet 2
    meet 5
    meet 8
    replicate 2 < 0
    replicate 5 < 4
    replicate 8 < 6
    ");
}

#[test]
fn when_all_masters_leave_their_replicas_take_over() {
    let shards: &[(usize, &[usize])] = &[(6, &[0]), (7, &[1]), (8, &[2]), (9, &[3]), (10, &[4]), (11, &[5])];
    insta::assert_snapshot!(steps(&case(shards, pods(12, 6, &[]), 3, 1)), @r"
    failover 7 > 1
    failover 8 > 2
    failover 10 > 4
    move 6 > 1: 2730
    move 9 > 4: 2730
    move 11 > 2: 2731
    replicate 0 < 1
    replicate 3 < 2
    replicate 5 < 4
    leave 6
    leave 7
    leave 8
    leave 9
    leave 10
    leave 11
    ");
}

#[test]
fn a_shard_that_only_leaving_pods_have_is_copied() {
    let shards: &[(usize, &[usize])] = &[(0, &[1]), (2, &[3]), (4, &[5])];
    insta::assert_snapshot!(steps(&case(shards, pods(6, 3, &[]), 3, 0)), @r"
    copy 1 < 4
    failover 4 > 1
    leave 3
    leave 4
    leave 5
    ");
}

#[test]
fn a_replica_begins_anew_where_masters_are_missing() {
    insta::assert_snapshot!(steps(&case(&[(0, &[2]), (1, &[3])], pods(4, 4, &[]), 4, 0)), @r"
    renew 2
    renew 3
    move 0 > 2: 4096
    move 1 > 3: 4096
    ");
}

#[test]
fn what_is_as_wanted_needs_nothing() {
    let done = case(&[(3, &[4]), (1, &[2]), (5, &[0])], pods(6, 6, &["a", "b", "c"]), 3, 1);
    assert_eq!(steps(&done), "");
    assert_eq!(done.plan().masters, ["cache-1", "cache-3", "cache-5"]);
}

#[test]
fn dead_members_without_a_pod_are_forgotten() {
    let mut case = case(&[(0, &[3]), (1, &[4]), (2, &[5])], pods(6, 6, &[]), 3, 1);
    // The pod has come back without its volume: as another node.
    case.pods[5].node = Some("new".into());
    case.state.nodes.iter_mut().find(|node| node.id == id(5)).unwrap().flags.push("fail".to_owned());
    insta::assert_snapshot!(steps(&case), @r"
    forget fa05
    meet 5
    replicate 5 < 2
    ");
    // Nobody has noticed yet: where it was, the other one answers.
    case.state.nodes.iter_mut().find(|node| node.id == id(5)).unwrap().flags.clear();
    assert!(steps(&case).starts_with("forget fa05"));
    // Elsewhere it may be anybody.
    case.pods[5].address = Some(address(9));
    let said = plan(&case.state, &case.pods, case.wanted).unwrap_err();
    assert!(matches!(said, ScalingError::Stranger { .. }), "{said}");
}

#[test]
fn open_slots_are_finished_first() {
    let mut case = case(&[(0, &[3]), (1, &[4]), (2, &[5])], pods(6, 6, &[]), 3, 1);
    let slot = Slot::new(7).unwrap();
    case.state.open = vec![
        OpenSlot { slot, node: id(0), direction: Direction::Migrating(id(1)) },
        OpenSlot { slot, node: id(1), direction: Direction::Importing(id(0)) },
    ];
    let made = case.plan();
    assert_eq!(made.steps[0], Step::Finish { slots: SlotSet::from_iter([slot]) });
}

#[test]
fn refusals_name_what_is_missing() {
    let good = || case(&[(0, &[3]), (1, &[4]), (2, &[5])], pods(6, 6, &[]), 3, 1);
    let said = |change: fn(&mut Case)| {
        let mut case = good();
        change(&mut case);
        let found = plan(&case.state, &case.pods, case.wanted).unwrap_err().diagnostic();
        format!("{} {}", found.code, found.message)
    };
    assert_eq!(
        said(|case| case.wanted.masters = 4),
        "redisops::scaling::size 4 masters with 1 replicas each need 8 pods, and 6 stay"
    );
    assert_eq!(said(|case| case.wanted.masters = 0), "redisops::scaling::size a cluster needs at least one master");
    assert_eq!(
        said(|case| case.pods[2].node = None),
        "redisops::scaling::silent the node of pod `cache-2` does not answer"
    );
    assert_eq!(
        said(|case| case.pods[2].node = case.pods[1].node.clone()),
        "redisops::scaling::map pods `cache-1` and `cache-2` lead to the same node"
    );
    assert_eq!(
        said(|case| case.state.nodes[0].flags.push("fail".to_owned())),
        "redisops::scaling::dead master `0700` (10.0.0.1:6379) has failed and owns slots 0-5460"
    );
    assert_eq!(
        said(|case| case.state.nodes.push(node(40, None, SlotSet::new()))),
        format!(
            "redisops::scaling::stranger node `{}` ({}) is a member of the cluster, is alive, and is in none of the pods",
            id(40),
            address(40)
        )
    );
}
