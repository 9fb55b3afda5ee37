//! Sentinels: each keeps its own settings and its own view, so each is judged.

use serde_json::{Value as Json, json};

use super::super::report::NodeField;
use super::answers::{Answer, SentinelAnswers, WatchedMaster};
use super::health::{at, field};
use super::replication::Group;
use super::wanted::WantedSentinels;

/// What differs on one sentinel.
pub(super) fn sentinel(
    wanted: &WantedSentinels,
    live: &SentinelAnswers,
    all: &[Answer<SentinelAnswers>],
    group: &Group<'_>,
    master: Option<usize>,
    nodes: usize,
) -> Vec<NodeField> {
    let Some(watched) = live.masters.iter().find(|it| it.name == wanted.master) else {
        return vec![field("sentinel.master", Json::Null, wanted.master.as_str(), "runtime")];
    };
    let mut fields = Vec::new();
    if let Some(quorum) = &wanted.quorum {
        let running: Option<i64> = watched.get("quorum").and_then(|text| text.parse().ok());
        if running != Some(quorum.value) {
            fields.push(at(field("sentinel.quorum", json!(running), quorum.value, "runtime"), quorum.origin.as_ref()));
        }
    }
    for (name, value) in &wanted.statements {
        let running = watched.get(name).unwrap_or("");
        if running.parse::<i64>().ok() != value.value.parse().ok() {
            let path = format!("sentinel.{name}");
            fields.push(at(field(&path, running, value.value.as_str(), "runtime"), value.origin.as_ref()));
        }
    }
    fields.extend(agreement(watched, all, wanted, group, master));
    let flags = watched.get("flags").unwrap_or("");
    if flags.split(',').any(|flag| matches!(flag, "s_down" | "o_down" | "disconnected")) {
        fields.push(field("sentinel.flags", flags, "master", "manual"));
    }
    if let Some(complaint) = &watched.complaint {
        fields.push(field("sentinel.ckquorum", complaint.as_str(), Json::Null, "manual"));
    }
    fields.extend(peers(watched, all.len()));
    fields.extend(replicas(watched, group, nodes));
    fields
}

/// Whether it watches the master: the one that the nodes have, or, where that is not known, that of most sentinels.
fn agreement(
    watched: &WatchedMaster,
    all: &[Answer<SentinelAnswers>],
    wanted: &WantedSentinels,
    group: &Group<'_>,
    master: Option<usize>,
) -> Option<NodeField> {
    let port = watched.get("port").and_then(|port| port.parse().ok()).unwrap_or(0);
    let found = group.at_address(watched.get("ip").unwrap_or(""), port);
    let own = watched.address();
    if let (Some(found), Some(master)) = (found, master) {
        let after = group.name(master);
        return (found != master).then(|| field("sentinel.master", own.as_str(), after, "runtime"));
    }
    let said = all.iter().filter_map(|sentinel| sentinel.said.as_ref().ok()).flat_map(|it| &it.masters);
    let addresses: Vec<String> = said.filter(|it| it.name == wanted.master).map(WatchedMaster::address).collect();
    let count = |address: &String| addresses.iter().filter(|other| *other == address).count();
    let most = addresses.iter().max_by_key(|address| (count(address), std::cmp::Reverse(*address)))?;
    let alone = *most != own && count(most) > count(&own);
    alone.then(|| field("sentinel.master", own.as_str(), most.as_str(), "runtime"))
}

/// The other sentinels that it knows, gone ones among them.
fn peers(watched: &WatchedMaster, all: usize) -> Option<NodeField> {
    let known = watched.sentinels.len() + 1;
    // One that is stopped for a while is told as a node that does not answer; more or fewer than there are is not.
    (known != all).then(|| field("sentinel.sentinels", known, all, if known > all { "runtime" } else { "manual" }))
}

/// Replicas that are no nodes any more, and that hide from failovers what is there.
fn replicas(watched: &WatchedMaster, group: &Group<'_>, nodes: usize) -> Option<NodeField> {
    let is_node = |address: &str| {
        let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
        group.at_address(host.trim_matches(['[', ']']), port.parse().unwrap_or(0)).is_some()
    };
    let is_down = |flags: &str| flags.split(',').any(|flag| matches!(flag, "s_down" | "disconnected"));
    let stale: Vec<&str> = watched
        .replicas
        .iter()
        .filter(|(address, flags)| is_down(flags) && !is_node(address))
        .map(|(address, _)| address.as_str())
        .collect();
    if !stale.is_empty() {
        return Some(field("sentinel.replicas", json!(stale), json!([]), "runtime"));
    }
    let (known, wanted) = (watched.replicas.len(), nodes.saturating_sub(1));
    (known < wanted).then(|| field("sentinel.replicas", known, wanted, "manual"))
}
