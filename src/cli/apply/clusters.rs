//! The Redis Clusters of an environment, as plans and applies need them.

use std::time::Duration;

use crate::apply::objects::{Survey, resizes};
use crate::apply::scaling::{Allow, Fleet, Scaler, Set};
use crate::apply::slots::{Options, Progress, Silent, Stop};
use crate::cli::commands::slots::{budget_of, holder};
use crate::cli::printer::Printer;
use crate::cli::settings::Environment;
use crate::cli::slots::{Context, fleets, guard, now};
use crate::diagnostics::Diagnostic;
use crate::environment::Guards;
use crate::k8s::ResourceRef;
use crate::live::kubernetes::Cluster;
use crate::plan::scaling::{Resized, ScalingPlan};

use super::deployment::Deployment;
use super::nodes::Nodes;

/// How long nodes may take to answer: those of pods that are ready do at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// The clusters of an environment.
pub struct Clusters<'a> {
    fleets: Vec<Fleet>,
    guards: Option<&'a Guards>,
    allow: Box<Allow<'a>>,
    nodes: Nodes,
    printer: &'a Printer,
}

impl<'a> Clusters<'a> {
    /// Those of the environment of a deployment.
    pub fn of(
        deployment: &'a Deployment,
        server: &Cluster,
        environment: &Environment,
        printer: &'a Printer,
    ) -> Clusters<'a> {
        let named = deployment.rendered.environment.as_ref();
        let cx = Context { printer, environment, sources: &deployment.rendered.sources };
        let root = deployment.rendered.names.root();
        let mut fleets = named.map_or_else(Vec::new, |named| fleets(named, root, &deployment.cluster(), server, &cx));
        let guards = named.map(|named| &named.spec.guards);
        let allow = move |plan: &ScalingPlan| guards.map_or(Ok(()), |guards| guard(guards, &plan.slots, now()));
        let nodes = Nodes::new(deployment.databases(server, environment, printer), server);
        nodes.complete(&mut fleets);
        Clusters { fleets, guards, allow: Box::new(allow), nodes, printer }
    }

    /// Who looks at nodes.
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// How slots are moved.
    ///
    /// # Errors
    /// When the latency budget of the environment is none.
    pub fn options(&self) -> Result<Options, Diagnostic> {
        let latency_budget = budget_of(None, self.guards)?;
        Ok(Options { latency_budget, holder: holder(), ..Options::default() })
    }

    /// Who scales them.
    pub fn scaler<'s>(
        &'s self,
        cluster: Cluster,
        options: &'s Options,
        progress: &'s dyn Progress,
        stop: &'s Stop,
    ) -> Scaler<'s> {
        Scaler { cluster, fleets: &self.fleets, options, progress, stop, patience: PATIENCE, allow: &*self.allow }
    }

    /// Puts what is done on nodes into the plan. Where nodes cannot be asked that is told, and left out. `goes` are objects that the files do not have and
    /// that are deleted. Keys and bytes of slots that move are counted for whoever reads the plan (`counts`).
    pub async fn planned(
        &self,
        cluster: &Cluster,
        mut survey: Survey,
        goes: &(dyn Fn(&ResourceRef) -> bool + Sync),
        counts: bool,
    ) -> Survey {
        let (options, stop) = (Options::default(), Stop::never());
        let scaler = self.scaler(cluster.clone(), &options, &Silent, &stop);
        for one in resizes(&survey, goes) {
            let names: Vec<&str> = one.resize.sets.iter().map(Set::name).collect();
            match scaler.preview(&one.resize, counts).await {
                Ok(Some((redis, plan))) => {
                    let resized = Resized {
                        redis: &redis,
                        sets: &names,
                        namespace: one.namespace.as_deref(),
                        shrinks: one.resize.shrinks(),
                        plan: &plan,
                    };
                    survey.plan = std::mem::take(&mut survey.plan).with_scaling(&resized);
                }
                Ok(None) => {}
                Err(found) => {
                    let why = found.0.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("; ");
                    let kind = if names.len() == 1 { "StatefulSet/" } else { "StatefulSets " };
                    let object = names.join(", ");
                    self.printer
                        .note(&format!("what is to be done on the nodes of {kind}{object} is not known: {why}"));
                }
            }
        }
        let found = self.nodes.planned(&survey, self.printer).await;
        for (set, step) in found.rolls {
            survey.plan = std::mem::take(&mut survey.plan).with_roll(&set, step);
        }
        if !found.steps.is_empty() {
            survey.plan = std::mem::take(&mut survey.plan).with_nodes(found.steps);
        }
        survey.answering = found.answering;
        survey
    }
}
