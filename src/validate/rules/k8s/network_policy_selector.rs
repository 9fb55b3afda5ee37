//! A NetworkPolicy that protects nothing.

use crate::validate::rules::facts::Selector;
use crate::validate::{Field, Findings, Objects, Rule};

use super::{is_slip, near_pods};

rule!(NetworkPolicySelector, "k8s/network-policy-selector", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for policy in objects.of_group_kind("networking.k8s.io", "NetworkPolicy") {
        let field = Field::of(policy).path(&["spec", "podSelector"]);
        let selector = Selector::of(&field);
        let namespace = objects.namespace(policy);
        if selector.is_empty() || facts.selects_any(namespace, &selector) {
            continue;
        }
        if !facts.knows_pods_of(namespace) && !is_slip(facts, namespace, &selector) {
            continue;
        }
        let message = format!("no pods have the labels `{}`: the policy protects nothing", selector.text());
        let finding = found.add(rule, objects, &field, message);
        finding.help = Some("write the labels of the pods' template".to_owned());
        finding.notes.extend(near_pods(facts, namespace, &selector));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::NetworkPolicySelector;

    #[test]
    fn policies_select_pods() {
        let text = |selector: &str| {
            format!(
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec:\n  podSelector: {selector}\n---\n\
                 apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {{name: rec}}\n---\n\
                 apiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {{app: redis}}}}\n"
            )
        };
        assert_eq!(
            found(&NetworkPolicySelector, &text("{matchLabels: {app: rediss}}")),
            ["warning 5:16 spec.podSelector: no pods have the labels `app=rediss`: the policy protects nothing"]
        );
        for good in [
            "{}",
            "{matchLabels: {app: redis}}",
            "{matchLabels: {redis.io/cluster: rec, redis.io/role: node}}",
            "{matchLabels: {name: redis-enterprise-operator}}",
            "{matchExpressions: [{key: app, operator: In, values: [redis, x]}]}",
        ] {
            assert_eq!(found(&NetworkPolicySelector, &text(good)), [""; 0], "{good}");
        }
        assert_eq!(
            found(&NetworkPolicySelector, &text("{matchExpressions: [{key: app, operator: NotIn, values: [redis]}]}")),
            [""; 0]
        );
        assert_eq!(found(&NetworkPolicySelector, &text("{matchLabels: {redis.io/cluster: other}}")).len(), 1);
    }
}
