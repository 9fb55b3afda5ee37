//! A client that writes all the time and follows redirections.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use redis::Connection;
use redisops::slots::Address;

use crate::support::TestCluster;

/// Writes `written:0` and on, one after the other, until it is told to end.
pub struct Writer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Writer {
    /// Begins.
    pub fn start(cluster: &TestCluster) -> Writer {
        let stop = Arc::new(AtomicBool::new(false));
        let mut connections: BTreeMap<Address, Connection> =
            cluster.nodes().map(|node| (node.address(), node.connection())).collect();
        let first = cluster.node(1).address();
        let until = stop.clone();
        let thread = thread::spawn(move || {
            let mut number = 0;
            while !until.load(Ordering::Relaxed) {
                write(&mut connections, &first, number);
                number += 1;
            }
            number
        });
        Writer { stop, thread }
    }

    /// Ends; how many were acknowledged.
    pub fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("no write failed")
    }
}

fn write(connections: &mut BTreeMap<Address, Connection>, first: &Address, number: u64) {
    let mut at = first.clone();
    for _ in 0..16 {
        let connection = connections.get_mut(&at).expect("a node of the cluster");
        match redis::cmd("SET").arg(format!("written:{number}")).arg(number).query::<()>(connection) {
            Ok(()) => return,
            Err(error) => {
                let (to, _) = error.redirect_node().unwrap_or_else(|| panic!("written:{number} at {at}: {error}"));
                at = to.parse().expect("an address");
            }
        }
    }
    panic!("written:{number} is sent from node to node");
}
