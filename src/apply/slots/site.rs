//! A node that takes part in a run, and the connections to it.

use std::time::Duration;

use ::redis::{Pipeline, Value, cmd, pipe};
use tokio::sync::Mutex;

use crate::live::redis::{Access, Cluster, Connection};
use crate::redis::Info;
use crate::slots::{Address, NodeId, Slot};

use super::commands::{self, PATIENCE, Parcel, Setback, Why};

/// A giver or taker of slots.
#[derive(Debug)]
pub(super) struct Site {
    /// Who it is.
    pub id: NodeId,
    /// Where other nodes reach it.
    pub address: Address,
    /// Which process it is: another one after a restart.
    pub process: String,
    /// For quick commands in database 0.
    pub control: Connection,
    /// For quick commands in the other databases, where there are any.
    pub others: Vec<(u16, Connection)>,
    access: Access,
    mover: Mutex<Mover>,
}

/// The connections that carry `MIGRATE`, one a database. There is one `MIGRATE` at a time: a node works through queued ones back to back while its
/// clients starve, and is no faster.
#[derive(Debug)]
struct Mover {
    links: Vec<(u16, Connection)>,
    /// Whether a call was given up before its answer came.
    in_flight: Option<u16>,
}

/// What a call moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Carried {
    /// Bytes of the first key, where it was asked.
    pub sample: Option<u64>,
}

impl Site {
    /// Connects to a node, once for each database and purpose.
    pub async fn open(cluster: &Cluster, id: &NodeId, databases: u16) -> Result<Site, Setback> {
        let member = cluster.member(id).ok_or_else(|| {
            Setback::Unsettled(Why::Odd {
                node: cluster.seed().clone(),
                what: format!("the cluster does not know node {id}"),
            })
        })?;
        let control = cluster.open(member, "redisops-steps").await?;
        let text: String = control.query(cmd("INFO").arg("server")).await?;
        let process = Info::parse(&text).get("run_id").unwrap_or_default().to_owned();
        let mut links = vec![(0, cluster.open(member, "redisops-moves").await?)];
        let mut others = Vec::new();
        for db in 1..databases {
            for (name, list) in [("redisops-steps", &mut others), ("redisops-moves", &mut links)] {
                let connection = cluster.open(member, name).await?;
                connection.query::<()>(cmd("SELECT").arg(db)).await?;
                list.push((db, connection));
            }
        }
        Ok(Site {
            id: id.clone(),
            address: member.address.clone(),
            process,
            control,
            others,
            access: cluster.access().clone(),
            mover: Mutex::new(Mover { links, in_flight: None }),
        })
    }

    /// The databases and the connections for quick commands in them.
    pub fn databases(&self) -> impl Iterator<Item = (u16, &Connection)> {
        std::iter::once((0, &self.control)).chain(self.others.iter().map(|(db, connection)| (*db, connection)))
    }

    /// The connection for quick commands in a database.
    pub fn database(&self, db: u16) -> &Connection {
        self.databases().find(|(number, _)| *number == db).map_or(&self.control, |(_, connection)| connection)
    }

    /// An error about what it does.
    pub fn strange(&self, what: &str) -> Setback {
        Setback::Fatal(Why::Odd { node: self.address.clone(), what: what.to_owned() })
    }

    /// An error about what it is, which may have changed.
    pub fn unsettled(&self, what: &str) -> Setback {
        Setback::Unsettled(Why::Odd { node: self.address.clone(), what: what.to_owned() })
    }

    /// Sends quick commands and waits for all answers.
    pub async fn steps(&self, steps: &Pipeline) -> Result<Vec<Value>, Setback> {
        Ok(self.control.pipeline(steps, PATIENCE).await?)
    }

    /// Sends commands whose answers must be `OK`; the first that is not is the error.
    pub async fn must(&self, steps: &Pipeline) -> Result<(), Setback> {
        for reply in self.steps(steps).await? {
            self.control.read::<()>(reply)?;
        }
        Ok(())
    }

    /// Keys of slots, in all databases together.
    pub async fn counts(&self, slots: &[Slot]) -> Result<Vec<u64>, Setback> {
        let mut asked = pipe();
        slots.iter().for_each(|slot| commands::count(&mut asked, *slot));
        let mut sums = vec![0; slots.len()];
        for (_, connection) in self.databases() {
            let replies = connection.pipeline(&asked, PATIENCE).await?;
            for (sum, reply) in sums.iter_mut().zip(replies) {
                *sum += connection.read::<u64>(reply)?;
            }
        }
        Ok(sums)
    }

    /// Names of keys of a slot in a database, at most that many.
    pub async fn keys(&self, db: u16, slot: Slot, most: usize) -> Result<Vec<Vec<u8>>, Setback> {
        let connection = self.database(db);
        let mut asked = pipe();
        commands::list(&mut asked, slot, most);
        let reply = connection.pipeline(&asked, PATIENCE).await?.pop().unwrap_or_default();
        connection.read(reply).map_err(Setback::of)
    }

    /// Gives keys of one slot to another node; with the first key's size, if asked. Waits until no other call of this node is under way.
    pub async fn carry(
        &self,
        to: &Address,
        db: u16,
        keys: &[Vec<u8>],
        timeout: Duration,
        sample: bool,
    ) -> Result<Carried, Setback> {
        let mut mover = self.mover.lock().await;
        // Silence lasts at most the time-out on each of its two ways; what is quick gets its patience on top.
        let patience = timeout * 3 + PATIENCE;
        if let Some(db) = mover.in_flight {
            // The server still works on a call whose answer nobody waited for.
            mover.link(db)?.query_within::<()>(&cmd("PING"), patience).await?;
            mover.in_flight = None;
        }
        let mut calls = Pipeline::with_capacity(2);
        if sample && let Some(key) = keys.first() {
            calls.cmd("MEMORY").arg("USAGE").arg(key);
        }
        calls.add_command(Parcel { to, access: &self.access, db, timeout, keys }.command());
        let link = mover.link(db)?.clone();
        mover.in_flight = Some(db);
        let mut replies = link.pipeline(&calls, patience).await?;
        mover.in_flight = None;
        drop(mover);
        let moved = replies.pop().unwrap_or_default();
        link.read::<String>(moved)?;
        Ok(Carried { sample: replies.pop().and_then(|reply| link.read::<u64>(reply).ok()) })
    }
}

impl Mover {
    fn link(&self, db: u16) -> Result<&Connection, Setback> {
        let found = self.links.iter().find(|(number, _)| *number == db).or_else(|| self.links.first());
        Ok(&found.expect("database 0 is always there").1)
    }
}
