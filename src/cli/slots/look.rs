//! Looking at a live cluster: nodes, slots, what is in them.

use crate::diagnostics::{Diagnostic, Severity, arrange};
use crate::live::redis::{Cluster, NodeError, Survey, SurveyOptions};
use crate::slots::{ClusterState, NodeId};

use super::context::Context;

/// The state of a live cluster with what is in its slots. What could not be found out is told as a warning: the state is of use without.
pub async fn look(cluster: &Cluster, options: SurveyOptions, cx: &Context<'_>) -> (ClusterState, Survey) {
    let mut state = cluster.state().await;
    let survey = cluster.survey(&state, options).await;
    state.slot_stats = survey.stats.clone();
    warn_of_unreachable(cluster, cx);
    // Told above, if it is the node that gives no answer at all.
    let answers = |id: &NodeId| cluster.member(id).is_none_or(|member| member.link.is_ok());
    let found = survey.errors.iter().filter(|(node, _)| answers(node)).map(|(node, error)| {
        warning(error).note(format!("what is in the slots of node {} is not known", node.short()))
    });
    cx.printer.diagnostics(&arrange(found.collect(), cx.sources), cx.sources);
    for node in &survey.sampled {
        cx.printer.detail(&format!("node {}: sizes of keys are estimated from samples", node.short()));
    }
    (state, survey)
}

/// Warns of every node that is known and gave no answer.
pub fn warn_of_unreachable(cluster: &Cluster, cx: &Context<'_>) {
    let warnings = cluster.members().iter().filter_map(|member| {
        let error = member.link.as_ref().err()?;
        Some(warning(error).note(format!("node {} is judged by what the others say of it", member.id.short())))
    });
    cx.printer.diagnostics(&arrange(warnings.collect(), cx.sources), cx.sources);
}

fn warning(error: &NodeError) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..error.diagnostic() }
}
