//! From 6 to 12 and back, while a client writes, with the program killed on the way.

use std::thread::sleep;
use std::time::Duration;

use crate::support::TestCluster;

use super::Fleet;
use super::writer::Writer;

const QUICK: [&str; 6] = ["--replicas", "1", "--latency-budget", "off", "--yes", "-q"];

/// Starts it and kills it, each time a little later, then lets it come to its end.
fn with_interruptions(fleet: &Fleet<'_>, nodes: usize, after: &[u64]) {
    for millis in after {
        let mut child = fleet.begin("scale", 12, nodes, &QUICK);
        sleep(Duration::from_millis(*millis));
        child.kill().expect("it may be killed");
        child.wait().expect("it ends");
    }
    fleet.run("scale", 12, nodes, &QUICK).expect(0);
}

#[test]
fn from_six_to_twelve_and_back_no_write_is_lost() {
    let cluster = TestCluster::start(3, 1, 6);
    cluster.fill(3_000);
    let before = cluster.digest();
    // Roles have nothing to do with the numbers of pods.
    let fleet = Fleet::new(&cluster, &[5, 1, 6, 3, 2, 4, 9, 7, 12, 8, 11, 10], true);
    fleet.expel(6..12);
    fleet.hand_over(&[1]);
    let writer = Writer::start(&cluster);

    with_interruptions(&fleet, 12, &[400, 1_500]);
    fleet.assert_shape(12, 6, 1);

    // Masters that stay hand over to replicas that leave, where they have such.
    fleet.hand_over(&[0, 1, 2, 3]);
    let leaving = (6..12).filter(|&pod| fleet.owns(pod)).count();
    assert!(leaving > 0, "otherwise this would be easy");
    with_interruptions(&fleet, 6, &[300, 1_000, 2_000]);
    fleet.assert_shape(6, 3, 1);
    fleet.assert_left(6..12);

    assert!(writer.end() > 100, "it has written");
    let lost: Vec<String> =
        cluster.digest().differences(&before).into_iter().filter(|key| !key.starts_with("written:")).collect();
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(cluster.digest().doubled(), Vec::<String>::new());
}
