//! A replica takes over from its master, with the master's consent: no write is lost, and no slot moves.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::{NodeId, Role, SlotSet};

use super::members::{Members, Step, Steps, View, failed, info};

/// How often to look.
const LOOK: Duration = Duration::from_millis(50);
/// The server gives a manual failover up after five seconds.
const AGAIN: Duration = Duration::from_secs(6);

/// Who took over from whom.
#[derive(Clone, PartialEq, Debug)]
pub struct TookOver {
    /// Who was master.
    pub master: NodeId,
    /// Who is master now.
    pub replica: NodeId,
    /// Its configuration epoch.
    pub epoch: u64,
    /// Whether that was so before.
    pub already: bool,
}

/// Makes a replica the master of its shard, and the master its replica, and waits until all nodes that can be reached say so. Without a replica named it
/// takes the one that has most of the data. A second call finds it done.
///
/// # Errors
/// When the master has no replica that is linked to it, and when the change does not show everywhere before the deadline.
pub async fn fail_over(
    members: &Members,
    master: &NodeId,
    replica: Option<&NodeId>,
    steps: &Steps<'_>,
) -> Result<TookOver, Diagnostics> {
    let views = members.views().await;
    let own = |id: &NodeId| views.iter().find(|view| view.of == *id).and_then(View::own);
    if let (Some(replica), Some(line)) = (replica, own(master))
        && line.role == Some(Role::Replica)
        && line.master.as_ref() == Some(replica)
    {
        let epoch = own(replica).map_or(0, |line| line.config_epoch);
        return Ok(TookOver { master: master.clone(), replica: replica.clone(), epoch, already: true });
    }
    let slots = own(master).map(|line| line.slots.clone()).unwrap_or_default();
    let replica = match replica {
        Some(replica) => {
            linked(members, master, replica).await?;
            replica.clone()
        }
        None => fittest(members, master, &views).await?,
    };
    steps.say(Step::FailingOver { master: master.clone(), replica: replica.clone() });
    let epoch = take_over(members, master, &replica, &slots, steps).await?;
    Ok(TookOver { master: master.clone(), replica, epoch, already: false })
}

/// The offset of a replica whose link to that master is up.
async fn linked(members: &Members, master: &NodeId, replica: &NodeId) -> Result<u64, Diagnostic> {
    let connection = members.connection(replica)?;
    let info =
        info(connection, "replication").await.map_err(|error| failed("the replica could not be asked", &error))?;
    match (info.get("role"), info.get("master_link_status")) {
        (Some("slave"), Some("up")) => Ok(info.number("slave_repl_offset").unwrap_or(0)),
        (role, _) => {
            let why = if role == Some("slave") { "its link to the master is down" } else { "it is no replica" };
            Err(Diagnostic::error(
                "redisops::slots::no-failover",
                format!("`{}` cannot take over from `{}`: {why}", connection.address(), master.short()),
            )
            .help("wait until the replica is in sync, or name another one"))
        }
    }
}

async fn fittest(members: &Members, master: &NodeId, views: &[View]) -> Result<NodeId, Diagnostic> {
    let copies = views.iter().filter_map(View::own).filter(|line| line.master.as_ref() == Some(master));
    let asked = join_all(copies.map(|line| async { (linked(members, master, &line.id).await, line.id.clone()) })).await;
    let linked = asked.into_iter().filter_map(|(offset, id)| Some((offset.ok()?, id)));
    // Of equals the first id.
    let best = linked.max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    best.map(|(_, id)| id).ok_or_else(|| {
        Diagnostic::error(
            "redisops::slots::no-failover",
            format!("nobody can take over from `{}`: it has no replica whose link is up", master.short()),
        )
        .help("give it a replica first, or move its slots instead")
    })
}

async fn take_over(
    members: &Members,
    master: &NodeId,
    replica: &NodeId,
    slots: &SlotSet,
    steps: &Steps<'_>,
) -> Result<u64, Diagnostics> {
    let connection = members.connection(replica)?;
    let end = Instant::now() + steps.deadline;
    let mut ordered: Option<Instant> = None;
    loop {
        let views = members.views().await;
        let now = |view: &View| {
            let (new, old) = (view.line(replica)?, view.line(master)?);
            let swapped = new.role == Some(Role::Master)
                && new.slots == *slots
                && old.role == Some(Role::Replica)
                && old.master.as_ref() == Some(replica);
            swapped.then_some(new.config_epoch)
        };
        let told: Vec<&View> = views.iter().filter(|view| view.lines.is_ok()).collect();
        if let Some(epoch) = told.iter().map(|view| now(view)).min().flatten() {
            return Ok(epoch);
        }
        if Instant::now() >= end {
            let against = told.iter().filter(|view| now(view).is_none()).count();
            return Err(Diagnostic::error(
                "redisops::slots::failover-timeout",
                format!(
                    "`{}` has not taken over from `{}`: {against} nodes see it otherwise",
                    replica.short(),
                    master.short()
                ),
            )
            .note("the other masters vote on it: a majority of them must be up and see the replica")
            .help("look at the log of the replica, then run the same command again")
            .into());
        }
        let promoted = views
            .iter()
            .any(|view| view.of == *replica && view.own().is_some_and(|line| line.role == Some(Role::Master)));
        if !promoted && ordered.is_none_or(|at| at.elapsed() >= AGAIN) {
            let order = connection.query::<()>(::redis::cmd("CLUSTER").arg("FAILOVER")).await;
            order.map_err(|error| failed("the replica could not be told to take over", &error))?;
            ordered = Some(Instant::now());
        }
        sleep(LOOK).await;
    }
}
