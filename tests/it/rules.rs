//! Rules as users meet them: with places in their files, silenced by comments and by `redisops.yaml`.
#![allow(clippy::unwrap_used)]

use serde_json::Value;

use crate::repository::Repository;

const KUSTOMIZATION: &str =
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [cache.yaml]\n";

const CACHE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: cache
data:
  redis.conf: |
    # how much
    maxmemmory 1gb
    appendonly yes
---
apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  containers:
  - name: redis
    image: redis
    args: [/etc/redis/redis.conf]
    volumeMounts: [{name: config, mountPath: /etc/redis}]
  volumes:
  - {name: config, configMap: {name: cache}}
";

/// What `validate` finds in the repository: `severity rule file:line:column`.
fn found(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let output = repository.run(&[&["validate", "-o", "json"], arguments].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let show = |it: &Value| {
        format!("{} {} {}:{}:{}", text(&it["severity"]), text(&it["rule"]), text(&it["file"]), it["line"], it["column"])
    };
    findings.iter().map(show).collect()
}

#[test]
fn findings_point_into_block_scalars_and_generated_files() {
    let repository = Repository::new(&[("base/kustomization.yaml", KUSTOMIZATION), ("base/cache.yaml", CACHE)]);
    let want = [
        "warning k8s/image-tag base/cache.yaml:18:12",
        "error redis-conf/unknown-directive base/cache.yaml:8:5",
        "warning redis/persistence-without-volume base/cache.yaml:20:19",
    ];
    assert_eq!(found(&repository, &["base"]), want);
    // The same file through a generator, and changed by a patch.
    let generated = "resources: [pod.yaml]\nconfigMapGenerator:\n- {name: cache, files: [redis.conf]}\n";
    repository.write("made/kustomization.yaml", generated);
    repository.write("made/pod.yaml", CACHE.split("---\n").nth(1).unwrap().replace("image: redis", "image: redis:7.2"));
    repository.write("made/redis.conf", "# how much\nmaxmemory 1Gi\n");
    assert_eq!(found(&repository, &["made"]), ["error redis-conf/wrong-value made/redis.conf:2:11"]);
    let patched = "resources: [../base]\npatches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: cache}\n    data:\n      redis.conf: |\n        hz x\n";
    repository.write("patched/kustomization.yaml", patched);
    let all = found(&repository, &["patched"]);
    assert!(all.contains(&"error redis-conf/wrong-value patched/kustomization.yaml:9:12".to_owned()), "{all:?}");
}

#[test]
fn comments_and_the_configuration_silence_findings() {
    let repository = Repository::new(&[("base/kustomization.yaml", KUSTOMIZATION), ("base/cache.yaml", CACHE)]);
    repository.edit("base/cache.yaml", "image: redis\n", "image: redis # redisops:ignore k8s/image-tag\n");
    repository.edit("base/cache.yaml", "# how much", "# redisops:ignore redis-conf/unknown-directive");
    assert_eq!(found(&repository, &["base"]), ["warning redis/persistence-without-volume base/cache.yaml:20:19"]);
    let config = "apiVersion: redisops.dev/v1alpha1\nkind: Configuration\nrules: {redis/*: error}\n";
    repository.write("redisops.yaml", config);
    assert_eq!(found(&repository, &["base"]), ["error redis/persistence-without-volume base/cache.yaml:20:19"]);
    repository.write("redisops.yaml", format!("{config}overrides:\n- {{paths: [base], rules: {{redis/*: off}}}}\n"));
    assert_eq!(found(&repository, &["base"]), [""; 0]);
    repository.write(
        "redisops.yaml",
        format!("{config}ignore:\n- {{rule: redis/persistence-without-volume, kind: Pod, reason: a test}}\n"),
    );
    assert_eq!(found(&repository, &["base"]), [""; 0]);
    repository.write("redisops.yaml", "kind: Configuration\nrule: {}\n");
    assert_eq!(
        found(&repository, &["base"])
            .iter()
            .filter(|it| it.starts_with("error") && it.contains("redisops.yaml"))
            .count(),
        2
    );
}

#[test]
fn applications_name_directories_of_the_repository() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: cache\nspec:\n  project: default\n  \
                       destination: {server: x, namespace: y}\n  source:\n    repoURL: https://git.example.com/cache.git\n    path: bsae\n";
    let repository = Repository::new(&[("base/kustomization.yaml", KUSTOMIZATION), ("argocd/app.yaml", application)]);
    let all = found(&repository, &["argocd/app.yaml"]);
    assert!(all.contains(&"error argocd/application-path argocd/app.yaml:10:11".to_owned()), "{all:?}");
    repository.edit("argocd/app.yaml", "bsae", "base");
    assert!(found(&repository, &["argocd/app.yaml"]).iter().all(|it| !it.contains("application-path")));
}

#[test]
fn values_of_secrets_are_never_shown() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: cache\nstringData:\n  redis-password: hunter2hunter2\n  \
                  redis.conf: |\n    requirepass hunter2hunter2 hunter2hunter2\n";
    let repository = Repository::new(&[("secret.yaml", secret)]);
    for form in ["json", "human"] {
        let output = repository.run(&["validate", "-o", form, "secret.yaml"]);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(text.contains("security/plain-secret") && text.contains("redis-conf/wrong-value"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn policies_are_rules_of_the_repository() {
    let repository = Repository::new(&[("base/kustomization.yaml", KUSTOMIZATION), ("base/cache.yaml", CACHE)]);
    repository.write(
        "redisops.yaml",
        "apiVersion: redisops.dev/v1alpha1\nkind: Configuration\nrules: {redis/*: off, redis-conf/*: off, k8s/*: off}\npolicies:\n\
         - {id: team/one-container, kinds: [Pod], expression: size(object.spec.containers) > 1, message: alone, path: spec.containers, severity: error}\n\
         - {id: team/named, expression: object.metadata.name == 'cache', message: another name}\n\
         - {id: team/broken, kinds: [Pod], expression: object.spec.nodeName == 'x', message: never}\n",
    );
    let want = ["error team/one-container base/cache.yaml:17:3", "warning team/broken base/cache.yaml:11:1"];
    assert_eq!(found(&repository, &["base"]), want);
}
