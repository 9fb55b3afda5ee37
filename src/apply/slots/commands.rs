//! The commands of a migration, and what their errors mean.

use std::fmt;
use std::time::Duration;

use ::redis::{Cmd, Pipeline, Value, cmd};

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Access, Connection, NodeError, Trouble};
use crate::redis::{NodeLine, parse_nodes};
use crate::slots::{Address, NodeId, Slot};

/// How long a node may take for a pipeline of quick commands. A node that forks or loads a page from disk takes its time.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

fn setslot(pipeline: &mut Pipeline, slot: Slot, what: &str, node: Option<&NodeId>) {
    let command = pipeline.cmd("CLUSTER").arg("SETSLOT").arg(slot.number()).arg(what);
    if let Some(node) = node {
        command.arg(node.as_str());
    }
}

/// Tells the taker that a slot comes from that giver.
pub(super) fn importing(pipeline: &mut Pipeline, slot: Slot, from: &NodeId) {
    setslot(pipeline, slot, "IMPORTING", Some(from));
}

/// Tells the taker again, after a failover: who owns a slot that it takes it does not learn by gossip (the slot is left alone while it is IMPORTING), so
/// that it would know of nobody and answer `CLUSTERDOWN` to every key of it.
pub(super) fn importing_again(pipeline: &mut Pipeline, slot: Slot, from: &NodeId) {
    node(pipeline, slot, from);
    importing(pipeline, slot, from);
}

/// Tells the giver that a slot goes to that taker.
pub(super) fn migrating(pipeline: &mut Pipeline, slot: Slot, to: &NodeId) {
    setslot(pipeline, slot, "MIGRATING", Some(to));
}

/// Ends a hand-over without one.
pub(super) fn stable(pipeline: &mut Pipeline, slot: Slot) {
    setslot(pipeline, slot, "STABLE", None);
}

/// Says who owns a slot. Only [`super::handover`] makes another node the owner by it; elsewhere nodes learn what is so already.
pub(super) fn node(pipeline: &mut Pipeline, slot: Slot, owner: &NodeId) {
    setslot(pipeline, slot, "NODE", Some(owner));
}

/// What a node says about itself; nothing where it does not list itself.
pub(super) async fn own_line(link: &Connection) -> Result<Option<NodeLine>, NodeError> {
    let text: String = link.query(cmd("CLUSTER").arg("NODES")).await?;
    Ok(parse_nodes(&text).unwrap_or_default().into_iter().find(|line| line.myself))
}

/// Asks for the names of at most that many keys.
pub(super) fn list(pipeline: &mut Pipeline, slot: Slot, most: usize) {
    pipeline.cmd("CLUSTER").arg("GETKEYSINSLOT").arg(slot.number()).arg(most);
}

/// Asks for the number of keys in the selected database.
pub(super) fn count(pipeline: &mut Pipeline, slot: Slot) {
    pipeline.cmd("CLUSTER").arg("COUNTKEYSINSLOT").arg(slot.number());
}

/// The keys of one `MIGRATE`: where they go, and how.
pub(super) struct Parcel<'a> {
    /// The taker, as it announces itself: the giver connects there.
    pub to: &'a Address,
    /// As whom the giver logs in at the taker.
    pub access: &'a Access,
    /// The database, the same on both sides.
    pub db: u16,
    /// How long giver and taker may be silent.
    pub timeout: Duration,
    /// The keys.
    pub keys: &'a [Vec<u8>],
}

impl Parcel<'_> {
    /// `MIGRATE`, never with `REPLACE`: a key that is on both sides is a conflict, and nobody but the user knows which value counts.
    pub fn command(&self) -> Cmd {
        let size: usize = self.keys.iter().map(Vec::len).sum();
        let mut command = Cmd::with_capacity(self.keys.len() + 10, size + 160);
        command.arg("MIGRATE").arg(&self.to.host).arg(self.to.port).arg("").arg(self.db);
        command.arg(u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX));
        match (&self.access.user, &self.access.password) {
            (Some(user), Some(password)) => command.arg("AUTH2").arg(user).arg(password.expose()),
            (None, Some(password)) => command.arg("AUTH").arg(password.expose()),
            (_, None) => &mut command,
        };
        command.arg("KEYS");
        self.keys.iter().for_each(|key| {
            command.arg(key.as_slice());
        });
        command
    }
}

/// What a node said or did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// It failed, or said no.
    Failed(NodeError),
    /// It is not as it has to be.
    Odd {
        /// The node.
        node: Address,
        /// What is odd.
        what: String,
    },
}

impl Why {
    /// What to show.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut found = match self {
            Why::Failed(error) => error.diagnostic(),
            Why::Odd { .. } => Diagnostic::error("redisops::slots::odd", self.to_string()),
        };
        found.help.get_or_insert_with(|| {
            "look at the cluster with `redisops slots check`, mend it, then run the same command again: it goes on where it stopped".to_owned()
        });
        found
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Failed(error) => error.fmt(f),
            Why::Odd { node, what } => write!(f, "{node}: {what}"),
        }
    }
}

/// What an error of `MIGRATE` or of a step around it means for the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Setback {
    /// A key is on the taker already; all others of the call are over.
    Busy,
    /// The taker has no room.
    Full(String),
    /// A user may not do it, here or there.
    Denied(String),
    /// A node is gone, is not what it was, or does not serve: the cluster has to be looked at again. Whether the keys of a call in flight are over is not known.
    Unsettled(Why),
    /// Something that will not go away by itself.
    Fatal(Why),
    /// Another run has the lock.
    LockLost(Box<Diagnostic>),
}

impl Setback {
    /// Reads an error.
    pub fn of(error: NodeError) -> Setback {
        let Trouble::Server { code, message } = &error.trouble else {
            return match &error.trouble {
                Trouble::Auth(why) => Setback::Denied(format!("{}: {why}", error.address)),
                Trouble::Unreachable(_) | Trouble::TimedOut | Trouble::Closed(_) => {
                    Setback::Unsettled(Why::Failed(error))
                }
                _ => Setback::Fatal(Why::Failed(error)),
            };
        };
        // `ERR Target instance replied with error: OOM command not allowed …` (migrateCommand of the server).
        let inner = message.split_once("replied with error: ").map(|(_, inner)| inner.trim_start_matches('-'));
        let first = inner.and_then(|inner| inner.split_ascii_whitespace().next()).unwrap_or(code);
        let said =
            || format!("{}: {}", error.address, inner.map_or_else(|| format!("{code} {message}"), str::to_owned));
        match first {
            "BUSYKEY" => Setback::Busy,
            "OOM" => Setback::Full(said()),
            "NOPERM" | "NOAUTH" | "WRONGPASS" => Setback::Denied(said()),
            "IOERR" | "MOVED" | "ASK" | "READONLY" | "CLUSTERDOWN" | "LOADING" | "MASTERDOWN" | "TRYAGAIN" | "BUSY"
            | "MISCONF" | "NOREPLICAS" | "UNKILLABLE" => Setback::Unsettled(Why::Failed(error)),
            // Roles that changed: `You can use SETSLOT only with masters`, `I'm not the owner of hash slot 5`, `Unknown node …`.
            _ if ["only with masters", "not the owner", "already the owner", "nknown node", "not a master"]
                .iter()
                .any(|part| message.contains(part)) =>
            {
                Setback::Unsettled(Why::Failed(error))
            }
            _ => Setback::Fatal(Why::Failed(error)),
        }
    }
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setback::Busy => f.write_str("a key is on both sides"),
            Setback::Full(why) | Setback::Denied(why) => f.write_str(why),
            Setback::Unsettled(why) | Setback::Fatal(why) => why.fmt(f),
            Setback::LockLost(found) => f.write_str(&found.message),
        }
    }
}

impl From<NodeError> for Setback {
    fn from(error: NodeError) -> Setback {
        Setback::of(error)
    }
}

/// The keys of a listing, taken out of the reply without a copy.
pub(super) fn keys_of(reply: Value) -> Option<Vec<Vec<u8>>> {
    let Value::Array(items) = reply else { return None };
    items
        .into_iter()
        .map(|item| match item {
            Value::BulkString(key) => Some(key),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setback(code: &str, message: &str) -> Setback {
        let address = Address::new("127.0.0.1", 7001);
        let trouble = Trouble::Server { code: code.to_owned(), message: message.to_owned() };
        Setback::of(NodeError::new(&address, trouble))
    }

    #[test]
    fn errors_of_the_taker_are_read_inside_those_of_the_giver() {
        let inner = |text: &str| setback("ERR", &format!("Target instance replied with error: {text}"));
        assert_eq!(inner("BUSYKEY Target key name already exists."), Setback::Busy);
        assert_eq!(inner("-BUSYKEY Target key name already exists."), Setback::Busy);
        let full = inner("OOM command not allowed when used memory > 'maxmemory'.");
        assert_eq!(
            full,
            Setback::Full("127.0.0.1:7001: OOM command not allowed when used memory > 'maxmemory'.".to_owned())
        );
        assert!(matches!(inner("NOPERM this user has no permissions"), Setback::Denied(_)));
        for text in ["LOADING Redis is loading", "READONLY You can't write", "MOVED 5 127.0.0.1:7002"] {
            assert!(matches!(inner(text), Setback::Unsettled(_)), "{text}");
        }
    }

    #[test]
    fn errors_of_the_giver() {
        assert!(matches!(setback("IOERR", "error or timeout reading to target instance"), Setback::Unsettled(_)));
        assert!(matches!(setback("NOPERM", "no permissions to run the 'migrate' command"), Setback::Denied(_)));
        assert!(matches!(setback("ERR", "I'm not the owner of hash slot 5"), Setback::Unsettled(_)));
        assert!(matches!(setback("ERR", "You can use SETSLOT only with masters."), Setback::Unsettled(_)));
        assert!(matches!(setback("ERR", "syntax error"), Setback::Fatal(_)));
    }

    #[test]
    fn migrate_never_replaces_and_logs_in_as_the_user() {
        let to = Address::new("fd00::1", 7001);
        let keys = vec![b"a".to_vec(), b"\x00\xff".to_vec()];
        let text = |access: &Access| {
            let parcel = Parcel { to: &to, access, db: 2, timeout: Duration::from_millis(1500), keys: &keys };
            String::from_utf8_lossy(&parcel.command().get_packed_command()).replace("\r\n", " ")
        };
        let plain = text(&Access::default());
        assert!(plain.contains("$7 MIGRATE $7 fd00::1 $4 7001 $0  $1 2 $4 1500 $4 KEYS $1 a"), "{plain}");
        assert!(!plain.contains("REPLACE"));
        let password = Some(crate::secrets::Secret::new("p".to_owned()));
        let with = Access { password: password.clone(), ..Access::default() };
        assert!(text(&with).contains("$4 AUTH $1 p $4 KEYS"));
        let both = Access { user: Some("mover".to_owned()), password, ..Access::default() };
        assert!(text(&both).contains("$5 AUTH2 $5 mover $1 p $4 KEYS"));
    }
}
