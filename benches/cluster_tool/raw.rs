//! The most that MIGRATE can do: slots opened and keys listed beforehand, then nothing but MIGRATE, one at a time on each source.

use std::time::{Duration, Instant};

use redis::RedisResult;
use redisops::redis::parse_nodes;
use redisops::slots::{Address, NodeId, SlotPlan};

use crate::client::ClusterClient;

/// What was moved, and how long it took.
pub struct Raw {
    /// Keys.
    pub keys: u64,
    /// Seconds, of the slowest source.
    pub seconds: f64,
}

/// Moves the keys of a plan and nothing else; the slots stay open afterwards.
pub fn run(seeds: &[Address], plan: &SlotPlan) -> RedisResult<Raw> {
    let mut client = ClusterClient::connect(seeds)?;
    let text: String = client.send(&seeds[0], redis::cmd("CLUSTER").arg("NODES"))?;
    let lines = parse_nodes(&text).map_err(|_| redis::RedisError::from((redis::ErrorKind::Parse, "CLUSTER NODES")))?;
    let address = |id: &NodeId| {
        let line = lines.iter().find(|line| line.id == *id);
        line.and_then(|line| line.address.clone())
            .ok_or_else(|| redis::RedisError::from((redis::ErrorKind::Io, "a node of the plan is unknown")))
    };
    let mut prepared: Vec<(Address, Vec<redis::Cmd>, u64)> = Vec::new();
    for change in &plan.moves {
        let Some(giver) = &change.from else { continue };
        let (from, to) = (address(giver)?, address(&change.to)?);
        let (mut commands, mut count) = (Vec::new(), 0);
        for slot in change.slots.iter() {
            let number = slot.number();
            client.send::<()>(
                &to,
                redis::cmd("CLUSTER").arg("SETSLOT").arg(number).arg("IMPORTING").arg(giver.as_str()),
            )?;
            client.send::<()>(
                &from,
                redis::cmd("CLUSTER").arg("SETSLOT").arg(number).arg("MIGRATING").arg(change.to.as_str()),
            )?;
            let keys: Vec<Vec<u8>> =
                client.send(&from, redis::cmd("CLUSTER").arg("GETKEYSINSLOT").arg(number).arg(1_000_000))?;
            if keys.is_empty() {
                continue;
            }
            count += keys.len() as u64;
            let mut command = redis::cmd("MIGRATE");
            command.arg(&to.host).arg(to.port).arg("").arg(0).arg(60_000).arg("KEYS").arg(keys);
            commands.push(command);
        }
        match prepared.iter_mut().find(|(source, _, _)| *source == from) {
            Some((_, all, keys)) => {
                all.extend(commands);
                *keys += count;
            }
            None => prepared.push((from, commands, count)),
        }
    }
    let keys = prepared.iter().map(|(_, _, keys)| keys).sum();
    let barrier = std::sync::Arc::new(std::sync::Barrier::new(prepared.len() + 1));
    let threads: Vec<_> = prepared
        .into_iter()
        .map(|(from, commands, _)| {
            let barrier = std::sync::Arc::clone(&barrier);
            let seeds = seeds.to_vec();
            std::thread::spawn(move || -> RedisResult<()> {
                let mut client = ClusterClient::connect(&seeds)?;
                client.patience = Duration::from_secs(120);
                client.send::<()>(&from, &redis::cmd("PING"))?;
                barrier.wait();
                commands.iter().try_for_each(|command| client.send::<()>(&from, command))
            })
        })
        .collect();
    barrier.wait();
    let start = Instant::now();
    threads.into_iter().try_for_each(|thread| thread.join().expect("a mover does not panic"))?;
    Ok(Raw { keys, seconds: start.elapsed().as_secs_f64() })
}
