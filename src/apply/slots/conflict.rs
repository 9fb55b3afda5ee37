//! A key that is on both sides of a hand-over.
//!
//! `MIGRATE` refuses to overwrite, and so do we: nobody but the user knows which value counts. What is the same on both sides is no conflict; a
//! `MIGRATE` whose answer was lost leaves such keys. Clients see the copy of the source as long as it is there.

use std::fmt;
use std::io;
use std::time::Duration;

use ::redis::{Cmd, FromRedisValue, Pipeline, Value, cmd, pipe};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::live::redis::{Connection, NodeError, Trouble};
use crate::slots::{Slot, key_slot};

use super::archive::Archive;
use super::contents::same_contents;

/// How long a node may take to read out or take in a whole value.
pub(super) const VALUE_PATIENCE: Duration = Duration::from_secs(60);

/// Times to live that differ by less are the same: a copy is made with the time that was left when it was sent.
const TTL_SLACK_MS: u64 = 2_000;

/// How often a key is looked at again because a client changed it meanwhile.
const ATTEMPTS: usize = 20;

/// Which side counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The node that gives the slot: what clients see.
    Source,
    /// The node that takes it.
    Target,
}

/// One version of a key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// The node that has it.
    pub node: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes in memory, where the server tells.
    pub size: Option<u64>,
    /// Milliseconds to live; nothing where it does not expire.
    pub ttl_ms: Option<u64>,
    /// Seconds since it was last used, where the server tells (not with an LFU policy). A `MIGRATE` that failed counts as use.
    pub idle_seconds: Option<u64>,
}

/// A key with two values.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Conflict {
    /// The key, with `\xHH` for what is no printable ASCII.
    pub key: String,
    /// The key.
    #[serde(rename = "keyBase64")]
    pub key_base64: String,
    /// Its slot.
    pub slot: Slot,
    /// Its database.
    pub database: u16,
    /// The version of the node that gives the slot.
    pub source: Version,
    /// The version of the node that takes it.
    pub target: Version,
    /// Which one counts, where that was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Side>,
    /// The file that has the other one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
}

/// What has become of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Settled {
    /// The source does not have it (any more): nothing to do.
    Gone,
    /// The target does not have it: `MIGRATE` will do.
    Free,
    /// Both had the same; now only the target has it.
    Same,
    /// They differed, and the one that counts is on the target now, and nowhere else. The other is in the archive.
    Decided(Box<Conflict>),
    /// They differ, and nobody has decided.
    Differs(Box<Conflict>),
}

/// Why a key could not be settled.
#[derive(Debug, thiserror::Error)]
pub enum ConflictError {
    /// A node failed or refused.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The losing version could not be written to the archive, so nothing was deleted.
    #[error("the version that loses could not be kept in `{0}`: {1}")]
    Archive(String, #[source] io::Error),
    /// Clients changed the key each time that it was looked at.
    #[error("key `{0}` changes faster than it can be compared")]
    Busy(String),
}

/// The two nodes, on connections of their own in the database of the key: what is watched must not be released by somebody else's commands.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'c> {
    /// The node that gives the slot.
    pub source: &'c Connection,
    /// The node that takes it.
    pub target: &'c Connection,
    /// The database that both connections have selected.
    pub db: u16,
}

/// What one side has.
struct Found {
    version: Version,
    dump: Vec<u8>,
}

impl Pair<'_> {
    /// Settles a key as far as there is one right answer, or as was decided. The source's copy is deleted only if it is still the one that was
    /// compared, and a losing version only once it is in the archive.
    ///
    /// # Errors
    /// When a node fails or refuses, the archive cannot be written, or clients change the key all the time.
    pub async fn settle(
        &self,
        key: &[u8],
        decision: Option<Side>,
        archive: &Archive,
    ) -> Result<Settled, ConflictError> {
        if self.source.address() == self.target.address() {
            // The one copy would be compared with itself, found the same, and deleted.
            let same = Trouble::NotRedis("it would give the slot to itself".to_owned());
            return Err(NodeError::new(self.source.address(), same).into());
        }
        for _ in 0..ATTEMPTS {
            self.ask::<()>(self.source, cmd("WATCH").arg(key)).await?;
            let settled = self.attempt(key, decision, archive).await;
            match settled {
                Ok(Some(settled)) => {
                    self.source.query::<()>(&cmd("UNWATCH")).await?;
                    return Ok(settled);
                }
                Ok(None) => {}
                Err(error) => {
                    // The first error says more; a connection that is lost watches nothing.
                    let _ = self.source.query::<()>(&cmd("UNWATCH")).await;
                    return Err(error);
                }
            }
        }
        Err(ConflictError::Busy(key.escape_ascii().to_string()))
    }

    /// Nothing where the key was changed meanwhile.
    async fn attempt(
        &self,
        key: &[u8],
        decision: Option<Side>,
        archive: &Archive,
    ) -> Result<Option<Settled>, ConflictError> {
        let Some(source) = self.look(self.source, key).await? else { return Ok(Some(Settled::Gone)) };
        let Some(target) = self.look(self.target, key).await? else { return Ok(Some(Settled::Free)) };
        if self.same(key, &source, &target).await? {
            return Ok(self.delete_watched(key).await?.then_some(Settled::Same));
        }
        let mut conflict = Box::new(Conflict {
            key: key.escape_ascii().to_string(),
            key_base64: BASE64_STANDARD.encode(key),
            slot: key_slot(key),
            database: self.db,
            source: source.version.clone(),
            target: target.version.clone(),
            kept: None,
            saved: None,
        });
        let Some(winner) = decision else { return Ok(Some(Settled::Differs(conflict))) };
        let loser = if winner == Side::Source { &target } else { &source };
        archive
            .keep(key, self.db, &loser.version, &loser.dump)
            .map_err(|error| ConflictError::Archive(archive.path().display().to_string(), error))?;
        conflict.kept = Some(winner);
        conflict.saved = Some(archive.path().display().to_string());
        if winner == Side::Source {
            // Zero would mean that it never expires.
            let ttl = source.version.ttl_ms.map_or(0, |ttl| ttl.max(1));
            let mut restore = cmd("RESTORE");
            restore.arg(key).arg(ttl).arg(&source.dump).arg("REPLACE");
            self.ask::<()>(self.target, &restore).await?;
        }
        Ok(self.delete_watched(key).await?.then_some(Settled::Decided(conflict)))
    }

    async fn look(&self, at: &Connection, key: &[u8]) -> Result<Option<Found>, NodeError> {
        // The idle time first: what reads the value sets it to zero.
        let mut asked = pipe();
        for words in [["OBJECT", "IDLETIME"], ["MEMORY", "USAGE"]] {
            asked.cmd("ASKING").cmd(words[0]).arg(words[1]).arg(key);
        }
        for word in ["TYPE", "PTTL", "DUMP"] {
            asked.cmd("ASKING").cmd(word).arg(key);
        }
        let replies = at.pipeline(&asked, VALUE_PATIENCE).await?;
        let mut answers = replies.into_iter().skip(1).step_by(2);
        let mut next = || answers.next().unwrap_or(Value::Nil);
        let idle_seconds = at.read::<Option<u64>>(next()).ok().flatten();
        let size = at.read::<Option<u64>>(next()).ok().flatten();
        let kind: String = at.read(next())?;
        let ttl: i64 = at.read(next())?;
        let dump: Option<Vec<u8>> = at.read(next())?;
        // The key may have expired between two of these.
        let Some(dump) = dump.filter(|_| kind != "none" && ttl != -2) else { return Ok(None) };
        let version =
            Version { node: at.address().to_string(), kind, size, ttl_ms: u64::try_from(ttl).ok(), idle_seconds };
        Ok(Some(Found { version, dump }))
    }

    async fn same(&self, key: &[u8], source: &Found, target: &Found) -> Result<bool, NodeError> {
        let ttl = match (source.version.ttl_ms, target.version.ttl_ms) {
            (None, None) => true,
            (Some(one), Some(other)) => one.abs_diff(other) <= TTL_SLACK_MS,
            _ => false,
        };
        if !ttl || source.version.kind != target.version.kind {
            return Ok(false);
        }
        Ok(source.dump == target.dump || same_contents(self, key, &source.version.kind).await?)
    }

    /// Deletes the source's copy, if it is the one that was watched.
    async fn delete_watched(&self, key: &[u8]) -> Result<bool, NodeError> {
        let mut steps = pipe();
        steps.cmd("ASKING").cmd("MULTI").cmd("DEL").arg(key).cmd("EXEC");
        let done = self.source.pipeline(&steps, VALUE_PATIENCE).await?.pop().unwrap_or(Value::Nil);
        match done {
            Value::Nil => Ok(false),
            other => self.source.read::<(u64,)>(other).map(|_| true),
        }
    }

    /// Asks in a way that a node answers that is taking the slot.
    pub(super) async fn ask<T: FromRedisValue>(&self, at: &Connection, command: &Cmd) -> Result<T, NodeError> {
        let mut asked = Pipeline::new();
        asked.cmd("ASKING").add_command(command.clone());
        let reply = at.pipeline(&asked, VALUE_PATIENCE).await?.pop();
        at.read(reply.ok_or_else(|| NodeError::new(at.address(), Trouble::NotRedis("no answer".to_owned())))?)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has a {}", self.node, self.kind)?;
        if let Some(size) = self.size {
            write!(f, ", {size} bytes")?;
        }
        match self.ttl_ms {
            Some(ttl) => write!(f, ", expires in {} s", ttl.div_ceil(1000))?,
            None => write!(f, ", does not expire")?,
        }
        match self.idle_seconds {
            Some(idle) => write!(f, ", idle for {idle} s"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Source => "source",
            Side::Target => "target",
        })
    }
}

/// Both versions, in a line.
impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conflict { key, slot, database, source, target, .. } = self;
        write!(f, "key `{key}` of slot {slot}, database {database}, has two values: {source}; {target}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_named() {
        let version = |port, kind: &str, ttl_ms, idle_seconds| Version {
            node: format!("127.0.0.1:{port}"),
            kind: kind.to_owned(),
            size: Some(56),
            ttl_ms,
            idle_seconds,
        };
        let conflict = Conflict {
            key: "user:1".to_owned(),
            key_base64: String::new(),
            slot: key_slot(b"user:1"),
            database: 0,
            source: version(7001, "string", None, Some(12)),
            target: version(7002, "hash", Some(1_500), None),
            kept: None,
            saved: None,
        };
        assert_eq!(
            conflict.to_string(),
            "key `user:1` of slot 10778, database 0, has two values: 127.0.0.1:7001 has a string, 56 bytes, does not expire, idle for 12 s; \
             127.0.0.1:7002 has a hash, 56 bytes, expires in 2 s"
        );
    }
}
