//! What nodes and the network refuse for a while: calls that do not come through or come late, a node that loads its data, that is full, that denies
//! a right, and keys that are on the taker already.

use std::time::Duration;

use redisops::slots::{Slot, key_slot};

use crate::judge::Promise;
use crate::proxy::Proxy;
use crate::servers::{Fault, prove};
use crate::support::{Ports, TestCluster, TestNode};
use crate::workload::fixed_key;

/// The taker.
const TAKER: u16 = 7;

/// Puts a proxy before the taker: other nodes and clients go through it. redisops is told of the proxy by the cluster, as they are.
fn behind_a_proxy(cluster: &TestCluster, delay: Duration) -> Vec<Proxy> {
    let taker = cluster.node(TAKER);
    let ports = Ports::take(1);
    let port = ports.numbers()[0];
    let proxy = Proxy::start(port, taker.address().port, delay).expect("a free port");
    announce(cluster, port);
    // The port stays taken as long as the test runs.
    std::mem::forget(ports);
    vec![proxy]
}

/// Lets the taker announce a port, and waits until all nodes have heard of it.
fn announce(cluster: &TestCluster, port: u16) {
    let taker = cluster.node(TAKER);
    taker.command::<()>(&["CONFIG", "SET", "cluster-announce-port", &port.to_string()]);
    let id = taker.id();
    let announced = |node: TestNode<'_>| {
        let nodes = node.command::<String>(&["CLUSTER", "NODES"]);
        nodes.lines().any(|line| line.starts_with(id.as_str()) && line.contains(&format!(":{port}@")))
    };
    while !cluster.nodes().all(announced) {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_network_is_cut_between_sources_and_target() {
    let fault = Fault {
        prepare: |c| behind_a_proxy(c, Duration::ZERO),
        strike: |_, proxies| {
            proxies[0].cut(true);
            std::thread::sleep(Duration::from_secs(6));
            proxies[0].cut(false);
        },
        ..Fault::new("network to the target cut for 6 s", Promise::Acknowledged)
    };
    prove(&fault, 11, 1);
}

#[test]
fn the_network_is_slow() {
    let fault = Fault {
        prepare: |c| behind_a_proxy(c, Duration::from_millis(10)),
        // A call is one round trip at least: no pause makes it shorter.
        flags: &["--latency-budget", "off"],
        // What is judged need not come through the proxy.
        mend: |c, _| announce(c, c.node(TAKER).address().port),
        ..Fault::new("20 ms of round trip to the target", Promise::Acknowledged)
    };
    prove(&fault, 12, 1);
}

/// Lets the taker load its data again, slowly; it answers `LOADING` meanwhile.
fn load_again(cluster: &TestCluster, _: &[Proxy]) {
    let taker = cluster.node(TAKER);
    taker.command::<()>(&["CONFIG", "SET", "loading-process-events-interval-bytes", "1024"]);
    taker.command::<()>(&["CONFIG", "SET", "key-load-delay", "100"]);
    // It answers when it is done.
    taker.command::<()>(&["DEBUG", "RELOAD"]);
    taker.command::<()>(&["CONFIG", "SET", "key-load-delay", "0"]);
}

#[test]
fn the_target_loads_its_data() {
    let fault = Fault { strike: load_again, ..Fault::new("`LOADING` of the target", Promise::Acknowledged) };
    prove(&fault, 13, 1);
}

#[test]
fn a_right_is_taken_away() {
    let fault = Fault {
        strike: |c, _| c.node(1).command::<()>(&["ACL", "SETUSER", "default", "-migrate"]),
        mend: |c, _| c.node(1).command::<()>(&["ACL", "SETUSER", "default", "+@all"]),
        ..Fault::new("ACL denies `MIGRATE` on a source", Promise::Acknowledged)
    };
    prove(&fault, 14, 1);
}

#[test]
fn the_target_is_full() {
    let fault = Fault {
        strike: |c, _| c.node(TAKER).command::<()>(&["CONFIG", "SET", "maxmemory", "1mb"]),
        mend: |c, _| c.node(TAKER).command::<()>(&["CONFIG", "SET", "maxmemory", "0"]),
        ..Fault::new("target over its `maxmemory`", Promise::Acknowledged)
    };
    prove(&fault, 15, 1);
}

/// Puts other values under names that sources have, onto the taker.
fn plant(cluster: &TestCluster) -> Vec<Proxy> {
    let taker = cluster.node(TAKER);
    let seed = cluster.node(2).address().to_string();
    let planned = cluster.redisops(&["slots", "plan", &seed, "--masters", "4", "-o", "json"]);
    let plan: redisops::slots::SlotPlan = serde_json::from_str(&planned.stdout).expect("a plan");
    let moves = |slot: Slot| plan.moves.iter().any(|one| one.slots.contains(slot));
    let mut connection = taker.connection();
    for key in (0..).map(fixed_key).filter(|key| moves(key_slot(key.as_bytes()))).take(20) {
        let slot = key_slot(key.as_bytes()).number().to_string();
        let owner =
            cluster.nodes().take(3).find(|node| node.try_command::<String>(&["GET", &key]).is_ok()).expect("an owner");
        let mut steps = redis::pipe();
        steps.cmd("CLUSTER").arg("SETSLOT").arg(&slot).arg("IMPORTING").arg(owner.id().as_str());
        steps.cmd("ASKING").cmd("SET").arg(&key).arg("another value");
        steps.cmd("CLUSTER").arg("SETSLOT").arg(&slot).arg("STABLE");
        steps.exec(&mut connection).expect("a key on the taker");
    }
    Vec::new()
}

#[test]
fn keys_are_on_the_target_already() {
    let fault = Fault {
        prepare: plant,
        resume: &["--on-conflict", "source"],
        ..Fault::new("BUSYKEY: other values on the target, `--on-conflict source`", Promise::Acknowledged)
    };
    prove(&fault, 16, 1);
}
