//! A node becomes a replica.

use std::collections::HashMap;

use ::redis::cmd;

use crate::diagnostics::Diagnostic;
use crate::drift::NodeChange;
use crate::live::redis::{Connection, NodeError};
use crate::plan::nodes::Task;
use crate::redis::Info;
use crate::slots::Address;

use super::look::{Database, info};
use super::mend::failed;

/// Makes a node copy the master. One that has data of its own is refused: it would lose it.
///
/// # Errors
/// When the master is not known, the node holds data of its own, or says no.
pub(super) async fn follow(database: &Database, node: &NodeChange, own: &Connection) -> Result<(), Diagnostic> {
    let refused = |error: NodeError| failed(database, node, Task::Follow, &error);
    let named = database.wanted.master.as_ref().map(|master| master.value.as_str());
    let master = named.and_then(|name| database.changes.iter().find(|change| change.node == name));
    let Some(master) = master.filter(|master| master.error.is_none()) else {
        return Err(Diagnostic::error(
            "redisops::nodes::no_master",
            format!(
                "`{}` cannot become a replica: the master of `{}` does not answer",
                node.node, database.wanted.name
            ),
        )
        .help("see that the pod of the master is up, then run the same command again"));
    };
    let other = database.connect(master).await.map_err(refused)?;
    let theirs = info(&other).await.map_err(refused)?;
    let ours = info(own).await.map_err(refused)?;
    if theirs.get("role") != Some("master") {
        return Err(Diagnostic::error(
            "redisops::nodes::no_master",
            format!(
                "`{}` cannot become a replica: `{}`, which is to be its master, is a replica itself",
                node.node, master.node
            ),
        )
        .help(
            "make it the master first (`FAILOVER TO` on the present one), or name another one in `topology.master`",
        ));
    }
    if has_keys(&ours) && !is_copy(&ours, &theirs) {
        return Err(Diagnostic::error(
            "redisops::nodes::own_data",
            format!(
                "`{}` cannot become a replica of `{}`: it holds keys that the master never had",
                node.node, master.node
            ),
        )
        .note("a replica forgets what it has, and copies its master")
        .help("look at them; empty the node (`FLUSHALL`) if nobody needs them, then run the same command again"));
    }
    let place = place(database, master, &other, &theirs).await;
    let order = cmd("REPLICAOF").arg(&place.host).arg(place.port).to_owned();
    own.query::<()>(&order).await.map_err(refused)
}

fn has_keys(info: &Info) -> bool {
    info.names().any(|name| name.strip_prefix("db").is_some_and(|number| number.parse::<u16>().is_ok()))
}

/// Whether all that a node has came from that master: it copied it at some time, and took no write of its own since.
fn is_copy(ours: &Info, theirs: &Info) -> bool {
    let id = |info: &Info, name: &str| info.get(name).filter(|id| !id.trim_matches('0').is_empty()).map(str::to_owned);
    let theirs = [id(theirs, "master_replid"), id(theirs, "master_replid2")];
    let is_theirs = |own: Option<String>| own.is_some() && theirs.contains(&own);
    let is_untouched = ours.number("master_repl_offset") < ours.number("second_repl_offset");
    is_theirs(id(ours, "master_replid")) || is_theirs(id(ours, "master_replid2")) && is_untouched
}

/// Where replicas reach the master: as others do, as it announces itself, or by its name in the Service.
async fn place(database: &Database, master: &NodeChange, connection: &Connection, info: &Info) -> Address {
    for change in database.changes.iter().filter(|change| change.error.is_none() && change.node != master.node) {
        let Ok(other) = database.connect(change).await else { continue };
        let Ok(other) = super::look::info(&other).await else { continue };
        let host = other.get("master_host").filter(|_| other.get("master_link_status") == Some("up"));
        let port = other.number("master_port").and_then(|port| u16::try_from(port).ok());
        if let (Some(host), Some(port)) = (host, port) {
            return Address::new(host, port);
        }
    }
    let reached = database.access.map.reach(connection.address());
    let own_port = info.number("tcp_port").and_then(|port| u16::try_from(port).ok()).unwrap_or(reached.port);
    let announced: Result<HashMap<String, String>, NodeError> =
        connection.query(cmd("CONFIG").arg("GET").arg("replica-announce-*")).await;
    let announced = announced.unwrap_or_default();
    let told = |name: &str| announced.get(name).filter(|value| !value.is_empty() && *value != "0");
    if let Some(host) = told("replica-announce-ip") {
        let port = told("replica-announce-port").and_then(|port| port.parse().ok());
        return Address::new(host.clone(), port.unwrap_or(own_port));
    }
    let is_local = reached.port == own_port && (reached.host == "localhost" || reached.host.starts_with("127."));
    let named = database.node(&master.node).and_then(|node| node.service.as_deref()).filter(|_| !is_local);
    match named {
        Some(service) => Address::new(format!("{}.{service}.{}.svc", master.node, database.wanted.namespace), own_port),
        None => reached,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_told_from_data_of_its_own() {
        let info = |id: &str, before: &str, offset: u64, second: i64| {
            Info::parse(&format!(
                "master_replid:{id}\r\nmaster_replid2:{before}\r\nmaster_repl_offset:{offset}\r\nsecond_repl_offset:{second}\r\n"
            ))
        };
        let master = info("aa", "00", 50, -1);
        assert!(is_copy(&info("aa", "00", 40, -1), &master));
        assert!(is_copy(&info("bb", "aa", 40, 41), &master), "promoted, and nothing since");
        assert!(!is_copy(&info("bb", "aa", 60, 41), &master), "it took writes");
        assert!(!is_copy(&info("bb", "00", 0, -1), &master));
    }
}
