//! Keys in slots, as servers count them.

use std::collections::HashMap;
use std::time::Duration;

use ::redis::{Cmd, Value, cmd, pipe};

use crate::redis::Info;
use crate::slots::{Slot, SlotSet};

use super::connection::Connection;
use super::error::{NodeError, Trouble};

const PATIENCE: Duration = Duration::from_secs(30);

/// How many slots are counted in one go: a millisecond of a server's time.
const CHUNK: usize = 1024;

/// What a node says of some of its slots.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Keys, all databases together.
    pub keys: Vec<(Slot, u64)>,
    /// Bytes; nothing where the server does not count them.
    pub bytes: Option<Vec<(Slot, u64)>>,
}

/// Counts the keys in slots of a node, by `CLUSTER SLOT-STATS` where the server has it.
pub(super) async fn count(databases: &[Connection], slots: &SlotSet) -> Result<Counts, NodeError> {
    let Some(first) = databases.first() else { return Ok(Counts::default()) };
    match slot_stats(first, slots).await {
        Err(error) if matches!(error.code(), Some("ERR" | "NOPERM")) => {}
        told => return told,
    }
    let mut keys: Vec<(Slot, u64)> = slots.iter().map(|slot| (slot, 0)).collect();
    for connection in databases {
        for chunk in keys.chunks_mut(CHUNK) {
            let mut asked = pipe();
            for (slot, _) in chunk.iter() {
                asked.cmd("CLUSTER").arg("COUNTKEYSINSLOT").arg(slot.number());
            }
            let replies = connection.pipeline(&asked, PATIENCE).await?;
            for ((_, keys), reply) in chunk.iter_mut().zip(replies) {
                *keys += connection.read::<u64>(reply)?;
            }
        }
    }
    Ok(Counts { keys, bytes: None })
}

/// `CLUSTER SLOT-STATS`: Valkey 8 and later, Redis 8.2 and later; bytes on Redis only, and where `cluster-slot-stats-enabled` is on.
async fn slot_stats(connection: &Connection, slots: &SlotSet) -> Result<Counts, NodeError> {
    let mut asked = pipe();
    for range in slots.ranges() {
        let (first, last) = (range.first().number(), range.last().number());
        asked.cmd("CLUSTER").arg("SLOT-STATS").arg("SLOTSRANGE").arg(first).arg(last);
    }
    let mut counts = Counts { keys: Vec::new(), bytes: Some(Vec::new()) };
    for reply in connection.pipeline(&asked, PATIENCE).await? {
        for (number, fields) in connection.read::<Vec<(u16, HashMap<String, u64>)>>(reply)? {
            let bad =
                || NodeError::new(connection.address(), Trouble::NotRedis(format!("slot {number} of SLOT-STATS")));
            let slot = Slot::new(number).ok_or_else(bad)?;
            counts.keys.push((slot, *fields.get("key-count").ok_or_else(bad)?));
            match (fields.get("memory-bytes"), &mut counts.bytes) {
                (Some(bytes), Some(table)) => table.push((slot, *bytes)),
                _ => counts.bytes = None,
            }
        }
    }
    Ok(counts)
}

/// How many databases a node has in cluster mode: one, but for Valkey 9 and later with `cluster-databases`. Without the right to read the
/// configuration, those that have keys count.
pub(super) async fn databases(connection: &Connection) -> Result<u32, NodeError> {
    let config = cmd("CONFIG").arg("GET").arg("cluster-databases").to_owned();
    match connection.query::<HashMap<String, String>>(&config).await {
        Ok(found) => Ok(found.get("cluster-databases").and_then(|text| text.parse().ok()).unwrap_or(1)),
        Err(error) if error.code() == Some("NOPERM") => {
            let info: String = connection.query(cmd("INFO").arg("keyspace")).await?;
            Ok(databases_with_keys(&Info::parse(&info)))
        }
        Err(error) => Err(error),
    }
}

fn databases_with_keys(info: &Info) -> u32 {
    let numbers = info.names().filter_map(|name| name.strip_prefix("db")?.parse::<u32>().ok());
    numbers.max().map_or(1, |last| last + 1)
}

/// The command that makes a connection one to that database.
pub(super) fn select(database: u32) -> Cmd {
    cmd("SELECT").arg(database).to_owned()
}

/// Keys of slots, so many of each: one list for each slot.
pub(super) async fn list(connection: &Connection, wanted: &[(Slot, usize)]) -> Result<Vec<Vec<Vec<u8>>>, NodeError> {
    let mut asked = pipe();
    for (slot, limit) in wanted {
        asked.cmd("CLUSTER").arg("GETKEYSINSLOT").arg(slot.number()).arg(*limit);
    }
    let replies = connection.pipeline(&asked, PATIENCE).await?;
    replies.into_iter().map(|reply| connection.read(reply)).collect()
}

/// Bytes of keys and their values; nothing for a key that is gone. Of a collection the server looks at five elements, however large it is.
pub(super) async fn sizes(connection: &Connection, keys: &[Vec<u8>]) -> Result<Vec<Option<u64>>, NodeError> {
    let mut asked = pipe();
    for key in keys {
        asked.cmd("MEMORY").arg("USAGE").arg(key).arg("SAMPLES").arg(5);
    }
    let replies = connection.pipeline(&asked, PATIENCE).await?;
    let size = |reply: Value| match connection.read::<Option<u64>>(reply) {
        // The slot moved away in the meantime: as good as gone.
        Err(error) if matches!(error.code(), Some("MOVED" | "ASK" | "TRYAGAIN")) => Ok(None),
        other => other,
    };
    replies.into_iter().map(size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_counted_by_their_keys() {
        assert_eq!(databases_with_keys(&Info::parse("# Keyspace\r\n")), 1);
        assert_eq!(
            databases_with_keys(&Info::parse("# Keyspace\r\ndb0:keys=1,expires=0\r\ndb3:keys=1,expires=0\r\n")),
            4
        );
    }
}
