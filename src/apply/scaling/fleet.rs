//! Scaling as a part of an apply: what goes before a StatefulSet is written, and what after its pods are ready.

use std::time::Duration;

use serde_json::Value;

use crate::apply::slots::{Event, Options, Progress, Stop};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::kubernetes::Cluster;
use crate::live::redis::Access;
use crate::plan::scaling::{CLUSTER_LABEL, CLUSTER_REPLICAS, ScalingPlan, Wanted};
use crate::slots::Address;

use super::look::{Order, Place};
use super::report::ScalingReport;
use super::run::{forecast, preview, replicas_now, scale};
use super::workload::Workload;

/// How the nodes of a StatefulSet are reached.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// What reports call it.
    pub name: String,
    /// The name of the StatefulSet.
    pub set: String,
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

/// A StatefulSet of a cluster, as it is and as it is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Resize<'a> {
    /// The live object.
    pub live: &'a Value,
    /// The object in Git.
    pub wanted: &'a Value,
}

impl Resize<'_> {
    fn name(&self) -> &str {
        self.wanted["metadata"]["name"].as_str().unwrap_or_default()
    }

    /// How many pods there are, those that an earlier change has not removed yet included.
    fn from(&self) -> u16 {
        count(&self.live["spec"]["replicas"]).unwrap_or(1).max(count(&self.live["status"]["replicas"]).unwrap_or(0))
    }

    /// How many there are to be; nothing where Git leaves that open.
    fn to(&self) -> Option<u16> {
        count(&self.wanted["spec"]["replicas"])
    }

    /// Whether it says itself that its pods are a cluster.
    fn is_labelled(&self) -> bool {
        [self.live, self.wanted].iter().any(|object| object["metadata"]["labels"][CLUSTER_LABEL].is_string())
    }

    fn replicas(&self) -> Option<u16> {
        self.wanted["metadata"]["annotations"][CLUSTER_REPLICAS].as_str()?.parse().ok()
    }
}

fn count(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|count| u16::try_from(count).ok())
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
    fn fleet(&self, resize: &Resize<'_>) -> Option<&Fleet> {
        self.fleets.iter().find(|fleet| fleet.set == resize.name() && (fleet.is_cluster || resize.is_labelled()))
    }

    /// Before a StatefulSet is written. One that shrinks is drained first; of one that grows it is remembered that its new nodes are not in use yet.
    ///
    /// # Errors
    /// When its nodes cannot be drained, or nobody says how they are reached. It may not be written then.
    pub async fn before(&self, resize: Resize<'_>) -> Result<Option<ScalingReport>, Diagnostics> {
        let (from, Some(to)) = (resize.from(), resize.to()) else { return Ok(None) };
        let Some(fleet) = self.fleet(&resize) else {
            return match resize.is_labelled() {
                true if to < from => self.drained_by_others(resize, from, to),
                true if to > from => {
                    self.progress.event(Event::Note(format!(
                        "nobody says how the nodes of StatefulSet `{}` are reached: new ones get no slots before `redisops cluster join`",
                        resize.name()
                    )));
                    Ok(None)
                }
                _ => Ok(None),
            };
        };
        if from == to || to == 0 {
            return Ok(None);
        }
        let workload = Workload::of(self.cluster.clone(), resize.live);
        let replicas = self.replicas(&resize, fleet, &workload, from).await?;
        workload.begin(from.max(to), replicas).await?;
        if to > from {
            return Ok(None);
        }
        self.scale(fleet, &workload, from, to, replicas).await.map(Some)
    }

    /// After it is written and its pods are ready: new nodes get their part.
    ///
    /// # Errors
    /// When they do not.
    pub async fn after(&self, resize: Resize<'_>) -> Result<Option<ScalingReport>, Diagnostics> {
        let workload = Workload::of(self.cluster.clone(), resize.live);
        let (Some(fleet), Some(to), Some(replicas)) = (self.fleet(&resize), resize.to(), workload.scaling()) else {
            return Ok(None);
        };
        self.scale(fleet, &workload, to, to, replicas).await.map(Some)
    }

    /// What an apply would do to the nodes, for a plan.
    ///
    /// # Errors
    /// When the nodes cannot be asked.
    pub async fn preview(&self, resize: Resize<'_>) -> Result<Option<(String, ScalingPlan)>, Diagnostics> {
        let (from, Some(to), Some(fleet)) = (resize.from(), resize.to(), self.fleet(&resize)) else { return Ok(None) };
        let workload = Workload::of(self.cluster.clone(), resize.live);
        if from == to && workload.scaling().is_none() || to == 0 {
            return Ok(None);
        }
        let replicas = self.replicas(&resize, fleet, &workload, from).await?;
        let mut order = self.order(fleet, &workload, from.max(to), to, replicas)?;
        order.know_zones(&workload.zones().await);
        let plan = forecast(&fleet.reach.clone()?.access, &order, usize::from(from)).await?;
        Ok(Some((fleet.name.clone(), plan)))
    }

    /// Without a way to the nodes only what a drain has said counts.
    fn drained_by_others(&self, resize: Resize<'_>, from: u16, to: u16) -> Result<Option<ScalingReport>, Diagnostics> {
        let workload = Workload::of(self.cluster.clone(), resize.live);
        if workload.drained_to().is_some_and(|drained| drained <= usize::from(to)) {
            return Ok(None);
        }
        Err(Diagnostic::error(
            "redisops::scaling::no-access",
            format!("StatefulSet `{}` may not go from {from} to {to} pods: nobody says how its Redis nodes are reached, so they cannot be drained", resize.name()),
        )
        .note("the pods that go are masters and replicas of a cluster: their slots and keys would go with them")
        .help("describe it in `spec.redis` of the environment (`workload`, `topology`, `access`), or drain it with `redisops cluster drain`")
        .into())
    }

    async fn replicas(
        &self,
        resize: &Resize<'_>,
        fleet: &Fleet,
        workload: &Workload,
        from: u16,
    ) -> Result<u16, Diagnostics> {
        if let Some(said) = resize.replicas().or_else(|| workload.scaling()) {
            return Ok(said);
        }
        let places = self.order(fleet, workload, from, from, 0)?.places;
        replicas_now(&fleet.reach.clone()?.access, &places, self.patience).await
    }

    fn order(
        &self,
        fleet: &Fleet,
        workload: &Workload,
        from: u16,
        to: u16,
        replicas: u16,
    ) -> Result<Order, Diagnostics> {
        let Reach { pods, port, .. } = fleet.reach.clone()?;
        let shard = replicas.saturating_add(1);
        if !to.is_multiple_of(shard) {
            return Err(Diagnostic::error(
                "redisops::scaling::size",
                format!("{to} nodes of `{}` cannot be masters with {replicas} replicas each", fleet.name),
            )
            .help(format!("ask for a multiple of {shard}"))
            .into());
        }
        let place = |ordinal: u16| {
            let pod = format!("{}-{ordinal}", workload.name());
            let at = pods.iter().find(|(name, _)| *name == pod).map(|(_, at)| at.clone());
            let named = || workload.address(&pod, None, port?).parse().ok();
            let at = at.or_else(named).ok_or_else(|| {
                Diagnostic::error("redisops::scaling::no-access", format!("nobody says where pod `{pod}` is reached"))
                    .help(format!("add it to `access.map` of `{}` in the environment", fleet.name))
            })?;
            Ok(Place { stays: ordinal < to, at, announced: None, zone: None, pod })
        };
        let places = (0..from.max(to)).map(place).collect::<Result<_, Diagnostic>>()?;
        Ok(Order { places, wanted: Wanted { masters: to / shard, replicas }, patience: self.patience })
    }

    async fn scale(
        &self,
        fleet: &Fleet,
        workload: &Workload,
        from: u16,
        to: u16,
        replicas: u16,
    ) -> Result<ScalingReport, Diagnostics> {
        let mut order = self.order(fleet, workload, from, to, replicas)?;
        order.know_zones(&workload.zones().await);
        (self.allow)(&preview(&fleet.reach.clone()?.access, &order).await?)?;
        let report = scale(&fleet.reach.clone()?.access, &order, self.options, self.progress, self.stop).await?;
        workload.drained(report.drained_to).await?;
        Ok(report)
    }
}
