//! What a spec may not say: counts that do not fit together, halves of features, names that are too long.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, did_you_mean};
use crate::k8s::Resource;
use crate::kustomize::Context;
use crate::kustomize::decode::{Spanned, Text};
use crate::yaml::{Node, Trace};

use super::instance::{Group, Instance, is_on};
use super::memory::quantity;
use super::spec::{Architecture, Layout, Persistence};
use super::version;

const VERSION: &str = "redisops.dev/v1alpha1";
const FIELDS: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];
/// The longest part that is added to the name of a Redis in the name of a StatefulSet.
const LONGEST_SUFFIX: usize = 10;
/// Pods of a StatefulSet have a label with its name and a hash of eleven characters.
const LONGEST_NAME: usize = 63 - 11 - LONGEST_SUFFIX;

/// Checks what surrounds the spec.
pub(super) fn object(resource: &Resource, trace: &Trace) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    let node = &resource.node;
    if resource.api_version() != VERSION {
        let (pos, length) = place(node, &["apiVersion"], trace);
        found.push(
            Diagnostic::error(
                "redisops::topology::version",
                format!("`{}` is no version of kind Redis", resource.api_version()),
            )
            .label(pos, length, "")
            .help(format!("write `apiVersion: {VERSION}`")),
        );
    }
    for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
        let key = entry.key.text.as_str();
        if !FIELDS.contains(&key) {
            let near = did_you_mean(key, FIELDS);
            found.push(
                Diagnostic::error("redisops::topology::unknown_field", format!("unknown field `{key}` in a Redis"))
                    .label(entry.key_pos, key.len(), "")
                    .help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "what a Redis is to be stands in its `spec`".to_owned(),
                    }),
            );
        }
    }
    let name = resource.name();
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let (pos, length) = place(node, &["metadata", "name"], trace);
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || name.ends_with('-') || !name.chars().all(valid) {
        found.push(
            Diagnostic::error("redisops::topology::name", format!("`{name}` cannot be the name of a Redis"))
                .label(pos, length, "")
                .note("its Services are named after it, and names of Services are DNS labels that begin with a letter")
                .help("use lower-case letters, digits and `-`"),
        );
    } else if name.len() > LONGEST_NAME {
        found.push(
            Diagnostic::error("redisops::topology::name", format!("the name `{name}` is too long for a Redis"))
                .label(pos, length, format!("{} characters, {LONGEST_NAME} may be used", name.len()))
                .note("names of StatefulSets are made from it, and with a hash they must fit into a label")
                .help("shorten the name, `namePrefix` or `nameSuffix`"),
        );
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn place(node: &Node, path: &[&str], trace: &Trace) -> (Pos, usize) {
    let found = node.lookup(path).unwrap_or(node);
    (trace.pos(found.origin), found.text().map_or(1, str::len).max(1))
}

/// Checks what the parts of a spec say together.
pub(super) fn spec(instance: &Instance<'_>, cx: &Context<'_>) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    contradictions(instance, &mut found);
    counts(instance, &mut found);
    tls(instance, &mut found);
    users(instance, &mut found);
    hooks(instance, &mut found);
    optional_parts(instance, &mut found);
    version::check(instance, &mut found);
    words(instance, &mut found);
    if instance.architecture == Architecture::Enterprise {
        enterprise(instance, &mut found);
    }
    if found.has_errors() {
        return Err(found);
    }
    // Groups with one configuration differ in nothing that is checked here.
    let mut groups = instance.groups();
    groups.dedup_by_key(|group| group.config);
    for group in &groups {
        volume(group.persistence, &mut found);
        limits(group, cx, &mut found);
    }
    unused(instance, cx);
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn number(value: Spanned<i64>) -> usize {
    value.value.to_string().len()
}

fn contradictions(instance: &Instance<'_>, found: &mut Diagnostics) {
    let spec = instance.spec;
    let (Some(stated), Some(sentinel)) = (spec.architecture, spec.sentinel.enabled) else { return };
    let name = stated.value.name();
    let wrong = match (stated.value, sentinel.value) {
        (Architecture::Sentinel, false) => "sentinels are switched off here",
        (Architecture::Standalone | Architecture::Cluster | Architecture::Enterprise, true) => {
            "sentinels are switched on here"
        }
        _ => return,
    };
    found.push(
        Diagnostic::error(
            "redisops::topology::contradiction",
            format!("`{name}` and `sentinel.enabled: {}` contradict each other", sentinel.value),
        )
        .label(sentinel.pos, sentinel.value.to_string().len(), wrong)
        .label(stated.pos, name.len(), "the architecture")
        .help("set `architecture: sentinel` for a master that sentinels choose, and leave `sentinel.enabled` out"),
    );
}

fn counts(instance: &Instance<'_>, found: &mut Diagnostics) {
    let spec = instance.spec;
    if let Some(count) = spec.master.count.filter(|c| c.value != 1) {
        found.push(
            Diagnostic::error("redisops::topology::masters", format!("there cannot be {} masters", count.value))
                .label(count.pos, number(count), "one master takes the writes")
                .help("set `architecture: cluster` to share writes between several masters, with `cluster.nodes`"),
        );
    }
    if let Some(count) = spec.replica.replica_count.filter(|c| c.value < 0 || c.value > 1000) {
        found.push(
            Diagnostic::error("redisops::topology::replicas", format!("there cannot be {} replicas", count.value))
                .label(count.pos, number(count), "a number from 0 to 1000 is expected"),
        );
    }
    match instance.architecture {
        Architecture::Cluster => cluster(instance, found),
        Architecture::Sentinel => sentinels(instance, found),
        _ => {}
    }
}

fn cluster(instance: &Instance<'_>, found: &mut Diagnostics) {
    let cluster = &instance.spec.cluster;
    let (nodes, replicas) = instance.cluster_size();
    let at = |part: Option<Spanned<i64>>| part.map_or((cluster.pos, 1), |p| (p.pos, number(p)));
    let (nodes_at, replicas_at) = (at(cluster.nodes), at(cluster.replicas));
    if !(0..=100).contains(&replicas) || !(1..=1000).contains(&nodes) {
        let (pos, length) = if (1..=1000).contains(&nodes) { replicas_at } else { nodes_at };
        found.push(
            Diagnostic::error(
                "redisops::topology::cluster",
                format!("a cluster cannot have {nodes} nodes with {replicas} replicas each"),
            )
            .label(pos, length, "not a number that makes sense here"),
        );
        return;
    }
    let per_shard = replicas + 1;
    let message = format!("{nodes} nodes with {replicas} {} each do not make a cluster", plural(replicas, "replica"));
    let diagnostic = Diagnostic::error("redisops::topology::cluster", message)
        .label(nodes_at.0, nodes_at.1, "all nodes, replicas included")
        .label(replicas_at.0, replicas_at.1, "replicas of each master");
    if nodes % per_shard != 0 {
        let (down, up) = ((nodes / per_shard).max(3) * per_shard, (nodes / per_shard + 1).max(3) * per_shard);
        let way = if down == up { format!("{up}") } else { format!("{down} or {up}") };
        found.push(
            diagnostic
                .note(format!("masters are nodes / (replicas + 1): {nodes} / {per_shard} is not a whole number"))
                .help(format!("set `nodes` to {way}")),
        );
    } else if nodes / per_shard < 3 {
        found.push(
            diagnostic
                .note(format!(
                    "that is {} {}; a cluster needs three to agree that one of them has failed",
                    nodes / per_shard,
                    plural(nodes / per_shard, "master")
                ))
                .help(format!("set `nodes` to {} or more", 3 * per_shard)),
        );
    }
}

fn plural(count: i64, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

fn sentinels(instance: &Instance<'_>, found: &mut Diagnostics) {
    let spec = instance.spec;
    let count = spec.replica.replica_count.map_or(3, |c| c.value);
    let at = spec.replica.replica_count.map_or((Pos::NONE, 0), |c| (c.pos, number(c)));
    if count < 3 {
        found.push(
            Diagnostic::error(
                "redisops::topology::sentinels",
                format!("{count} sentinels cannot agree when one fails"),
            )
            .label(at.0, at.1, "one sentinel runs beside every node")
            .help("set `replica.replicaCount` to 3 or more: all nodes, the one that is master included"),
        );
    }
    if let Some(quorum) = spec.sentinel.quorum.filter(|q| q.value > count || q.value < 1) {
        found.push(
            Diagnostic::error(
                "redisops::topology::quorum",
                format!("a quorum of {} cannot be reached by {count} sentinels", quorum.value),
            )
            .label(quorum.pos, number(quorum), "the quorum")
            .label(at.0, at.1, "the nodes, each with a sentinel")
            .help(format!("set the quorum to {}: more than half of them", count / 2 + 1)),
        );
    }
}

fn tls(instance: &Instance<'_>, found: &mut Diagnostics) {
    let tls = &instance.spec.tls;
    let on = is_on(tls.enabled, false);
    let half = |message: &str, help: &str| {
        Diagnostic::error("redisops::topology::tls", message)
            .label(tls.enabled.map_or(tls.pos, |e| e.pos), 1, "encryption is set up here")
            .help(help)
    };
    match (on, tls.existing_secret.is_empty(), &tls.cert_manager) {
        (true, true, None) => found.push(half(
            "encryption is on, but there is no certificate",
            "name a Secret with `tls.crt`, `tls.key` and `ca.crt` as `tls.existingSecret`, or an issuer as `tls.certManager.issuerRef`",
        )),
        (true, false, Some(manager)) => found.push(
            half("there are two sources of the certificate", "keep either `existingSecret` or `certManager`")
                .label(tls.existing_secret.pos, tls.existing_secret.len(), "a Secret that exists")
                .label(manager.pos, 1, "a certificate that is issued"),
        ),
        (true, true, Some(manager)) if manager.issuer_ref.name.is_empty() => found.push(
            half("`certManager` names no issuer", "add `issuerRef` with `name` and `kind`").label(manager.pos, 1, "here"),
        ),
        (false, false, _) | (false, _, Some(_)) => found.push(half(
            "there is a certificate, but encryption is off",
            "add `enabled: true`, or take the certificate out",
        )),
        _ => {}
    }
}

fn missing(pos: Pos, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error("redisops::topology::missing_field", what).label(pos, 1, "in this part").help(help)
}

fn users(instance: &Instance<'_>, found: &mut Diagnostics) {
    let users = &instance.spec.acl.users;
    for (i, user) in users.iter().enumerate() {
        if user.name.is_empty() {
            found.push(missing(user.pos, "an ACL user has no name", "add `name`"));
        } else if user.name.value == "default" {
            found.push(
                Diagnostic::error("redisops::topology::acl", "the default user cannot be set in `acl`")
                    .label(user.name.pos, user.name.len(), "")
                    .note("probes, replication and the exporter connect as this user")
                    .help("its password is that of `auth`"),
            );
        } else if user.name.contains(char::is_whitespace) {
            found.push(Diagnostic::error("redisops::topology::acl", "the name of an ACL user has no blanks").label(
                user.name.pos,
                user.name.len(),
                "",
            ));
        }
        if let Some(first) = users[..i].iter().find(|u| u.name.value == user.name.value && !u.name.is_empty()) {
            found.push(
                Diagnostic::error("redisops::topology::acl", format!("there are two users `{}`", user.name.value))
                    .label(user.name.pos, user.name.len(), "again here")
                    .label(first.name.pos, first.name.len(), "first here"),
            );
        }
        if user.existing_secret.is_empty() {
            found.push(missing(
                user.pos,
                "an ACL user has no password",
                "add `existingSecret` with the name of a Secret, and `key` when it is not `password`",
            ));
        }
        if let Some(rule) = user.rules.split_whitespace().find(|rule| rule.starts_with(['>', '#', '<', '!'])) {
            let sign = &rule[..1];
            found.push(
                Diagnostic::error(
                    "redisops::topology::acl",
                    format!("the rules of an ACL user hold a password (`{sign}…`)"),
                )
                .label(user.rules.pos, 1, "in these rules")
                .help("take it out of Git: put it into the Secret that `existingSecret` names"),
            );
        } else if user.rules.contains('\n') {
            found.push(
                Diagnostic::error("redisops::topology::acl", "the rules of an ACL user stand on one line").label(
                    user.rules.pos,
                    1,
                    "these have several",
                ),
            );
        }
    }
}

/// The hooks know one StatefulSet.
fn hooks(instance: &Instance<'_>, found: &mut Diagnostics) {
    let cluster = &instance.spec.cluster;
    let image = &cluster.hooks.image;
    if let Some(layout) = cluster.layout.filter(|layout| layout.value == Layout::PerShard && !image.is_empty()) {
        found.push(
            Diagnostic::error(
                "redisops::topology::hooks",
                "the Jobs for Argo CD cannot scale a cluster with a StatefulSet for each shard",
            )
            .label(image.pos, image.len(), "asks for them")
            .label(layout.pos, layout.value.name().len(), "the layout")
            .note("shards that go are StatefulSets that Argo CD prunes, at a time at which no hook runs before it")
            .help("take `hooks` out and scale with `redisops apply --prune`, or keep `layout: single`"),
        );
    }
}

fn optional_parts(instance: &Instance<'_>, found: &mut Diagnostics) {
    let metrics = &instance.spec.metrics;
    let parts = [
        ("serviceMonitor", &metrics.service_monitor),
        ("prometheusRule", &metrics.prometheus_rule),
        ("dashboards", &metrics.dashboards),
    ];
    for (name, part) in parts {
        if let Some(on) = part.enabled.filter(|on| on.value && !instance.has_metrics()) {
            let off = metrics.enabled.map_or(metrics.pos, |e| e.pos);
            found.push(
                Diagnostic::error(
                    "redisops::topology::metrics",
                    format!("`metrics.{name}` is on, but there are no metrics"),
                )
                .label(on.pos, 4, "asked for here")
                .label(off, 1, "no exporter runs")
                .help("add `metrics.enabled: true`"),
            );
        }
    }
    let backup = &instance.spec.backup;
    let from = &backup.restore.from;
    if !from.is_empty() {
        let valid = |c: char| c.is_ascii_alphanumeric() || c == '-';
        // The copy is part of the name of a Job, which goes into a label.
        let is_long = instance.name.len() + "-restore-".len() + from.len() > 63;
        if is_long {
            found.push(
                Diagnostic::error(
                    "redisops::topology::restore",
                    "the name of the Job that brings the copy back is too long",
                )
                .label(from.pos, from.len(), "")
                .help("give the copy a shorter name in the bucket, or write `latest`"),
            );
        } else if !from.chars().all(valid) || from.starts_with('-') || from.ends_with('-') {
            found.push(
                Diagnostic::error("redisops::topology::restore", format!("`{}` is no copy", from.value))
                    .label(from.pos, from.len(), "")
                    .help("name one as it is called in the bucket, such as `2026-11-21T03-00-00Z`, or write `latest`"),
            );
        }
    }
    if is_on(backup.enabled, false) || !from.is_empty() {
        let pos = backup.enabled.map_or(backup.pos, |e| e.pos);
        for (text, what) in
            [(&backup.bucket, "bucket"), (&backup.existing_secret, "existingSecret"), (&backup.image, "image")]
        {
            if text.is_empty() {
                found.push(missing(
                    pos,
                    &format!("the backup has no `{what}`"),
                    match what {
                        "bucket" => "add `bucket`: where copies go",
                        "image" => "add `image`: one with the commands `redis-cli` and `aws`",
                        _ => "add `existingSecret`: a Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                    },
                ));
            }
        }
        if !backup.schedule.is_empty()
            && !backup.schedule.starts_with('@')
            && backup.schedule.split_whitespace().count() != 5
        {
            found.push(
                Diagnostic::error(
                    "redisops::topology::schedule",
                    format!("`{}` is no cron schedule", backup.schedule.value),
                )
                .label(backup.schedule.pos, backup.schedule.len(), "")
                .help("write five fields, such as `0 3 * * *` for every night at three"),
            );
        }
    }
}

fn words(instance: &Instance<'_>, found: &mut Diagnostics) {
    let spec = instance.spec;
    let mut check = |text: &Text, what: &str, names: &[&'static str]| {
        if !text.is_empty() && !names.contains(&text.value.as_str()) {
            found.push(super::choice::unknown(text, what, names));
        }
    };
    check(&spec.image_pull_policy, "image pull policy", &["Always", "IfNotPresent", "Never"]);
    check(&spec.service.kind, "type of a Service", &["ClusterIP", "NodePort", "LoadBalancer"]);
    let policies = [
        "noeviction",
        "allkeys-lru",
        "allkeys-lfu",
        "allkeys-random",
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl",
    ];
    check(&spec.enterprise.eviction_policy, "eviction policy", &policies);
    let persistence =
        ["disabled", "aofEverySecond", "aofAlways", "snapshotEvery1Hour", "snapshotEvery6Hour", "snapshotEvery12Hour"];
    check(&spec.enterprise.persistence, "persistence of Redis Enterprise", &persistence);
}

fn volume(persistence: &Persistence, found: &mut Diagnostics) {
    let size = &persistence.size;
    if !size.is_empty() && quantity(size).is_none_or(|bytes| bytes == 0) {
        found.push(
            Diagnostic::error("redisops::topology::size", format!("`{}` is no size of a volume", size.value))
                .label(size.pos, size.len(), "")
                .help("write a number with a unit, such as `20Gi`"),
        );
    }
}

/// The memory limit of nodes: its bytes and where it stands.
pub(super) fn memory_limit(group: &Group<'_>, trace: &Trace) -> Option<(u64, Pos, String)> {
    let limit = group.resources?.lookup(&["limits", "memory"])?;
    let text = limit.text()?;
    Some((quantity(text)?, trace.pos(limit.origin), text.to_owned()))
}

fn limits(group: &Group<'_>, cx: &Context<'_>, found: &mut Diagnostics) {
    if let Some(limit) = group.resources.and_then(|r| r.lookup(&["limits", "memory"]))
        && limit.text().and_then(quantity).is_none_or(|bytes| bytes == 0)
    {
        found.push(
            Diagnostic::error("redisops::topology::size", "the memory limit is no size")
                .label(cx.trace.pos(limit.origin), limit.text().map_or(1, str::len), "")
                .help("write a number with a unit, such as `1Gi`"),
        );
        return;
    }
    found.take(super::config::check(group, cx));
}

fn enterprise(instance: &Instance<'_>, found: &mut Diagnostics) {
    let part = &instance.spec.enterprise;
    if let Some(nodes) = part.nodes.filter(|n| n.value < 3 || n.value % 2 == 0) {
        found.push(
            Diagnostic::error(
                "redisops::topology::enterprise",
                format!("a Redis Enterprise cluster cannot have {} nodes", nodes.value),
            )
            .label(nodes.pos, number(nodes), "")
            .help("use an odd number from three on, so that a majority is left when one fails"),
        );
    }
    if let Some(shards) = part.shards.filter(|s| s.value < 1) {
        found.push(
            Diagnostic::error(
                "redisops::topology::enterprise",
                format!("a database cannot have {} shards", shards.value),
            )
            .label(shards.pos, number(shards), "one or more are expected"),
        );
    }
    if let Some(port) = part.port.filter(|p| !(1024..=65535).contains(&p.value)) {
        found.push(
            Diagnostic::error("redisops::topology::enterprise", format!("{} is no port of a database", port.value))
                .label(port.pos, number(port), "a number from 1024 to 65535 is expected"),
        );
    }
    let size = &part.memory_size;
    let amount = size.strip_suffix("MB").or_else(|| size.strip_suffix("GB"));
    if !size.is_empty() && amount.and_then(|n| n.parse::<f64>().ok()).is_none_or(|n| !n.is_finite() || n <= 0.0) {
        found.push(
            Diagnostic::error(
                "redisops::topology::enterprise",
                format!("`{}` is no memory size of a database", size.value),
            )
            .label(size.pos, size.len(), "")
            .note("the operator does not read quantities of Kubernetes here")
            .help("write it in MB or GB, such as `1GB`"),
        );
    }
    if let (false, Some(nodes)) = (part.cluster.is_empty(), part.nodes) {
        found.push(
            Diagnostic::error("redisops::topology::enterprise", "a cluster that exists gets its nodes elsewhere")
                .label(nodes.pos, 1, "nodes of a new cluster")
                .label(part.cluster.pos, part.cluster.len(), "a cluster that exists")
                .help("keep one of them"),
        );
    }
}

/// Parts that say something about another architecture: overlays that change the architecture leave them behind.
fn unused(instance: &Instance<'_>, cx: &Context<'_>) {
    let spec = instance.spec;
    let is = |architectures: &[Architecture]| architectures.contains(&instance.architecture);
    let parts = [
        ("cluster", spec.cluster.pos, is(&[Architecture::Cluster])),
        ("enterprise", spec.enterprise.pos, is(&[Architecture::Enterprise])),
        ("replica", spec.replica.pos, is(&[Architecture::Replication, Architecture::Sentinel])),
    ];
    for (name, pos, used) in parts {
        if !used && !pos.is_none() {
            cx.warn(
                Diagnostic::warning(
                    "redisops::topology::unused",
                    format!("`{name}` means nothing to the architecture `{}`", instance.architecture.name()),
                )
                .label(pos, 1, "not used"),
            );
        }
    }
}
