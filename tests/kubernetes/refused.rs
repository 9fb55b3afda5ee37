//! What a server refuses, each with its way out.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::applying::{applied, apply, edit, live, result, results, step, system};
use crate::support::Bench;

#[test]
fn a_missing_right_comes_with_the_roles_that_would_do() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    edit(&bench, "a: \"1\"", "a: \"2\"");
    let reader = bench.user(
        "- {apiGroups: [\"\", apps, batch], resources: [\"*\"], verbs: [get, list]}\n- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [\"*\"]}",
    );
    let run = apply(&bench, &["--kubeconfig", reader.to_str().unwrap()]);
    assert_eq!(run.code, 2, "{run:?}");
    let error = step(&run, "ConfigMap", "settings")["error"].clone();
    assert_eq!(error["code"], "forbidden", "{run:?}");
    assert_eq!(live(&bench, "configmap/settings", "{.data.a}"), "1");
    // The roles that are printed are enough.
    let yaml = run.stderr.split("rights that would do:\n").nth(1).unwrap_or_else(|| panic!("{}", run.stderr));
    let yaml: String =
        yaml.lines().take_while(|line| !line.starts_with("redisops::")).map(|line| format!("{line}\n")).collect();
    let done = bench.kubectl_with(&["apply", "-f", "-"], &yaml);
    assert!(done.status.success(), "{}\n{yaml}", String::from_utf8_lossy(&done.stderr));
    let namespace = &bench.namespace;
    let binding = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: more, namespace: {namespace}}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: redisops}}\nsubjects: [{{kind: ServiceAccount, name: user, namespace: {namespace}}}]\n"
    );
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &binding).status.success());
    let run = apply(&bench, &["--kubeconfig", reader.to_str().unwrap()]);
    assert_eq!((run.code, result(&run, "ConfigMap", "settings")), (0, "changed".to_owned()), "{run:?}");
}

#[test]
fn an_expired_token_and_a_server_that_is_gone_are_told() {
    let Some(bench) = system() else { return };
    let expired = bench.with_token("expired");
    let run = apply(&bench, &["--kubeconfig", expired.to_str().unwrap()]);
    assert!(run.code == 2 && run.stderr.contains("does not let the user in"), "{run:?}");
    let run = apply(&bench, &["--context", "nowhere"]);
    assert!(run.code == 2 && run.stderr.contains("nowhere"), "{run:?}");
}

#[test]
fn a_policy_that_denies_has_its_words_told() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    let namespace = &bench.namespace;
    let policy = format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: {namespace}}}\nspec:\n  matchConstraints:\n    \
         resourceRules: [{{apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [statefulsets]}}]\n  validations:\n  \
         - {{expression: \"object.spec.replicas >= oldObject.spec.replicas\", message: \"never fewer\"}}\n---\n\
         apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: {namespace}}}\nspec:\n  policyName: {namespace}\n  \
         validationActions: [Deny]\n  matchResources: {{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}\n"
    );
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &policy).status.success());
    edit(&bench, "replicas: 2", "replicas: 1");
    let mut run = apply(&bench, &[]);
    // A policy takes a moment to be known.
    for _ in 0..20 {
        if run.code == 2 {
            break;
        }
        edit(&bench, "replicas: 1", "replicas: 2");
        applied(&bench, &[]);
        std::thread::sleep(Duration::from_millis(300));
        edit(&bench, "replicas: 2", "replicas: 1");
        run = apply(&bench, &[]);
    }
    let error = step(&run, "StatefulSet", "cache")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("denied")), "{run:?}");
    assert!(run.stderr.contains("never fewer") && run.stderr.contains("prod/all.yaml"), "{}", run.stderr);
    bench.kubectl(&["delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", namespace]);
}

#[test]
fn what_is_too_large_or_unknown_is_told_with_its_line() {
    let Some(bench) = system() else { return };
    edit(&bench, "a: \"1\"", &format!("a: \"{}\"", "x".repeat(1_100_000)));
    let run = apply(&bench, &[]);
    assert_eq!((run.code, &step(&run, "ConfigMap", "settings")["error"]["code"]), (2, &Value::from("tooLarge")));
    let Some(bench) = system() else { return };
    edit(&bench, "port: 6379", "portt: 6379");
    let plan = bench.redisops(&["plan", "prod"]);
    assert!(plan.code == 2 && plan.stderr.contains("portt"), "{plan:?}");
    let run = apply(&bench, &[]);
    let error = step(&run, "Service", "cache")["error"].clone();
    assert_eq!((run.code, &error["file"]), (2, &Value::from("prod/all.yaml")), "{run:?}");
    edit(&bench, "kind: Job", "kind: Jobb");
    let run = apply(&bench, &[]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn a_plan_says_where_its_apply_would_stop() {
    let Some(bench) = system() else { return };
    edit(&bench, "kind: Job", "kind: Jobb");
    let gone = format!("{}-not-there", bench.namespace);
    bench.write("prod/kustomization.yaml", &format!("namespace: {gone}\nresources: [all.yaml]\n"));
    edit(
        &bench,
        "image: redis:7\n",
        "image: redis:7\n        envFrom: [{secretRef: {name: made-by-hand}}, {secretRef: {name: auth}}]\n",
    );
    let plan = bench.redisops(&["plan", "prod"]);
    let said: Vec<&str> = plan.stderr.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!(
        said,
        [
            format!("note: there is no namespace `{gone}`, and none of the files makes it: create it before the apply"),
            "note: the server does not serve Jobb of batch/v1, and none of the files defines it: install what does before the apply".into()
        ],
        "{plan:?}"
    );
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [all.yaml]\n");
    let needed = format!(
        "note: there is no Secret `made-by-hand` in namespace `{}`, and none of the files makes it: pods that need it do not start",
        bench.namespace
    );
    let plan = bench.redisops(&["plan", "prod"]);
    assert!(plan.stderr.contains(&needed), "{plan:?}");
    bench.kubectl(&["-n", &bench.namespace, "create", "secret", "generic", "made-by-hand"]);
    let plan = bench.redisops(&["plan", "prod"]);
    assert!(!plan.stderr.contains("made-by-hand"), "{plan:?}");
}

#[test]
fn definitions_come_before_what_they_define() {
    let Some(bench) = system() else { return };
    let group = format!("{}.example.com", bench.namespace);
    let objects = format!(
        "---\napiVersion: {group}/v1\nkind: Thing\nmetadata:\n  name: one\nspec: {{size: 3}}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  \
         name: things.{group}\nspec:\n  group: {group}\n  scope: Namespaced\n  names: {{kind: Thing, plural: things, singular: thing, listKind: ThingList}}\n  versions:\n  - name: v1\n    \
         served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{size: {{type: integer}}}}}}}}}}}}\n---\n"
    );
    edit(&bench, "---\n", &objects);
    let plan = bench.redisops(&["plan", "prod"]);
    assert!(plan.code == 0 && !plan.stderr.contains("note: "), "{plan:?}");
    let run = applied(&bench, &[]);
    assert_eq!(
        (result(&run, "CustomResourceDefinition", &format!("things.{group}")), result(&run, "Thing", "one")),
        ("created".into(), "created".into())
    );
    assert_eq!(results(&applied(&bench, &[])), ["unchanged"]);
    edit(&bench, &objects, "---\n");
    let run = applied(&bench, &["--prune"]);
    assert_eq!(
        (result(&run, "Thing", "one"), result(&run, "CustomResourceDefinition", &format!("things.{group}"))),
        ("pruned".into(), "kept".into())
    );
    let run = applied(&bench, &["--delete", &format!("CustomResourceDefinition/things.{group}")]);
    assert_eq!(result(&run, "CustomResourceDefinition", &format!("things.{group}")), "pruned");
}

/// Defines a kind of Argo CD or Flux, and makes one object of it: what it would do does not matter here.
fn healer(bench: &Bench, group: &str, version: &str, kind: &str, object: &str) {
    let plural = format!("{}s", kind.to_lowercase());
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {plural}.{group}}}\nspec:\n  group: {group}\n  \
        scope: Namespaced\n  names: {{kind: {kind}, plural: {plural}}}\n  versions:\n  - {{name: {version}, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}\n"
    );
    assert!(bench.kubectl_with(&["apply", "--server-side", "-f", "-"], &definition).status.success());
    bench.kubectl(&["wait", "--for=condition=Established", &format!("crd/{plural}.{group}")]);
    let object = format!(
        "apiVersion: {group}/{version}\nkind: {kind}\nmetadata: {{name: shop, namespace: {}}}\nspec: {object}\n",
        bench.namespace
    );
    let deadline = Instant::now() + Duration::from_secs(20);
    while !bench.kubectl_with(&["apply", "-f", "-"], &object).status.success() {
        assert!(Instant::now() < deadline, "it is not served");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A StatefulSet that stands for the nodes of a Redis Cluster.
fn nodes() -> Option<Bench> {
    let bench = system()?;
    edit(
        &bench,
        "metadata:\n  name: cache\nspec:\n  serviceName",
        "metadata:\n  name: cache\n  labels: {redisops.dev/cluster: cache}\nspec:\n  serviceName",
    );
    applied(&bench, &[]);
    Some(bench)
}

#[track_caller]
fn is_refused(bench: &Bench, healer: &str) {
    edit(bench, "replicas: 2", "replicas: 3");
    let run = apply(bench, &[]);
    let error = step(&run, "StatefulSet", "cache")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("selfHeal")), "{run:?}");
    for words in [healer, "spec.cluster.guard", "prod/all.yaml"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(live(bench, "statefulset/cache", "{.spec.replicas}"), "2");
}

#[test]
fn a_cluster_that_argo_cd_heals_does_not_change_its_size_without_the_guard() {
    let Some(bench) = nodes() else { return };
    healer(&bench, "argoproj.io", "v1alpha1", "Application", "{syncPolicy: {automated: {selfHeal: true}}}");
    let namespace = bench.namespace.clone();
    let id = format!("argocd.argoproj.io/tracking-id=shop:apps/StatefulSet:{namespace}/cache");
    bench.kubectl(&["-n", &namespace, "annotate", "statefulset/cache", &id]);
    is_refused(&bench, "Argo CD (application shop)");
    let off = r#"{"spec":{"syncPolicy":{"automated":{"selfHeal":false}}}}"#;
    bench.kubectl(&["-n", &namespace, "patch", "application.argoproj.io/shop", "--type=merge", "-p", off]);
    applied(&bench, &[]);
}

#[test]
fn a_cluster_that_flux_heals_does_not_change_its_size_without_the_guard() {
    let Some(bench) = nodes() else { return };
    healer(&bench, "kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "{prune: true}");
    let namespace = bench.namespace.clone();
    let labels =
        ["kustomize.toolkit.fluxcd.io/name=shop", &format!("kustomize.toolkit.fluxcd.io/namespace={namespace}")];
    bench.kubectl(&[&["-n", &namespace, "label", "statefulset/cache"][..], &labels].concat());
    is_refused(&bench, &format!("Flux (kustomization {namespace}/shop)"));
    // With a guard of this StatefulSet nothing can be lost. One of another is none.
    let guard = |set: &str| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: {namespace}-{set}-scale-guard}}\nspec:\n  \
             policyName: {namespace}-scale-guard\n  validationActions: [Deny]\n  matchResources:\n    namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}\n    \
             resourceRules: [{{apiGroups: [apps], apiVersions: [\"*\"], operations: [UPDATE], resources: [statefulsets], resourceNames: [{set}]}}]\n"
        )
    };
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &guard("other")).status.success());
    assert_eq!(apply(&bench, &[]).code, 2);
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &guard("cache")).status.success());
    applied(&bench, &[]);
    for set in ["other", "cache"] {
        bench.kubectl(&["delete", "validatingadmissionpolicybinding", &format!("{namespace}-{set}-scale-guard")]);
    }
}
