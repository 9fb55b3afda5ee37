//! Mounts of volumes that the pod does not have.

use crate::diagnostics::did_you_mean;
use crate::validate::{Findings, Objects, Rule};
use crate::yaml::Node;

rule!(UnknownVolume, "k8s/unknown-volume", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for workload in &objects.facts().workloads {
        let volumes = items(workload.pod.node().and_then(|pod| pod.get("volumes")));
        let claims = items(workload.resource.node.lookup(&["spec", "volumeClaimTemplates"]));
        let named = volumes.iter().filter_map(|volume| volume.text_at(&["name"]));
        let known: Vec<&str> = named.chain(claims.iter().filter_map(|it| it.text_at(&["metadata", "name"]))).collect();
        for container in &workload.containers {
            for kind in ["volumeMounts", "volumeDevices"] {
                let mounts = items(container.field.node().and_then(|it| it.get(kind)));
                for (at, mount) in mounts.iter().enumerate() {
                    let Some(text) = mount.text_at(&["name"]).filter(|text| !known.contains(text)) else { continue };
                    let message = format!("the pod has no volume `{text}`: the API server refuses it");
                    let field = container.field.get(kind).at(at).get("name");
                    found.add(rule, objects, &field, message).help =
                        Some(match did_you_mean(text, known.iter().copied()) {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => "add a volume of that name to `volumes`, or remove the mount".to_owned(),
                        });
                }
            }
        }
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    node.and_then(Node::as_seq).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::UnknownVolume;

    #[test]
    fn mounts_have_volumes() {
        let text = |mount: &str| {
            format!(
                "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: a}}\nspec:\n  volumeClaimTemplates: [{{metadata: {{name: data}}}}]\n  template:\n    spec:\n      \
                 volumes: [{{name: config}}]\n      containers: [{{name: a, volumeMounts: [{{name: {mount}, mountPath: /x}}]}}]\n"
            )
        };
        assert_eq!(
            found(&UnknownVolume, &text("dta")),
            [
                "error 9:52 spec.template.spec.containers[name=a].volumeMounts[mountPath=/x].name: the pod has no volume `dta`: the API server refuses it"
            ]
        );
        for good in ["data", "config"] {
            assert_eq!(found(&UnknownVolume, &text(good)), [""; 0], "{good}");
        }
    }
}
