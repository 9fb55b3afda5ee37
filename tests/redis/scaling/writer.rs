//! A client that writes all the time, follows redirections, and remembers what was acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use redis::{Connection, RedisError};
use redisops::slots::Address;

use crate::support::TestCluster;

/// How many keys it has; each is written again and again.
const KEYS: u64 = 500;

/// Writes `written:N`, each time a higher number, until it is told to end.
pub struct Writer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<(Client, BTreeMap<u64, u64>, Vec<Duration>)>,
}

/// A write that takes so long has waited for something.
const WAIT: Duration = Duration::from_millis(20);

/// Connections to all nodes.
struct Client {
    connections: Vec<(Address, Connection)>,
    at: usize,
}

impl Writer {
    /// Begins.
    pub fn start(cluster: &TestCluster) -> Writer {
        let stop = Arc::new(AtomicBool::new(false));
        let connections = cluster.nodes().map(|node| (node.address(), node.connection())).collect();
        let mut client = Client { connections, at: 0 };
        let until = stop.clone();
        let thread = thread::spawn(move || {
            let (mut acknowledged, mut waits) = (BTreeMap::new(), Vec::new());
            let mut number = 0;
            while !until.load(Ordering::Relaxed) {
                number += 1;
                let key = number % KEYS;
                let begin = Instant::now();
                if client.query::<()>(redis::cmd("SET").arg(format!("written:{key}")).arg(number)).is_some() {
                    acknowledged.insert(key, number);
                }
                waits.extend(Some(begin.elapsed()).filter(|took| *took > WAIT));
                thread::sleep(Duration::from_micros(200));
            }
            (client, acknowledged, waits)
        });
        Writer { stop, thread }
    }

    /// Ends, and looks whether every acknowledged write is there; how many keys that are.
    #[track_caller]
    pub fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let (mut client, acknowledged, mut waits) = self.thread.join().expect("the writer does not panic");
        // How long writes have waited while masters handed over is only written down.
        if let Some(file) = std::env::var_os("REDISOPS_WAIT_REPORT") {
            waits.sort();
            std::fs::write(file, format!("{waits:?}\n")).expect("a file");
        }
        for (key, number) in &acknowledged {
            let found: Option<Option<u64>> = client.query(redis::cmd("GET").arg(format!("written:{key}")));
            // A write whose answer was lost may be there: it is a later one.
            assert!(found.flatten() >= Some(*number), "written:{key} is {found:?}, acknowledged was {number}");
        }
        acknowledged.len()
    }
}

impl Client {
    /// Sends it from node to node until one answers; nothing when none does for long.
    fn query<T: redis::FromRedisValue>(&mut self, command: &redis::Cmd) -> Option<T> {
        let mut asking = false;
        for _ in 0..400 {
            let connection = &mut self.connections[self.at].1;
            if asking {
                let _: Result<(), RedisError> = redis::cmd("ASKING").query(connection);
            }
            let error = match command.query(connection) {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            asking = error.code() == Some("ASK");
            match error.redirect_node().and_then(|(to, _)| to.parse::<Address>().ok()) {
                Some(to) => self.at = self.connections.iter().position(|(address, _)| *address == to).unwrap_or(0),
                // A node that was started again.
                None if error.is_io_error() || error.is_connection_dropped() => {
                    thread::sleep(Duration::from_millis(5));
                    let (Address { host, port }, connection) = &mut self.connections[self.at];
                    match redis::Client::open((host.as_str(), *port)).and_then(|client| client.get_connection()) {
                        Ok(again) => *connection = again,
                        Err(_) => self.at = (self.at + 1) % self.connections.len(),
                    }
                }
                // A node that was reset, or a slot between two nodes.
                None => {
                    thread::sleep(Duration::from_millis(5));
                    if error.code() != Some("TRYAGAIN") {
                        self.at = (self.at + 1) % self.connections.len();
                    }
                }
            }
        }
        None
    }
}
