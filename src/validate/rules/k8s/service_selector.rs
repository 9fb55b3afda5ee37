//! A Service that leads nowhere.

use crate::validate::rules::facts::Selector;
use crate::validate::{Field, Findings, Objects, Rule};

use super::{is_slip, near_pods};

rule!(ServiceSelector, "k8s/service-selector", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for service in objects.of_group_kind("", "Service") {
        let field = Field::of(service).path(&["spec", "selector"]);
        let selector = Selector::of_map(&field);
        let namespace = objects.namespace(service);
        if selector.is_empty() || facts.selects_any(namespace, &selector) {
            continue;
        }
        if !facts.knows_pods_of(namespace) && !is_slip(facts, namespace, &selector) {
            continue;
        }
        // Operators put the pod that is master at the moment behind a Service by a label that they set.
        if selector.text().contains("role=") && has_role(facts, namespace, &selector) {
            continue;
        }
        let message = format!("no pods have the labels `{}`: the Service leads nowhere", selector.text());
        let finding = found.add(rule, objects, &field, message);
        finding.help = Some("write the labels of the pods' template".to_owned());
        finding.notes.extend(near_pods(facts, namespace, &selector));
    }
}

/// Whether pods fit but for a label that says which of them is the master.
fn has_role(facts: &crate::validate::rules::facts::Facts<'_>, namespace: &str, selector: &Selector<'_>) -> bool {
    facts.pods.iter().filter(|pods| pods.namespace == namespace).any(|pods| {
        let rest = selector.without(|key| key == "role" || key.ends_with("/role"));
        !rest.is_empty()
            && rest.matches(&pods.labels)
            && !pods.labels.0.iter().any(|(key, _)| key == "role" || key.ends_with("/role"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::ServiceSelector;

    fn text(selector: &str, more: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec:\n  selector: {selector}\n---\napiVersion: apps/v1\nkind: StatefulSet\n\
             metadata: {{name: a}}\nspec: {{template: {{metadata: {{labels: {{app: redis, tier: db}}}}}}}}\n{more}"
        )
    }

    #[test]
    fn services_lead_to_pods() {
        assert_eq!(
            found(&ServiceSelector, &text("{app: rediss}", "")),
            ["warning 5:13 spec.selector: no pods have the labels `app=rediss`: the Service leads nowhere"]
        );
        for good in ["{app: redis}", "{}", "{app: redis, role: master}"] {
            assert_eq!(found(&ServiceSelector, &text(good, "")), [""; 0], "{good}");
        }
        assert_eq!(found(&ServiceSelector, &text("{app: redis, tier: web}", "")).len(), 1);
    }

    #[test]
    fn pods_of_others_are_possible() {
        let operator = "---\napiVersion: example.com/v1\nkind: Cache\nmetadata: {name: c}\n";
        assert_eq!(found(&ServiceSelector, &text("{app: other}", operator)), [""; 0]);
        assert_eq!(found(&ServiceSelector, &text("{app: rediss}", operator)).len(), 1);
        let alone = text("{app: other}", "").split("---").next().unwrap().to_owned();
        assert_eq!(found(&ServiceSelector, &alone), [""; 0]);
    }
}
