//! An image that may be any version.

use crate::validate::{Findings, Objects, Rule};

use super::image_parts;

rule!(ImageTag, "k8s/image-tag", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for container in objects.facts().workloads.iter().flat_map(|workload| &workload.containers) {
        if let ("", ..) | (_, Some(_), _) | (_, _, Some(_)) = image_parts(container.image) {
            continue;
        }
        let message = format!("`{}` names no version: which one runs depends on the day", container.image);
        let finding = found.add(rule, objects, &container.field.get("image"), message);
        finding.help = Some("add a tag, or better a digest: `images:` in the kustomization sets it for all".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::ImageTag;

    #[test]
    fn images_have_versions() {
        let text = |image: &str| {
            format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - image: {image}\n")
        };
        assert_eq!(
            found(&ImageTag, &text("host:5000/redis")),
            [
                "warning 6:12 spec.containers[0].image: `host:5000/redis` names no version: which one runs depends on the day"
            ]
        );
        for good in ["redis:7.2", "redis@sha256:aa", "redis:latest", "\"\""] {
            assert_eq!(found(&ImageTag, &text(good)), [""; 0], "{good}");
        }
    }
}
