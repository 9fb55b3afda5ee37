//! A small client of a cluster that follows redirects, for load and for checks. Blocking: a thread has its own.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use redis::{
    Cmd, Connection, ConnectionLike, ErrorKind, FromRedisValue, RedisError, RedisResult, ServerErrorKind, Value,
};
use redisops::redis::parse_nodes;
use redisops::slots::{Address, Slot, key_slot};

/// How often one command is tried before its error is the answer.
const ATTEMPTS: u32 = 200;

/// A client of a cluster.
pub struct ClusterClient {
    seeds: Vec<Address>,
    owners: Vec<Option<Address>>,
    connections: HashMap<Address, Connection>,
    /// How long a node may take to answer.
    pub patience: Duration,
    /// Redirects followed so far.
    pub redirects: u64,
}

impl ClusterClient {
    /// Asks the seeds who owns what.
    pub fn connect(seeds: &[Address]) -> RedisResult<ClusterClient> {
        let mut client = ClusterClient {
            seeds: seeds.to_vec(),
            owners: vec![None; 16_384],
            connections: HashMap::new(),
            patience: Duration::from_secs(2),
            redirects: 0,
        };
        client.refresh()?;
        Ok(client)
    }

    /// Asks again who owns what: the first node that answers and sees a whole cluster is believed.
    pub fn refresh(&mut self) -> RedisResult<()> {
        let known: Vec<Address> = self.owners.iter().flatten().chain(&self.seeds).cloned().collect();
        let mut error = RedisError::from((ErrorKind::Io, "no node answers"));
        let mut asked: Vec<Address> = Vec::new();
        for address in known {
            if asked.contains(&address) {
                continue;
            }
            asked.push(address.clone());
            match self.send::<String>(&address, redis::cmd("CLUSTER").arg("NODES")) {
                Ok(text) => {
                    let Ok(lines) = parse_nodes(&text) else { continue };
                    self.owners.fill(None);
                    for line in &lines {
                        // A node that announces no address is the one that was asked.
                        let owner = line.address.clone().unwrap_or_else(|| address.clone());
                        line.slots.iter().for_each(|slot| self.owners[slot.index()] = Some(owner.clone()));
                    }
                    return Ok(());
                }
                Err(problem) => error = problem,
            }
        }
        Err(error)
    }

    /// Sends a command about a key to its owner, follows redirects, waits while the cluster heals.
    pub fn keyed<T: FromRedisValue>(&mut self, key: &[u8], command: &Cmd) -> RedisResult<T> {
        let slot = key_slot(key);
        let mut error = RedisError::from((ErrorKind::Io, "nobody owns the slot"));
        for attempt in 0..ATTEMPTS {
            if let Some(owner) = self.owners[slot.index()].clone() {
                match self.send(&owner, command) {
                    Ok(value) => return Ok(value),
                    Err(problem) => match self.redirected(slot, &problem) {
                        Redirect::Asked(to) => match self.asking(&to, command) {
                            Ok(value) => return Ok(value),
                            Err(problem) => error = problem,
                        },
                        Redirect::Moved => {
                            error = problem;
                            continue;
                        }
                        Redirect::Wait => error = problem,
                        Redirect::No => return Err(problem),
                    },
                }
            }
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(u64::from(attempt).min(50)));
            }
            let _ = self.refresh();
        }
        Err(error)
    }

    /// Increments a counter once: redirects are followed, but a command whose answer is lost is not sent again. The new value, and whether a
    /// replica confirmed it where that was asked for.
    pub fn increment(&mut self, key: &[u8], wait: bool) -> RedisResult<(u64, bool)> {
        let slot = key_slot(key);
        let mut asked: Option<Address> = None;
        let mut error = RedisError::from((ErrorKind::Io, "nobody owns the slot"));
        for _ in 0..5 {
            let asking = asked.is_some();
            let Some(to) = asked.take().or_else(|| self.owners[slot.index()].clone()) else {
                self.refresh()?;
                continue;
            };
            let mut pipeline = redis::pipe();
            if asking {
                pipeline.cmd("ASKING").ignore();
            }
            pipeline.cmd("INCR").arg(key);
            if wait {
                pipeline.cmd("WAIT").arg(1).arg(200);
            } else {
                // As many answers in either case.
                pipeline.cmd("ECHO").arg(0);
            }
            let connection = self.connection(&to)?;
            match pipeline.query::<(u64, u64)>(connection) {
                Ok((value, replicas)) => return Ok((value, replicas > 0)),
                Err(problem) => match self.redirected(slot, &problem) {
                    Redirect::Asked(to) => asked = Some(to),
                    Redirect::Moved => {}
                    Redirect::Wait if !problem.is_io_error() && !problem.is_timeout() => {
                        std::thread::sleep(Duration::from_millis(10));
                        error = problem;
                    }
                    Redirect::Wait | Redirect::No => {
                        let _ = self.drop_if_lost(&to, problem);
                        let _ = self.refresh();
                        return Err(RedisError::from((ErrorKind::Io, "no answer")));
                    }
                },
            }
        }
        Err(error)
    }

    fn redirected(&mut self, slot: Slot, problem: &RedisError) -> Redirect {
        let to = problem.redirect_node().and_then(|(address, _)| address.parse::<Address>().ok());
        match (problem.kind(), to) {
            (ErrorKind::Server(ServerErrorKind::Moved), Some(to)) => {
                self.redirects += 1;
                self.owners[slot.index()] = Some(to);
                Redirect::Moved
            }
            (ErrorKind::Server(ServerErrorKind::Ask), Some(to)) => {
                self.redirects += 1;
                Redirect::Asked(to)
            }
            (
                ErrorKind::Server(
                    ServerErrorKind::TryAgain
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::BusyLoading
                    | ServerErrorKind::MasterDown,
                ),
                _,
            ) => Redirect::Wait,
            (ErrorKind::Io, _) => Redirect::Wait,
            _ if matches!(problem.code(), Some("READONLY" | "LOADING" | "CLUSTERDOWN" | "NOREPLICAS")) => {
                Redirect::Wait
            }
            _ => Redirect::No,
        }
    }

    fn asking<T: FromRedisValue>(&mut self, to: &Address, command: &Cmd) -> RedisResult<T> {
        let mut pipeline = redis::pipe();
        pipeline.cmd("ASKING").ignore().add_command(command.clone());
        let connection = self.connection(to)?;
        match pipeline.query::<(T,)>(connection) {
            Ok((value,)) => Ok(value),
            Err(error) => Err(self.drop_if_lost(to, error)),
        }
    }

    /// Sends a command to a certain node.
    pub fn send<T: FromRedisValue>(&mut self, to: &Address, command: &Cmd) -> RedisResult<T> {
        let connection = self.connection(to)?;
        match command.query(connection) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.drop_if_lost(to, error)),
        }
    }

    /// Sends commands to a certain node in one go; every answer must be good.
    pub fn pipeline(&mut self, to: &Address, commands: &redis::Pipeline) -> RedisResult<Vec<Value>> {
        let connection = self.connection(to)?;
        commands.query(connection)
    }

    /// The address of a slot's owner.
    pub fn owner(&self, slot: Slot) -> Option<&Address> {
        self.owners[slot.index()].as_ref()
    }

    /// The connection to a node, opened when there is none.
    pub fn connection(&mut self, to: &Address) -> RedisResult<&mut Connection> {
        if !self.connections.get(to).is_some_and(ConnectionLike::is_open) {
            let client = redis::Client::open((to.host.as_str(), to.port))?;
            let connection = client.get_connection_with_timeout(self.patience)?;
            connection.set_read_timeout(Some(self.patience))?;
            connection.set_write_timeout(Some(self.patience))?;
            self.connections.insert(to.clone(), connection);
        }
        self.connections.get_mut(to).ok_or_else(|| RedisError::from((ErrorKind::Io, "no connection")))
    }

    fn drop_if_lost(&mut self, to: &Address, error: RedisError) -> RedisError {
        if error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error() {
            self.connections.remove(to);
        }
        error
    }
}

enum Redirect {
    Moved,
    Asked(Address),
    Wait,
    No,
}

/// Sleeps until that instant, not longer than needed.
pub fn sleep_until(instant: Instant) {
    if let Some(rest) = instant.checked_duration_since(Instant::now()) {
        std::thread::sleep(rest);
    }
}
