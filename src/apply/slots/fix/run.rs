//! Repairs one phase after the other, with a new look at the cluster after each.

use std::path::PathBuf;

use crate::apply::slots::Archive;
use crate::apply::slots::conflict::{ConflictError, Side};
use crate::apply::slots::lock::{Lock, lock_name};
use crate::apply::slots::migrate::run_name;
use crate::apply::slots::watch::quiet;
use crate::diagnostics::Diagnostics;
use crate::live::redis::{Cluster, ClusterError};
use crate::slots::Address;
use crate::slots::health::{Health, Phase, Repair};

use super::carry::{self, Carried, Judge};
use super::collect::examine;
use super::repairs;
use super::report::{Failure, FixReport};

/// Looks at a cluster that change nothing any more are not repeated for ever.
const ROUNDS: usize = 40;

/// How repairs are to be done.
#[derive(Clone, Debug)]
pub struct FixOptions {
    /// Which value of a key counts that has two; nothing for neither.
    pub on_conflict: Option<Side>,
    /// The file that keeps the values that lose.
    pub archive: PathBuf,
    /// Whether it is made sure that no other run is at work.
    pub lock: bool,
    /// Who does it, for others that find the lock: `user@host/PID`.
    pub holder: String,
}

/// Mends what has one right answer; `told` hears of each repair before it is run.
///
/// # Errors
/// When the cluster is out of reach, or another run is at work. A repair that fails is in the report.
pub async fn fix(
    cluster: Cluster,
    options: &FixOptions,
    mut told: impl FnMut(&Repair),
) -> Result<FixReport, Diagnostics> {
    let lock = take_lock(&cluster, options).await?;
    let archive = Archive::at(&options.archive);
    let judge = Judge { decision: options.on_conflict, archive: &archive };
    let mut report = FixReport::default();
    let mut cluster = cluster;
    let mut in_vain: Vec<Repair> = Vec::new();
    let mut failed: Vec<(Repair, String)> = Vec::new();
    let mut health = examine(&cluster).await.1;
    let mut watched = !options.lock;
    for _ in 0..ROUNDS {
        let round: Vec<Repair> = health.next_repairs(&in_vain).into_iter().cloned().collect();
        let Some(phase) = round.first().map(Repair::phase) else { break };
        // What gossip would delete is saved first; a hand-over may be another tool's, and what was seen may be its work half done.
        if phase > Phase::Protect && round.iter().any(concerns_slots) && !std::mem::replace(&mut watched, true) {
            quiet(&cluster, &cluster.state().await).await?;
            health = examine(&cluster).await.1;
            continue;
        }
        lock.check().await.map_err(|lost| lost.diagnostic())?;
        for repair in round {
            told(&repair);
            failed.retain(|(earlier, _)| *earlier != repair);
            match run(&cluster, &repair, judge).await {
                Ok(carried) => note(&mut report, &repair, carried),
                Err(error) => failed.push((repair.clone(), error.to_string())),
            }
            // What is still wanted after it was run is not run again: it would do no more.
            in_vain.push(repair);
        }
        cluster = again(&cluster).await?;
        lock.follow(&cluster).await;
        let before = health;
        health = examine(&cluster).await.1;
        if progress(&before, &health) {
            in_vain.retain(|repair| !failed.iter().any(|(failed, _)| failed == repair));
        }
    }
    lock.release().await;
    report.failed = failed.into_iter().map(|(repair, error)| Failure { repair: repair.to_string(), error }).collect();
    report.whole = health.whole;
    report.findings = health.findings;
    Ok(report)
}

async fn take_lock(cluster: &Cluster, options: &FixOptions) -> Result<Lock, Diagnostics> {
    let name = lock_name(&run_name(), &options.holder);
    let taken =
        if options.lock { Lock::take(cluster, &name).await } else { Lock::take_regardless(cluster, &name).await };
    taken.map_err(|taken| taken.diagnostic().into())
}

/// Whether a repair changes what another tool may be changing.
fn concerns_slots(repair: &Repair) -> bool {
    !matches!(repair, Repair::Meet { .. } | Repair::Replicate { .. })
}

/// Whether something is better than before: then a repair that failed may work now.
fn progress(before: &Health, after: &Health) -> bool {
    after.findings.len() < before.findings.len()
}

/// New connections: a repair may have brought nodes to light.
async fn again(cluster: &Cluster) -> Result<Cluster, ClusterError> {
    let mut seeds: Vec<Address> = vec![cluster.seed().clone()];
    let reached = cluster.members().iter().filter(|member| member.link.is_ok());
    seeds.extend(reached.map(|member| member.address.clone()));
    Cluster::connect(cluster.access(), &seeds).await
}

fn note(report: &mut FixReport, repair: &Repair, carried: Carried) {
    report.moved_keys += carried.keys;
    report.slots.union_with(&carried.slots);
    if let Repair::Assign { slots, .. } = repair {
        report.slots.union_with(slots);
    }
    let left: usize = carried.conflicts.iter().filter(|conflict| conflict.kept.is_none()).count();
    report.repaired.push(match left {
        0 => repair.to_string(),
        1 => format!("{repair}; one key is left, which has two values"),
        more => format!("{repair}; {more} keys are left, which have two values"),
    });
    report.conflicts.extend(carried.conflicts);
}

async fn run(cluster: &Cluster, repair: &Repair, judge: Judge<'_>) -> Result<Carried, ConflictError> {
    match repair {
        Repair::Protect { loser: node, winner: owner, slots } | Repair::Tell { node, owner, slots } => {
            repairs::let_go(cluster, node, owner, slots).await?;
        }
        Repair::Assign { to, slots } => repairs::assign(cluster, to, slots).await?,
        Repair::Close { node, slots } => repairs::close(cluster, node, slots).await?,
        Repair::Finish { from, to, slots } => return carry::finish(cluster, from, to, slots, judge).await,
        Repair::MoveKeys { from, to, slots } => return carry::move_keys(cluster, from, to, slots, judge).await,
        Repair::Meet { node, address, bus_port, .. } => repairs::meet(cluster, node, address, *bus_port).await?,
        Repair::Replicate { node, master } => repairs::replicate(cluster, node, master).await?,
        Repair::BumpEpoch { node } => repairs::bump(cluster, node).await?,
    }
    Ok(Carried::default())
}
