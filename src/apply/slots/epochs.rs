//! Who wins when two nodes claim a slot: the one with the higher configuration epoch.
//!
//! `SETSLOT NODE` raises the epoch of a taker above all that it knows of. Should the giver have a higher one that the taker has not heard of, the taker
//! gives the slot back as soon as it does, and deletes its keys. So a giver's epoch must not change while it gives, and each taker must know it. It changes
//! by itself where two nodes took the same epoch at the same moment: as soon as they hear of each other, one takes a new one (Redis Cluster specification,
//! "Configuration epoch collision resolution"). So a giver that shares its epoch is waited for, too.

use std::time::Duration;

use ::redis::cmd;
use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::live::redis::{Cluster, Connection, NodeError};
use crate::redis::{Info, View};
use crate::slots::{ClusterState, Node, NodeId, Role};

use super::commands::Setback;
use super::site::Site;

/// How long gossip may take.
const GOSSIP: Duration = Duration::from_secs(15);
/// How often to look.
const LOOK: Duration = Duration::from_millis(20);

/// The epoch of a node.
pub(super) async fn of(site: &Site) -> Result<u64, Setback> {
    Ok(field(&site.control, "cluster_my_epoch").await?)
}

/// Waits until no other master has the epoch of the giver, by what they were at the last look.
pub(super) async fn wait_for_its_own(giver: &Site, cluster: &Cluster, state: &ClusterState) -> Result<u64, Setback> {
    let begun = Instant::now();
    loop {
        let own = of(giver).await?;
        let seen = state.node(&giver.id).map_or(own, |node| node.config_epoch);
        let same = |node: &&Node| node.id != giver.id && [own, seen].contains(&node.config_epoch) && !node.is_failed();
        let others = state.masters().filter(same).filter_map(|node| cluster.member(&node.id)?.link.as_ref().ok());
        let asked = join_all(others.map(|link| field(link, "cluster_my_epoch"))).await;
        if !asked.into_iter().any(|epoch| epoch.is_ok_and(|epoch| epoch == own)) {
            return Ok(own);
        }
        if begun.elapsed() > GOSSIP {
            return Err(giver.unsettled(&format!("another master has the epoch {own}, too, and none takes a new one")));
        }
        sleep(LOOK).await;
    }
}

/// Waits until a giver has an epoch of its own that the taker knows: as [`wait_for_its_own`] and [`wait`], for nodes of which nothing is known.
///
/// # Errors
/// When that is not so in time, or nobody can be asked.
pub(super) async fn settled(cluster: &Cluster, giver: &NodeId, taker: &NodeId) -> Result<(), NodeError> {
    let begun = Instant::now();
    loop {
        let views: Vec<View> = cluster.views().await.into_iter().filter_map(|(_, view)| view.ok()).collect();
        let own = |id: &NodeId| views.iter().find(|view| view.id == *id).and_then(View::own);
        let epoch = own(giver).map_or(0, |line| line.config_epoch);
        let shared = views
            .iter()
            .filter_map(View::own)
            .any(|line| line.id != *giver && line.role == Some(Role::Master) && line.config_epoch == epoch);
        let link = cluster.member(taker).and_then(|member| member.link.as_ref().ok());
        let known = match link {
            Some(link) => field(link, "cluster_current_epoch").await? >= epoch,
            None => true,
        };
        // What is not so in time is seen in the end: a hand-over that fails is looked at again.
        if (known && !shared) || begun.elapsed() > GOSSIP {
            return Ok(());
        }
        sleep(LOOK).await;
    }
}

/// Waits until a taker knows the epoch of the giver.
pub(super) async fn wait(giver: &Site, own: u64, taker: &Site) -> Result<(), Setback> {
    let begun = Instant::now();
    while field(&taker.control, "cluster_current_epoch").await? < own {
        if begun.elapsed() > GOSSIP {
            return Err(taker.unsettled(&format!("it has not heard of the epoch {own} of {} yet", giver.address)));
        }
        sleep(LOOK).await;
    }
    Ok(())
}

async fn field(connection: &Connection, name: &str) -> Result<u64, NodeError> {
    let text: String = connection.query(cmd("CLUSTER").arg("INFO")).await?;
    Ok(Info::parse(&text).number(name).unwrap_or(0))
}
