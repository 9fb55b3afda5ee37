//! Several servers that may all stand on one node.

use crate::validate::{Findings, Objects, Rule};

rule!(AntiAffinity, "redis/anti-affinity", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for (index, workload) in facts.workloads.iter().enumerate() {
        let Some(replicas) = workload.replicas.filter(|replicas| *replicas > 1) else { continue };
        if !facts.servers.iter().any(|server| server.workload == index) {
            continue;
        }
        let affinity = workload.pod.path(&["affinity", "podAntiAffinity"]);
        let spread = workload.pod.get("topologySpreadConstraints");
        let has_rules = affinity.entries().any(|(_, list)| list.items().next().is_some());
        if has_rules || spread.items().next().is_some() {
            continue;
        }
        let message = format!("all {replicas} pods may run on one node and be lost together");
        let finding = found.add(rule, objects, &affinity, message);
        finding.help = Some(
            "add a `podAntiAffinity` with topologyKey kubernetes.io/hostname, or `topologySpreadConstraints`, to the spec of the pods".to_owned(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::AntiAffinity;

    fn text(replicas: u8, image: &str, more: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: a}}\nspec:\n  replicas: {replicas}\n  template:\n    spec:\n      \
             containers: [{{name: redis, image: {image}}}]\n{more}"
        )
    }

    #[test]
    fn servers_of_one_set_stand_apart() {
        assert_eq!(
            found(&AntiAffinity, &text(3, "redis:7", "")),
            [
                "warning 7:5 spec.template.spec.affinity.podAntiAffinity: all 3 pods may run on one node and be lost together"
            ]
        );
        let soft =
            "      affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1}]}}\n";
        let spread = "      topologySpreadConstraints: [{maxSkew: 1}]\n";
        for good in
            [text(1, "redis:7", ""), text(3, "nginx:1", ""), text(3, "redis:7", soft), text(3, "redis:7", spread)]
        {
            assert_eq!(found(&AntiAffinity, &good), [""; 0], "{good}");
        }
        assert_eq!(found(&AntiAffinity, &text(3, "redis:7", "      affinity: {podAntiAffinity: {}}\n")).len(), 1);
    }
}
