//! The test support itself: what other tests take for granted.

use crate::support::{Server, TestCluster};

#[test]
fn clusters_come_up_as_laid_out() {
    let cluster = TestCluster::start(3, 1, 2);
    cluster.fill(1_000);
    cluster.assert_redis_cli_check();
    let digest = cluster.digest();
    assert_eq!((digest.keys(), digest.doubled()), (1_000, Vec::<String>::new()));
    let nodes: String = cluster.node(1).command(&["CLUSTER", "NODES"]);
    assert_eq!(nodes.lines().count(), 8);
    assert_eq!(nodes.lines().filter(|line| line.contains("slave")).count(), 3);
    assert!(nodes.contains("0-5460") && nodes.contains("5461-10922") && nodes.contains("10923-16383"));
    assert_eq!(cluster.digest(), digest);
}

#[test]
fn every_server_makes_a_cluster() {
    for server in Server::ALL {
        let cluster = TestCluster::builder().nodes(1, 1, 0).server(server).start();
        cluster.fill(10);
        assert_eq!(cluster.digest().keys(), 10, "{server:?}");
    }
}

#[test]
fn tls_passwords_and_ipv6_together() {
    let cluster = TestCluster::builder()
        .nodes(1, 1, 1)
        .tls()
        .password("open sesame")
        .ipv6()
        .user("mover", "on >other ~* +@all")
        .start();
    cluster.fill(10);
    assert_eq!(cluster.digest().keys(), 10);
    cluster.assert_redis_cli_check();
    let users: Vec<String> = cluster.node(2).command(&["ACL", "USERS"]);
    assert_eq!(users, ["default", "mover"]);
}

#[test]
fn nodes_end_halt_and_come_back() {
    let cluster = TestCluster::start(1, 1, 0);
    let (id, pid) = (cluster.node(2).id(), cluster.node(2).pid());
    cluster.node(2).kill9();
    assert!(cluster.node(2).try_connection().is_err());
    cluster.node(2).restart();
    assert_eq!(cluster.node(2).id(), id);
    assert_ne!(cluster.node(2).pid(), pid);
    cluster.node(1).stop();
    cluster.node(1).cont();
    assert_eq!(cluster.node(1).command::<String>(&["PING"]), "PONG");
}

#[test]
fn servers_end_with_the_cluster() {
    let cluster = TestCluster::start(1, 0, 1);
    let (pids, dir) = (cluster.nodes().map(|node| node.pid()).collect::<Vec<_>>(), cluster.dir().to_owned());
    cluster.node(2).stop();
    drop(cluster);
    assert!(!dir.exists());
    for pid in pids {
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        assert!(!command.contains("redis"), "{pid} runs: {command}");
    }
}
