//! Keys where no client looks for them.

use redis::cmd;

use super::support::*;
use crate::support::{Server, TestCluster};

#[test]
fn keys_astray_go_home_on_every_server() {
    for server in Server::ALL {
        let cluster = TestCluster::builder().nodes(3, 0, 1).server(server).start();
        cluster.fill(500);
        // On a node without slots, and on one that has others; the owner has keys of one of the slots.
        plant_astray(cluster.node(4), cluster.node(1), 5, &keys_of(5, 0..200), "astray");
        plant(cluster.node(1), &keys_of(6, 0..3), "home");
        plant_astray(cluster.node(2), cluster.node(1), 6, &keys_of(6, 3..5), "astray");
        let before = cluster.digest();
        let report = expect_errors(&cluster, &["keys-on-both", "orphaned-keys"]);
        assert!(report["findings"][1]["message"].as_str().unwrap().contains("has 200 keys of slot 5"), "{report:#}");
        let report = expect_fixed(&cluster, &before);
        assert_eq!(report["movedKeys"].as_u64(), Some(202));
        assert_eq!((count(cluster.node(1), 5), count(cluster.node(1), 6)), (200, 5), "{server:?}");
    }
}

#[test]
fn keys_of_a_slot_of_nobody_decide_who_gets_it() {
    for server in Server::ALL {
        let cluster = TestCluster::builder().nodes(3, 0, 0).server(server).start();
        plant_astray(cluster.node(3), cluster.node(1), 5, &keys_of(5, 0..7), "value");
        let before = cluster.digest();
        for node in cluster.nodes() {
            node.command::<()>(&["CLUSTER", "DELSLOTS", "5"]);
        }
        expect_errors(&cluster, &["unassigned-slot"]);
        expect_fixed(&cluster, &before);
        assert_eq!(count(cluster.node(3), 5), 7, "{server:?}");
    }
}

#[test]
fn other_databases_count() {
    let cluster =
        TestCluster::builder().nodes(3, 0, 0).server(Server::Valkey91).config("cluster-databases", "4").start();
    let keys = keys_of(5, 0..50);
    let write = |node: u16, keys: &[String]| {
        let mut connection = cluster.node(node).connection();
        cmd("SELECT").arg(2).exec(&mut connection).unwrap();
        keys.iter().for_each(|key| asking(&mut connection, &["SET", key, "value"]));
    };
    let held = |node: u16, slot: u16| {
        let mut connection = cluster.node(node).connection();
        cmd("SELECT").arg(2).exec(&mut connection).unwrap();
        cmd("CLUSTER").arg("COUNTKEYSINSLOT").arg(slot).query::<u64>(&mut connection).unwrap()
    };
    write(1, &keys);
    // An open slot whose keys are in another database, and keys astray there.
    open(5, cluster.node(1), cluster.node(2));
    setslot(cluster.node(3), 6, &["IMPORTING", cluster.node(1).id().as_str()]);
    write(3, &keys_of(6, 0..9));
    setslot(cluster.node(3), 6, &["STABLE"]);
    expect_errors(&cluster, &["open-slot", "orphaned-keys"]);
    fix(&cluster, &[]).expect(0);
    assert_eq!((held(1, 5), held(2, 5), held(3, 6), held(1, 6)), (0, 50, 0, 9));
    check(&cluster).expect(0);
}
