//! Pods of Redis nodes that are replaced: not by the controller at its own pace, but each when its node may go.

use std::collections::BTreeMap;

use futures::FutureExt;
use serde_json::{Value, json};

use crate::apply::nodes::Tuner;
use crate::apply::scaling::Set;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::kubernetes::Apply;

use super::report::Failure;
use super::run::{Halt, Run, on_nodes};
use super::set;

impl Run<'_> {
    /// Before a group is written: StatefulSets whose nodes can be asked keep their pods for now.
    pub(super) async fn hold(&mut self, group: &[usize]) {
        let Some(tuner) = self.tools.tuner.filter(|_| self.tools.options.wait) else { return };
        let sets: Vec<usize> = group.iter().copied().filter(|at| self.is_set(*at) && self.is_asked_for(*at)).collect();
        for at in sets {
            let Some(live) = self.latest[at].as_ref().filter(|_| self.survey.known[at].is_rolled()) else { continue };
            let wanted = crate::provenance::json(&self.survey.wanted[at].node);
            let strategy = |object: &Value| object["spec"]["updateStrategy"].clone();
            let own = strategy(&wanted);
            if own["type"] == "OnDelete" || own["rollingUpdate"]["partition"].as_u64() > Some(0) {
                // Somebody has other plans for these pods.
                continue;
            }
            let resource = &self.survey.wanted[at].resource;
            if !tuner.roll(&self.cluster).knows(&resource.name).await {
                continue;
            }
            let count = |object: &Value| object["spec"]["replicas"].as_u64();
            let pods = count(live).unwrap_or(1).min(count(&wanted).unwrap_or(u64::MAX));
            let template = |path: &str| path.starts_with("spec.template");
            let begun = strategy(live)["rollingUpdate"]["partition"].as_u64().unwrap_or(0);
            let is_new = self.survey.known[at].change.fields.iter().any(|field| template(&field.path));
            self.held.insert(at, if is_new { pods } else { begun.min(pods) });
        }
    }

    /// Once a group is ready: the pods that were kept are replaced.
    pub(super) async fn roll(&mut self, group: &[usize]) -> Result<(), Halt> {
        let Some(tuner) = self.tools.tuner else { return Ok(()) };
        for at in group.iter().copied().filter(|at| self.held.contains_key(at)).collect::<Vec<_>>() {
            let Some(live) = self.latest[at].clone() else { continue };
            let this = &*self;
            let release =
                move |ordinal: u64| async move { this.release(at, Some(ordinal)).await.map(drop) }.boxed_local();
            let done = this.resumed(async || tuner.roll(&this.cluster).replace(&live, &release).await).await;
            let done = match done {
                Ok(()) => this.release(at, None).await.map_err(Diagnostics::from),
                Err(found) => Err(found),
            };
            match done {
                Ok(object) => {
                    self.has_restarted = true;
                    self.held.remove(&at);
                    self.latest[at] = Some(object);
                    self.wait_for(&[at]).await?;
                }
                Err(found) => {
                    self.failed(at, failure(&found));
                    return Err(Halt::Reported);
                }
            }
        }
        Ok(())
    }

    /// Lets the controller replace pods from an ordinal on; all where none is said.
    pub(super) async fn release(&self, at: usize, from: Option<u64>) -> Result<Value, Diagnostic> {
        let resource = &self.survey.wanted[at].resource;
        let options = self.tools.options;
        let how = Apply { manager: &options.manager, force: options.force, dry_run: false };
        let refused = |error: crate::live::kubernetes::ServerError| {
            Diagnostic::error("redisops::nodes::pods", format!("{resource} cannot be written: {}", error.message))
        };
        let kind = self.cluster.kind_of(&resource.api_version, &resource.kind).map_err(refused)?;
        let body = self.body(at, from);
        self.cluster.server_apply(kind, resource.namespace.as_deref(), &resource.name, body, how).await.map_err(refused)
    }

    /// An object as it is sent; a StatefulSet with the ordinal below which its pods stay as they are.
    pub(super) fn body(&self, at: usize, partition: Option<u64>) -> Vec<u8> {
        let mut body = self.survey.wanted[at].body(&set::id(&self.survey.set));
        self.keep_old_passwords(at, &mut body);
        if let Some(partition) = partition {
            let strategy = &mut body["spec"]["updateStrategy"];
            if !strategy.is_object() {
                *strategy = json!({ "type": "RollingUpdate" });
            }
            strategy["rollingUpdate"]["partition"] = json!(partition);
        }
        let set = Set { live: self.latest[at].clone(), wanted: Some(body.clone()) };
        if self.tools.options.dry_run && self.is_set(at) && set.is_labelled() && set.shrinks() {
            // Its guard would refuse it: what comes before, the drain, is not done now.
            body["spec"]["replicas"] =
                self.latest[at].as_ref().map_or(Value::Null, |live| live["spec"]["replicas"].clone());
        }
        body.to_string().into_bytes()
    }

    /// Restarts the pods of nodes with settings that count from the next start on; those that are left where the API server was away in between.
    pub(super) async fn restart_all(&mut self, tuner: &Tuner<'_>) -> Result<(), Halt> {
        loop {
            let outages = self.cluster.outages();
            let done = self.restart(tuner).await;
            if done.is_ok() || !self.goes_on(outages).await {
                return done;
            }
        }
    }

    async fn restart(&mut self, tuner: &Tuner<'_>) -> Result<(), Halt> {
        let pods = tuner.restarts().await;
        let mut sets: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        let mut strangers = Vec::new();
        for pod in &pods {
            let parts = pod.rsplit_once('-').and_then(|(set, ordinal)| Some((set, ordinal.parse::<u64>().ok()?)));
            let of = |set: &str| {
                (0..self.latest.len()).find(|at| self.is_set(*at) && self.survey.wanted[*at].resource.name == set)
            };
            match parts.and_then(|(set, ordinal)| Some((of(set)?, ordinal))) {
                Some((at, ordinal)) => sets.entry(at).or_default().push(ordinal),
                None => strangers.push(pod.as_str()),
            }
        }
        if !strangers.is_empty() {
            self.tools
                .watcher
                .note(&format!("restart {} yourself: they are no pods of these files", strangers.join(", ")));
        }
        let restarted: Vec<String> = pods.iter().filter(|pod| !strangers.contains(&pod.as_str())).cloned().collect();
        for (at, ordinals) in sets {
            let Some(live) = self.latest[at].clone() else { continue };
            tuner.roll(&self.cluster).restart(&live, ordinals).await.map_err(on_nodes)?;
            self.has_restarted = true;
        }
        tuner.restarted(&restarted).await.map_err(|found| on_nodes(found.into()))
    }
}

fn failure(found: &Diagnostics) -> Failure {
    Failure {
        code: "restart".to_owned(),
        message: found.0.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("; "),
        field: Some("spec.template".to_owned()),
        notes: found.0.iter().flat_map(|one| one.notes.clone()).collect(),
        help: found.0.iter().find_map(|one| one.help.clone()),
        ..Failure::default()
    }
}
