//! The components that run redisops in a cluster: they render, and hold what they promise.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use crate::repository::Repository;

fn rendered(component: &str) -> String {
    let repository = Repository::new(&[]);
    let components = Path::new(env!("CARGO_MANIFEST_DIR")).join("components");
    for directory in ["drift-rights", component] {
        for entry in std::fs::read_dir(components.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            repository.write(&format!("{directory}/{name}"), std::fs::read_to_string(&path).unwrap());
        }
    }
    let kustomization = format!(
        "namespace: watch\ncomponents:\n- ../{component}\nimages:\n- name: redisops\n  newName: registry.example.com/redisops\n  newTag: \"1\"\n"
    );
    repository.write("overlay/kustomization.yaml", &kustomization);
    let run = repository.run(&["build", "overlay"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn the_components_render_and_only_try() {
    for (component, kind) in [("drift-deployment", "kind: Deployment"), ("drift-cronjob", "kind: CronJob")] {
        let text = rendered(component);
        for part in [
            kind,
            "image: registry.example.com/redisops:1",
            "kind: ValidatingAdmissionPolicyBinding",
            "name: redisops-drift-",
        ] {
            assert!(text.contains(part), "{component}: {part}\n{text}");
        }
        // What runs on does not compare with the past.
        assert_eq!(text.contains("name: pull\n"), kind == "kind: Deployment", "{text}");
        let binding = text.split("---").find(|it| it.contains("kind: ClusterRoleBinding")).unwrap();
        assert!(binding.contains("namespace: watch"), "{binding}");
        let role = text.split("---").find(|it| it.contains("kind: ClusterRole\n")).unwrap();
        // Ports of pods are "created"; that is how nodes are reached.
        let rules = role.split("- apiGroups:").filter(|rule| !rule.contains("- pods/portforward\n"));
        for (rule, verb) in rules.flat_map(|rule| ["create", "delete", "update"].map(|verb| (rule, verb))) {
            assert!(!rule.contains(&format!("  - {verb}\n")), "{role}");
        }
    }
}
