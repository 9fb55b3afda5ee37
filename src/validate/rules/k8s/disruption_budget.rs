//! A disruption budget that allows no eviction, or the loss of a quorum.

use crate::validate::rules::facts::{Pods, Role, Selector};
use crate::validate::{Field, Findings, Objects, Rule};

rule!(DisruptionBudget, "k8s/disruption-budget", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for budget in objects.of_group_kind("policy", "PodDisruptionBudget") {
        let spec = Field::of(budget).get("spec");
        let selector = Selector::of(&spec.get("selector"));
        let (least, most) = (spec.get("minAvailable"), spec.get("maxUnavailable"));
        let field = if most.is_set() { &most } else { &least };
        if !field.is_set() {
            continue;
        }
        let namespace = objects.namespace(budget);
        let pods: Vec<&Pods<'_>> = match selector.is_empty() {
            true => Vec::new(),
            false => facts.selected(namespace, &selector),
        };
        if pods.is_empty() {
            if most.text().is_some_and(|text| matches!(text, "0" | "0%")) || least.text() == Some("100%") {
                add(rule, objects, field, "this budget allows no eviction: no node can be drained".to_owned(), found);
            } else if !selector.is_empty() && facts.knows_pods_of(namespace) {
                let message = format!("no pods have the labels `{}`: the budget protects nothing", selector.text());
                found.add(rule, objects, &spec.get("selector"), message).help =
                    Some("write the labels of the pods' template".to_owned());
            }
            continue;
        }
        let Some(count) = pods.iter().map(|pods| pods.replicas).sum::<Option<i64>>() else { continue };
        let evictable = match most.is_set() {
            true => amount(&most, count),
            false => amount(&least, count).map(|least| count - least),
        };
        let Some(evictable) = evictable else { continue };
        if evictable <= 0 && count > 0 {
            let message =
                format!("this budget allows no eviction of {count} pods: no node with one of them can be drained");
            add(rule, objects, field, message, found);
        } else if count >= 3 && evictable > (count - 1) / 2 && pods.iter().any(|pods| needs_quorum(objects, pods)) {
            let message = format!("{evictable} of {count} pods may be evicted at once, and the rest is no quorum");
            let finding = found.add(rule, objects, field, message);
            finding.help = Some(format!("write `maxUnavailable: {}`", (count - 1) / 2));
        }
    }
}

fn add(rule: &dyn Rule, objects: &Objects<'_>, field: &Field<'_>, message: String, found: &mut Findings) {
    let help = "write `maxUnavailable: 1`; a single pod that must not be evicted needs replicas, not a budget";
    found.add(rule, objects, field, message).help = Some(help.to_owned());
}

/// A number of pods, or a part of them; Kubernetes rounds parts up.
fn amount(field: &Field<'_>, count: i64) -> Option<i64> {
    match field.text()?.strip_suffix('%') {
        Some(percent) => Some((percent.parse::<i64>().ok()? * count + 99) / 100),
        None => field.int(),
    }
}

/// Whether pods vote: sentinels, masters of a cluster, nodes of Redis Enterprise.
fn needs_quorum(objects: &Objects<'_>, pods: &Pods<'_>) -> bool {
    let facts = objects.facts();
    match pods.workload {
        Some(index) => facts
            .servers
            .iter()
            .any(|server| server.workload == index && (server.role == Role::Sentinel || server.settings.is_cluster)),
        None => pods.labels.get("redis.io/role") == Some("node"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::DisruptionBudget;

    fn text(budget: &str, replicas: u8, arguments: &str) -> String {
        format!(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: b}}\nspec:\n  selector: {{matchLabels: {{app: redis}}}}\n  {budget}\n---\n\
             apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: a}}\nspec:\n  replicas: {replicas}\n  template:\n    metadata: {{labels: {{app: redis}}}}\n    \
             spec: {{containers: [{{name: r, image: \"redis:7\", args: [{arguments}]}}]}}\n"
        )
    }

    #[test]
    fn nodes_can_be_drained() {
        assert_eq!(
            found(&DisruptionBudget, &text("maxUnavailable: 0", 3, "")),
            [
                "warning 6:19 spec.maxUnavailable: this budget allows no eviction of 3 pods: no node with one of them can be drained"
            ]
        );
        for bad in [
            text("minAvailable: 3", 3, ""),
            text("minAvailable: 100%", 3, ""),
            text("minAvailable: 1", 1, ""),
            text("minAvailable: 51%", 1, ""),
        ] {
            assert_eq!(found(&DisruptionBudget, &bad).len(), 1, "{bad}");
        }
        for good in [
            text("maxUnavailable: 1", 3, ""),
            text("minAvailable: 2", 3, ""),
            text("minAvailable: 50%", 4, ""),
            text("maxUnavailable: 1", 1, ""),
        ] {
            assert_eq!(found(&DisruptionBudget, &good), [""; 0], "{good}");
        }
    }

    #[test]
    fn a_quorum_stays() {
        let sentinel = "/s.conf, --sentinel";
        assert_eq!(
            found(&DisruptionBudget, &text("maxUnavailable: 2", 3, sentinel)),
            ["warning 6:19 spec.maxUnavailable: 2 of 3 pods may be evicted at once, and the rest is no quorum"]
        );
        assert_eq!(found(&DisruptionBudget, &text("minAvailable: 2", 6, "--cluster-enabled, \"yes\"")).len(), 1);
        assert_eq!(found(&DisruptionBudget, &text("maxUnavailable: 2", 3, "")), [""; 0]);
        assert_eq!(found(&DisruptionBudget, &text("maxUnavailable: 1", 3, sentinel)), [""; 0]);
    }

    #[test]
    fn a_budget_protects_something() {
        let other = text("maxUnavailable: 1", 3, "")
            .replace("metadata: {labels: {app: redis}}", "metadata: {labels: {app: other}}");
        assert_eq!(found(&DisruptionBudget, &other).len(), 1);
    }
}
