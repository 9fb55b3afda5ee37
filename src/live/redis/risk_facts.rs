//! What only live nodes tell: policies, time-outs, how far replicas are behind.

use std::collections::HashMap;
use std::time::Duration;

use ::redis::pipe;
use futures::future::join_all;

use crate::redis::Info;
use crate::slots::{LiveFacts, NodeFacts, ReplicaFacts};

use super::cluster::Cluster;
use super::connection::Connection;
use super::error::NodeError;
use super::survey::Survey;

const PATIENCE: Duration = Duration::from_secs(10);

impl Cluster {
    /// What the nodes tell that a plan's risks are judged by; what a node does not tell is left out.
    pub async fn live_facts(&self, survey: &Survey) -> LiveFacts {
        let asked = self.members().iter().filter_map(|member| {
            let connection = member.link.as_ref().ok()?;
            Some(async move { Some((member.id.clone(), facts_of(connection).await.ok()?)) })
        });
        LiveFacts {
            nodes: join_all(asked).await.into_iter().flatten().collect(),
            big_keys: survey.big_keys.clone(),
            sampled: survey.sampled.clone(),
        }
    }
}

async fn facts_of(connection: &Connection) -> Result<NodeFacts, NodeError> {
    let mut asked = pipe();
    asked.cmd("INFO").arg("memory");
    asked.cmd("INFO").arg("replication");
    asked.cmd("CONFIG").arg("GET").arg("cluster-node-timeout");
    let mut replies = connection.pipeline(&asked, PATIENCE).await?.into_iter();
    let mut text = || replies.next().and_then(|reply| connection.read::<String>(reply).ok()).unwrap_or_default();
    let memory = Info::parse(&text());
    let replication = Info::parse(&text());
    let config = replies.next().and_then(|reply| connection.read::<HashMap<String, String>>(reply).ok());
    let timeout = config.and_then(|config| config.get("cluster-node-timeout")?.parse().ok());
    Ok(NodeFacts {
        policy: memory.get("maxmemory_policy").map(str::to_owned),
        node_timeout: timeout,
        replicas: replicas(&replication),
    })
}

/// The lines `slave0`, `slave1`, … of a master.
fn replicas(info: &Info) -> Vec<ReplicaFacts> {
    let written = info.number("master_repl_offset").unwrap_or(0);
    let count = info.number("connected_slaves").unwrap_or(0);
    (0..count)
        .map(|index| {
            let fields: HashMap<&str, &str> = info.fields(&format!("slave{index}")).collect();
            let field = |name: &str| fields.get(name).copied().unwrap_or_default();
            ReplicaFacts {
                address: format!("{}:{}", field("ip"), field("port")),
                online: field("state") == "online",
                behind: field("offset").parse().map_or(written, |offset| written.saturating_sub(offset)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_behind_by_what_they_have_not_confirmed() {
        let info = Info::parse(
            "role:master\r\nconnected_slaves:2\r\nslave0:ip=::1,port=7004,state=online,offset=90,lag=0\r\n\
             slave1:ip=h,port=7005,state=wait_bgsave,offset=0,lag=0\r\nmaster_repl_offset:100\r\n",
        );
        let found = replicas(&info);
        assert_eq!((found[0].online, found[0].behind), (true, 10));
        assert_eq!((found[1].online, found[1].behind, found[1].address.as_str()), (false, 100, "h:7005"));
    }
}
