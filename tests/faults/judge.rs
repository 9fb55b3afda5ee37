//! What a cluster must look like after a fault and a resume.

use std::collections::HashMap;

use redis::RedisResult;
use redisops::redis::{NodeLine, parse_nodes};
use redisops::slots::{Address, NodeId, Role, SlotSet, key_slot};

use crate::client::ClusterClient;
use crate::workload::{FIXED, Memory, fixed_key, fixed_value};

/// How many reads may fall into the moment between a promotion and the marks, where a reader makes fewer than 2,000 a second and few keys are in open slots.
const MOST_GAPS: u64 = 20;

/// What must hold for writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promise {
    /// Every acknowledged write is there: no master died.
    Acknowledged,
    /// Every write that a replica confirmed is there: replication is asynchronous, and a master died.
    Confirmed,
}

/// Whether a promoted source may say for a moment that keys are not there which have moved already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gaps {
    /// Every answer counts.
    Never,
    /// Redis does not tell replicas which slots are being moved (Valkey does, from 8.0 on): until redisops has marked them again, within milliseconds
    /// of the promotion, a promoted source answers nil for keys that the taker has. It was `nil` then, and is right in the end.
    BeforeMarks,
}

/// What was counted.
#[derive(Default, Debug, Clone, Copy)]
pub struct Verdict {
    /// Writes whose presence was checked.
    pub writes: u64,
    /// Values that nobody changed, compared at the end.
    pub values: u64,
    /// Keys that were looked at on every master for their owner.
    pub placed: u64,
    /// Reads that were checked while it ran.
    pub reads: u64,
    /// Reads that said nil before a promoted source was told again which slots are being moved.
    pub gaps: u64,
}

/// Judges a cluster. `lost` are keys that the report named as possibly lost.
///
/// # Errors
/// With everything that is wrong.
pub fn judge(
    seeds: &[Address],
    memory: &Memory,
    promise: Promise,
    gaps: Gaps,
    lost: &[String],
) -> Result<Verdict, String> {
    let mut client = ClusterClient::connect(seeds).map_err(|error| format!("the cluster does not answer: {error}"))?;
    let mut verdict = Verdict { reads: memory.reads, ..Verdict::default() };
    let mut wrong = Vec::new();
    for misread in memory.misread.iter().filter(|misread| !lost.contains(&misread.key)) {
        if gaps == Gaps::BeforeMarks && misread.value.is_none() {
            verdict.gaps += 1;
        } else {
            wrong.push(format!("`{}` was read as {:?}", misread.key, misread.value));
        }
    }
    if verdict.gaps > MOST_GAPS {
        wrong.push(format!("{} reads said nil: that is no moment", verdict.gaps));
    }
    for (key, counter) in &memory.counters {
        let value: u64 = match client.keyed::<Option<u64>>(key.as_bytes(), redis::cmd("GET").arg(key)) {
            Ok(value) => value.unwrap_or(0),
            Err(error) => {
                wrong.push(format!("`{key}` cannot be read: {error}"));
                continue;
            }
        };
        let least = if promise == Promise::Acknowledged { counter.acknowledged } else { counter.confirmed };
        if value < least && !lost.contains(key) {
            wrong.push(format!("`{key}` is {value}, lost writes up to {least} ({counter:?})"));
        }
        if value > counter.sent {
            wrong.push(format!("`{key}` is {value}, more than the {} writes that were sent", counter.sent));
        }
        verdict.writes += least;
    }
    for number in 0..FIXED {
        let key = fixed_key(number);
        match client.keyed::<Option<String>>(key.as_bytes(), redis::cmd("GET").arg(&key)) {
            Ok(Some(value)) if value == fixed_value(number) => verdict.values += 1,
            Ok(None) if lost.contains(&key) => {}
            other => wrong.push(format!("`{key}` is {other:?}")),
        }
    }
    match placement(&mut client, seeds) {
        Ok((count, misplaced)) => {
            verdict.placed = count;
            wrong.extend(misplaced);
        }
        Err(error) => wrong.push(format!("the nodes cannot be compared: {error}")),
    }
    if wrong.is_empty() {
        return Ok(verdict);
    }
    let count = wrong.len();
    wrong.truncate(15);
    Err(format!("{count} things are wrong:\n  {}", wrong.join("\n  ")))
}

/// Every node sees the same owners, no slot is open, and each key is on its owner and nowhere else.
fn placement(client: &mut ClusterClient, seeds: &[Address]) -> RedisResult<(u64, Vec<String>)> {
    let mut wrong = Vec::new();
    let mut views: Vec<(Address, Vec<NodeLine>)> = Vec::new();
    for seed in seeds {
        let Ok(text) = client.send::<String>(seed, redis::cmd("CLUSTER").arg("NODES")) else { continue };
        match parse_nodes(&text) {
            Ok(lines) => views.push((seed.clone(), lines)),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    let owned = |lines: &[NodeLine]| -> HashMap<NodeId, SlotSet> {
        lines.iter().filter(|line| !line.slots.is_empty()).map(|line| (line.id.clone(), line.slots.clone())).collect()
    };
    let Some(first) = views.first().map(|(_, lines)| owned(lines)) else {
        return Ok((0, vec!["no node answers".to_owned()]));
    };
    let total: u32 = first.values().map(|slots| u32::from(slots.len())).sum();
    if total != 16_384 {
        wrong.push(format!("{total} slots are owned"));
    }
    let mut keys_seen: HashMap<Vec<u8>, Address> = HashMap::new();
    for (address, lines) in &views {
        if owned(lines) != first {
            wrong.push(format!("{address} sees other owners than {}", views[0].0));
        }
        let Some(me) = lines.iter().find(|line| line.myself) else { continue };
        if !me.open.is_empty() {
            wrong.push(format!("{address} has open slots: {:?}", me.open));
        }
        if me.role != Some(Role::Master) {
            continue;
        }
        let mut cursor: u64 = 0;
        loop {
            let (next, keys): (u64, Vec<Vec<u8>>) =
                client.send(address, redis::cmd("SCAN").arg(cursor).arg("COUNT").arg(1000))?;
            for key in keys {
                let name = String::from_utf8_lossy(&key).into_owned();
                if !me.slots.contains(key_slot(&key)) {
                    wrong.push(format!("`{name}` is on {address}, which does not own its slot"));
                }
                if keys_seen.insert(key, address.clone()).is_some_and(|other| other != *address) {
                    wrong.push(format!("`{name}` is on two masters"));
                }
            }
            if next == 0 {
                break;
            }
            cursor = next;
        }
    }
    Ok((keys_seen.len() as u64, wrong))
}
