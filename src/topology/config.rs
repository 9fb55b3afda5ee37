//! redis.conf: what this module says, why, and what the user says instead.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, SourceKind};
use crate::kustomize::Context;
use crate::yaml::{LineOrigin, Node, Via};

use super::check::memory_limit;
use super::instance::{Group, Instance, PORT, is_on};
use super::memory::{redis_size, shown};
use super::spec::Architecture;
use super::tree::by;
use super::version;

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

/// Why a directive cannot be set by users; nothing where it can.
pub(super) fn is_reserved(directive: &str) -> Option<&'static str> {
    RESERVED.iter().find(|(name, _)| *name == directive).map(|(_, why)| *why)
}

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
    found.take(memory_of_flags(group, cx));
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn memory(line: &Line<'_>, source: &Source, group: &Group<'_>, cx: &Context<'_>) -> Result<(), Diagnostics> {
    if line.directive != "maxmemory" {
        return Ok(());
    }
    let value = line.text.split_whitespace().nth(1).unwrap_or("").trim_matches('"');
    within_limit(value, source.pos(line.offset), line.text.len(), group, cx)
}

/// The same of arguments, in one word or two.
fn memory_of_flags(group: &Group<'_>, cx: &Context<'_>) -> Result<(), Diagnostics> {
    for (index, flag) in group.flags.iter().enumerate() {
        let (name, value) = flag.split_once([' ', '=']).map_or((flag.as_ref(), None), |(n, v)| (n, Some(v)));
        let (value, at) = match (value, group.flags.get(index + 1)) {
            (Some(value), _) => (value.trim(), *flag),
            (None, Some(next)) => (next.trim(), *next),
            (None, None) => continue,
        };
        if name.eq_ignore_ascii_case("--maxmemory") {
            within_limit(value, at.pos, at.len(), group, cx)?;
        }
    }
    Ok(())
}

fn within_limit(value: &str, pos: Pos, len: usize, group: &Group<'_>, cx: &Context<'_>) -> Result<(), Diagnostics> {
    let Some(bytes) = redis_size(value) else {
        return Err(Diagnostic::error(
            "redisops::topology::maxmemory",
            format!("`{value}` is no size that Redis reads"),
        )
        .label(pos, len, "")
        .help("write a whole number with a unit, such as `512mb`")
        .into());
    };
    match memory_limit(group, cx.trace) {
        Some((limit, at, written)) if bytes > limit => Err(Diagnostic::error(
            "redisops::topology::maxmemory",
            format!("maxmemory ({}) is above the memory limit ({})", shown(bytes), shown(limit)),
        )
        .label(pos, len, "data may use this much")
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

/// redis.conf of the nodes of a group: its text, whose lines know what caused them.
pub(super) fn redis_conf(group: &Group<'_>, instance: &Instance<'_>, cx: &Context<'_>) -> Option<Node> {
    let mut conf = Conf::of(group, instance, cx);
    conf.line("# Made by redisops from a `kind: Redis`; what stands here comes from there.", conf.cause);
    network(instance, &mut conf);
    data(group, instance, cx, &mut conf);
    nodes(group, instance, &mut conf);
    let written = std::mem::take(&mut conf.written);
    if !written.is_empty() {
        conf.comment("As `configuration` in the spec says; a later line wins over an earlier one.", conf.cause);
        for (_, text, origin) in written {
            conf.push(text, origin);
        }
    }
    let auth = &instance.spec.auth;
    let auth = conf.or_cause(auth.enabled.map_or(auth.pos, |e| e.pos));
    conf.say(
        "Passwords: written by the start script from Secrets into memory, and read last so that nothing undoes them.",
        auth,
        &["include /run/redis/auth.conf"],
    );
    let own = group.configuration.iter().rev().find(|t| !t.is_empty()).map_or(conf.cause, |t| t.pos);
    by(cx.trace.composed(own, Via::Field("topology"), conf.lines), conf.text)
}

/// A configuration that is written line by line.
struct Conf<'t> {
    text: String,
    lines: Vec<LineOrigin>,
    /// The line that says how nodes work together.
    cause: Pos,
    /// What the user wrote: directive, line, place.
    written: Vec<(String, &'t str, LineOrigin)>,
}

impl<'t> Conf<'t> {
    fn of(group: &Group<'t>, instance: &Instance<'_>, cx: &Context<'_>) -> Conf<'t> {
        let mut written = Vec::new();
        for text in group.configuration.into_iter().filter(|t| !t.is_empty()) {
            let source = cx.add_inline(text, SourceKind::Data).ok();
            written.extend(lines(text).map(|line| {
                let origin = match &source {
                    Some(source) => LineOrigin { at: source.pos(line.offset), verbatim: true },
                    None => LineOrigin { at: text.pos, verbatim: false },
                };
                (line.directive, line.text, origin)
            }));
        }
        Conf { text: String::new(), lines: Vec::new(), cause: cx.trace.pos(instance.cause), written }
    }

    fn or_cause(&self, pos: Pos) -> Pos {
        if pos.is_none() { self.cause } else { pos }
    }

    fn push(&mut self, line: &str, origin: LineOrigin) {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines.push(origin);
    }

    fn line(&mut self, line: &str, because: Pos) {
        self.push(line, LineOrigin { at: because, verbatim: false });
    }

    fn comment(&mut self, why: &str, because: Pos) {
        self.line("", because);
        self.line(&format!("# {why}"), because);
    }

    /// Lines with their reason and what caused them, unless the user says something else.
    fn say(&mut self, why: &str, because: Pos, lines: &[&str]) {
        let is_overridden = |line: &str| {
            let directive = line.split_whitespace().next().unwrap_or("");
            self.written.iter().any(|(own, ..)| own == directive)
        };
        let own: Vec<&&str> = lines.iter().filter(|line| !is_overridden(line)).collect();
        if own.is_empty() {
            return;
        }
        self.comment(why, because);
        own.into_iter().for_each(|line| self.line(line, because));
    }
}

fn network(instance: &Instance<'_>, conf: &mut Conf<'_>) {
    let cause = conf.cause;
    match version::is_before(instance, (6, 2)) {
        true => conf.say("The pod's address is not known before it runs.", cause, &["bind 0.0.0.0"]),
        false => {
            let why = "The pod's address is not known before it runs; IPv6 where there is some.";
            conf.say(why, cause, &["bind * -::*"]);
        }
    }
    conf.say(
        "Passwords and the NetworkPolicy keep others out; this mode would refuse every pod but this one.",
        cause,
        &["protected-mode no"],
    );
    if instance.has_tls() {
        let tls = &instance.spec.tls;
        let on = conf.or_cause(tls.enabled.map_or(tls.pos, |e| e.pos));
        let port = format!("tls-port {PORT}");
        conf.say("Encrypted connections only.", on, &["port 0", &port]);
        let certificate = match &tls.cert_manager {
            Some(manager) => manager.pos,
            None => tls.existing_secret.pos,
        };
        conf.say(
            "The certificate of the Secret that is mounted here.",
            certificate,
            &["tls-cert-file /tls/tls.crt", "tls-key-file /tls/tls.key", "tls-ca-cert-file /tls/ca.crt"],
        );
        let clients = match is_on(tls.auth_clients, false) {
            true => "tls-auth-clients yes",
            false => "tls-auth-clients optional",
        };
        let asked = tls.auth_clients.map_or(on, |a| a.pos);
        conf.say("Whether clients show a certificate, as `tls.authClients` says.", asked, &[clients]);
        conf.say("Nodes talk to each other encrypted too.", on, &["tls-replication yes", "tls-cluster yes"]);
    } else {
        conf.say("The port of the Services.", cause, &[&format!("port {PORT}")]);
    }
    conf.say("Connections of clients that are gone are found within a minute.", cause, &["tcp-keepalive 60"]);
}

fn data(group: &Group<'_>, instance: &Instance<'_>, cx: &Context<'_>, conf: &mut Conf<'_>) {
    let persistence = group.persistence;
    let kept = conf.or_cause(persistence.enabled.map_or(persistence.pos, |e| e.pos));
    conf.say("The volume.", kept, &["dir /data"]);
    match is_on(persistence.enabled, true) {
        true => {
            conf.say(
                "Every write is kept; at most one second of them is lost with the host.",
                kept,
                &["appendonly yes", "appendfsync everysec"],
            );
            conf.say(
                "No snapshots beside the append-only file: each one costs a copy of the process.",
                kept,
                &["save \"\""],
            );
        }
        false => conf.say("Nothing is kept: `persistence.enabled` is false.", kept, &["appendonly no", "save \"\""]),
    }
    if let Some((limit, at, written)) = memory_limit(group, cx.trace) {
        conf.say(
            &format!(
                "{SHARE} of the memory limit {written}: {}. The rest is for replication, rewrites of the append-only file, clients and fragmentation.",
                shown(share(limit))
            ),
            at,
            &[&format!("maxmemory {}", share(limit))],
        );
    }
    conf.say(
        "What goes when memory is full: nothing, unless `configuration` says that this is a cache.",
        conf.cause,
        &["maxmemory-policy noeviction"],
    );
    let acl = &instance.spec.acl;
    if !acl.users.is_empty() {
        conf.say(
            "Users: written by the start script with the hashes of their passwords.",
            conf.or_cause(acl.pos),
            &["aclfile /run/redis/users.acl"],
        );
    }
}

fn nodes(group: &Group<'_>, instance: &Instance<'_>, conf: &mut Conf<'_>) {
    let cause = conf.cause;
    if instance.architecture != Architecture::Standalone {
        conf.say(
            "A replica that was away for a moment catches up without a whole copy.",
            cause,
            &["repl-backlog-size 16mb"],
        );
    }
    match instance.architecture {
        Architecture::Sentinel if group.count > 2 => conf.say(
            "A master that is cut off from all replicas takes no writes that the next master would not have.",
            cause,
            &["min-replicas-to-write 1", "min-replicas-max-lag 10"],
        ),
        Architecture::Cluster => {
            conf.say(
                "A node of a cluster; the file that the server keeps of it stands on the volume.",
                cause,
                &["cluster-enabled yes", "cluster-config-file nodes.conf"],
            );
            let timeout = instance.spec.cluster.node_timeout;
            conf.say(
                "After how many milliseconds a silent node counts as failed.",
                timeout.map_or(cause, |t| t.pos),
                &[&format!("cluster-node-timeout {}", timeout.map_or(15_000, |t| t.value))],
            );
            if instance.has_tls() {
                conf.say(
                    "Certificates hold names, so clients are sent to names.",
                    cause,
                    &["cluster-preferred-endpoint-type hostname"],
                );
            }
        }
        _ => {}
    }
}
