//! Clients of a database whose passwords are replaced: some that log in all the time, and one that writes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::kubelet::Kubelet;

/// A node, by its host and its port.
pub type Place = (String, u16);

/// A client that logs in at every node again and again, as one user with one password, and remembers who refused it.
pub struct Logins {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<(usize, BTreeSet<String>)>,
}

impl Logins {
    /// Begins.
    pub fn start(kubelet: &Kubelet, pods: &[&str], user: &'static str, password: &'static str) -> Logins {
        let places: Vec<Place> = pods.iter().map(|pod| kubelet.address(pod)).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let (mut count, mut refused) = (0, BTreeSet::new());
            while !until.load(Ordering::Relaxed) {
                for place in &places {
                    match login(place, user, password) {
                        Ok(()) => count += 1,
                        Err(error) if is_refusal(&error) => {
                            refused.insert(format!("{} {user} {password}: {error}", place.0));
                        }
                        // A pod that is replaced is away for a moment.
                        Err(_) => {}
                    }
                    thread::sleep(Duration::from_millis(10));
                }
            }
            (count, refused)
        });
        Logins { stop, thread }
    }

    /// Ends, and nobody has refused it.
    #[track_caller]
    pub fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        let (count, refused) = self.thread.join().unwrap();
        assert!(count > 10 && refused.is_empty(), "{count}: {refused:?}");
    }
}

/// Logs in, and looks whether a command is taken.
pub fn login((host, port): &Place, user: &str, password: &str) -> redis::RedisResult<()> {
    let client = redis::Client::open(format!("redis://{user}:{password}@{host}:{port}"))?;
    let mut connection = client.get_connection_with_timeout(Duration::from_secs(2))?;
    connection.set_read_timeout(Some(Duration::from_secs(10)))?;
    redis::cmd("PING").query::<String>(&mut connection).map(drop)
}

/// Whether a server says that somebody may not come in.
pub fn is_refusal(error: &redis::RedisError) -> bool {
    error.kind() == redis::ErrorKind::AuthenticationFailed
        || ["NOAUTH", "WRONGPASS", "NOPERM"].iter().any(|code| error.to_string().contains(code))
}

/// A client that writes all the time to whom sentinels call the master, and notes how long writes take that wait for something.
pub struct Writer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<(u64, Vec<Duration>)>,
}

/// A write that takes so long has waited for something.
const WAIT: Duration = Duration::from_millis(20);

impl Writer {
    /// Begins; it writes numbers to `written`, each one higher than the one before.
    pub fn start(kubelet: &Kubelet, pods: &[&str], password: &'static str) -> Writer {
        let sentinels: Vec<Place> = pods.iter().map(|pod| kubelet.sentinel(pod)).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let (mut number, mut waits, mut master) = (0, Vec::new(), None);
            while !until.load(Ordering::Relaxed) {
                let begin = Instant::now();
                while !until.load(Ordering::Relaxed) {
                    master = master.or_else(|| sentinels.iter().find_map(|place| master_of(place, password).ok()));
                    let set = |connection: &mut redis::Connection| {
                        redis::cmd("SET").arg("written").arg(number + 1).query::<()>(connection)
                    };
                    if master.as_mut().is_some_and(|connection| set(connection).is_ok()) {
                        number += 1;
                        waits.extend(Some(begin.elapsed()).filter(|took| *took > WAIT));
                        break;
                    }
                    // It is away, or a replica now.
                    master = None;
                    thread::sleep(Duration::from_millis(5));
                }
                thread::sleep(Duration::from_micros(200));
            }
            (number, waits)
        });
        Writer { stop, thread }
    }

    /// Ends; the last number that was acknowledged. How long writes have waited is only written down.
    pub fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        let (number, mut waits) = self.thread.join().unwrap();
        if let Some(file) = std::env::var_os("REDISOPS_WAIT_REPORT") {
            waits.sort();
            std::fs::write(file, format!("{number} writes, {} waited: {waits:?}\n", waits.len())).unwrap();
        }
        number
    }
}

/// A connection to the master that a sentinel names.
fn master_of((host, port): &Place, password: &str) -> redis::RedisResult<redis::Connection> {
    let open = |host: &str, port: u16| -> redis::RedisResult<redis::Connection> {
        let client = redis::Client::open(format!("redis://:{password}@{host}:{port}"))?;
        client.get_connection_with_timeout(Duration::from_secs(2))
    };
    let mut sentinel = open(host, *port)?;
    let asked = redis::cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg("cache").query(&mut sentinel);
    let (host, port): (String, u16) = asked?;
    open(&host, port)
}
