//! Who wins when two nodes claim a slot: the one with the higher configuration epoch.
//!
//! `SETSLOT NODE` raises the epoch of a taker above all that it knows of. Should the giver have a higher one that the taker has not heard of, the taker
//! gives the slot back as soon as it does, and deletes its keys. So a giver's epoch must not change while it gives, and each taker must know it.

use std::time::Duration;

use ::redis::cmd;
use tokio::time::{Instant, sleep};

use crate::live::redis::{Connection, NodeError};
use crate::redis::Info;

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
