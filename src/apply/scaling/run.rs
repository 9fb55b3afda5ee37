//! A run: look, plan, do the first kind of step that is left, until nothing is left.

use std::time::{Duration, Instant};

use crate::apply::slots::{Options, Progress, Stop};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Access, SurveyOptions};
use crate::plan::scaling::{Pod, ScalingError, ScalingPlan, Wanted, plan};

use super::left;
use super::look::{Order, Place, Seen, look};
use super::phases::Crew;
use super::report::ScalingReport;
use super::verify::verify;

/// There are nine kinds of steps. Whoever needs many more rounds fights with somebody.
const ROUNDS: usize = 30;

/// What there is to do, without doing it.
///
/// # Errors
/// When pods do not answer, or the cluster must be repaired first.
pub async fn preview(access: &Access, order: &Order) -> Result<ScalingPlan, Diagnostics> {
    let seen = look(access, order).await?;
    planned(&seen, order)
}

/// The same before the pods are there: those that are not among the `present` ones are taken for fresh. Keys and bytes of slots that move are counted where
/// `counts` says so.
///
/// # Errors
/// As [`preview`].
pub async fn forecast(
    access: &Access,
    order: &Order,
    present: &[String],
    counts: bool,
) -> Result<ScalingPlan, Diagnostics> {
    let is_there = |place: &&Place| present.contains(&place.pod);
    let known = Order { places: order.places.iter().filter(is_there).cloned().collect(), ..order.clone() };
    let mut seen = look(access, &known).await?;
    let mut there = std::mem::take(&mut seen.pods).into_iter();
    let fresh = |place: &Place| Pod {
        name: place.pod.clone(),
        stays: place.stays,
        node: Some(format!("new {}", place.pod).as_str().into()),
        address: Some(place.at.clone()),
        zone: place.zone.clone(),
        shard: place.shard.clone(),
    };
    let pod = |place: &Place| if is_there(&place) { there.next() } else { Some(fresh(place)) };
    seen.pods = order.places.iter().filter_map(pod).collect();
    let plan = planned(&seen, order)?;
    if !counts || plan.moved_slots == 0 {
        return Ok(plan);
    }
    // What nodes do not tell is not known; the plan is the same without.
    let found = seen.cluster.survey(&seen.state, SurveyOptions { bytes: true, big_keys: None, ops: None }).await;
    Ok(plan.with_stats(found.stats))
}

/// How many replicas each master has, where that is the same for all and nothing is in between.
///
/// # Errors
/// When pods do not answer, and when nobody can say.
pub async fn replicas_now(access: &Access, places: &[Place], patience: Duration) -> Result<u16, Diagnostics> {
    let wanted = Wanted { masters: 1, replicas: 0 };
    let seen = look(access, &Order { places: places.to_vec(), wanted, patience }).await?;
    let mut counts = seen.state.masters().map(|master| match master.slots.is_empty() {
        true => None,
        false => Some(seen.state.replicas_of(&master.id).count()),
    });
    let first = counts.next().flatten();
    match first.filter(|first| counts.all(|count| count == Some(*first))).and_then(|count| u16::try_from(count).ok()) {
        Some(count) => Ok(count),
        None => Err(Diagnostic::error(
            "redisops::scaling::replicas",
            "how many replicas each master is to have cannot be seen from the cluster",
        )
        .note("masters have different numbers of replicas, or own no slots")
        .help("say it with the annotation `redisops.dev/replicas` of the StatefulSet, or with `--replicas N` of `redisops cluster`")
        .into()),
    }
}

fn planned(seen: &Seen, order: &Order) -> Result<ScalingPlan, Diagnostics> {
    plan(&seen.state, &seen.pods, order.wanted).map_err(|error| {
        let mut found = error.diagnostic();
        if let ScalingError::Silent { pod } = &error
            && let Some((_, why)) = seen.silent.iter().find(|(name, _)| name == pod)
        {
            found = found.note(why.to_string());
        }
        found.into()
    })
}

/// Brings a cluster to the wanted size in the pods that stay. Once it returns, all pods that do not stay are empty and no members, and every node agrees.
///
/// # Errors
/// When something could not be done; what was done stays, and the next run goes on from there.
pub async fn scale(
    access: &Access,
    order: &Order,
    options: &Options,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<ScalingReport, Diagnostics> {
    let begun = Instant::now();
    let mut crew = Crew::new(options, progress, stop);
    for _ in 0..ROUNDS {
        let seen = look(access, order).await?;
        let plan = planned(&seen, order)?;
        if plan.steps.is_empty() {
            left::reset_forgotten(access, order, &seen.state).await;
            left::mark(access, order).await;
            verify(access, &seen, order).await?;
            let mut report = crew.report;
            (report.masters, report.drained_to) = (plan.masters, plan.drained_to);
            report.seconds = (begun.elapsed().as_secs_f64() * 1e3).round() / 1e3;
            return Ok(report);
        }
        if stop.wanted() {
            return Err(Diagnostic::error(
                "redisops::scaling::stopped",
                format!("stopped with {} steps left", plan.steps.len()),
            )
            .help("run the same command again: it goes on from here")
            .into());
        }
        crew.work(&seen, &plan, order, access).await?;
    }
    Err(Diagnostic::error(
        "redisops::scaling::restless",
        "the cluster keeps changing: steps that were done are left to do again",
    )
    .note("somebody else changes its members or replicas")
    .help("find out who, with `CLIENT LIST` and the logs of the nodes, then run the same command again")
    .into())
}
