//! Whether what a taker got is on its replicas, too.

use std::time::Duration;

use ::redis::cmd;

use crate::live::redis::{Cluster, Connection, Member, NodeError};
use crate::redis::Info;
use crate::slots::{ClusterState, NodeId};

use super::commands::{Setback, Why};

/// How long a replica may take for one answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a replica that is connected and alive may take to catch up.
const LONGEST: Duration = Duration::from_secs(120);

/// Proof that all that a taker had at that moment is on all of its replicas that are online.
#[derive(Debug)]
pub(super) struct Confirmed(());

/// The replicas of one taker.
#[derive(Debug)]
pub(super) struct Replicas {
    master: Connection,
    replicas: Vec<(Member, Option<Connection>)>,
}

impl Replicas {
    /// Connects to the replicas that the cluster knows and can reach.
    pub async fn open(cluster: &Cluster, state: &ClusterState, master: &NodeId, control: &Connection) -> Replicas {
        let mut replicas = Vec::new();
        for node in state.replicas_of(master).filter(|node| !node.is_failed()) {
            let Some(member) = cluster.member(&node.id) else { continue };
            replicas.push((member.clone(), cluster.open(member, "redisops-acks").await.ok()));
        }
        Replicas { master: control.clone(), replicas }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.replicas.iter().all(|(_, connection)| connection.is_none())
    }

    /// Waits until the replicas that are online have all that the taker has now.
    ///
    /// `WAIT` would not do: it counts the writes of its own connection, and these came over that of another node. The list of replicas that a master
    /// keeps is a second old. A replica's own offset is true at once.
    pub async fn confirm(&self) -> Result<Confirmed, Setback> {
        if self.is_empty() {
            return Ok(Confirmed(()));
        }
        let wanted = offset(&info(&self.master).await?, "master_repl_offset");
        let waits = self.replicas.iter().filter_map(|(member, connection)| Some((member, connection.as_ref()?)));
        for result in futures::future::join_all(waits.map(|(member, replica)| self.one(member, replica, wanted))).await
        {
            result?;
        }
        Ok(Confirmed(()))
    }

    async fn one(&self, member: &Member, replica: &Connection, wanted: u64) -> Result<(), Setback> {
        let begun = tokio::time::Instant::now();
        let mut rest = Duration::from_micros(200);
        loop {
            let answer = info(replica).await;
            let offline = match &answer {
                Ok(info) => {
                    let copies = info.get("role") == Some("slave") && info.get("master_link_status") == Some("up");
                    if copies && offset(info, "slave_repl_offset") >= wanted {
                        return Ok(());
                    }
                    !copies && !self.connected(member).await?
                }
                Err(error) if error.is_lost() => self.given_up(member, error).await?,
                Err(_) => true,
            };
            if offline {
                return Ok(());
            }
            if begun.elapsed() > LONGEST {
                let what = format!("the replica is connected and has not caught up for {} s", LONGEST.as_secs());
                return Err(Setback::Fatal(Why::Odd { node: member.address.clone(), what }));
            }
            tokio::time::sleep(rest).await;
            rest = (rest * 2).min(Duration::from_millis(20));
        }
    }

    /// Whether the master has that replica among those that are online.
    async fn connected(&self, member: &Member) -> Result<bool, Setback> {
        let info = info(&self.master).await?;
        let count = info.number("connected_slaves").unwrap_or(0);
        Ok((0..count).any(|number| {
            let name = format!("slave{number}");
            let field = |wanted: &str| {
                info.fields(&name).find(|(field, _)| *field == wanted).map(|(_, value)| value.to_owned())
            };
            field("port") == Some(member.address.port.to_string()) && field("state").as_deref() == Some("online")
        }))
    }

    /// Whether a replica that does not answer is dead: nobody listens there, or the cluster says so.
    async fn given_up(&self, member: &Member, error: &NodeError) -> Result<bool, Setback> {
        if !matches!(error.trouble, crate::live::redis::Trouble::TimedOut) {
            return Ok(true);
        }
        let nodes: String = self.master.query(cmd("CLUSTER").arg("NODES")).await?;
        let lines = crate::redis::parse_nodes(&nodes).unwrap_or_default();
        Ok(lines
            .iter()
            .find(|line| line.id == member.id)
            .is_none_or(|line| line.flags.iter().any(|flag| flag == "fail")))
    }
}

async fn info(connection: &Connection) -> Result<Info, NodeError> {
    let text: String = connection.query_within(cmd("INFO").arg("replication"), PATIENCE).await?;
    Ok(Info::parse(&text))
}

fn offset(info: &Info, name: &str) -> u64 {
    info.number(name).unwrap_or(0)
}
