//! The configuration of a node against what Git wants, value by value.

use serde_json::Value as Json;

use crate::diagnostics::render::MASKED;
use crate::redis::config::{Directive, Parsed, Server, directive, is_as_written, is_secret, parse};

use super::super::report::NodeField;
use super::answers::Answers;
use super::wanted::{Wanted, WantedNode, WantedSetting};

/// Where a server keeps its files, listens and is found: of a process that stands in for a pod these are not those of the pod.
const PLACES: [&str; 25] = [
    "aclfile",
    "appenddirname",
    "bind",
    "bind-source-addr",
    "cluster-announce-bus-port",
    "cluster-announce-hostname",
    "cluster-announce-ip",
    "cluster-announce-port",
    "cluster-announce-tls-port",
    "cluster-config-file",
    "cluster-port",
    "daemonize",
    "dir",
    "logfile",
    "pidfile",
    "replica-announce-ip",
    "replica-announce-port",
    "slave-announce-ip",
    "slave-announce-port",
    "supervised",
    "tls-ca-cert-dir",
    "tls-ca-cert-file",
    "tls-cert-file",
    "tls-key-file",
    "unixsocket",
];

/// What differs in the configuration of a node.
pub(super) fn settings(wanted: &Wanted, node: &WantedNode, live: &Answers) -> Vec<NodeField> {
    let server = live.server();
    let file = live.file.as_deref().map(parse);
    let compared = node.settings.iter().filter(|setting| is_compared(setting, wanted, live));
    compared.filter_map(|setting| field(setting, live, server, file.as_ref())).collect()
}

fn is_compared(setting: &WantedSetting, wanted: &Wanted, live: &Answers) -> bool {
    let name = setting.name.as_str();
    let is_role = matches!(name, "replicaof" | "slaveof") && (wanted.master.is_some() || wanted.sentinels.is_some());
    let is_place = live.is_stand_in && PLACES.contains(&name);
    // A map that leads to another port says so.
    let is_mapped = matches!(name, "port" | "tls-port")
        && live.config.get(name).is_some_and(|port| *port == live.port.to_string() || live.is_stand_in && port == "0");
    !(setting.is_completed_later() || is_role || is_place || is_mapped)
}

fn field(setting: &WantedSetting, live: &Answers, server: Server, file: Option<&Parsed>) -> Option<NodeField> {
    let name = setting.name.as_str();
    let known = directive(name);
    let lines: Vec<Vec<&str>> = setting.lines.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
    let make = |before: Json, fix: &str, unsaved: bool| NodeField {
        path: format!("config.{name}"),
        before,
        after: shown(name, &setting.text()),
        origin: setting.origin.clone(),
        fix: fix.to_owned(),
        unsaved,
    };
    let Some(running) = running(name, known, live) else {
        // What a module brings is not there without it, which is told of the module.
        let is_told = known.is_some_and(|known| !known.is_ignored_by(server));
        return is_told.then(|| make(Json::Null, "restart", false));
    };
    let needs_restart = known.is_some_and(|known| known.needs_restart_on(server));
    let fix = if needs_restart { "restart" } else { "runtime" };
    let before = || shown(name, running);
    let in_file = file.map(|file| in_file(name, known, running, file, server));
    if is_as_written(name, running, &lines, server) {
        // As Git wants it, but gone with the next start.
        let is_lost = in_file == Some(InFile::Differs) && !needs_restart;
        return is_lost.then(|| make(before(), fix, true));
    }
    let unsaved = match in_file {
        Some(InFile::Same) => false,
        Some(InFile::Differs | InFile::Absent) => true,
        // What stands in a file that cannot be read is taken to be what Git wants there.
        None => !needs_restart,
    };
    Some(make(before(), fix, unsaved))
}

/// The running value, by any name of the directive.
fn running<'l>(name: &str, known: Option<&'static Directive>, live: &'l Answers) -> Option<&'l str> {
    let others = known.into_iter().flat_map(Directive::other_names);
    let value = live.config.get(name).or_else(|| others.into_iter().find_map(|other| live.config.get(other)));
    value.map(String::as_str)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum InFile {
    Same,
    Differs,
    Absent,
}

/// Whether the server's own file has the running value.
fn in_file(name: &str, known: Option<&'static Directive>, running: &str, file: &Parsed, server: Server) -> InFile {
    let mut names = vec![name.to_owned()];
    names.extend(known.into_iter().flat_map(Directive::other_names).map(str::to_owned));
    let of_name = file.lines.iter().filter(|line| names.contains(&line.name.text));
    let lines: Vec<Vec<&str>> =
        of_name.map(|line| line.arguments.iter().map(|word| word.text.as_str()).collect()).collect();
    match lines.is_empty() {
        true => InFile::Absent,
        false if is_as_written(name, running, &lines, server) => InFile::Same,
        false => InFile::Differs,
    }
}

/// A value for people; dots where it lets somebody in.
fn shown(name: &str, value: &str) -> Json {
    match (is_secret(name), value.is_empty()) {
        (true, true) => Json::Null,
        (true, false) => Json::from(MASKED),
        (false, _) => Json::from(value),
    }
}
