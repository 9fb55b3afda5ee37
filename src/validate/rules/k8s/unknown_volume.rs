//! Mounts of volumes that the pod does not have.

use crate::diagnostics::did_you_mean;
use crate::validate::{Field, Findings, Objects, Rule};

rule!(UnknownVolume, "k8s/unknown-volume", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for workload in &objects.facts().workloads {
        let names = |list: Field<'_>, name: &[&str]| -> Vec<String> {
            list.items().filter_map(|it| it.path(name).text().map(str::to_owned)).collect()
        };
        let mut known = names(workload.pod.get("volumes"), &["name"]);
        known
            .extend(names(Field::of(workload.resource).path(&["spec", "volumeClaimTemplates"]), &["metadata", "name"]));
        for container in &workload.containers {
            for list in ["volumeMounts", "volumeDevices"] {
                for mount in container.field.get(list).items() {
                    let name = mount.get("name");
                    let Some(text) = name.text().filter(|text| !known.iter().any(|it| it == text)) else { continue };
                    let message = format!("the pod has no volume `{text}`: the API server refuses it");
                    let near = did_you_mean(text, known.iter().map(String::as_str));
                    found.add(rule, objects, &name, message).help = Some(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "add a volume of that name to `volumes`, or remove the mount".to_owned(),
                    });
                }
            }
        }
    }
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
