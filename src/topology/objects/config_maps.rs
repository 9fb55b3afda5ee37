//! ConfigMaps: redis.conf, sentinel.conf, scripts, and who is who in a new cluster.

use crate::diagnostics::Pos;
use crate::k8s::Resource;
use crate::kustomize::Context;
use crate::kustomize::decode::Spanned;
use crate::topology::config::redis_conf;
use crate::topology::instance::{Group, Instance, Kind, SENTINEL_PORT};
use crate::topology::spec::Architecture;
use crate::topology::tree::{by, map};
use crate::yaml::{LineOrigin, Node, Via};

const KIND: Kind = Kind("v1", "ConfigMap");
/// Slots of a cluster.
const SLOTS: i64 = 16384;

/// All ConfigMaps. Those that servers read at start have a hash in their names, so that a change restarts the pods.
pub(super) fn objects(instance: &Instance<'_>, cx: &Context<'_>) -> Vec<Resource> {
    let mut objects: Vec<Resource> = Vec::new();
    let mut made: Vec<&str> = Vec::new();
    for group in instance.groups() {
        if !made.contains(&group.config) {
            made.push(group.config);
            objects.push(configuration(&group, instance, cx));
        }
    }
    objects.push(scripts(instance));
    if instance.architecture == Architecture::Cluster {
        objects.push(layout(instance));
    }
    objects
}

fn configuration(group: &Group<'_>, instance: &Instance<'_>, cx: &Context<'_>) -> Resource {
    let users = &instance.spec.acl.users;
    let lines: Vec<String> = users.iter().map(|user| format!("{} {}\n", user.name.value, user.rules.value)).collect();
    let places = users.iter().map(|user| LineOrigin { at: user.pos, verbatim: false }).collect();
    let users = users
        .first()
        .and_then(|first| by(cx.trace.composed(first.pos, Via::Field("topology"), places), lines.concat()));
    let sentinel = (instance.architecture == Architecture::Sentinel).then(|| sentinel_conf(group, instance));
    let body = map! {
        "data" => map! {
            "redis.conf" => redis_conf(group, instance, cx),
            "sentinel.conf" => sentinel,
            "users" => users,
        },
    };
    let mut resource = instance.object(KIND, group.config, Some(group.component), instance.cause, body);
    resource.needs_hash = true;
    resource
}

/// The template that the start script of sentinels completes.
fn sentinel_conf(group: &Group<'_>, instance: &Instance<'_>) -> Option<Node> {
    let part = &instance.spec.sentinel;
    let number = |value: Option<Spanned<i64>>, otherwise: i64| value.map_or(otherwise, |v| v.value);
    let quorum = number(part.quorum, group.count / 2 + 1);
    let set = instance.master_set();
    let (down, failover, syncs) =
        (number(part.down_after, 10_000), number(part.failover_timeout, 60_000), number(part.parallel_syncs, 1));
    let tls = match instance.has_tls() {
        true => format!(
            "# Encrypted connections only, with the certificate of the servers.\nport 0\ntls-port {SENTINEL_PORT}\ntls-cert-file /tls/tls.crt\n\
             tls-key-file /tls/tls.key\ntls-ca-cert-file /tls/ca.crt\ntls-auth-clients optional\ntls-replication yes\n"
        ),
        false => format!("# The port of the Services.\nport {SENTINEL_PORT}\n"),
    };
    let text = format!(
        "# Made by redisops from a `kind: Redis`. The sentinel writes into a copy, which the start script makes of this.\n\n\
         # The pod's address is not known before it runs.\nbind * -::*\n\
         # Passwords and the NetworkPolicy keep others out.\nprotected-mode no\n{tls}\
         # On the volume: what this sentinel knows survives its pod.\ndir @STATE@\n\
         # Pods change their addresses and keep their names.\nsentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n\
         sentinel announce-ip @HOST@\nsentinel announce-port {SENTINEL_PORT}\n\
         # {quorum} sentinels must agree that the master is down.\nsentinel monitor {set} @MASTER@ 6379 {quorum}\n\
         # Silent for so many milliseconds is down.\nsentinel down-after-milliseconds {set} {down}\n\
         # A failover that takes longer is tried again by another sentinel.\nsentinel failover-timeout {set} {failover}\n\
         # So many replicas load the new master's data at once; the others go on answering.\nsentinel parallel-syncs {set} {syncs}\n"
    );
    by(instance.at(part.quorum.map_or(part.pos, |q| q.pos)), text)
}

fn scripts(instance: &Instance<'_>) -> Resource {
    let is = |architecture: Architecture| instance.architecture == architecture;
    let sentinel = |text: &'static str| is(Architecture::Sentinel).then_some(text);
    let hands_over = is(Architecture::Sentinel) || is(Architecture::Cluster);
    let body = map! {
        "data" => map! {
            "common.sh" => include_str!("scripts/common.sh"),
            "join.sh" => is(Architecture::Cluster).then_some(include_str!("scripts/join.sh")),
            "live.sh" => include_str!("scripts/live.sh"),
            "ready.sh" => include_str!("scripts/ready.sh"),
            "role.sh" => sentinel(include_str!("scripts/role.sh")),
            "sentinel.sh" => sentinel(include_str!("scripts/sentinel.sh")),
            "start.sh" => include_str!("scripts/start.sh"),
            "stop.sh" => hands_over.then_some(include_str!("scripts/stop.sh")),
        },
    };
    let mut resource = instance.object(KIND, "-scripts", None, instance.cause, body);
    resource.needs_hash = true;
    resource
}

/// Names of all pods, shard by shard: the master that a new cluster starts with first, then its replicas.
pub(super) fn shards(instance: &Instance<'_>) -> Vec<Vec<String>> {
    let (nodes, replicas) = instance.cluster_size();
    let masters = nodes / (replicas + 1);
    let groups = instance.groups();
    let pod = |group: &Group<'_>, number: i64| format!("{}-{number}", instance.child(&group.suffix));
    match groups.as_slice() {
        [one] => (0..masters).map(|m| (0..=replicas).map(|r| pod(one, m + r * masters)).collect()).collect(),
        several => several.iter().map(|group| (0..group.count).map(|n| pod(group, n)).collect()).collect(),
    }
}

/// Read while a cluster forms and when nodes look for each other. Without a hash: more nodes do not restart those that are there.
fn layout(instance: &Instance<'_>) -> Resource {
    let shards = shards(instance);
    let count = shards.len() as i64;
    let nodes: Vec<String> = shards.iter().flatten().map(|pod| format!("{pod}\n")).collect();
    let masters: Vec<String> = shards
        .iter()
        .zip(0..)
        .map(|(shard, i)| format!("{} {} {} {}\n", shard[0], SLOTS * i / count, SLOTS * (i + 1) / count - 1, i + 1))
        .collect();
    let replicas: Vec<String> = shards
        .iter()
        .flat_map(|shard| shard[1..].iter().map(move |replica| format!("{replica} {}\n", shard[0])))
        .collect();
    let cluster = &instance.spec.cluster;
    let at = |part: Option<Spanned<i64>>| instance.at(part.map_or(Pos::NONE, |p| p.pos));
    let body = map! {
        "data" => map! {
            "masters" => by(at(cluster.nodes), masters.concat()),
            "nodes" => by(at(cluster.nodes), nodes.concat()),
            "replicas" => by(at(cluster.replicas), replicas.concat()),
        },
    };
    instance.object(KIND, "-layout", Some("node"), instance.cause, body)
}
