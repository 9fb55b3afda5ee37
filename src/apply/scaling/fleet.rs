//! Scaling as a part of an apply: what goes before a StatefulSet is written, and what after its pods are ready.

use std::ops::Range;
use std::time::Duration;

use crate::apply::slots::{Event, Options, Progress, Stop};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::kubernetes::Cluster;
use crate::live::redis::Access;
use crate::plan::scaling::{ScalingPlan, Wanted};
use crate::slots::Address;

use super::look::{Order, Place};
use super::report::ScalingReport;
use super::resize::{Resize, Set, Size};
use super::run::{forecast, preview, replicas_now, scale};
use super::workload::Workload;

/// How the nodes of a StatefulSet are reached.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// What reports call it.
    pub name: String,
    /// The name of the StatefulSet.
    pub set: String,
    /// The name of the Redis, where it is one of `kind: Redis`: each of its shards may have a StatefulSet.
    pub redis: Option<String>,
    /// Whether the environment says that it is a cluster; else its StatefulSet has to.
    pub is_cluster: bool,
    /// Where and how; what is wrong with that is said once they are needed.
    pub reach: Result<Reach, Diagnostics>,
}

/// Where nodes are, and how they let in.
#[derive(Clone, Debug)]
pub struct Reach {
    /// As whom, and with which certificates.
    pub access: Access,
    /// Where pods are reached.
    pub pods: Vec<(String, Address)>,
    /// The port, where other pods are reached by their names.
    pub port: Option<u16>,
}

/// Says whether a plan may be carried out.
pub type Allow<'a> = dyn Fn(&ScalingPlan) -> Result<(), Diagnostics> + Sync + 'a;

/// Scales the clusters of an apply.
pub struct Scaler<'a> {
    /// The API server.
    pub cluster: Cluster,
    /// What is known of clusters.
    pub fleets: &'a [Fleet],
    /// How slots are moved.
    pub options: &'a Options,
    /// Who is told.
    pub progress: &'a dyn Progress,
    /// Whether somebody wants it to stop.
    pub stop: &'a Stop,
    /// How long pods may take to answer.
    pub patience: Duration,
    /// Whether a plan may be carried out.
    pub allow: &'a Allow<'a>,
}

impl Scaler<'_> {
    fn fleet(&self, resize: &Resize) -> Option<&Fleet> {
        let is_labelled = resize.sets.iter().any(Set::is_labelled);
        let redis = resize.sets.iter().find_map(Set::redis_of_shard);
        let is_of = |fleet: &&Fleet| {
            let is_named = resize.sets.iter().any(|set| set.name() == fleet.set);
            is_named || redis.is_some() && redis == fleet.redis.as_deref()
        };
        self.fleets.iter().find(|fleet| is_of(fleet) && (fleet.is_cluster || is_labelled))
    }

    /// The live StatefulSets.
    fn workloads(&self, resize: &Resize) -> Vec<Option<Workload>> {
        let workload = |set: &Set| Some(Workload::of(self.cluster.clone(), set.live.as_ref()?));
        resize.sets.iter().map(workload).collect()
    }

    /// Before StatefulSets are written. Those that shrink are drained first; of all of a cluster it is remembered that new nodes are not in use yet, and that
    /// those of a StatefulSet that goes are in use still.
    ///
    /// # Errors
    /// When nodes cannot be drained, or nobody says how they are reached. Nothing may be written then.
    pub async fn before(&self, resize: &Resize) -> Result<Option<ScalingReport>, Diagnostics> {
        let Some(sizes) = resize.sizes().filter(|_| resize.changes()) else { return Ok(None) };
        let Some(fleet) = self.fleet(resize) else { return self.unreached(resize, &sizes) };
        let workloads = self.workloads(resize);
        let replicas = self.replicas(resize, fleet, &workloads, &sizes).await?;
        let wanted = self.wanted(resize, fleet, &sizes, replicas)?;
        for (workload, size) in workloads.iter().zip(&sizes) {
            let Some(workload) = workload else { continue };
            workload.begin(size.have.max(size.want), replicas).await?;
        }
        if !resize.shrinks() {
            return Ok(None);
        }
        // What comes is not there yet: until then masters have as many replicas as the smallest set lets them have.
        let now: Vec<Size> =
            sizes.iter().map(|size| Size { have: size.have, want: size.want.min(size.have) }).collect();
        let is_over = now == sizes;
        let least = now.iter().map(|size| size.want).filter(|want| *want > 0).min().unwrap_or(1);
        let staying = now.iter().map(|size| size.want.min(least)).collect::<Vec<u16>>();
        let meanwhile = if is_over { replicas } else { least - 1 };
        let wanted = resize.wanted(&staying, meanwhile).unwrap_or(wanted);
        let report = self.scale(resize, fleet, &now, wanted).await?;
        for (workload, size) in workloads.iter().zip(&now) {
            let Some(workload) = workload else { continue };
            match is_over {
                true => workload.drained(usize::from(size.want)).await?,
                false => workload.begin(size.want, replicas).await?,
            }
        }
        Ok(Some(report))
    }

    /// After they are written and their pods are ready: new nodes get their part, and StatefulSets that go are drained.
    ///
    /// # Errors
    /// When that cannot be done. Nothing may be deleted then.
    pub async fn after(&self, resize: &Resize) -> Result<Option<ScalingReport>, Diagnostics> {
        let (Some(sizes), Some(fleet), Some(replicas)) = (resize.sizes(), self.fleet(resize), resize.scaling()) else {
            return Ok(None);
        };
        let replicas = resize.replicas().unwrap_or(replicas);
        let workloads = self.workloads(resize);
        let wanted = self.wanted(resize, fleet, &sizes, replicas)?;
        let report = self.scale(resize, fleet, &sizes, wanted).await?;
        for (workload, size) in workloads.iter().zip(&sizes) {
            let Some(workload) = workload else { continue };
            workload.drained(usize::from(size.want)).await?;
        }
        Ok(Some(report))
    }

    /// What an apply would do to the nodes, for a plan; with keys and bytes of the slots that move where `counts` says so.
    ///
    /// # Errors
    /// When the nodes cannot be asked.
    pub async fn preview(&self, resize: &Resize, counts: bool) -> Result<Option<(String, ScalingPlan)>, Diagnostics> {
        let (Some(sizes), Some(fleet)) = (resize.sizes(), self.fleet(resize)) else { return Ok(None) };
        if !resize.is_under_way() {
            return Ok(None);
        }
        let workloads = self.workloads(resize);
        let replicas = self.replicas(resize, fleet, &workloads, &sizes).await?;
        let wanted = self.wanted(resize, fleet, &sizes, replicas)?;
        let order = self.order(resize, fleet, &sizes, wanted).await?;
        let there = resize.sets.iter().zip(&sizes).flat_map(|(set, size)| pods_of(set, 0..size.have));
        let present: Vec<String> = there.collect();
        let plan = forecast(&fleet.reach.clone()?.access, &order, &present, counts).await?;
        Ok(Some((fleet.name.clone(), plan)))
    }

    /// Whether a cluster that is to become smaller can be drained, as far as that is known without a look at its nodes.
    ///
    /// # Errors
    /// When nobody says how they are reached.
    pub fn may_drain(&self, resize: &Resize) -> Result<(), Diagnostics> {
        match (self.fleet(resize), resize.sizes()) {
            (Some(fleet), _) => fleet.reach.clone().map(drop),
            (None, Some(sizes)) => self.is_drained(resize, &sizes),
            (None, None) => Ok(()),
        }
    }

    /// Without a way to the nodes only what a drain has said counts.
    fn is_drained(&self, resize: &Resize, sizes: &[Size]) -> Result<(), Diagnostics> {
        if !resize.sets.iter().any(Set::is_labelled) {
            return Ok(());
        }
        for ((set, workload), size) in resize.sets.iter().zip(self.workloads(resize)).zip(sizes) {
            let drained = workload.as_ref().and_then(Workload::drained_to);
            if !size.shrinks() || drained.is_some_and(|drained| drained <= usize::from(size.want)) {
                continue;
            }
            return Err(Diagnostic::error(
                "redisops::scaling::no-access",
                format!(
                    "StatefulSet `{}` may not go from {} to {} pods: nobody says how its Redis nodes are reached, so they cannot be drained",
                    set.name(),
                    size.have,
                    size.want
                ),
            )
            .note("the pods that go are masters and replicas of a cluster: their slots and keys would go with them")
            .help("describe it in `spec.redis` of the environment (`workload` or `resource`, `topology`, `access`), or drain it with `redisops cluster drain`")
            .into());
        }
        Ok(())
    }

    fn unreached(&self, resize: &Resize, sizes: &[Size]) -> Result<Option<ScalingReport>, Diagnostics> {
        self.is_drained(resize, sizes)?;
        if resize.sets.iter().any(Set::is_labelled) && sizes.iter().any(|size| size.grows()) {
            self.progress.event(Event::Note(format!(
                "nobody says how the nodes of StatefulSet `{}` are reached: new ones get no slots before `redisops cluster join`",
                resize.name()
            )));
        }
        Ok(None)
    }

    async fn replicas(
        &self,
        resize: &Resize,
        fleet: &Fleet,
        workloads: &[Option<Workload>],
        sizes: &[Size],
    ) -> Result<u16, Diagnostics> {
        if let Some(said) = resize.replicas().or_else(|| resize.scaling()) {
            return Ok(said);
        }
        let now: Vec<Size> = sizes.iter().map(|size| Size { have: size.have, want: size.have }).collect();
        let places = places(resize, fleet, workloads, &now)?;
        replicas_now(&fleet.reach.clone()?.access, &places, self.patience).await
    }

    fn wanted(&self, resize: &Resize, fleet: &Fleet, sizes: &[Size], replicas: u16) -> Result<Wanted, Diagnostic> {
        let staying: Vec<u16> = sizes.iter().map(|size| size.want).collect();
        resize.wanted(&staying, replicas).ok_or_else(|| {
            let shard = replicas.saturating_add(1);
            let name = &fleet.name;
            let (message, help) = match resize.is_sharded() {
                true => (
                    format!("a StatefulSet of `{name}` does not have {shard} pods, a master with {replicas} replicas"),
                    format!("leave `spec.replicas` of its StatefulSets at {shard}"),
                ),
                false => {
                    let nodes: u16 = staying.iter().sum();
                    let message = format!("{nodes} nodes of `{name}` cannot be masters with {replicas} replicas each");
                    (message, format!("ask for a multiple of {shard}"))
                }
            };
            Diagnostic::error("redisops::scaling::size", message).help(help)
        })
    }

    async fn order(
        &self,
        resize: &Resize,
        fleet: &Fleet,
        sizes: &[Size],
        wanted: Wanted,
    ) -> Result<Order, Diagnostics> {
        let workloads = self.workloads(resize);
        let places = places(resize, fleet, &workloads, sizes)?;
        let mut order = Order { places, wanted, patience: self.patience };
        if let Some(workload) = workloads.iter().flatten().next() {
            let sets: Vec<&str> = resize.sets.iter().map(Set::name).collect();
            order.know_zones(&workload.zones_of(&sets).await);
        }
        Ok(order)
    }

    async fn scale(
        &self,
        resize: &Resize,
        fleet: &Fleet,
        sizes: &[Size],
        wanted: Wanted,
    ) -> Result<ScalingReport, Diagnostics> {
        let order = self.order(resize, fleet, sizes, wanted).await?;
        let access = fleet.reach.clone()?.access;
        (self.allow)(&preview(&access, &order).await?)?;
        let mut report = scale(&access, &order, self.options, self.progress, self.stop).await?;
        let kept: Vec<String> = resize.sets.iter().flat_map(Set::kept_claims).collect();
        if !kept.is_empty() {
            report.notes.push(format!("the volumes of pods that go stay, under the claims {}", kept.join(", ")));
        }
        Ok(report)
    }
}

fn pods_of(set: &Set, ordinals: Range<u16>) -> impl Iterator<Item = String> {
    let name = set.name().to_owned();
    ordinals.map(move |ordinal| format!("{name}-{ordinal}"))
}

/// The pods of all sets, those that come and those that go.
fn places(
    resize: &Resize,
    fleet: &Fleet,
    workloads: &[Option<Workload>],
    sizes: &[Size],
) -> Result<Vec<Place>, Diagnostics> {
    let Reach { pods, port, .. } = fleet.reach.clone()?;
    // A set that is not there yet has its pods under the same Service.
    let any = workloads.iter().flatten().next();
    let mut places = Vec::new();
    for ((set, size), workload) in resize.sets.iter().zip(sizes).zip(workloads) {
        for (pod, ordinal) in pods_of(set, 0..size.have.max(size.want)).zip(0..) {
            let at = pods.iter().find(|(name, _)| *name == pod).map(|(_, at)| at.clone());
            let named = || workload.as_ref().or(any)?.address(&pod, None, port?).parse().ok();
            let at = at.or_else(named).ok_or_else(|| {
                Diagnostic::error("redisops::scaling::no-access", format!("nobody says where pod `{pod}` is reached"))
                    .help(format!("add it to `access.map` of `{}` in the environment", fleet.name))
            })?;
            let shard = resize.is_sharded().then(|| set.name().to_owned());
            places.push(Place { stays: ordinal < size.want, at, announced: None, zone: None, shard, pod });
        }
    }
    Ok(places)
}
