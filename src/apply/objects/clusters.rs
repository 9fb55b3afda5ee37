//! StatefulSets whose pods form a Redis Cluster: drained before they shrink, taken in after they have grown.

use crate::apply::scaling::{Resize, ScalingReport};
use crate::diagnostics::Diagnostics;
use crate::drift::ChangeKind;
use crate::provenance::json;

use super::report::Failure;
use super::run::{Halt, Run};

impl Run<'_> {
    /// Before a group is written.
    pub(super) async fn drain(&mut self, group: &[usize]) -> Result<(), Halt> {
        let Some(scaler) = self.tools.scaler else { return Ok(()) };
        let sets: Vec<usize> = group.iter().copied().filter(|at| self.is_set(*at) && self.is_asked_for(*at)).collect();
        for at in sets {
            let differs = self.survey.known[at].change.change == ChangeKind::Update;
            let Some(live) = self.latest[at].clone().filter(|_| differs) else { continue };
            let wanted = json(&self.survey.wanted[at].node);
            let done = scaler.before(Resize { live: &live, wanted: &wanted }).await;
            self.told(at, done)?;
        }
        Ok(())
    }

    /// After a group is ready.
    pub(super) async fn take_in(&mut self, group: &[usize]) -> Result<(), Halt> {
        let Some(scaler) = self.tools.scaler else { return Ok(()) };
        let sets: Vec<usize> = group.iter().copied().filter(|at| self.is_set(*at)).collect();
        for at in sets {
            let Some(live) = self.latest[at].clone() else { continue };
            let wanted = json(&self.survey.wanted[at].node);
            let done = scaler.after(Resize { live: &live, wanted: &wanted }).await;
            self.told(at, done)?;
        }
        Ok(())
    }

    pub(super) fn is_set(&self, at: usize) -> bool {
        let resource = &self.survey.wanted[at].resource;
        resource.kind == "StatefulSet" && resource.api_version == "apps/v1"
    }

    fn told(&mut self, at: usize, done: Result<Option<ScalingReport>, Diagnostics>) -> Result<(), Halt> {
        match done {
            Ok(None) => Ok(()),
            Ok(Some(report)) => {
                let resource = &self.survey.wanted[at].resource;
                self.tools.watcher.tell(&format!(
                    "{resource}: {} steps on its nodes, {} slots moved; masters are {}",
                    report.steps.len(),
                    report.moved_slots,
                    report.masters.join(", ")
                ));
                report.notes.iter().for_each(|note| self.tools.watcher.note(note));
                Ok(())
            }
            Err(found) => {
                let message = found.0.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("; ");
                let failure = Failure {
                    code: "scaling".to_owned(),
                    message,
                    field: Some("spec.replicas".to_owned()),
                    notes: found.0.iter().flat_map(|one| one.notes.clone()).collect(),
                    help: found.0.iter().find_map(|one| one.help.clone()),
                    ..Failure::default()
                };
                self.failed(at, failure);
                Err(Halt::Reported)
            }
        }
    }
}
