//! Ways to the nodes: TLS, passwords, IPv6, host names, and servers of other makes with replicas.

use super::support::*;
use crate::support::{Server, TestCluster};

fn moves(cluster: &TestCluster) {
    cluster.fill(1_000);
    let before = cluster.digest();
    migrate(cluster, &["--masters", "3", "--no-atomic"]).expect(0);
    assert_eq!((cluster.nodes().filter(|node| owned(*node) > 0).count(), open(cluster)), (3, Vec::new()));
    assert_eq!(cluster.digest(), before);
    cluster.assert_redis_cli_check();
}

#[test]
fn tls_a_password_and_ipv6() {
    moves(&TestCluster::builder().nodes(2, 1, 1).tls().password("open sesame").ipv6().start());
}

#[test]
fn host_names() {
    let names = [("cluster-announce-hostname", "localhost"), ("cluster-preferred-endpoint-type", "hostname")];
    let builder = TestCluster::builder().nodes(2, 0, 1);
    moves(&names.into_iter().fold(builder, |builder, (name, value)| builder.config(name, value)).start());
}

#[test]
fn redis_6_2() {
    moves(&TestCluster::builder().nodes(2, 1, 1).server(Server::Redis62).start());
}

#[test]
fn valkey_8_1_which_tells_its_replicas_of_slots() {
    moves(&TestCluster::builder().nodes(2, 1, 1).server(Server::Valkey81).start());
}

#[test]
fn valkey_9_1_key_by_key() {
    moves(&TestCluster::builder().nodes(2, 1, 1).server(Server::Valkey91).start());
}
