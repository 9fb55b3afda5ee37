//! What somebody who says yes to a plan should know, as far as the state tells.

use super::error::Named;
use super::problem::Problem;
use crate::slots::Risk;

/// A risk of a rule.
fn risk(rule: &str, message: String) -> Risk {
    Risk { rule: rule.to_owned(), message, node: None, slots: None }
}

/// What is not as it should be before the first move.
pub(super) fn of_state(problem: &Problem<'_>) -> Vec<Risk> {
    let mut risks = Vec::new();
    for (index, node) in problem.nodes.iter().enumerate() {
        let named = Named::from(*node);
        let heir = problem.failovers.iter().find(|failover| failover.0 == index).map(|failover| failover.1);
        let message = match heir {
            Some(heir) => format!(
                "master {named} has failed: the plan is for the cluster after its replica {} has taken over, and holds only if that one does",
                Named::from(problem.nodes[heir])
            ),
            None if node.is_failed() => format!("node {named} has failed and takes no part"),
            None => continue,
        };
        risks.push(Risk { node: Some(node.id.clone()), ..risk("failed-node", message) });
    }
    for node in problem.nodes.iter().filter(|node| node.flags.iter().any(|flag| flag == "fail?")) {
        let message = format!("node {} does not answer some others, and may be about to fail", Named::from(*node));
        risks.push(Risk { node: Some(node.id.clone()), ..risk("pfail", message) });
    }
    if !problem.open.is_empty() {
        let message = format!(
            "slots {} are in the middle of a hand-over: the plan is for the cluster after they have arrived",
            problem.open
        );
        risks.push(Risk { slots: Some(problem.open.clone()), ..risk("open-slots", message) });
    }
    risks
}
