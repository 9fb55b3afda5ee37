//! What the set has and the files do not.

use serde_json::Value;
use tokio::time::Instant;

use crate::diagnostics::Diagnostic;
use crate::k8s::{ResourceRef, parse_api_version};
use crate::plan::{Action, protection};

use super::compare::delete_options;
use super::failure::failure;
use super::lock::Lock;
use super::members::{kind_of, resource};
use super::report::{Failure, Outcome};
use super::run::{Halt, Run};
use super::wait::until_gone;

impl Run<'_> {
    /// Deletes what is to go, workloads before what they use; gives what stays in the set.
    pub(super) async fn prune(&mut self, lock: &Lock) -> Result<Vec<ResourceRef>, Halt> {
        lock.check().await.map_err(|lost| lost.diagnostic(&self.survey.set))?;
        self.prune_all(Some(lock)).await
    }

    pub(super) async fn prune_all(&mut self, lock: Option<&Lock>) -> Result<Vec<ResourceRef>, Halt> {
        self.all_is_listed()?;
        let mut kept = Vec::new();
        let order: Vec<ResourceRef> = self
            .survey
            .plan
            .steps
            .iter()
            .filter(|step| step.action == Action::Delete)
            .filter_map(|step| step.resource.clone())
            .collect();
        let mut gone: Vec<Value> = std::mem::take(&mut self.survey.live.gone);
        gone.sort_by_key(|object| order.iter().position(|one| *one == resource(object)));
        for object in gone {
            let resource = resource(&object);
            if self.is_to_go(&resource) {
                let is_home = resource.kind == "Namespace" && resource.name == self.survey.set.namespace;
                if let Some(lock) = lock.filter(|_| is_home) {
                    lock.let_go();
                    self.home_is_gone = true;
                }
                self.delete(&object, &resource).await?;
            } else {
                self.keep(&resource);
                kept.push(resource);
            }
        }
        Ok(kept)
    }

    /// Pruning needs to see all members; without it, those that cannot be seen stay.
    fn all_is_listed(&self) -> Result<(), Halt> {
        let Some((kind, error)) = self.survey.live.unlisted.first() else { return Ok(()) };
        if !self.tools.options.prune {
            self.tools.watcher.note(&format!(
                "whether {kind} of the set have gone from the files is not known: they may not be listed"
            ));
            return Ok(());
        }
        let message = format!("{kind} of the set cannot be listed: {}", error.message);
        Err(Diagnostic::error("redisops::apply::forbidden", message)
            .help("pruning needs the right to list all kinds of the set; apply without `--prune` does not")
            .into())
    }

    pub(super) fn is_to_go(&self, resource: &ResourceRef) -> bool {
        self.tools.options.deletes(resource)
    }

    /// Says why something stays.
    fn keep(&mut self, resource: &ResourceRef) {
        let why = match protection(resource) {
            Some(lost) => {
                format!("kept {resource}, which the files do not have: {lost}; delete it with `--delete {resource}`")
            }
            None => format!("kept {resource}, which the files do not have; `--prune` deletes it"),
        };
        self.tools.watcher.note(&why);
        self.report.push(resource.clone(), Outcome::Kept, None);
    }

    pub(super) async fn delete(&mut self, object: &Value, resource: &ResourceRef) -> Result<(), Halt> {
        let options = self.tools.options;
        match self.deleted(object, resource).await {
            Ok(()) => {
                if !options.dry_run {
                    self.tools.watcher.tell(&format!("pruned {resource}"));
                }
                self.report.push(resource.clone(), Outcome::Pruned, None);
                Ok(())
            }
            Err(failure) => {
                self.report.push(resource.clone(), Outcome::Failed, Some(failure));
                Err(Halt::Reported)
            }
        }
    }

    async fn deleted(&self, object: &Value, resource: &ResourceRef) -> Result<(), Failure> {
        let options = self.tools.options;
        let refused = |error| failure(&error, resource);
        let kind = kind_of(&self.cluster, object).map_err(refused)?;
        if self.let_go(object).await? && options.dry_run {
            // Its guard would refuse it: what comes before, the drain, is not done now.
            return Ok(());
        }
        // Pods of a workload are to be gone before what they use goes.
        let is_workload = parse_api_version(&resource.api_version).0 == "apps";
        let propagation = if is_workload { "Foreground" } else { "Background" };
        let deletion = delete_options(object, propagation, options.dry_run);
        match self.cluster.delete(kind, resource.namespace.as_deref(), &resource.name, &deletion).await {
            Err(error) if !error.is_not_found() => return Err(refused(error)),
            _ if options.dry_run => return Ok(()),
            _ => {}
        }
        until_gone(&self.cluster, object, Instant::now() + options.timeout, self.tools.stop).await
    }
}
