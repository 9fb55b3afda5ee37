//! Other sizes, refusals, and what is said beforehand.

use crate::support::TestCluster;

use super::Fleet;

const QUICK: [&str; 5] = ["--latency-budget", "off", "--yes", "-o", "json"];

#[test]
fn a_shard_in_pods_that_go_is_kept_and_replicas_become_masters() {
    let cluster = TestCluster::start(3, 1, 0);
    cluster.fill(1_000);
    let before = cluster.digest();
    // The shard of 3 and 6 is in pods that go; then there is one master with its replica for each of the others.
    let fleet = Fleet::new(&cluster, &[1, 4, 2, 5, 3, 6], false);
    let more: Vec<&str> = QUICK.iter().copied().chain(["--replicas", "0"]).collect();
    let ran = fleet.run("drain", 6, 3, &more).expect(0);
    let report = ran.json();
    assert_eq!(
        (&report["kind"], &report["drainedTo"], &report["movedSlots"]),
        (&"ScalingReport".into(), &3.into(), &0.into())
    );
    fleet.assert_shape(3, 3, 0);
    fleet.assert_left(3..6);
    // And three more masters in the pods that were left, with their names as they were.
    let ran = fleet.run("join", 6, 6, &more).expect(0);
    assert_eq!(ran.json()["masters"].as_array().map(Vec::len), Some(6));
    fleet.assert_shape(6, 6, 0);
    let name: Vec<String> = fleet.node(4).command(&["CONFIG", "GET", "cluster-announce-hostname"]);
    assert_eq!(name[1], "");
    assert_eq!(cluster.digest().differences(&before), Vec::<String>::new());
    // Nothing is left to do.
    assert_eq!(fleet.run("scale", 6, 6, &more).expect(0).json()["steps"], serde_json::json!([]));
}

#[test]
fn what_is_wrong_is_said_before_anything_is_changed() {
    let cluster = TestCluster::start(3, 1, 0);
    let fleet = Fleet::new(&cluster, &[1, 2, 3, 4, 5, 6], false);
    let refused = |command: &str, pods: usize, nodes: usize, more: &[&str]| {
        let ran = fleet.run(command, pods, nodes, more).expect(2);
        assert_eq!(ran.stdout, "");
        ran.stderr
    };
    let said = refused("scale", 6, 5, &["--yes"]);
    assert!(
        said.contains("redisops::scaling::size") && said.contains("5 nodes cannot be masters with 1 replicas"),
        "{said}"
    );
    let said = refused("scale", 4, 4, &["--yes"]);
    assert!(said.contains("redisops::scaling::stranger"), "{said}");
    let said = refused("scale", 6, 4, &[]);
    assert!(said.contains("say so with `--yes`"), "{said}");
    let said = refused("scale", 6, 8, &["--yes"]);
    assert!(said.contains("redisops::scaling::size") && said.contains("6 stay"), "{said}");
    let dry = fleet.run("drain", 6, 4, &["--dry-run", "-o", "json"]).expect(0).json();
    assert_eq!((&dry["kind"], &dry["movedSlots"], &dry["drainedTo"]), (&"ScalingPlan".into(), &5461.into(), &4.into()));
    let idle = fleet.run("drain", 6, 6, &["--yes"]).expect(0);
    assert!(idle.stderr.contains("nothing to drain"), "{}", idle.stderr);
    fleet.assert_shape(6, 3, 1);
    cluster.node(2).kill9();
    let said = refused("scale", 6, 6, &["--yes", "--wait", "0s", "--replicas", "1"]);
    assert!(said.contains("redisops::scaling::silent") && said.contains("`cache-1` does not answer"), "{said}");
}
