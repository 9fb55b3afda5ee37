//! The steps of joining, in order.

use std::collections::BTreeSet;

use futures::future::try_join_all;

use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::live::redis::{Connection, NodeError};
use crate::slots::{Address, Join, NodeId};

use super::super::members::{Member, Members, Step, Steps, failed};
use super::compare::compare;
use super::examine::{Standing, objections, standing};
use super::facts::facts;
use super::{functions, meet};

/// A node that is a member now.
#[derive(Clone, PartialEq, Debug)]
pub struct Joined {
    /// Its identity.
    pub id: NodeId,
    /// Where it listens.
    pub address: Address,
    /// Whether it was a member before.
    pub already: bool,
    /// How many function libraries were copied to it.
    pub functions: usize,
    /// What differs from the members, and is no hindrance.
    pub warnings: Vec<Diagnostic>,
}

/// Makes a node a member; a second call finds it one. Nothing is changed anywhere before every check has passed.
///
/// The checks that `forced` may name: `version`, `modules`, `acl`, `databases`, `functions`. That a node holds keys, owns slots or knows others is
/// never overlooked.
///
/// # Errors
/// When the node may not join, when it cannot be reached, and when not everybody knows it before the deadline.
pub async fn join(members: &mut Members, wanted: &Join, steps: &Steps<'_>) -> Result<Joined, Diagnostics> {
    let (connection, standing) = approach(members, wanted).await?;
    let id = standing.id.clone().unwrap_or_else(|| NodeId::from(""));
    let candidate = Member { id: id.clone(), address: wanted.address.clone(), connection };
    let address = wanted.address.clone();
    if is_member(members, &candidate, &standing).await {
        members.add(candidate);
        return Ok(Joined { id, address, already: true, functions: 0, warnings: Vec::new() });
    }
    let warnings = judge(members, &candidate.connection, &standing, steps).await?;
    let functions = match first_master(members).await {
        Some(source) => functions::copy(&source, &candidate.connection, steps.may("functions")).await?,
        None => 0,
    };
    if functions > 0 {
        steps.say(Step::FunctionsCopied { to: address.clone(), libraries: functions });
    }
    meet::meet(members, &candidate, steps).await?;
    steps.say(Step::Joined { id: id.clone(), address: address.clone() });
    members.add(candidate);
    Ok(Joined { id, address, already: false, functions, warnings })
}

/// Looks at a node that is to join, without changing anything: what would be said about it.
///
/// # Errors
/// As [`join`], as far as it can be known beforehand.
pub async fn examine(members: &Members, wanted: &Join, steps: &Steps<'_>) -> Result<Vec<Diagnostic>, Diagnostics> {
    let (connection, standing) = approach(members, wanted).await?;
    let id = standing.id.clone().unwrap_or_else(|| NodeId::from(""));
    let candidate = Member { id, address: wanted.address.clone(), connection };
    if is_member(members, &candidate, &standing).await {
        return Ok(Vec::new());
    }
    judge(members, &candidate.connection, &standing, steps).await
}

async fn approach(members: &Members, wanted: &Join) -> Result<(Connection, Standing), Diagnostics> {
    let new = |error: NodeError| failed("the node that is to join", &error);
    let connection = members.access().connect(&wanted.address).await.map_err(new)?;
    let standing = standing(&connection).await.map_err(new)?;
    match (&wanted.id, &standing.id) {
        (Some(wanted), Some(found)) if wanted != found => Err(Diagnostic::error(
            "redisops::slots::another-node",
            format!(
                "`{}` is the node `{}`, not `{}` as the plan says",
                connection.address(),
                found.short(),
                wanted.short()
            ),
        )
        .help("make a new plan")
        .into()),
        _ => Ok((connection, standing)),
    }
}

/// Whether all members know it and it knows all of them.
async fn is_member(members: &Members, candidate: &Member, standing: &Standing) -> bool {
    let others: Vec<_> = members.iter().filter(|member| member.id != candidate.id).collect();
    let views = members.views().await;
    !others.is_empty()
        && others.iter().all(|member| standing.knows.contains(&member.id))
        && views.iter().all(|view| view.lines.is_err() || view.knows(&candidate.id))
}

/// Everything that speaks against it; warnings where that is nothing.
async fn judge(
    members: &Members,
    candidate: &Connection,
    standing: &Standing,
    steps: &Steps<'_>,
) -> Result<Vec<Diagnostic>, Diagnostics> {
    let ids: BTreeSet<NodeId> = members
        .iter()
        .map(|member| member.id.clone())
        .chain(members.missing().iter().map(|(id, _)| id.clone()))
        .collect();
    let mut found = objections(standing, &ids);
    if standing.cluster_enabled {
        let compared = async {
            let own = facts(candidate).await?;
            let theirs = try_join_all(members.iter().map(|member| facts(&member.connection))).await?;
            Ok(compare(&own, &theirs))
        };
        let compared = compared.await.map_err(|error: NodeError| failed("nodes could not be compared", &error))?;
        found.extend(compared.into_iter().map(|(check, one)| {
            let severity = if steps.may(check) { Severity::Warning } else { one.severity };
            Diagnostic { severity, ..one }
        }));
    }
    if found.iter().any(|one| one.severity == Severity::Error) { Err(Diagnostics(found)) } else { Ok(found) }
}

/// The connection to a master: functions live there, and on its replicas.
async fn first_master(members: &Members) -> Option<Connection> {
    let views = members.views().await;
    let owns =
        |id: &NodeId| views.iter().any(|view| view.of == *id && view.own().is_some_and(|line| !line.slots.is_empty()));
    members
        .iter()
        .find(|member| owns(&member.id))
        .or_else(|| members.iter().next())
        .map(|member| member.connection.clone())
}
