//! Ports that no other test takes.

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;

/// Ports of the bus are 10,000 higher; both ranges end below 32768, where the system takes ports for connections.
const FIRST: u16 = 11_000;
const LAST: u16 = 20_999;
/// Ports that one lock covers.
const BLOCK: u16 = 20;

/// Ports of one test, its own until dropped: tests run in several processes at once.
#[derive(Debug)]
pub struct Ports {
    numbers: Vec<u16>,
    locks: Vec<File>,
}

impl Ports {
    /// That many, one after another, on which nobody listens.
    pub fn take(count: u16) -> Ports {
        let folder = std::env::temp_dir().join(format!("redisops-test-ports-{}", rustix::process::getuid().as_raw()));
        fs::create_dir_all(&folder).expect("a folder for locks");
        let (blocks, needed) = ((LAST + 1 - FIRST) / BLOCK, count.div_ceil(BLOCK).max(1));
        let starts = blocks + 1 - needed;
        let anywhere = RandomState::new().hash_one(count) % u64::from(starts);
        (0..starts)
            .map(|i| (anywhere as u16 + i) % starts)
            .find_map(|start| {
                let locks: Vec<File> = (start..start + needed)
                    .map_while(|block| {
                        let file = File::create(folder.join(block.to_string())).expect("a file for a lock");
                        file.try_lock().ok().map(|()| file)
                    })
                    .collect();
                let numbers: Vec<u16> = (0..count).map(|i| FIRST + start * BLOCK + i).collect();
                (locks.len() == usize::from(needed) && numbers.iter().all(|&port| is_free(port)))
                    .then_some(Ports { numbers, locks })
            })
            .expect("there are free ports")
    }

    /// Their numbers.
    pub fn numbers(&self) -> &[u16] {
        &self.numbers
    }
}

fn is_free(port: u16) -> bool {
    let free = |host: &str, port: u16| TcpListener::bind((host, port)).is_ok();
    [port, port + 10_000].iter().all(|&port| free("127.0.0.1", port) && free("::1", port))
}
