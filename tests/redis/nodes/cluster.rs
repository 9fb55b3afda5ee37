//! Clusters: slots, epochs, who knows whom, strangers.

use std::fs;

use serde_json::{Value, json};

use super::stage::{paths, repository};
use crate::support::{Ports, Ran, TestCluster, binary, run};

/// An environment whose map has every node by the address that it announces.
fn environment(cluster: &TestCluster) {
    let map: Vec<String> = cluster.nodes().map(|node| format!("\"{0}\": \"{0}\"", node.address())).collect();
    repository(cluster.dir(), &format!("{{mode: map, map: {{{}}}}}", map.join(", ")), "");
}

fn diff(cluster: &TestCluster) -> Ran {
    run(binary(), &["diff", "test", "--redis-only", "-o", "json"], cluster.dir(), &[])
}

fn fields(report: &Value, node: &str) -> Vec<Value> {
    let nodes = report["nodes"].as_array().unwrap();
    let found = nodes.iter().find(|one| one["node"] == node).unwrap_or_else(|| panic!("no {node} in {report:#}"));
    found["fields"].as_array().unwrap().clone()
}

#[test]
fn slots_and_members() {
    let cluster = TestCluster::start(3, 1, 1);
    environment(&cluster);
    diff(&cluster).expect(0);
    let (first, second) = (cluster.node(1), cluster.node(2));
    let (one, two, third) = (first.id(), second.id(), cluster.node(3).id());
    let _: () = first.command(&["CLUSTER", "SETSLOT", "5", "MIGRATING", two.as_str()]);
    let _: () = second.command(&["CLUSTER", "SETSLOT", "5", "IMPORTING", one.as_str()]);
    let spare = cluster.node(7).id();
    let _: () = cluster.node(3).command(&["CLUSTER", "FORGET", spare.as_str()]);
    let report = diff(&cluster).expect(1).json();
    let slots = &fields(&report, one.as_str())[0];
    assert_eq!(
        (&slots["path"], &slots["before"], &slots["after"], &slots["fix"]),
        (&json!("slots"), &json!(format!("0-5460 [5->-{two}]")), &json!("0-5460"), &json!("slots"))
    );
    let known = &fields(&report, spare.as_str())[0];
    assert_eq!((&known["path"], &known["before"]), (&json!("cluster.unknownTo"), &json!([third.as_str()])));
    assert_eq!(fields(&report, third.as_str()), Vec::<Value>::new());
}

#[test]
fn slots_in_unequal_shares_and_a_replica_that_is_gone() {
    let cluster = TestCluster::start(3, 1, 0);
    environment(&cluster);
    let second = cluster.node(2).id();
    for node in cluster.nodes().take(3) {
        let _: () = node.command(&["CLUSTER", "SETSLOT", "0", "NODE", second.as_str()]);
    }
    let _: () = cluster.node(4).command(&["CLUSTER", "REPLICATE", second.as_str()]);
    let report = diff(&cluster).expect(1).json();
    let first = fields(&report, cluster.node(1).id().as_str());
    assert_eq!(paths(&first), ["slots", "replicas"]);
    assert_eq!((&first[0]["before"], &first[0]["after"]), (&json!("1-5460"), &json!("5461 or 5462 slots")));
    assert_eq!(fields(&report, second.as_str())[0]["before"], "0 5461-10922");
}

#[test]
fn a_node_of_another_cluster_is_an_error_of_its_own() {
    let (cluster, other) = (TestCluster::start(3, 0, 0), TestCluster::start(3, 0, 0));
    environment(&cluster);
    let file = cluster.dir().join("environments/test.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let own = cluster.node(3).address().to_string();
    fs::write(&file, text.replace(&format!("\": \"{own}"), &format!("\": \"{}", other.node(1).address()))).unwrap();
    let report = diff(&cluster).expect(2).json();
    let nodes = report["nodes"].as_array().unwrap();
    let wrong: Vec<&Value> = nodes.iter().filter(|node| !node["error"].is_null()).collect();
    assert!(wrong.iter().any(|node| node["error"]["code"] == "other_cluster"), "{report:#}");
    assert!(nodes.iter().any(|node| node["node"] == cluster.node(1).id().as_str() && node["error"].is_null()));
}

#[test]
fn a_node_that_is_not_the_one_of_that_address_is_an_error_too() {
    let (cluster, lone) = (TestCluster::start(3, 0, 0), TestCluster::start(3, 0, 1));
    environment(&cluster);
    let spare = lone.node(4);
    let _: () = spare.command(&["CLUSTER", "RESET", "HARD"]);
    let file = cluster.dir().join("environments/test.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let own = cluster.node(3).address().to_string();
    fs::write(&file, text.replace(&format!("\": \"{own}"), &format!("\": \"{}", spare.address()))).unwrap();
    let report = diff(&cluster).expect(2).json();
    let nodes = report["nodes"].as_array().unwrap();
    let wrong: Vec<&Value> = nodes.iter().filter(|node| !node["error"].is_null()).collect();
    assert_eq!(wrong.len(), 1, "{report:#}");
    assert_eq!(wrong[0]["error"]["code"], "other_cluster");
    assert!(wrong[0]["error"]["message"].as_str().unwrap().contains(cluster.node(3).id().as_str()));
}

/// Servers settle a collision as soon as they hear of each other. These two never do: the file of each leads to a port of the other on which nobody listens.
#[test]
fn two_masters_that_share_an_epoch() {
    let ports = Ports::take(2);
    let dir = tempfile::Builder::new().prefix("redisops-epoch-").tempdir().unwrap();
    let ids = ["a".repeat(40), "b".repeat(40)];
    let ranges = ["0-8191", "8192-16383"];
    let mut servers = Vec::new();
    for (own, port) in ports.numbers().iter().enumerate() {
        let line = |index: usize| {
            let (port, is_own) = (ports.numbers()[index], index == own);
            let (bus, flags) = if is_own { (port + 10_000, "myself,master") } else { (1, "master") };
            format!("{} 127.0.0.1:{port}@{bus} {flags} - 0 0 5 connected {}\n", ids[index], ranges[index])
        };
        let at = dir.path().join(format!("server-{own}"));
        fs::create_dir(&at).unwrap();
        fs::write(at.join("nodes.conf"), format!("{}{}vars currentEpoch 5 lastVoteEpoch 0\n", line(0), line(1)))
            .unwrap();
        let mut command = std::process::Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--save", ""]);
        command.args(["--cluster-node-timeout", "3600000", "--dir"]).arg(&at);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        servers.push(command.spawn().unwrap());
    }
    let map: Vec<String> =
        ports.numbers().iter().map(|port| format!("\"127.0.0.1:{port}\": \"127.0.0.1:{port}\"")).collect();
    repository(dir.path(), &format!("{{mode: map, map: {{{}}}}}", map.join(", ")), "");
    let begin = std::time::Instant::now();
    let report = loop {
        let ran = run(binary(), &["diff", "test", "--redis-only", "-o", "json"], dir.path(), &[]);
        // Two: one of them does not answer yet.
        if ran.code != 2 || begin.elapsed() > std::time::Duration::from_secs(20) {
            break ran;
        }
    };
    for mut server in servers {
        let _ = server.kill();
        let _ = server.wait();
    }
    let report = report.expect(1).json();
    for id in &ids {
        let all = fields(&report, id);
        let epoch = all.iter().find(|field| field["path"] == "epoch").unwrap_or_else(|| panic!("{report:#}"));
        assert_eq!((&epoch["before"], &epoch["fix"]), (&json!(5), &json!("slots")));
    }
}
