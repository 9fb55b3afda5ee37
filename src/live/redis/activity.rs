//! What nodes are doing: commands a second, and how far replicas are.

use std::collections::BTreeMap;
use std::time::Duration;

use ::redis::pipe;
use futures::future::join_all;

use crate::redis::Info;
use crate::slots::NodeId;
use crate::slots::render::Activity;

use super::cluster::Cluster;
use super::connection::Connection;

const PATIENCE: Duration = Duration::from_secs(10);

impl Cluster {
    /// What each node that answers is doing.
    pub async fn activity(&self) -> BTreeMap<NodeId, Activity> {
        let asked = self.members().iter().map(|member| async move {
            let link = member.link.as_ref().ok()?;
            Some((member.id.clone(), activity(link).await?))
        });
        join_all(asked).await.into_iter().flatten().collect()
    }
}

async fn activity(connection: &Connection) -> Option<Activity> {
    let mut asked = pipe();
    for section in ["stats", "replication"] {
        asked.cmd("INFO").arg(section);
    }
    let replies = connection.pipeline(&asked, PATIENCE).await.ok()?;
    let texts: Vec<String> = replies.into_iter().filter_map(|reply| connection.read(reply).ok()).collect();
    let info = Info::parse(&texts.concat());
    Some(Activity {
        ops: info.number("instantaneous_ops_per_sec"),
        link_up: info.get("master_link_status").map(|status| status == "up"),
        offset: info.number("slave_repl_offset").or_else(|| info.number("master_repl_offset")),
    })
}
