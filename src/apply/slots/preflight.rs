//! What must be true before anything is touched. Every check has a name, and all that fail are told together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ::redis::cmd;
use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Cluster, Connection};
use crate::redis::{Info, View};
use crate::slots::{ClusterState, Node, NodeId, SlotPlan};

use super::options::{Check, Options};
use super::recover::cluster_state;
use super::rights;

/// How long gossip may take until nodes count as of different minds.
const GOSSIP: Duration = Duration::from_secs(5);

/// Who takes part: givers and takers that are members already.
fn parts(plan: &SlotPlan) -> BTreeSet<NodeId> {
    plan.moves.iter().flat_map(|one| one.from.iter().chain([&one.to])).cloned().collect()
}

/// Runs all checks that are not overridden.
///
/// # Errors
/// All that fail.
pub(super) async fn preflight(
    cluster: &Cluster,
    state: &ClusterState,
    plan: &SlotPlan,
    options: &Options,
) -> Result<(), Diagnostics> {
    let parts = parts(plan);
    let members: Vec<(&NodeId, &Connection)> =
        cluster.members().iter().filter_map(|member| Some((&member.id, member.link.as_ref().ok()?))).collect();
    let (moving, others): (Vec<_>, Vec<_>) = members.iter().partition(|(id, _)| parts.contains(*id));
    let of = |list: &[(&NodeId, &Connection)]| -> Vec<Connection> { list.iter().map(|(_, c)| (*c).clone()).collect() };
    let (moving, others) = (of(&moving), of(&others));
    let mut found = Diagnostics::new();
    let mut take = |check: Check, result: Result<(), Vec<Diagnostic>>| {
        if let (true, Err(failed)) = (options.checks(check), result) {
            found.extend(Diagnostics(failed.into_iter().map(|one| with_force(one, check)).collect()));
        }
    };
    take(Check::ClusterOk, cluster_ok(state, plan, &moving).await);
    take(Check::Loading, loading(&moving).await);
    if options.checks(Check::Views) {
        take(Check::Views, views(cluster).await);
    }
    take(Check::Memory, memory(state, plan, &moving).await);
    if options.require_replicas {
        take(Check::Replicas, replicas(&moving).await);
    }
    if options.checks(Check::Rights) {
        let user = cluster.access().user.as_deref().unwrap_or("default");
        let (moving, others): (Vec<&Connection>, Vec<&Connection>) = (moving.iter().collect(), others.iter().collect());
        take(Check::Rights, rights::check(user, &moving, &others).await.map_err(|one| vec![one]));
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

/// Says how a check is overridden, where its help does not.
fn with_force(one: Diagnostic, check: Check) -> Diagnostic {
    let flag = format!("`--force {}`", check.name());
    let help = match &one.help {
        Some(help) if help.contains(&flag) => help.clone(),
        Some(help) => format!("{help}; {flag} goes on regardless"),
        None => format!("{flag} goes on regardless"),
    };
    one.help(help)
}

async fn cluster_ok(state: &ClusterState, plan: &SlotPlan, moving: &[Connection]) -> Result<(), Vec<Diagnostic>> {
    let mut found = Vec::new();
    let failed: Vec<&Node> = state.masters().filter(|node| node.is_failed() && !node.slots.is_empty()).collect();
    for node in failed {
        found.push(
            Diagnostic::error(
                "redisops::slots::cluster_ok",
                format!("master {} is down and owns slots {}", node.address, node.slots),
            )
            .help("bring it back, or let a replica take over with `CLUSTER FAILOVER TAKEOVER`"),
        );
    }
    let assigned =
        |slot: usize| plan.moves.iter().any(|one| one.from.is_none() && one.slots.iter().any(|s| s.index() == slot));
    let nobody = state.owners().iter().enumerate().filter(|(slot, owner)| owner.is_none() && !assigned(*slot)).count();
    if nobody > 0 {
        found.push(
            Diagnostic::error("redisops::slots::cluster_ok", format!("{nobody} slots belong to nobody"))
                .help("look at them with `redisops slots check`, and mend them with `redisops slots fix`"),
        );
    }
    if !found.is_empty() {
        return Err(found);
    }
    for (connection, state) in moving.iter().zip(join_all(moving.iter().map(cluster_state)).await) {
        // Slots of nobody that the plan gives away are what is wrong then.
        let wrong = !plan.moves.iter().any(|one| one.from.is_none());
        if state.as_ref().is_ok_and(|state| state != "ok") && wrong {
            let message = format!("node {} says that the cluster is down", connection.address());
            found.push(
                Diagnostic::error("redisops::slots::cluster_ok", message).help("see what `redisops slots check` says"),
            );
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

async fn info(connection: &Connection, section: &str) -> Option<Info> {
    let text: String = connection.query(cmd("INFO").arg(section)).await.ok()?;
    Some(Info::parse(&text))
}

async fn loading(moving: &[Connection]) -> Result<(), Vec<Diagnostic>> {
    let asked = join_all(moving.iter().map(|connection| info(connection, "persistence"))).await;
    let loads = |info: &Option<Info>| info.as_ref().is_some_and(|info| info.get("loading") == Some("1"));
    let found: Vec<Diagnostic> = moving
        .iter()
        .zip(&asked)
        .filter(|(_, info)| loads(info))
        .map(|(connection, info)| {
            let eta = info.as_ref().and_then(|info| info.number("loading_eta_seconds"));
            let rest = eta.map_or_else(String::new, |eta| format!(", {eta} s to go"));
            let message = format!("node {} is loading its data{rest}", connection.address());
            Diagnostic::error("redisops::slots::loading", message).help("wait until it is done")
        })
        .collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

async fn views(cluster: &Cluster) -> Result<(), Vec<Diagnostic>> {
    let begun = Instant::now();
    loop {
        let views: Vec<View> = cluster.views().await.into_iter().filter_map(|(_, view)| view.ok()).collect();
        let Some(different) = difference(&views) else { return Ok(()) };
        if begun.elapsed() > GOSSIP {
            return Err(vec![
                Diagnostic::error("redisops::slots::views", different)
                    .help("look at it with `redisops slots check`, and mend it with `redisops slots fix`"),
            ]);
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// What two nodes say differently about who owns what.
fn difference(views: &[View]) -> Option<String> {
    let owners = |view: &View| -> BTreeMap<NodeId, String> {
        view.lines
            .iter()
            .filter(|line| !line.slots.is_empty())
            .map(|line| (line.id.clone(), line.slots.to_string()))
            .collect()
    };
    let first = views.first()?;
    let wanted = owners(first);
    let other = views.iter().find(|view| owners(view) != wanted)?;
    Some(format!("nodes {} and {} do not agree on who owns which slots", first.address, other.address))
}

async fn memory(state: &ClusterState, plan: &SlotPlan, moving: &[Connection]) -> Result<(), Vec<Diagnostic>> {
    let mut incoming: BTreeMap<&NodeId, u64> = BTreeMap::new();
    for one in &plan.moves {
        *incoming.entry(&one.to).or_default() += one.bytes.unwrap_or_else(|| estimate(state, one));
    }
    let mut found = Vec::new();
    for (id, incoming) in incoming {
        let Some(node) = state.node(id) else { continue };
        let Some(connection) = moving.iter().find(|connection| *connection.address() == node.address) else { continue };
        let Some(info) = info(connection, "memory").await else { continue };
        let (used, most) = (info.number("used_memory").unwrap_or(0), info.number("maxmemory").unwrap_or(0));
        if most == 0 || used + incoming <= most {
            continue;
        }
        let policy = info.get("maxmemory_policy").unwrap_or("noeviction");
        let then =
            if policy == "noeviction" { "it would refuse them in the middle" } else { "it would evict other keys" };
        let message =
            format!("node {} has {used} of {most} bytes in use, and about {incoming} more come: {then}", node.address);
        found.push(
            Diagnostic::error("redisops::slots::memory", message).help("raise its `maxmemory`, or move less to it"),
        );
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// The giver's memory in proportion to its slots.
fn estimate(state: &ClusterState, one: &crate::slots::Move) -> u64 {
    let giver = one.from.as_ref().and_then(|id| state.node(id));
    let Some((used, slots)) = giver.and_then(|giver| Some((giver.used_memory?, giver.slots.len()))) else { return 0 };
    // A server without keys uses about 2 MB.
    used.saturating_sub(2 << 20) * u64::from(one.slots.len()) / u64::from(slots.max(1))
}

async fn replicas(moving: &[Connection]) -> Result<(), Vec<Diagnostic>> {
    let asked = join_all(moving.iter().map(|connection| info(connection, "replication"))).await;
    let online = |info: &Info| {
        let count = info.number("connected_slaves").unwrap_or(0);
        (0..count).any(|number| info.fields(&format!("slave{number}")).any(|field| field == ("state", "online")))
    };
    let found: Vec<Diagnostic> = moving
        .iter()
        .zip(asked)
        .filter(|(_, info)| info.as_ref().is_some_and(|info| !online(info)))
        .map(|(connection, _)| {
            let message = format!("node {} has no replica in step", connection.address());
            Diagnostic::error("redisops::slots::replicas", message)
                .help("give it one, as in `redisops slots migrate SEED --replicas 1`")
        })
        .collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redis::parse_nodes;
    use crate::slots::Address;

    #[test]
    fn nodes_of_different_minds_are_named() {
        let view = |port: u16, text: &str| View {
            id: "a".into(),
            address: Address::new("h", port),
            lines: parse_nodes(text).unwrap(),
        };
        let one = "a h:1@2 myself,master - 0 0 1 connected 0-99\nb h:2@3 master - 0 0 2 connected 100-199\n";
        let other = "a h:1@2 master - 0 0 1 connected 0-98\nb h:2@3 myself,master - 0 0 3 connected 99-199\n";
        assert_eq!(difference(&[view(1, one), view(2, one)]), None);
        assert_eq!(
            difference(&[view(1, one), view(2, other)]).unwrap(),
            "nodes h:1 and h:2 do not agree on who owns which slots"
        );
    }

    #[test]
    fn every_check_says_how_it_is_overridden() {
        let one = with_force(Diagnostic::error("redisops::slots::x", "m").help("do this"), Check::ClusterOk);
        assert_eq!(one.help.as_deref(), Some("do this; `--force cluster-ok` goes on regardless"));
        assert_eq!(with_force(one.clone(), Check::ClusterOk).help, one.help);
    }
}
