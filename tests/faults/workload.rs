//! Clients that write, read and remember, so that a run can be judged: every acknowledged write must be there, nothing may be there twice.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use redisops::slots::Address;

use crate::client::ClusterClient;

/// How many keys a writer has.
const KEYS_PER_WRITER: u64 = 400;

/// What a writer knows of one of its counters.
#[derive(Clone, Copy, Default, Debug)]
pub struct Counter {
    /// The highest value that the server acknowledged.
    pub acknowledged: u64,
    /// The highest value that a replica confirmed, too (`WAIT 1`).
    pub confirmed: u64,
    /// Increments that were sent; each may have happened, also those whose answer was lost.
    pub sent: u64,
}

/// A value that nobody changes, read otherwise while slots moved.
#[derive(Clone, Debug)]
pub struct Misread {
    /// Its key.
    pub key: String,
    /// What came instead; nothing where the server said that there is no such key.
    pub value: Option<String>,
}

/// What the clients found wrong while they ran.
#[derive(Default, Debug)]
struct Complaints(Mutex<Vec<Misread>>);

impl Complaints {
    fn add(&self, misread: Misread) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < 1000 {
            all.push(misread);
        }
    }
}

/// Writers and a reader at work.
pub struct Workload {
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<HashMap<String, Counter>>>,
    reader: JoinHandle<()>,
    complaints: Arc<Complaints>,
    reads: Arc<AtomicU64>,
}

/// What they remember.
pub struct Memory {
    /// The counters.
    pub counters: HashMap<String, Counter>,
    /// What was read wrong while they ran.
    pub misread: Vec<Misread>,
    /// Reads that were checked.
    pub reads: u64,
}

impl Workload {
    /// Starts two writers and a reader; counters carry the name, so that runs in one cluster have their own. With `wait`, each write asks for the confirmation of a replica.
    pub fn start(seeds: &[Address], name: &str, wait: bool) -> Workload {
        let stop = Arc::new(AtomicBool::new(false));
        let complaints = Arc::new(Complaints::default());
        let reads = Arc::new(AtomicU64::new(0));
        let writers = (0..2)
            .map(|writer| {
                let (seeds, name, stop) = (seeds.to_vec(), name.to_owned(), Arc::clone(&stop));
                std::thread::spawn(move || write(&seeds, &name, writer, wait, &stop))
            })
            .collect();
        let reader = {
            let (seeds, stop) = (seeds.to_vec(), Arc::clone(&stop));
            let (complaints, reads) = (Arc::clone(&complaints), Arc::clone(&reads));
            std::thread::spawn(move || read(&seeds, &stop, &complaints, &reads))
        };
        Workload { stop, writers, reader, complaints, reads }
    }

    /// Ends them and takes what they remember.
    pub fn end(self) -> Memory {
        self.stop.store(true, Ordering::Relaxed);
        let mut counters = HashMap::new();
        for writer in self.writers {
            counters.extend(writer.join().expect("a writer does not panic"));
        }
        self.reader.join().expect("a reader does not panic");
        Memory {
            counters,
            misread: std::mem::take(&mut self.complaints.0.lock().unwrap_or_else(PoisonError::into_inner)),
            reads: self.reads.load(Ordering::Relaxed),
        }
    }
}

fn connect(seeds: &[Address]) -> ClusterClient {
    loop {
        if let Ok(client) = ClusterClient::connect(seeds) {
            return client;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn write(seeds: &[Address], name: &str, writer: u64, wait: bool, stop: &AtomicBool) -> HashMap<String, Counter> {
    let mut client = connect(seeds);
    client.patience = Duration::from_millis(500);
    let mut counters: HashMap<String, Counter> = HashMap::new();
    let mut turn = writer;
    while !stop.load(Ordering::Relaxed) {
        let key = format!("counter:{name}:{writer}:{}", turn % KEYS_PER_WRITER);
        turn = turn.wrapping_mul(31).wrapping_add(7 + writer);
        let counter = counters.entry(key.clone()).or_default();
        counter.sent += 1;
        // One attempt for each increment that is counted: a client that tries again by itself could count twice.
        if let Ok((value, confirmed)) = client.increment(key.as_bytes(), wait) {
            counter.acknowledged = counter.acknowledged.max(value);
            if confirmed {
                counter.confirmed = counter.confirmed.max(value);
            }
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    counters
}

/// Values that nobody changes: they must be there, each time.
fn read(seeds: &[Address], stop: &AtomicBool, complaints: &Complaints, reads: &AtomicU64) {
    let mut client = connect(seeds);
    client.patience = Duration::from_millis(500);
    let mut turn: u64 = 1;
    while !stop.load(Ordering::Relaxed) {
        turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let number = (turn >> 33) % FIXED;
        let key = fixed_key(number);
        match client.keyed::<Option<String>>(key.as_bytes(), redis::cmd("GET").arg(&key)) {
            Ok(Some(value)) if value == fixed_value(number) => {
                reads.fetch_add(1, Ordering::Relaxed);
            }
            Ok(value) => complaints.add(Misread { key, value }),
            // While a master is down nobody answers; what counts is what is answered.
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// How many values nobody changes.
pub const FIXED: u64 = 20_000;

/// The name of such a value.
pub fn fixed_key(number: u64) -> String {
    format!("fixed:{number}")
}

/// What it holds.
pub fn fixed_value(number: u64) -> String {
    format!("{number:->80}")
}

/// Writes them.
pub fn fill(seeds: &[Address]) {
    let mut client = connect(seeds);
    let mut by_owner: HashMap<Address, redis::Pipeline> = HashMap::new();
    for number in 0..FIXED {
        let key = fixed_key(number);
        let owner = client.owner(redisops::slots::key_slot(key.as_bytes())).expect("a whole cluster").clone();
        by_owner.entry(owner).or_default().cmd("SET").arg(&key).arg(fixed_value(number)).ignore();
    }
    for (owner, pipeline) in by_owner {
        client.pipeline(&owner, &pipeline).expect("the values are written");
    }
}
