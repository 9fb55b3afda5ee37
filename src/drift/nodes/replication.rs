//! Who is the master, who follows whom, and whether it works.

use serde_json::{Value as Json, json};

use super::super::report::NodeField;
use super::answers::{Answer, Answers, SentinelAnswers};
use super::health::{at, field};
use super::wanted::{Mode, Wanted};

/// Seconds without a word from the master after which it is told; a master says something every ten.
const SILENCE: u64 = 30;
/// The field for it.
const LAG: &str = "replication.lag";

/// The nodes that answered, by their positions.
pub(super) struct Group<'g> {
    nodes: Vec<Option<&'g Answers>>,
    names: Vec<&'g str>,
}

impl<'g> Group<'g> {
    pub(super) fn of(answers: &'g [Answer<Answers>]) -> Group<'g> {
        Group {
            nodes: answers.iter().map(|answer| answer.said.as_ref().ok()).collect(),
            names: answers.iter().map(|answer| answer.node.as_str()).collect(),
        }
    }

    /// The node at an address; none where it is not known for sure.
    pub(super) fn at_address(&self, host: &str, port: u16) -> Option<usize> {
        let fits = |index: &usize| {
            let is_pod = host.split('.').next() == Some(self.names[*index]);
            let known = self.nodes[*index].is_some_and(|node| node.is_at(host, port));
            is_pod || known
        };
        (0..self.names.len()).find(fits)
    }

    /// The name of a node.
    pub(super) fn name(&self, index: usize) -> &'g str {
        self.names[index]
    }
}

impl Answers {
    /// Replicas from which this master has not heard for long how far they are.
    fn overdue(&self) -> impl Iterator<Item = Late<'_>> {
        let is_replica = |name: &str| name.strip_prefix("slave").is_some_and(|rest| rest.parse::<u32>().is_ok());
        let late = |name| {
            let text = |wanted: &str| self.info.fields(name).find(|(key, _)| *key == wanted).map(|(_, value)| value);
            let seconds = text("lag")?.parse().ok().filter(|seconds| *seconds > SILENCE)?;
            let is_online = text("state") == Some("online");
            let late = Late { host: text("ip")?, port: text("port")?.parse().ok()?, seconds };
            is_online.then_some(late)
        };
        self.info.names().filter(move |name| is_replica(name)).filter_map(late)
    }

    /// Whether that is one of its addresses.
    fn is_at(&self, host: &str, port: u16) -> bool {
        let setting = |names: [&str; 2]| names.iter().find_map(|name| self.config.get(*name)).map(String::as_str);
        let announced = setting(["replica-announce-ip", "slave-announce-ip"]).filter(|ip| !ip.is_empty());
        let announced_port = setting(["replica-announce-port", "slave-announce-port"])
            .and_then(|port| port.parse().ok())
            .filter(|port: &u16| *port > 0);
        let own_port = announced_port.or_else(|| self.info.number("tcp_port")?.try_into().ok()).unwrap_or(self.port);
        if announced == Some(host) {
            return port == own_port;
        }
        let is_named = |name: &String| {
            let (own, own_port) = name.rsplit_once(':').unwrap_or((name, ""));
            let own = own.trim_matches(['[', ']']);
            own_port.parse() == Ok(port) && (own == host || is_loopback(own) && is_loopback(host))
        };
        self.names.iter().any(is_named)
    }
}

/// Whether that is the machine by its usual names: others of its addresses may be those of other nodes.
fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "::1" | "127.0.0.1")
}

/// The node that is to be the master: as Git says, or where it does not, as most sentinels do, or the one that is followed.
pub(super) fn master(wanted: &Wanted, group: &Group<'_>, sentinels: &[Answer<SentinelAnswers>]) -> Option<usize> {
    if wanted.mode != Mode::Replication {
        return None;
    }
    if let Some(master) = &wanted.master {
        return group.names.iter().position(|name| *name == master.value);
    }
    if let Some(watched) = &wanted.sentinels {
        let mut votes = vec![0; group.names.len()];
        let said = sentinels.iter().filter_map(|sentinel| sentinel.said.as_ref().ok());
        for master in said.flat_map(|sentinel| &sentinel.masters).filter(|it| it.name == watched.master) {
            let port = master.get("port").and_then(|port| port.parse().ok()).unwrap_or(0);
            let voted = group.at_address(master.get("ip").unwrap_or(""), port);
            voted.into_iter().for_each(|index| votes[index] += 1);
        }
        let most = (0..votes.len()).rev().max_by_key(|index| votes[*index]).filter(|index| votes[*index] > 0);
        if most.is_some() {
            return most;
        }
    }
    let masters = (0..group.names.len()).filter(|index| group.nodes[*index].is_some_and(Answers::is_master));
    masters.rev().max_by_key(|index| group.nodes[*index].and_then(|node| node.info.number("connected_slaves")))
}

/// Role, master, link and lag of one node.
pub(super) fn replication(wanted: &Wanted, group: &Group<'_>, index: usize, master: Option<usize>) -> Vec<NodeField> {
    let mut fields = role(wanted, group, index, master);
    fields.extend(lag(group, index).filter(|_| !fields.iter().any(|known| known.path == LAG)));
    fields
}

/// Replicas that have not confirmed anything for long, as their masters tell it: each at its own node, or, where that does not answer, at its master.
fn lag(group: &Group<'_>, index: usize) -> Option<NodeField> {
    let live = group.nodes[index]?;
    if !live.is_master() {
        let masters = group.nodes.iter().flatten().filter(|node| node.is_master());
        let own =
            masters.flat_map(|node| node.overdue()).find(|late| group.at_address(late.host, late.port) == Some(index));
        return own.map(|late| field(LAG, late.seconds, 0, "manual"));
    }
    let answers = |place: &Late<'_>| {
        let found = group.at_address(place.host, place.port);
        found.is_some_and(|found| group.nodes[found].is_some())
    };
    let silent: Vec<String> = live
        .overdue()
        .filter(|late| !answers(late))
        .map(|late| {
            let found = group.at_address(late.host, late.port);
            let name = found.map_or_else(|| address(late.host, late.port), |found| group.name(found).to_owned());
            format!("{name}: {} s", late.seconds)
        })
        .collect();
    (!silent.is_empty()).then(|| field(LAG, json!(silent), json!([]), "manual"))
}

/// A replica that is late.
struct Late<'a> {
    host: &'a str,
    port: u16,
    seconds: u64,
}

/// Who is master and who follows whom.
fn role(wanted: &Wanted, group: &Group<'_>, index: usize, master: Option<usize>) -> Vec<NodeField> {
    let Some(live) = group.nodes[index] else { return Vec::new() };
    let origin = wanted.master.as_ref().and_then(|master| master.origin.as_ref());
    let mut fields = Vec::new();
    let is_to_be = match (wanted.mode, master) {
        (Mode::Cluster, _) => return link(live),
        (Mode::Standalone, _) => true,
        (Mode::Replication, Some(master)) => master == index,
        // A master that Git names and that is no node, or none at all.
        (Mode::Replication, None) => return link(live),
    };
    if is_to_be != live.is_master() {
        let name = |is_master| if is_master { "master" } else { "replica" };
        fields.push(at(field("role", name(live.is_master()), name(is_to_be), "failover"), origin));
    }
    if let (false, Some(master)) = (is_to_be, master) {
        let follows = live.master();
        if follows.is_none_or(|(host, port)| is_other(group, host, port, index, master)) {
            let before = follows.map_or(Json::Null, |(host, port)| Json::from(address(host, port)));
            fields.push(at(field("replication.master", before, group.name(master), "runtime"), origin));
        }
    }
    if !live.is_master() {
        fields.extend(link(live));
    }
    fields
}

fn address(host: &str, port: u16) -> String {
    crate::slots::Address::new(host, port).to_string()
}

/// Whether an address that a node follows is known to be another node than the one that it should follow.
fn is_other(group: &Group<'_>, host: &str, port: u16, index: usize, master: usize) -> bool {
    if let Some(found) = group.at_address(host, port) {
        return found != master;
    }
    // An address that no node is known by: the master itself tells who follows it.
    let (Some(own), Some(other)) = (group.nodes[index], group.nodes[master]) else { return false };
    let same_history = own.info.get("master_replid") == other.info.get("master_replid");
    let own_port = own.info.number("tcp_port").map(|port| port.to_string());
    let lists_it =
        other.info.names().filter(|name| name.starts_with("slave")).any(|name| {
            other.info.fields(name).any(|(key, value)| key == "port" && Some(value) == own_port.as_deref())
        });
    let is_up = own.info.get("master_link_status") == Some("up");
    is_up && !(same_history && lists_it)
}

/// The link of a replica to its master.
fn link(live: &Answers) -> Vec<NodeField> {
    if live.is_master() {
        return Vec::new();
    }
    match live.info.get("master_link_status") {
        Some("up") => {
            let silent = live.info.number("master_last_io_seconds_ago").filter(|seconds| *seconds > SILENCE);
            silent.map(|seconds| field(LAG, seconds, 0, "manual")).into_iter().collect()
        }
        Some(_) => {
            let state = if live.info.get("master_sync_in_progress") == Some("1") { "sync" } else { "down" };
            vec![field("replication.link", state, "up", "manual")]
        }
        None => Vec::new(),
    }
}
