//! redis.conf: what this module says, why, and what the user says instead.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, SourceKind};
use crate::kustomize::Context;
use crate::kustomize::decode::Text;

use super::check::memory_limit;
use super::instance::{Group, Instance, PORT, is_on};
use super::memory::{redis_size, shown};
use super::spec::Architecture;

/// Directives that belong to the generated objects: what they say is said elsewhere in the spec, or follows from it.
const RESERVED: [(&str, &str); 27] = [
    ("port", "clients, probes and Services rely on 6379"),
    ("tls-port", "set `tls.enabled`"),
    ("tls-cert-file", "set `tls.existingSecret` or `tls.certManager`"),
    ("tls-key-file", "set `tls.existingSecret` or `tls.certManager`"),
    ("tls-ca-cert-file", "set `tls.existingSecret` or `tls.certManager`"),
    ("tls-auth-clients", "set `tls.authClients`"),
    ("tls-replication", "it follows `tls.enabled`"),
    ("tls-cluster", "it follows `tls.enabled`"),
    ("dir", "the volume is mounted at /data"),
    ("include", "the files of a pod are those that this spec makes"),
    ("requirepass", "the password stands in the Secret of `auth.existingSecret`"),
    ("masterauth", "the password stands in the Secret of `auth.existingSecret`"),
    ("masteruser", "replicas connect as the default user"),
    ("aclfile", "set `acl.users`"),
    ("user", "set `acl.users`"),
    ("replicaof", "the architecture decides who follows whom"),
    ("slaveof", "the architecture decides who follows whom"),
    ("replica-announce-ip", "nodes announce the names of their pods"),
    ("slave-announce-ip", "nodes announce the names of their pods"),
    ("cluster-enabled", "set `architecture: cluster`"),
    ("cluster-config-file", "it stands on the volume"),
    ("cluster-announce-ip", "nodes announce the addresses of their pods"),
    ("cluster-announce-hostname", "nodes announce the names of their pods"),
    ("cluster-port", "the bus uses 16379"),
    ("daemonize", "the container ends when the server goes to the background"),
    ("logfile", "logs go to the container's output"),
    ("unixsocket", "nothing in the pod connects to one"),
];

/// Which part of the memory limit the data may use, in words; [`share`] computes it.
const SHARE: &str = "75 %";

/// A line that a user wrote.
struct Line<'t> {
    /// The directive, in lower case; nothing for a comment.
    directive: String,
    text: &'t str,
    offset: usize,
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut offset = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = offset;
        offset += line.len();
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let directive = if content.starts_with('#') { "" } else { content.split_whitespace().next().unwrap_or("") };
        (!content.is_empty()).then(|| Line {
            directive: directive.to_ascii_lowercase(),
            text: content,
            offset: start + indent,
        })
    })
}

/// Checks the lines that a user wrote for nodes.
pub(super) fn check(group: &Group<'_>, cx: &Context<'_>) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    for text in group.configuration.into_iter().filter(|t| !t.is_empty()) {
        let source = cx.add_inline(text, SourceKind::Data)?;
        for line in lines(text) {
            if let Some((name, why)) = RESERVED.iter().find(|(name, _)| *name == line.directive) {
                found.push(
                    Diagnostic::error(
                        "redisops::topology::directive",
                        format!("`{name}` cannot be set in `configuration`"),
                    )
                    .label(source.pos(line.offset), name.len(), "")
                    .help(*why),
                );
            }
            found.take(memory(&line, &source, group, cx));
        }
    }
    for flag in &group.flags {
        let name = flag.trim_start_matches('-').split([' ', '=']).next().unwrap_or("").to_ascii_lowercase();
        if let Some((name, why)) = RESERVED.iter().find(|(reserved, _)| *reserved == name && flag.starts_with("--")) {
            found.push(
                Diagnostic::error("redisops::topology::directive", format!("`{name}` cannot be set in `extraFlags`"))
                    .label(flag.pos, flag.len(), "")
                    .help(*why),
            );
        }
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn memory(line: &Line<'_>, source: &Source, group: &Group<'_>, cx: &Context<'_>) -> Result<(), Diagnostics> {
    if line.directive != "maxmemory" {
        return Ok(());
    }
    let value = line.text.split_whitespace().nth(1).unwrap_or("").trim_matches('"');
    let pos = source.pos(line.offset);
    let Some(bytes) = redis_size(value) else {
        return Err(Diagnostic::error(
            "redisops::topology::maxmemory",
            format!("`{value}` is no size that Redis reads"),
        )
        .label(pos, line.text.len(), "")
        .help("write a whole number with a unit, such as `512mb`")
        .into());
    };
    match memory_limit(group, cx.trace) {
        Some((limit, at, written)) if bytes > limit => Err(Diagnostic::error(
            "redisops::topology::maxmemory",
            format!("maxmemory ({}) is above the memory limit ({})", shown(bytes), shown(limit)),
        )
        .label(pos, line.text.len(), "data may use this much")
        .label(at, written.len(), "the pod is killed at this much")
        .note("replication, snapshots and clients need memory beside the data")
        .help(format!("leave `maxmemory` out: {} are derived from the limit", shown(share(limit))))
        .into()),
        _ => Ok(()),
    }
}

fn share(limit: u64) -> u64 {
    limit / 4 * 3
}

/// What redis.conf says of the nodes of a group, and where the part of the user stands.
pub(super) fn redis_conf(group: &Group<'_>, instance: &Instance<'_>, cx: &Context<'_>) -> (String, Pos) {
    let written: Vec<Line<'_>> = group.configuration.into_iter().flat_map(|text: &Text| lines(text)).collect();
    let mut out = String::from("# Made by redisops from a `kind: Redis`; what stands here comes from there.\n");
    let mut say = |why: &str, lines: &[&str]| {
        let own: Vec<&&str> = lines.iter().filter(|line| !is_overridden(line, &written)).collect();
        if own.is_empty() {
            return;
        }
        out.push_str(&format!("\n# {why}\n"));
        own.iter().for_each(|line| {
            out.push_str(line);
            out.push('\n');
        });
    };
    network(instance, &mut say);
    data(group, instance, cx, &mut say);
    nodes(group, instance, &mut say);
    if !written.is_empty() {
        out.push_str("\n# As `configuration` in the spec says; a later line wins over an earlier one.\n");
        written.iter().for_each(|line| {
            out.push_str(line.text);
            out.push('\n');
        });
    }
    out.push_str("\n# Passwords: written by the start script from Secrets into memory, and read last so that nothing undoes them.\n");
    out.push_str("include /run/redis/auth.conf\n");
    let pos = group.configuration.iter().rev().find(|t| !t.is_empty()).map_or(Pos::NONE, |t| t.pos);
    (out, pos)
}

fn is_overridden(line: &str, written: &[Line<'_>]) -> bool {
    let directive = line.split_whitespace().next().unwrap_or("");
    written.iter().any(|own| own.directive == directive)
}

type Say<'s> = dyn FnMut(&str, &[&str]) + 's;

fn network(instance: &Instance<'_>, say: &mut Say<'_>) {
    say("The pod's address is not known before it runs; IPv6 where there is some.", &["bind * -::*"]);
    say(
        "Passwords and the NetworkPolicy keep others out; this mode would refuse every pod but this one.",
        &["protected-mode no"],
    );
    if instance.has_tls() {
        let port = format!("tls-port {PORT}");
        say("Encrypted connections only.", &["port 0", &port]);
        say(
            "The certificate of the Secret that is mounted here.",
            &["tls-cert-file /tls/tls.crt", "tls-key-file /tls/tls.key", "tls-ca-cert-file /tls/ca.crt"],
        );
        let clients = match is_on(instance.spec.tls.auth_clients, false) {
            true => "tls-auth-clients yes",
            false => "tls-auth-clients optional",
        };
        say("Whether clients show a certificate, as `tls.authClients` says.", &[clients]);
        say("Nodes talk to each other encrypted too.", &["tls-replication yes", "tls-cluster yes"]);
    } else {
        say("The port of the Services.", &[&format!("port {PORT}")]);
    }
    say("Connections of clients that are gone are found within a minute.", &["tcp-keepalive 60"]);
}

fn data(group: &Group<'_>, instance: &Instance<'_>, cx: &Context<'_>, say: &mut Say<'_>) {
    say("The volume.", &["dir /data"]);
    match is_on(group.persistence.enabled, true) {
        true => {
            say(
                "Every write is kept; at most one second of them is lost with the host.",
                &["appendonly yes", "appendfsync everysec"],
            );
            say("No snapshots beside the append-only file: each one costs a copy of the process.", &["save \"\""]);
        }
        false => say("Nothing is kept: `persistence.enabled` is false.", &["appendonly no", "save \"\""]),
    }
    if let Some((limit, _, written)) = memory_limit(group, cx.trace) {
        say(
            &format!(
                "{SHARE} of the memory limit {written}: {}. The rest is for replication, rewrites of the append-only file, clients and fragmentation.",
                shown(share(limit))
            ),
            &[&format!("maxmemory {}", share(limit))],
        );
    }
    say(
        "What goes when memory is full: nothing, unless `configuration` says that this is a cache.",
        &["maxmemory-policy noeviction"],
    );
    if !instance.spec.acl.users.is_empty() {
        say(
            "Users: written by the start script with the hashes of their passwords.",
            &["aclfile /run/redis/users.acl"],
        );
    }
}

fn nodes(group: &Group<'_>, instance: &Instance<'_>, say: &mut Say<'_>) {
    if instance.architecture != Architecture::Standalone {
        say("A replica that was away for a moment catches up without a whole copy.", &["repl-backlog-size 16mb"]);
    }
    match instance.architecture {
        Architecture::Sentinel if group.count > 2 => say(
            "A master that is cut off from all replicas takes no writes that the next master would not have.",
            &["min-replicas-to-write 1", "min-replicas-max-lag 10"],
        ),
        Architecture::Cluster => {
            say(
                "A node of a cluster; the file that the server keeps of it stands on the volume.",
                &["cluster-enabled yes", "cluster-config-file nodes.conf"],
            );
            let timeout = instance.spec.cluster.node_timeout.map_or(15_000, |t| t.value);
            say(
                "After how many milliseconds a silent node counts as failed.",
                &[&format!("cluster-node-timeout {timeout}")],
            );
            if instance.has_tls() {
                say(
                    "Certificates hold names, so clients are sent to names.",
                    &["cluster-preferred-endpoint-type hostname"],
                );
            }
        }
        _ => {}
    }
}
