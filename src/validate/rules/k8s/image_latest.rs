//! An image with the tag that moves.

use crate::validate::{Findings, Objects, Rule};

use super::image_parts;

rule!(ImageLatest, "k8s/image-latest", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for container in objects.facts().workloads.iter().flat_map(|workload| &workload.containers) {
        if let (_, Some("latest"), None) = image_parts(container.image) {
            let message = format!("`{}` is another version each day", container.image);
            let finding = found.add(rule, objects, &container.field.get("image"), message);
            finding.help = Some("write the version that was tested, or its digest".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::ImageLatest;

    #[test]
    fn latest_is_no_version() {
        let text = |image: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers: []\n  initContainers:\n  - image: {image}\n"
            )
        };
        assert_eq!(
            found(&ImageLatest, &text("redis:latest")),
            ["warning 7:12 spec.initContainers[0].image: `redis:latest` is another version each day"]
        );
        for good in ["redis:7.2", "redis:latest@sha256:aa", "redis"] {
            assert_eq!(found(&ImageLatest, &text(good)), [""; 0], "{good}");
        }
    }
}
