//! A node stops being a member: forgotten by all others at once, then emptied of its memory of the cluster.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Connection, NodeError};
use crate::slots::{Address, Leave, NodeId, Role};

use super::members::{Members, Step, Steps, View, failed, lasting_keys, nodes};

/// How often to look whether it is gone.
const LOOK: Duration = Duration::from_millis(100);

/// How a node ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Left {
    /// Who it was.
    pub id: NodeId,
    /// Where it listens.
    pub address: Address,
    /// What became of it.
    pub end: End,
    /// Members that could not be told, and what that means.
    pub warnings: Vec<Diagnostic>,
}

/// What became of a node that left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It was reset: an empty master on its own, under a new identity.
    Reset,
    /// It had left before.
    Already,
    /// It could not be reached, so only the others forgot it.
    Unreachable,
}

/// Makes nodes leave; a second call finds them gone, and a call after a crash goes on.
///
/// All other nodes are told at once, well within the minute for which a node refuses to learn somebody again by gossip. Then the node gets `CLUSTER
/// RESET HARD`: with its old identity it would come back through the first member that was not reached; with a new one it cannot. Replicas go before
/// their masters.
///
/// # Errors
/// When a node still owns slots, holds keys, or has replicas that stay; nothing is changed then. When a node cannot be told.
pub async fn leave(members: &mut Members, leaves: &[Leave], steps: &Steps<'_>) -> Result<Vec<Left>, Diagnostics> {
    let views = members.views().await;
    let mut objections = Diagnostics::new();
    for leave in leaves {
        objections.0.extend(may_leave(leave, leaves, &views));
        if objections.0.is_empty() {
            objections.0.extend(is_empty_master(members, leave, &views).await);
        }
    }
    if objections.has_errors() {
        return Err(objections);
    }
    let role = |leave: &Leave| role(&leave.id, &views);
    let mut ordered: Vec<&Leave> = leaves.iter().collect();
    ordered.sort_by_key(|leave| role(leave) != Some(Role::Replica));
    let mut left = Vec::new();
    for leave in ordered {
        left.push(one(members, leave, leaves, steps).await?);
    }
    Ok(left)
}

fn role(id: &NodeId, views: &[View]) -> Option<Role> {
    let own = views.iter().find(|view| view.of == *id).and_then(View::own);
    own.or_else(|| views.iter().find_map(|view| view.line(id))).and_then(|line| line.role)
}

/// Whether every view agrees that it owns nothing and that nobody who stays copies it.
fn may_leave(leave: &Leave, leaves: &[Leave], views: &[View]) -> Option<Diagnostic> {
    let Leave { id, address } = leave;
    if let Some((view, line)) =
        views.iter().find_map(|view| Some((view, view.line(id).filter(|line| !line.slots.is_empty())?)))
    {
        let whom = if view.of == *id { "it says so itself".to_owned() } else { format!("`{}` says so", view.address) };
        return Some(
            Diagnostic::error(
                "redisops::slots::leaves-with-slots",
                format!("`{address}` cannot leave: it owns slots {} ({whom})", line.slots),
            )
            .help("move its slots first: `redisops slots plan --remove` makes a plan that does"),
        );
    }
    let open = views.iter().find(|view| view.of == *id).and_then(View::own).and_then(|line| line.open.first());
    if let Some((slot, _)) = open {
        return Some(
            Diagnostic::error(
                "redisops::slots::leaves-open",
                format!("`{address}` cannot leave: slot {slot} is open on it"),
            )
            .help("run `redisops slots fix` first"),
        );
    }
    let stays = |node: &NodeId| !leaves.iter().any(|leave| leave.id == *node);
    let copies = views.iter().filter_map(|view| view.own());
    let replica = copies.into_iter().find(|line| line.master.as_ref() == Some(id) && stays(&line.id))?;
    Some(
        Diagnostic::error(
            "redisops::slots::leaves-replica",
            format!("`{address}` cannot leave: `{}` is its replica and stays", replica.id.short()),
        )
        .help("give the replica another master first, or let it leave as well"),
    )
}

/// A master that holds keys cannot be reset; it is better to know before it is forgotten.
async fn is_empty_master(members: &Members, leave: &Leave, views: &[View]) -> Option<Diagnostic> {
    if role(&leave.id, views) == Some(Role::Replica) {
        return None;
    }
    let connection = members.connection(&leave.id).ok()?;
    match lasting_keys(connection).await {
        Ok(0) | Err(_) => None,
        Ok(count) => Some(
            Diagnostic::error(
                "redisops::slots::leaves-with-keys",
                format!("`{}` cannot leave: it owns no slot but holds {count} keys", leave.address),
            )
            .note("keys outside the slots of a node are left from a migration that was interrupted, and may be the only copies")
            .help("run `redisops slots check` to see them, and `redisops slots fix`"),
        ),
    }
}

async fn one(members: &mut Members, leave: &Leave, leaves: &[Leave], steps: &Steps<'_>) -> Result<Left, Diagnostics> {
    let Leave { id, address } = leave;
    let told = forget(members, id, leaves).await?;
    if told > 0 {
        steps.say(Step::Forgotten { id: id.clone(), by: told });
    }
    let end = match reset(members, leave, steps).await? {
        End::Already if told > 0 => End::Reset,
        end => end,
    };
    gone(members, id, address, leaves, steps).await?;
    members.remove(id);
    let untold = members.missing().iter().filter(|(other, _)| leaves.iter().all(|leave| leave.id != *other));
    let warnings = untold
        .map(|(other, error)| {
            Diagnostic::warning(
                "redisops::slots::not-told",
                format!("`{}` could not be told that `{}` left: {error}", other.short(), id.short()),
            )
            .help("when it is back it may list the node as failed: run `CLUSTER FORGET` on it, or `redisops slots fix`")
        })
        .collect();
    Ok(Left { id: id.clone(), address: address.clone(), end, warnings })
}

/// Tells everybody who stays, at once; how many had known it. That is taken from their views: those that heard of it from others say OK, too.
async fn forget(members: &Members, id: &NodeId, leaves: &[Leave]) -> Result<usize, Diagnostics> {
    let stays = |other: &NodeId| leaves.iter().all(|leave| leave.id != *other);
    let views = members.views().await;
    let knew = views.iter().filter(|view| stays(&view.of) && view.line(id).is_some()).count();
    let stay = members.iter().filter(|member| stays(&member.id));
    let told = join_all(stay.map(|member| tell(&member.connection, id))).await;
    let doing = format!("a member could not be told to forget `{}`", id.short());
    let errors: Vec<Diagnostic> =
        told.into_iter().filter_map(Result::err).map(|error| failed(&doing, &error)).collect();
    if errors.is_empty() { Ok(knew) } else { Err(Diagnostics(errors)) }
}

/// Tells one node. Newer servers pass the order on, so it may have been carried out before its turn.
async fn tell(connection: &Connection, id: &NodeId) -> Result<(), NodeError> {
    match connection.query::<()>(::redis::cmd("CLUSTER").arg("FORGET").arg(id.as_str())).await {
        Err(error) if error.to_string().contains("Unknown node") => Ok(()),
        answer => answer,
    }
}

/// Makes the node forget the cluster. A replica is emptied by that; a master must be empty.
async fn reset(members: &Members, leave: &Leave, steps: &Steps<'_>) -> Result<End, Diagnostics> {
    let connection = match members.connection(&leave.id) {
        Ok(connection) => connection.clone(),
        // Forgotten before a crash: no longer listed, but still there.
        Err(_) => match members.access().connect(&leave.address).await {
            Ok(connection) => connection,
            Err(error) if error.is_lost() => return Ok(End::Unreachable),
            Err(error) => return Err(failed("the node that leaves", &error).into()),
        },
    };
    let id = match nodes(&connection).await {
        Ok(lines) => lines.into_iter().find(|line| line.myself).map(|line| line.id),
        Err(error) if error.is_lost() => return Ok(End::Unreachable),
        Err(error) => return Err(failed("the node that leaves", &error).into()),
    };
    if id.as_ref() != Some(&leave.id) {
        return Ok(End::Already);
    }
    match connection.query_within::<()>(::redis::cmd("CLUSTER").arg("RESET").arg("HARD"), steps.deadline).await {
        Ok(()) => {
            steps.say(Step::Reset { id: leave.id.clone(), address: leave.address.clone() });
            Ok(End::Reset)
        }
        Err(error) if error.is_lost() => Ok(End::Unreachable),
        Err(error) => Err(failed("the node that leaves could not be reset", &error).into()),
    }
}

/// Waits until nobody who stays lists it. Whoever learned it again by gossip, from a node that had not heard yet, is told again.
async fn gone(
    members: &Members,
    id: &NodeId,
    address: &Address,
    leaves: &[Leave],
    steps: &Steps<'_>,
) -> Result<(), Diagnostics> {
    let end = Instant::now() + steps.deadline;
    loop {
        let views = members.views().await;
        let stays = |view: &&View| leaves.iter().all(|leave| leave.id != view.of);
        let lists: Vec<&View> = views.iter().filter(stays).filter(|view| view.line(id).is_some()).collect();
        if lists.is_empty() {
            return Ok(());
        }
        if Instant::now() >= end {
            return Err(Diagnostic::error(
                "redisops::slots::not-forgotten",
                format!("`{address}` (`{}`) comes back: `{}` still lists it", id.short(), lists[0].address),
            )
            .note("some node that redisops cannot reach still knows it and passes it on")
            .help("make all nodes reachable and run the same command again")
            .into());
        }
        forget(members, id, leaves).await?;
        sleep(LOOK).await;
    }
}
