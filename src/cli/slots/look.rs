//! Looking at a live cluster: nodes, slots, what is in them.

use crate::diagnostics::{Diagnostic, arrange};
use crate::live::redis::{Cluster, Survey, SurveyOptions};
use crate::slots::ClusterState;

use super::context::Context;

/// The state of a live cluster with what is in its slots. What could not be found out is told as a warning: the state is of use without.
pub async fn look(cluster: &Cluster, options: SurveyOptions, cx: &Context<'_>) -> (ClusterState, Survey) {
    let mut state = cluster.state().await;
    let survey = cluster.survey(&state, options).await;
    state.slot_stats = survey.stats.clone();
    warn_of_unreachable(cluster, cx);
    let mut found: Vec<Diagnostic> = Vec::new();
    for (node, error) in &survey.errors {
        let mut warning = error.diagnostic();
        warning.severity = crate::diagnostics::Severity::Warning;
        found.push(warning.note(format!("what is in the slots of node {} is not known", node.short())));
    }
    for node in &survey.sampled {
        cx.printer.detail(&format!("node {}: sizes of keys are estimated from samples", node.short()));
    }
    cx.printer.diagnostics(&arrange(found, cx.sources), cx.sources);
    (state, survey)
}

/// Warns of every node that is known and gave no answer.
pub fn warn_of_unreachable(cluster: &Cluster, cx: &Context<'_>) {
    let warnings = cluster.members().iter().filter_map(|member| {
        let mut warning = member.link.as_ref().err()?.diagnostic();
        warning.severity = crate::diagnostics::Severity::Warning;
        Some(warning.note(format!("node {} is judged by what the others say of it", member.id.short())))
    });
    cx.printer.diagnostics(&arrange(warnings.collect(), cx.sources), cx.sources);
}
