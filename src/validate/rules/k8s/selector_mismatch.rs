//! Workloads that do not select their own pods.

use crate::validate::rules::facts::Selector;
use crate::validate::{Field, Findings, Objects, Rule};

rule!(SelectorMismatch, "k8s/selector-mismatch", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
    for workload in objects.facts().workloads.iter().filter(|it| kinds.contains(&it.resource.kind())) {
        let field = Field::of(workload.resource).path(&["spec", "selector"]);
        let selector = Selector::of(&field);
        // One that is missing is said by the schema.
        if !field.is_set() || (!selector.is_empty() && selector.matches(&workload.labels)) {
            continue;
        }
        let message = match selector.is_empty() {
            true => "an empty selector: the API server refuses it".to_owned(),
            false => format!(
                "the pods of the template do not have the labels `{}`: the API server refuses this",
                selector.text()
            ),
        };
        let finding = found.add(rule, objects, &field, message);
        finding.help =
            Some("write the same labels in `selector.matchLabels` and in `template.metadata.labels`".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::SelectorMismatch;

    #[test]
    fn workloads_select_their_pods() {
        let text = |kind: &str, selector: &str| {
            format!(
                "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n  selector: {selector}\n  \
                 template: {{metadata: {{labels: {{app: redis, tier: db}}}}}}\n"
            )
        };
        assert_eq!(
            found(&SelectorMismatch, &text("StatefulSet", "{matchLabels: {app: rediss}}")),
            [
                "error 5:13 spec.selector: the pods of the template do not have the labels `app=rediss`: the API server refuses this"
            ]
        );
        assert_eq!(found(&SelectorMismatch, &text("Deployment", "{}")).len(), 1);
        for good in ["{matchLabels: {app: redis}}", "{matchExpressions: [{key: tier, operator: Exists}]}", "null"] {
            assert_eq!(found(&SelectorMismatch, &text("DaemonSet", good)), [""; 0], "{good}");
        }
        assert_eq!(found(&SelectorMismatch, &text("Job", "{matchLabels: {a: b}}").replace("apps", "batch")), [""; 0]);
    }
}
