//! Clients that read and write at a fixed rate and note how long each answer took.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use redisops::slots::Address;

use crate::client::{ClusterClient, sleep_until};

/// What to do.
#[derive(Clone)]
pub struct Load {
    /// Nodes to ask for the others.
    pub seeds: Vec<Address>,
    /// Commands a second of all clients together.
    pub rate: u32,
    /// How many clients, each a thread.
    pub clients: u32,
    /// Keys `key:0000000` to this number are touched.
    pub keys: u64,
    /// Bytes of a value that is written.
    pub value_size: usize,
}

/// How long answers took, in microseconds, sorted.
#[derive(Default)]
pub struct Latencies {
    sorted: Vec<u32>,
    /// Commands that ended in an error.
    pub errors: u64,
}

impl Latencies {
    /// The latency that this part of the commands did not exceed, in milliseconds.
    pub fn quantile(&self, part: f64) -> f64 {
        let index = (part * self.sorted.len() as f64).ceil() as usize;
        self.sorted.get(index.saturating_sub(1)).or(self.sorted.last()).map_or(0.0, |us| f64::from(*us) / 1e3)
    }

    /// How many commands.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }
}

/// The name of the key of that number.
pub fn key(number: u64) -> String {
    format!("key:{number:07}")
}

/// Runs until told to stop. Latency is counted from the moment at which a command was due to when its answer was there, redirects included.
pub fn run(load: &Load, stop: &Arc<AtomicBool>) -> Latencies {
    let threads: Vec<_> = (0..load.clients)
        .map(|number| {
            let (load, stop) = (load.clone(), Arc::clone(stop));
            std::thread::spawn(move || one_client(&load, number, &stop))
        })
        .collect();
    let mut all = Latencies::default();
    for thread in threads {
        let part = thread.join().expect("a client does not panic");
        all.sorted.extend(part.sorted);
        all.errors += part.errors;
    }
    all.sorted.sort_unstable();
    all
}

fn one_client(load: &Load, number: u32, stop: &AtomicBool) -> Latencies {
    let mut found = Latencies::default();
    let Ok(mut client) = ClusterClient::connect(&load.seeds) else {
        found.errors = 1;
        return found;
    };
    let value = vec![b'v'; load.value_size];
    let pause = Duration::from_secs(1) * load.clients / load.rate.max(1);
    let mut due = Instant::now() + pause * number / load.clients;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ u64::from(number + 1);
    while !stop.load(Ordering::Relaxed) {
        sleep_until(due);
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let key = key((state >> 33) % load.keys.max(1));
        let answer = if state >> 63 == 0 {
            client.keyed::<redis::Value>(key.as_bytes(), redis::cmd("GET").arg(&key))
        } else {
            client.keyed::<redis::Value>(key.as_bytes(), redis::cmd("SET").arg(&key).arg(&value))
        };
        match answer {
            Ok(_) => found.sorted.push(due.elapsed().as_micros().min(u128::from(u32::MAX)) as u32),
            Err(_) => found.errors += 1,
        }
        due += pause;
    }
    found
}

/// Writes keys `key:0000000` and on with values of that size, several hundred in one go, each master from a thread of its own.
pub fn fill(seeds: &[Address], keys: u64, value_size: usize) -> redis::RedisResult<()> {
    let client = ClusterClient::connect(seeds)?;
    let mut by_owner: std::collections::BTreeMap<Address, Vec<u64>> = std::collections::BTreeMap::new();
    for number in 0..keys {
        if let Some(owner) = client.owner(redisops::slots::key_slot(key(number).as_bytes())) {
            by_owner.entry(owner.clone()).or_default().push(number);
        }
    }
    let threads: Vec<_> = by_owner
        .into_iter()
        .map(|(owner, numbers)| {
            let seeds = seeds.to_vec();
            std::thread::spawn(move || -> redis::RedisResult<()> {
                let mut client = ClusterClient::connect(&seeds)?;
                client.patience = Duration::from_secs(30);
                let value = vec![b'v'; value_size];
                for chunk in numbers.chunks(if value_size > 10_000 { 8 } else { 500 }) {
                    let mut pipeline = redis::pipe();
                    for number in chunk {
                        pipeline.cmd("SET").arg(key(*number)).arg(&value).ignore();
                    }
                    client.pipeline(&owner, &pipeline)?;
                }
                Ok(())
            })
        })
        .collect();
    threads.into_iter().try_for_each(|thread| thread.join().expect("a writer does not panic"))
}

/// Writes keys of these sizes, one after the other: `NAME BYTES` a line.
pub fn fill_sizes(seeds: &[Address], lines: impl std::io::BufRead) -> redis::RedisResult<()> {
    let mut client = ClusterClient::connect(seeds)?;
    for line in lines.lines() {
        let line = line?;
        let Some((key, size)) = line.split_once(' ').and_then(|(key, size)| Some((key, size.parse::<usize>().ok()?)))
        else {
            continue;
        };
        client.keyed::<()>(key.as_bytes(), redis::cmd("SET").arg(key).arg(vec![b'v'; size]))?;
    }
    Ok(())
}
